"""Personal data in a text: bank accounts, payment cards, national numbers, telephone numbers, e-mail addresses.

Numbers count only when their check digits agree, so that product codes and document numbers stay quiet. Every
pattern is bounded, so that a hostile text takes linear time.
"""

from __future__ import annotations

import datetime
import enum
import re


class PersonalData(enum.StrEnum):
    """Kinds of personal data."""

    IBAN = "bank account (IBAN)"
    CARD = "payment card number"
    NATIONAL_NUMBER = "national identification number"
    PHONE = "telephone number"
    EMAIL = "e-mail address"


def personal_data(text: str) -> set[PersonalData]:
    """The kinds of personal data that stand in a text."""
    found: set[PersonalData] = set()
    if "@" in text and any(_is_personal_email(match) for match in _EMAIL.finditer(text)):
        found.add(PersonalData.EMAIL)
    if _NINE_DIGITS.search(text) is None:
        return found
    # What is found is taken out, so that the groups of an IBAN or a card are not read as a telephone number too.
    without_ibans = _without_ibans(text)
    if without_ibans != text:
        found.add(PersonalData.IBAN)
    rest = _NUMBER.sub(lambda match: " " if is_card(_digits(match.group())) else match.group(), without_ibans)
    if rest != without_ibans:
        found.add(PersonalData.CARD)
    if any(is_egn(match.group()) for match in _NUMBER.finditer(rest)):
        found.add(PersonalData.NATIONAL_NUMBER)
    if any(_is_phone(match.group()) for match in _PHONE.finditer(rest)):
        found.add(PersonalData.PHONE)
    return found


def is_iban(text: str) -> bool:
    """Whether a text without spaces is an IBAN: length by country, and the remainder of 97 is 1 (ISO 13616)."""
    if _IBAN_LENGTH.get(text[:2]) != len(text) or not text.isalnum() or not text.isascii():
        return False
    return int("".join(str(int(character, 36)) for character in text[4:] + text[:4])) % 97 == 1


def is_card(digits: str) -> bool:
    """Whether digits are a payment card's: an issuer's prefix with its length, and Luhn's sum (ISO/IEC 7812)."""
    if not _CARD.fullmatch(digits):
        return False
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_egn(digits: str) -> bool:
    """Whether ten digits are a Bulgarian citizen's number (ЕГН): a real birthday and the weighted sum of 11."""
    if len(digits) != 10 or not digits.isascii() or not digits.isdecimal():
        return False
    year, month, day = int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    century, month = (2000, month - 40) if month > 40 else (1800, month - 20) if month > 20 else (1900, month)
    try:
        datetime.date(century + year, month, day)
    except ValueError:
        return False
    weighted = sum(int(digit) * weight for digit, weight in zip(digits, _EGN_WEIGHTS, strict=False))
    return weighted % 11 % 10 == int(digits[9])


def _without_ibans(text: str) -> str:
    pieces: list[str] = []
    kept = 0
    for match in _IBAN_START.finditer(text):
        length = _IBAN_LENGTH.get(match.group()[:2])
        if length is None or match.start() < kept:
            continue
        # Printed in groups of four: a space after each at most.
        characters: list[str] = []
        end = match.start()
        while len(characters) < length and end < len(text):
            if text[end] not in " \u00a0":
                characters.append(text[end])
            elif len(characters) % 4:
                break
            end += 1
        if is_iban("".join(characters)):
            pieces.append(text[kept : match.start()])
            kept = end
    return " ".join([*pieces, text[kept:]])


def _is_phone(number: str) -> bool:
    digits = _digits(number)
    return 9 <= len(digits) <= 15 and not _DATE.match(number)


def _is_personal_email(match: re.Match[str]) -> bool:
    return match.group(1).lower() not in _ROLES


def _digits(number: str) -> str:
    return "".join(character for character in number if character.isdecimal())


# The shortest of what follows, a telephone number, has nine digits; most texts are done with this.
_NINE_DIGITS = re.compile(r"[0-9](?:[ ()/.\u00a0-]{0,2}[0-9]){8}")
_EMAIL = re.compile(r"(?<![\w.+-])([\w.+-]{1,64})@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_IBAN_START = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?=[ \u00a0]?[A-Z0-9])")
_NUMBER = re.compile(r"(?<![\w.,-])[0-9](?:[ -]?[0-9]){9,18}(?![\w-]|[.,][0-9])")
# International (+359 …, 00359 …) or national with its trunk zero (0888 123 456).
_PHONE = re.compile(r"(?<![\w.,/-])(?:\+|00?(?=[1-9]))[1-9][0-9]{0,3}(?:[ ()/.\u00a0-]{0,2}[0-9]){6,12}(?![\w-])")
_DATE = re.compile(r"[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{2,4}(?:\D|$)")
# Issuers' prefixes with their lengths: Visa, Mastercard, American Express, Diners, Discover, JCB, UnionPay, Maestro.
_CARD = re.compile(
    r"4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})"
    r"|(?:5[1-5][0-9]{2}|222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720)[0-9]{12}"
    r"|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}"
    r"|(?:6011|65[0-9]{2}|64[4-9][0-9])[0-9]{12,15}|35(?:2[89]|[3-8][0-9])[0-9]{12}"
    r"|62[0-9]{14,17}|(?:50[0-9]{2}|5[6-8][0-9]{2}|67[0-9]{2})[0-9]{8,15}"
)
_EGN_WEIGHTS = (2, 4, 8, 5, 10, 9, 7, 3, 6)
# Addresses of a function, not of a person.
# fmt: off
_ROLES = frozenset({
    "accounting", "admin", "billing", "careers", "contact", "customercare", "dealers", "finance",
    "hello", "help", "hr", "info", "invoices", "jobs", "legal", "logistics", "marketing", "mail",
    "no-reply", "noreply", "office", "orders", "postmaster", "press", "privacy", "reception", "returns",
    "sales", "security", "service", "shop", "support", "team", "warranty", "webmaster",
})
# fmt: on
# Lengths by country, from the IBAN registry that SWIFT keeps for ISO 13616.
_COUNTRIES_BY_LENGTH = {
    15: "NO",
    16: "BE",
    18: "DK FI FO GL NL SD FK",
    19: "MK SI",
    20: "AT BA EE KZ LT LU XK MN",
    21: "CH CR HR LI LV",
    22: "BG BH DE GB GE IE ME RS VA",
    23: "AE GI IL IQ OM TL SO",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST",
    26: "IS TR",
    27: "BI DJ FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HU LB NI PL SV",
    29: "BR EG PS QA UA",
    30: "JO KW MU YE",
    31: "MT SC",
    32: "LC",
    33: "RU",
}
_IBAN_LENGTH = {country: length for length, countries in _COUNTRIES_BY_LENGTH.items() for country in countries.split()}
