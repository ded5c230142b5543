"""A line chart as a small SVG file: no library, the same bytes for the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

_WIDTH, _HEIGHT = 720, 420
_LEFT, _TOP, _RIGHT, _BOTTOM = 64, 44, 20, 52
_INK = "#1c2430"
_MIDDLE = 'text-anchor="middle"'


@dataclass(frozen=True, slots=True)
class Line:
    """One curve: points (x, y), both shares from 0 to 1."""

    name: str
    color: str
    points: Sequence[tuple[float, float]]
    dashed: bool = False


def write_chart(path: Path, *, title: str, x: str, y: str, lines: Sequence[Line], low: float = 0.0) -> None:
    """Write curves over the square from `low` to 1, in per cent."""
    inner_width, inner_height = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def place(px: float, py: float) -> str:
        across = _LEFT + (max(px, low) - low) / (1 - low) * inner_width
        down = _TOP + (1 - (max(py, low) - low) / (1 - low)) * inner_height
        return f"{across:.1f},{down:.1f}"

    font = 'font-family="Inter, Arial, sans-serif" font-size="12"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" {font}>',
        f"<title>{escape(title)}</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" rx="8" fill="#ffffff"/>',
        _text(_LEFT, 26, title, color=_INK, more='font-size="15" font-weight="600"'),
    ]
    for step in range(6):
        share = low + (1 - low) * step / 5
        across, down = _LEFT + inner_width * step / 5, _TOP + inner_height * (1 - step / 5)
        grid = f"M{across:.1f} {_TOP}V{_TOP + inner_height}M{_LEFT} {down:.1f}H{_WIDTH - _RIGHT}"
        parts += [
            f'<path d="{grid}" stroke="#e3e7ee" fill="none"/>',
            _text(across, _TOP + inner_height + 18, f"{share:.0%}", more=_MIDDLE),
            _text(_LEFT - 8, down + 4, f"{share:.0%}", more='text-anchor="end"'),
        ]
    middle = _TOP + inner_height / 2
    parts += [
        _text(_LEFT + inner_width / 2, _HEIGHT - 12, x, more=_MIDDLE),
        _text(16, middle, y, more=f'{_MIDDLE} transform="rotate(-90 16 {middle:.1f})"'),
    ]
    for number, line in enumerate(lines):
        stroke = f'stroke="{line.color}" stroke-width="2"' + (' stroke-dasharray="5 4"' if line.dashed else "")
        shown = " ".join(place(px, py) for px, py in line.points if px >= low and py >= low)
        down = _TOP + inner_height - 14 - 18 * (len(lines) - 1 - number)
        parts += [
            f'<polyline points="{shown}" fill="none" {stroke}/>',
            f'<path d="M{_LEFT + 14} {down}h26" {stroke}/>',
            _text(_LEFT + 48, down + 4, line.name, color=_INK),
        ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([*parts, "</svg>"]) + "\n", encoding="utf-8")


def _text(x: float, y: float, text: str, *, color: str = "#5b6573", more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{color}" {more}>{escape(text)}</text>'
