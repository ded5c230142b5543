"""Personal data is found by shape and check digits, and nothing else is."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erpai_desktop.models.personal_data import PersonalData, is_card, is_egn, is_iban, personal_data


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Pay to BG80 BNBG 9661 1020 3456 78, please.", PersonalData.IBAN),
        ("IBAN:BG80BNBG96611020345678", PersonalData.IBAN),
        ("DE89 3704 0044 0532 0130 00", PersonalData.IBAN),
        ("(GB29NWBK60161331926819)", PersonalData.IBAN),
        ("NO93 8601 1117 947 is ours", PersonalData.IBAN),
        ("Card 4111 1111 1111 1111.", PersonalData.CARD),
        ("5555-5555-5555-4444", PersonalData.CARD),
        ("378282246310005", PersonalData.CARD),
        ("ЕГН 7523169263", PersonalData.NATIONAL_NUMBER),
        ("Call +359 888 123 456", PersonalData.PHONE),
        ("Тел. 0888 123 456.", PersonalData.PHONE),
        ("(00359 2 987 65 43)", PersonalData.PHONE),
        ("+44 (20) 7946-0958", PersonalData.PHONE),
        ("Write to Ivan.Petrov@example.com.", PersonalData.EMAIL),
        ("<maria+shop@mail.example.bg>", PersonalData.EMAIL),
    ],
)
def test_found(text: str, kind: PersonalData) -> None:
    assert personal_data(text) == {kind}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Tent VT-2040-B costs 1 299,00 лв.",
        "BG80 BNBG 9661 1020 3456 79",
        "XX80BNBG96611020345678",
        "4111 1111 1111 1112",
        "0000 0000 0000 0000",
        "Invoice 1234567890123456",
        "EAN 3800123456789",
        "Order 7523169264",
        "7513169263",
        "From 01.02.2024 10:30 to 31.12.2024 18:00",
        "2024-01-02 2024-03-04 2024-05-06",
        "Write to info@example.com or support@example.com",
        "mention @ivan at 5 o'clock",
        "a@b",
        "We ship 1 000 000 to 2 000 000 pieces",
        "VAT number BG123456789",
        "VT-2040-B-0888123456",
        "0,888123456789",
    ],
)
def test_not_found(text: str) -> None:
    assert personal_data(text) == set()


def test_several_kinds_in_one_text() -> None:
    assert personal_data("a.b@example.com, +359 888 123 456, 4111111111111111") == {
        PersonalData.EMAIL,
        PersonalData.PHONE,
        PersonalData.CARD,
    }


def test_check_digits() -> None:
    assert is_iban("BG80BNBG96611020345678")
    assert not is_iban("BG80BNBG9661102034567")
    assert not is_iban("BG80BNBG96611020345б78"[:22])
    assert is_card("4111111111111111")
    assert not is_card("1111111111111117")
    assert is_egn("7523169263")
    assert not is_egn("7523169260")
    assert not is_egn("9999999999")


@given(st.integers(0, 10**9 - 1), st.integers(0, 9))
def test_one_wrong_digit_makes_no_card(number: int, wrong: int) -> None:
    digits = f"411111{number:09d}"
    valid = [f"{digits}{check}" for check in range(10) if is_card(f"{digits}{check}")]
    assert len(valid) == 1
    changed = valid[0][:8] + str((int(valid[0][8]) + 1 + wrong % 9) % 10) + valid[0][9:]
    assert not is_card(changed)


@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_any_text_is_legal(text: str) -> None:
    assert personal_data(text) <= set(PersonalData)


@pytest.mark.parametrize(
    "hostile", ["1 " * 100_000, "a." * 100_000 + "@", "BG80" * 50_000, "+1(" * 70_000, "0" * 200_000]
)
def test_a_hostile_text_takes_linear_time(hostile: str) -> None:
    began = time.thread_time()
    assert personal_data(hostile) <= set(PersonalData)
    assert time.thread_time() - began < 10
