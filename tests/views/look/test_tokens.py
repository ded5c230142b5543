"""Every text can be read on every ground that it is used on."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

import erpai_desktop.views
from erpai_desktop.resources import resource
from erpai_desktop.views.look.stylesheet import stylesheet
from erpai_desktop.views.look.tokens import DARK, LIGHT, METRICS, ColorName, Tokens

PAIRS: list[tuple[ColorName, ColorName]] = [
    *((ink, ground) for ink in ("text", "dim") for ground in ("window", "panel", "alternate", "accent_soft")),
    *((ink, ground) for ink in ("accent", "good", "warning", "bad") for ground in ("panel", "alternate")),
    ("text", "neutral_soft"),
    ("dim", "neutral_soft"),
    ("text", "hit"),
    ("accent", "accent_soft"),
    ("good", "good_soft"),
    ("warning", "warning_soft"),
    ("bad", "bad_soft"),
    ("text", "good_soft"),
    ("text", "warning_soft"),
    ("text", "bad_soft"),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
]


def luminance(color: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast as WCAG 2.2 defines it, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_text_reaches_its_contrast(tokens: Tokens, ink: ColorName, ground: ColorName) -> None:
    assert contrast(tokens.of(ink), tokens.of(ground)) >= 4.5


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_marks_that_are_no_text_reach_three_to_one_or_nearly(tokens: Tokens) -> None:
    assert contrast(tokens.faint, tokens.panel) >= 3.0


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_every_token_is_a_plain_color(tokens: Tokens) -> None:
    for field in fields(tokens):
        assert re.fullmatch(r"#[0-9a-f]{6}", getattr(tokens, field.name)), field.name


def test_the_style_sheet_has_no_color_of_its_own() -> None:
    sheet = stylesheet(LIGHT, METRICS)
    used = set(re.findall(r"#[0-9a-f]{6}", sheet))
    assert used <= {getattr(LIGHT, field.name) for field in fields(LIGHT)}
    assert "$" not in sheet
    assert stylesheet(DARK, METRICS) != sheet


def test_no_widget_names_a_color() -> None:
    views = Path(erpai_desktop.views.__file__).parent
    named = re.compile(r"#[0-9a-fA-F]{6}\b|QColor\(\s*[\"'\d]|GlobalColor\.(?!transparent)|setStyleSheet\(")
    guilty = [
        f"{path.relative_to(views)}: {found[0]}"
        for path in views.rglob("*.py")
        if path.name not in ("tokens.py", "theme.py")
        for found in [named.search(path.read_text(encoding="utf-8"))]
        if found
    ]
    assert not guilty


@pytest.mark.parametrize(("scheme", "tokens"), [("light", LIGHT), ("dark", DARK)])
def test_the_shipped_marks_have_the_tokens_colors(scheme: str, tokens: Tokens) -> None:
    for mark, color in (("tick", tokens.on_accent), ("chevron", tokens.dim)):
        drawing = resource("icons", f"{mark}-{scheme}.svg").read_text(encoding="utf-8")
        assert re.findall(r"#[0-9a-f]{6}", drawing) == [color]
