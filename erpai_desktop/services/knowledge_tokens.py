"""How many tokens a model's knowledge has, and what an answer from it sends and receives.

A grounded answer is taken to be sent with as many rows of average length as it may have, an answer to be as long as the
curated ones are on average; so what is told is rather too much than too little.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from erpai_desktop.ai.answerer import Usage as TokenUsage
from erpai_desktop.ai.grounding.grounded_prompt import RULES, Limits
from erpai_desktop.ai.tokens import TokenCounter
from erpai_desktop.models.chat_validation import EXAMPLE_TOKENS, MESSAGE_TOKENS
from erpai_desktop.services.knowledge import Knowledge
from erpai_desktop.settings import cache_folder

CACHE = "tokens.sqlite"

_ROW_TAGS = 20
"""Tokens around a row in a grounded prompt."""
_PROMPT_TAGS = 40
_CITATION = 10
"""Tokens that naming the rows adds to an answer."""
_A_REFUSAL = 6


@dataclass(frozen=True, slots=True)
class KnowledgeTokens:
    """Counts of tokens; `question` and `answer` are averages of the rows that teach."""

    instructions: int
    rules: int
    rows: int
    dataset: int
    question: float
    answer: float
    tests: tuple[int, ...]
    expected: tuple[int, ...]
    """Of each validation row, its question and its desired answer."""

    def training(self) -> int:
        """One epoch."""
        around = EXAMPLE_TOKENS + 3 * MESSAGE_TOKENS
        return self.dataset + self.rows * (self.instructions + around)

    def grounded(self, question: float, answer: float) -> TokenUsage:
        """One answer with the nearest rows in front of it."""
        sent = min(Limits().rows, self.rows) * (self.question + self.answer + _ROW_TAGS)
        out = min(Limits().max_output_tokens, answer + _CITATION)
        return TokenUsage(round(self.instructions + self.rules + sent + question + _PROMPT_TAGS), tokens_out=round(out))

    def asked(self, *, grounded: bool) -> TokenUsage:
        """Every validation question once."""
        one = self.grounded if grounded else self.learned
        return sum((one(q, a) for q, a in zip(self.tests, self.expected, strict=True)), start=TokenUsage())

    def learned(self, question: float, answer: float) -> TokenUsage:
        """One answer of a model that was trained."""
        return TokenUsage(round(self.instructions + question + 3 * MESSAGE_TOKENS), tokens_out=round(answer))


def count_knowledge(knowledge: Knowledge, cache: Path | None = None) -> KnowledgeTokens:
    """Count offline. Counts are kept in `cache`, the person's own by default: only what has changed is counted."""
    rows = [row for row in knowledge.resolution.rows if not row.conflicted]
    validation = knowledge.resolution.validation
    system = knowledge.configuration.system_message
    with TokenCounter(cache or cache_folder() / CACHE) as counter:
        questions = counter.count([row.question for row in rows])
        answers = counter.count([row.answer for row in rows])
        tests = counter.count([row.question for row in validation])
        expected = counter.count([row.answer for row in validation])
        instructions, rules = counter.count([system, RULES])
    number = max(1, len(rows))
    return KnowledgeTokens(
        instructions=instructions,
        rules=rules,
        rows=len(rows),
        dataset=sum(questions) + sum(answers),
        question=sum(questions) / number,
        answer=sum(answers) / number,
        tests=tuple(tests),
        expected=tuple(
            _A_REFUSAL if row.expects_refusal else tokens for row, tokens in zip(validation, expected, strict=True)
        ),
    )
