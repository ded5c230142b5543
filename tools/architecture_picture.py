"""Draws docs/images/architecture.svg: the rooms from top to bottom, as the import contracts order them."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

ROOMS: list[list[tuple[str, str]]] = [
    [("__main__", "arguments; then the window or the command line")],
    [("app", "composition root of the window"), ("cli", "the same services without a window")],
    [("views", "widgets and item models, one folder a part of the window; no logic")],
    [("workers", "one file a long job; runner: the only bridge between Qt and asyncio")],
    [("services", "one plain function a user's intention, one transaction each; returns Changes")],
    [("logs", "what the program writes down of itself; never a key")],
    [
        ("storage", "queries, full text, migrations"),
        ("ai", "gateways, answerers, engine"),
        ("settings", "typed, per person"),
        ("credentials", "the OS keyring"),
    ],
    [("models", "entities; pure rules: hierarchy, resolution, findings; ids, enums, snapshots")],
    [
        ("changes", "what a write changed"),
        ("errors", "the whole error tree"),
        ("resources", "shipped files"),
        ("secrecy", "masks keys"),
    ],
]
_ABOUT = 'font-family="Inter, Noto Sans, sans-serif" role="img" aria-label="Rooms of the program, imports downwards"'
_ARROW = (
    '<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path d="M0 0L8 4L0 8z" fill="#5f6b7a"/></marker></defs>'
)
WIDTH, ROW, GAP, MARGIN = 880, 52, 22, 20


def main() -> None:
    """Write the picture."""
    height = MARGIN * 2 + len(ROOMS) * ROW + (len(ROOMS) - 1) * GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" {_ABOUT}>',
        f'<rect width="{WIDTH}" height="{height}" fill="#f6f7f9"/>',
        _ARROW,
    ]
    for index, row in enumerate(ROOMS):
        y = MARGIN + index * (ROW + GAP)
        width = (WIDTH - 2 * MARGIN - GAP * (len(row) - 1)) / len(row)
        for column, (name, purpose) in enumerate(row):
            x = MARGIN + column * (width + GAP)
            parts += [
                f'<rect x="{x}" y="{y}" width="{width}" height="{ROW}" rx="6" fill="#ffffff" stroke="#e1e5ea"/>',
                f'<text x="{x + 12}" y="{y + 21}" font-size="13" font-weight="600" fill="#1b2430">{name}</text>',
                f'<text x="{x + 12}" y="{y + 40}" font-size="12" fill="#5f6b7a">{escape(purpose)}</text>',
            ]
        if index + 1 < len(ROOMS):
            middle = WIDTH / 2
            parts.append(f'<path d="M{middle} {y + ROW}V{y + ROW + GAP - 2}" stroke="#5f6b7a" marker-end="url(#a)"/>')
    target = Path(__file__).resolve().parent.parent / "docs" / "images" / "architecture.svg"
    target.write_text("\n".join([*parts, "</svg>\n"]), encoding="utf-8")


if __name__ == "__main__":
    main()
