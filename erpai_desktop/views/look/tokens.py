"""Every colour and measure of the window, light and dark, in one place; a widget never names a colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

ColorName = Literal[
    "window", "panel", "alternate", "line", "line_strong",
    "text", "dim", "faint",
    "accent", "accent_soft", "accent_hover", "on_accent",
    "good", "good_soft", "warning", "warning_soft", "bad", "bad_soft",
    "neutral_soft", "hit",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tokens:
    """One scheme's colours as #rrggbb.

    Text colours (`text`, `dim`, `accent`, `good`, `warning`, `bad`) reach a contrast of 4.5:1 on every ground they
    are used on; `faint` is for large or decorative marks only.
    """

    window: str
    panel: str
    alternate: str
    line: str
    line_strong: str
    """The border of a control under the mouse, and of a check box: a line that must be seen."""
    text: str
    dim: str
    faint: str
    accent: str
    accent_soft: str
    accent_hover: str
    on_accent: str
    good: str
    good_soft: str
    warning: str
    warning_soft: str
    bad: str
    bad_soft: str
    neutral_soft: str
    """The ground of a plain badge, of a progress bar's track and of a button under the mouse."""
    hit: str

    def of(self, name: ColorName) -> str:
        """The colour of that name, as #rrggbb."""
        value: str = getattr(self, name)
        return value


LIGHT: Final = Tokens(
    window="#f6f7f9",
    panel="#ffffff",
    alternate="#fafbfc",
    line="#e1e5ea",
    line_strong="#a9b2bd",
    text="#1b2430",
    dim="#5f6b7a",
    faint="#8a95a3",
    accent="#2f5fd0",
    accent_soft="#e8effc",
    accent_hover="#2853b8",
    on_accent="#ffffff",
    good="#1a7a43",
    good_soft="#e3f5ea",
    warning="#985a00",
    warning_soft="#fdf1dc",
    bad="#c0362c",
    bad_soft="#fce8e6",
    neutral_soft="#f1f3f6",
    hit="#fff3b8",
)

DARK: Final = Tokens(
    window="#15181d",
    panel="#1c2027",
    alternate="#20252d",
    line="#2e353f",
    line_strong="#566170",
    text="#e4e8ee",
    dim="#9aa6b5",
    faint="#748091",
    accent="#7ea6ff",
    accent_soft="#23304d",
    accent_hover="#96b7ff",
    on_accent="#15181d",
    good="#5cc98a",
    good_soft="#193427",
    warning="#e5b05a",
    warning_soft="#3a2d15",
    bad="#ff8b80",
    bad_soft="#43211f",
    neutral_soft="#262c35",
    hit="#4d4415",
)


@dataclass(frozen=True, slots=True)
class Metrics:
    """Measures in device-independent pixels, on a grid of 4."""

    grid: int = 4
    gap: int = 8
    page_margin: int = 14
    text: int = 13
    note: int = 11
    title: int = 17
    row: int = 28
    table_row: int = 29
    bar: int = 34
    control: int = 28
    icon: int = 16
    rail: int = 44
    radius: int = 6
    radius_small: int = 4
    radius_card: int = 8


METRICS: Final = Metrics()
