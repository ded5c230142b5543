"""Seeded questions and answers of a made-up company: varied, all different, one question an answer."""

from __future__ import annotations

import random
from typing import NamedTuple

_OPENINGS = (
    "How do I {act} {thing}",
    "Where can we {act} {thing}",
    "Who is allowed to {act} {thing}",
    "When should {dept} {act} {thing}",
    "What happens if {dept} {act} {thing}",
    "Can {dept} {act} {thing}",
    "Why does {dept} have to {act} {thing}",
    "Which form is needed to {act} {thing}",
    "Is it possible to {act} {thing}",
    "What is the usual way to {act} {thing}",
)
_CLAUSES = (
    "",
    " for {customer}",
    " before {time}",
    " after {time}",
    " without {without}",
    " when {customer} asks",
    " at {place}",
    " in the {place} warehouse",
)
_ACTS = (
    "order", "return", "repair", "invoice", "ship", "label", "cancel", "price", "photograph", "inspect", "reserve",
    "refund", "calibrate", "store", "discount", "advertise", "replace", "certify", "dismantle", "count", "insure",
    "export", "import", "write off", "configure", "translate the manual of", "register", "lend", "lease", "recycle",
)  # fmt: skip
_NOUNS = (
    "valve", "pump", "gasket", "bearing", "sensor", "heat exchanger", "control panel", "hose", "filter", "motor",
    "gearbox", "compressor", "cable drum", "switch", "relay", "thermostat", "flow meter", "boiler", "radiator",
    "solar panel", "inverter", "battery pack", "charger", "display", "keyboard", "scanner", "printer", "pallet",
    "crate", "forklift", "ladder", "helmet", "glove box", "welding set", "drill", "saw blade", "torque wrench",
)  # fmt: skip
_KINDS = (
    "brass", "steel", "ceramic", "plastic", "second-hand", "custom-made", "demonstration", "spare", "heavy-duty",
    "pocket-sized", "outdoor", "insulated", "two-stage", "wireless", "stainless", "left-handed", "cast-iron",
)  # fmt: skip
_DEPTS = ("sales", "purchasing", "the warehouse", "accounting", "service", "marketing", "human resources", "production")
_TIMES = ("the end of the month", "Easter", "stocktaking", "the audit", "noon", "the fair", "year-end", "the holidays")
_WITHOUT = ("a receipt", "a delivery note", "approval", "a serial number", "a contract", "the original box")
_PLACES = ("Plovdiv", "Hamburg", "Leeds", "Lyon", "Porto", "Gdańsk", "Varna", "Turin", "Ghent", "Aarhus", "Brno")
_CUSTOMERS = ("a reseller", "a hospital", "a new customer", "a school", "a dealer", "a shipyard", "the ministry")
_STEPS = ("Ask {dept} first", "Use form {code}", "Write to {dept}", "It takes {n} days", "Up to {n} pieces are free")


class Pair(NamedTuple):
    """One row."""

    question: str
    answer: str
    section: str


def company(number: int, *, seed: int = 20_261_124) -> list[Pair]:
    """`number` pairs, no two with the same question or answer."""
    random_ = random.Random(seed)
    pairs: list[Pair] = []
    seen: set[str] = set()
    while len(pairs) < number:
        code = f"{random_.choice('ABCDEGHKLMNPRSTVWX')}{random_.choice('AEIOUXTR')}-{random_.randrange(1000, 9999)}"
        noun = random_.choice(_NOUNS)
        thing = random_.choice((f"the {code}", f"a {random_.choice(_KINDS)} {noun}", f"the {noun} {code}"))
        filled = {
            "act": random_.choice(_ACTS),
            "thing": thing,
            "dept": random_.choice(_DEPTS),
            "customer": random_.choice(_CUSTOMERS),
            "time": random_.choice(_TIMES),
            "without": random_.choice(_WITHOUT),
            "place": random_.choice(_PLACES),
            "code": code,
            "n": random_.randrange(2, 60),
        }
        question = (random_.choice(_OPENINGS) + random_.choice(_CLAUSES)).format(**filled) + "?"
        if question in seen:
            continue
        seen.add(question)
        answer = f"{random_.choice(_STEPS).format(**filled)} ({len(pairs) + 1})."
        pairs.append(Pair(question, answer, noun.capitalize()))
    return pairs


def paraphrases(pairs: list[Pair], number: int, *, seed: int = 1) -> list[str]:
    """Questions as people type them: a word left out, two letters swapped, another word order."""
    random_ = random.Random(seed)
    asked: list[str] = []
    for pair in random_.sample(pairs, number):
        words = pair.question.rstrip("?").split()
        del words[random_.randrange(len(words))]
        at = random_.randrange(len(words))
        word = words[at]
        if len(word) > 3 and word.isalpha():
            cut = random_.randrange(1, len(word) - 2)
            words[at] = word[:cut] + word[cut + 1] + word[cut] + word[cut + 2 :]
        if random_.random() < 0.3:
            words = [*words[len(words) // 2 :], *words[: len(words) // 2]]
        asked.append(" ".join(words))
    return asked
