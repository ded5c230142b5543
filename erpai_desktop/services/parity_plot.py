"""The plot of a parity report as SVG: both scores with their intervals, and how alike the answers are.

Only numbers and the escaped names of the two go in: no scripts, no styles from elsewhere, nothing remote.
"""

from __future__ import annotations

from html import escape

from erpai_desktop.models.snapshots.parity import Parity, ParitySide

_WIDTH, _LABELS, _RIGHT = 900, 170, 40
_NAME_LENGTH = 26
_BINS = 10
_TEXT, _DIM, _LINE, _SOFT = "#1b2430", "#5f6b7a", "#e1e5ea", "#f1f3f6"
_ACCENT, _BAND = "#2f5fd0", "#b7caf3"


def parity_plot(parity: Parity) -> str:
    """An `<svg>` element."""
    parts = [*_scores(parity, 30), *_histogram(parity, 156)]
    title = escape(f"Scores of {parity.before.name} and {parity.after.name}, and how alike their answers are")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} 352" width="{_WIDTH}" height="352" role="img" '
        f'font-family="Inter, Noto Sans, DejaVu Sans, sans-serif" font-size="12"><title>{title}</title>'
        f"{''.join(parts)}</svg>"
    )


def _scores(parity: Parity, top: int) -> list[str]:
    parts = [_words(0, top - 12, "right, of the questions that can be judged", color=_DIM)]
    for place, side in enumerate((parity.before, parity.after)):
        parts += _score(side, top + 8 + place * 34)
    bottom = top + 80
    for tenths in range(0, 11, 2):
        x = _x(tenths / 10)
        parts.append(f'<line x1="{x}" y1="{top}" x2="{x}" y2="{bottom - 8}" stroke="{_LINE}"/>')
        parts.append(_words(x, bottom + 6, f"{tenths * 10} %", anchor="middle", color=_DIM))
    return parts


def _score(side: ParitySide, y: int) -> list[str]:
    parts = [
        _words(0, y + 14, _short(side.name)),
        f'<rect x="{_x(0)}" y="{y}" width="{_x(1) - _x(0)}" height="20" rx="3" fill="{_SOFT}"/>',
    ]
    if side.interval is None or not side.judged:
        return [*parts, _words(_x(0) + 8, y + 14, "not judged", color=_DIM)]
    low, high, share = _x(side.interval.low), _x(side.interval.high), _x(side.right / side.judged)
    return [
        *parts,
        f'<rect x="{low}" y="{y}" width="{max(1.0, round(high - low, 1))}" height="20" rx="3" fill="{_BAND}"/>',
        f'<rect x="{share - 1.5}" y="{y - 3}" width="3" height="26" fill="{_ACCENT}"/>',
    ]


def _histogram(parity: Parity, top: int) -> list[str]:
    counts = [0] * _BINS
    for line in parity.lines:
        counts[min(_BINS - 1, int(line.similarity / 100 * _BINS))] += 1
    tallest = max(1, *counts)
    base = top + 170
    width = (_x(1) - _x(0)) / _BINS
    parts = [
        _words(0, top + 6, "questions, by how alike the two answers are", color=_DIM),
        f'<line x1="{_x(0)}" y1="{base}" x2="{_x(1)}" y2="{base}" stroke="{_LINE}"/>',
    ]
    for number, count in enumerate(counts):
        x = round(_x(0) + number * width, 1)
        height = round(130 * count / tallest, 1)
        if count:
            parts.append(
                f'<rect x="{x + 2}" y="{base - height}" width="{round(width - 4, 1)}" height="{height}" rx="2" '
                f'fill="{_ACCENT}"/>'
            )
            parts.append(_words(x + width / 2, base - height - 5, f"{count:,}", anchor="middle"))
        parts.append(_words(x, base + 16, f"{number * 100 // _BINS}", anchor="middle", color=_DIM))
    parts.append(_words(_x(1), base + 16, "100 %", anchor="middle", color=_DIM))
    return parts


def _x(share: float) -> float:
    return round(_LABELS + share * (_WIDTH - _LABELS - _RIGHT), 1)


def _words(x: float, y: float, text: str, *, anchor: str = "start", color: str = _TEXT) -> str:
    return f'<text x="{round(x, 1)}" y="{round(y, 1)}" text-anchor="{anchor}" fill="{color}">{escape(text)}</text>'


def _short(name: str) -> str:
    line = " ".join(name.split())
    return line if len(line) <= _NAME_LENGTH else f"{line[: _NAME_LENGTH - 1]}…"
