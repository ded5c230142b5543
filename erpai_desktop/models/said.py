"""What a text says, roughly: its figures, its names and the words that matter; and how much of it another text says.

No language model and no dictionary: words of grammar are left out by a short list, endings by their length. It errs, so
whatever rests on it says what it has counted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from rapidfuzz.distance import Prefix

_WORD: Final = re.compile(r"[^\W_]+(?:[-.,/'’:][^\W_]+)*")
_SENTENCE_END: Final = re.compile(r"[.!?:;。]\s*$|\n\s*$|^\s*$|[-*•\"“«(]\s*$")
_ENDING: Final = 3
"""Words that differ by at most three letters at the end count as one, short ones by fewer: "deliver", "delivery"."""
_START: Final = 3
_MOST_NAMES: Final = 0.4
"""Where more of the words are capitalised, the language writes its nouns so: they are no names."""

_FEW: Final = 5

_CLAUSE: Final = re.compile(r"[.,;:!?\n]+(?=\s|$)|\bbut\b|\bно\b|\baber\b")
_CLAUSE_WORDS: Final = 2
_CLAUSES: Final = 200
_SAME: Final = 0.7
YES_NO: Final = re.compile(r"\s*(?:(yes|да|ja|oui|sí)|(no|not|не|нет|nein|non))\b", re.IGNORECASE)
"""Group 1 or 2: a text that begins with yes or with no."""

_GRAMMAR: Final = frozenset(
    """
    a about after again all also am an and any are as at be because been before being below between both but by can
    could did do does doing down during each few for from further had has have having he her here hers him his how i if
    in into is it its just may me might more most must my of off on once only or other our ours out over own please same
    shall she should so some such than that the their theirs them then there these they this those through to too under
    until up upon very was we were what when where which while who whom why will with within would yes you your yours
    аз без в ви във вие да до е за и или из как като ли ме ми на над не от по под при са се си след със също съм ти то
    тогава този тази това те ще бъде бъдат може вашия вашата вашите
    вы вас ваш для его ее если и или их к как ко мы на над нас но о об он она они от по при с со так там то только у уже
    что чтобы это этот эта эти я быть может можно
    aber als am an auch auf aus bei bis da damit das dass dem den der des die dies diese dieser du durch ein eine einem
    einen einer er es für haben hat ich ihr ihre im in ist ja kann können mit nach nur oder sich sie sind so um und uns
    unser von vor was wenn wer wie wir wird zu zum zur über
    au aux avec ce cette ces dans de des du elle en est et il ils je la le les leur lui mais nous on ou par pas pour que
    qui sa se ses son sont sur un une vous votre vos
    al como con del desde e el ella en es esta este la las lo los más para pero por que se si su sus un una y
    """.split()  # noqa: SIM905 - a list of some two hundred words reads better so
)
_NEGATIONS: Final = frozenset(
    """
    no not never none nobody nothing nor neither cannot can't don't doesn't didn't won't isn't aren't wasn't weren't
    shouldn't wouldn't couldn't mustn't without
    не няма нито никога без нельзя нет ни никогда
    nicht kein keine keinen keiner nie niemals ohne ne jamais aucun sans nunca sin
    """.split()  # noqa: SIM905 - as above
)
_FIGURES: Final = {
    word: str(number)
    for number, words in enumerate(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    )
    for word in words.split()
    if word != "one"  # As often a pronoun as a number.
}


@dataclass(frozen=True, slots=True)
class Said:
    """`figures` are numbers and codes, as digits and letters without separators; `names` are casefolded words.

    `denies` says whether a word of negation occurs.
    """

    words: frozenset[str]
    figures: frozenset[str]
    names: frozenset[str]
    denies: bool


def said(text: str) -> Said:
    """What a text says. Any text is legal."""
    text = unicodedata.normalize("NFKC", text)
    words: set[str] = set()
    figures: set[str] = set()
    names: set[str] = set()
    denies = False
    for match in _WORD.finditer(text):
        token = match.group()
        folded = token.casefold().replace("’", "'")
        if folded in _NEGATIONS or folded.endswith("n't"):
            denies = True
            continue
        if any(map(str.isdigit, folded)):
            figures.add(_figure(folded))
            continue
        if folded in _FIGURES:
            figures.add(_FIGURES[folded])
            continue
        for part in re.split(r"[-.,/:]", folded):
            bare = part.removesuffix("'s")
            if len(bare) > 2 and bare not in _GRAMMAR:
                words.add(bare)
        if (
            token[0].isupper()
            and folded not in _GRAMMAR
            and not _SENTENCE_END.search(text[max(0, match.start() - 4) : match.start()])
        ):
            names.add(folded.removesuffix("'s"))
    if len(names) > _MOST_NAMES * max(len(words), _FEW):
        names.clear()
    return Said(frozenset(words), frozenset(figures), frozenset(names), denies)


def united(parts: Iterable[Said]) -> Said:
    """What several texts say together."""
    parts = tuple(parts)
    return Said(
        frozenset().union(*(part.words for part in parts)),
        frozenset().union(*(part.figures for part in parts)),
        frozenset().union(*(part.names for part in parts)),
        any(part.denies for part in parts),
    )


def not_said(words: Iterable[str], there: Said) -> list[str]:
    """Those of `words` that occur in `there` neither as they are nor with another ending; sorted."""
    starts: dict[str, list[str]] = {}
    for word in there.words:
        starts.setdefault(word[:_START], []).append(word)
    return sorted(
        word
        for word in words
        if word not in there.words and not any(_inflected(word, other) for other in starts.get(word[:_START], ()))
    )


def share_said(words: frozenset[str], there: Said) -> float:
    """Which share of `words` occurs in `there`, from 0 to 1; 1 where there are none."""
    return 1 - len(not_said(words, there)) / len(words) if words else 1.0


def contradiction(text: str, other: str, *, asked: str = "") -> str:
    """The clause of `text` that denies what `other` says in much the same words, or says what it denies; else empty.

    `asked` is the question that `other` answers: a bare "no" there denies it.
    """
    mine, theirs = YES_NO.match(text), YES_NO.match(other)
    if asked and theirs is not None:
        what = said(asked)
        there = [Said(what.words, what.figures, what.names, denies=theirs[2] is not None)]
    elif mine is not None and theirs is not None and (mine[2] is None) != (theirs[2] is None):
        return mine[0].strip()
    else:
        there = []
    there += clauses(other).values()
    for clause, claim in clauses(text).items():
        if len(claim.words) < _CLAUSE_WORDS or not there:
            continue
        share = max(share_said(claim.words, one) for one in there)
        alike = [one for one in there if share_said(claim.words, one) == share]
        if share >= _SAME and all(one.denies != claim.denies for one in alike):
            return clause
    return ""


def clauses(text: str) -> dict[str, Said]:
    """The clauses of a text and what each says; of a very long one its first two hundred."""
    return {clause.strip(): said(clause) for clause in _CLAUSE.split(text, _CLAUSES)[:_CLAUSES] if clause.strip()}


def _inflected(one: str, other: str) -> bool:
    common = Prefix.similarity(one, other)
    return max(len(one), len(other)) - common <= min(_ENDING, common - 2)


def _figure(token: str) -> str:
    # "1,000.00" and "1000" are one number, "ab-12" and "AB12" one code.
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", token):
        token = token.replace(",", "")
    if re.fullmatch(r"\d+\.\d+", token):
        return token.rstrip("0").rstrip(".")
    return re.sub(r"\W", "", token)
