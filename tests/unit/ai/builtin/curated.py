"""A small handwritten knowledge base, and how tests make entries."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from erpai_desktop.ai.builtin.entry import KnowledgeEntry, ValidationQuestion
from erpai_desktop.models.enums import RowKind

MODEL = uuid.uuid5(uuid.NAMESPACE_URL, "urn:test:model")


def entry(question: str, answer: str, *, section: str = "General", conflicted: bool = False) -> KnowledgeEntry:
    return KnowledgeEntry(
        row_id=uuid.uuid5(uuid.NAMESPACE_URL, f"urn:test:{question}:{answer}"),
        kind=RowKind.QA,
        question=question,
        answer=answer,
        section=section,
        model_id=MODEL,
        model_name="Head office",
        conflicted=conflicted,
    )


def validation_question(question: str, answer: str = "", *, refuse: bool = False) -> ValidationQuestion:
    row_id = uuid.uuid5(uuid.NAMESPACE_URL, f"urn:test:validation:{question}")
    return ValidationQuestion(row_id, question, answer, refuse)


RESET = "Open Settings, choose Security, press Reset password.\nA link arrives by e-mail."
HOURS = "The shop is open Monday to Friday, 9:00 to 18:00."
RETURNS = "Fill in form R-7 within 30 days and attach a photo."
EXPENSES = "The head of finance approves everything above 500 euro."
HOME = "Up to two days a week, agreed with your manager."
LEAVE = "Twenty-two working days a year."
WEIGHT_2040, WEIGHT_2041 = "12.4 kg", "15.1 kg"
PAROLA = "Отворете Настройки, изберете Сигурност и натиснете Нова парола."
RABOTNO_VREME = "Магазинът работи от понеделник до петък, от 9 до 18 часа."
VRASHTANE = "Попълнете формуляр R-7 в рамките на 30 дни."

SMALL: Sequence[KnowledgeEntry] = (
    entry("How do I reset my password?", RESET, section="IT"),
    entry("What are the opening hours of the shop?", HOURS, section="Shop"),
    entry("How can I return a damaged product?", RETURNS, section="Shop"),
    entry("Who approves an expense above 500 euro?", EXPENSES, section="Finance"),
    entry("Can I work from home?", HOME, section="People"),
    entry("How many days of paid leave do I have?", LEAVE, section="People"),
    entry("What is the net weight of the VT-2040-B valve?", WEIGHT_2040, section="Products"),
    entry("What is the net weight of the VT-2041-B valve?", WEIGHT_2041, section="Products"),
    entry("Where do I report a safety incident?", "Call the safety officer at once.", section="People"),
    entry("How is freight charged to customers?", "By weight, from the warehouse to the door.", section="Shop"),
    entry("Which bank account is used for supplier payments?", "The account at the main bank.", section="Finance"),
    entry("When are salaries paid?", "On the last working day of the month.", section="People"),
    entry("Как да сменя паролата си?", PAROLA, section="IT"),
    entry("Какво е работното време на магазина?", RABOTNO_VREME, section="Shop"),
    entry("Как да върна повреден продукт?", VRASHTANE, section="Shop"),
    entry("Do we ship abroad?", "Yes, to the whole Union.", section="Shop", conflicted=True),
    entry("Do we ship abroad?", "No, only at home.", section="Shop", conflicted=True),
)

SUBJECTS = ("invoice", "password", "pallet", "contract", "printer", "forklift", "holiday", "warranty")
VERBS = ("cancel", "approve", "print", "extend", "order", "register", "inspect", "archive")
FORMS = (
    "how do i {v} a {s}",
    "please {v} the {s} for me",
    "i want to {v} my {s} now",
    "what is the way to {v} one {s}",
    "steps needed to {v} the {s}",
)


def several_questions_an_answer() -> list[KnowledgeEntry]:
    """64 answers with five questions each."""
    return [
        entry(form.format(v=verb, s=subject), f"To {verb} a {subject}, see page {i}.", section=subject)
        for i, (subject, verb) in enumerate((s, v) for s in SUBJECTS for v in VERBS)
        for form in FORMS
    ]


def many(count: int) -> list[KnowledgeEntry]:
    """Rows with one question an answer, each with its own product code."""
    return [
        entry(
            f"how do i {VERBS[i % 8]} the {SUBJECTS[i // 8 % 8]} of item QX-{i:05d}-{'ABCD'[i % 4]}",
            f"Answer {i}",
            section=SUBJECTS[i % 8],
        )
        for i in range(count)
    ]
