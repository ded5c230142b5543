"""The one style sheet, made from tokens and measures.

Kept lean: a rule costs every widget that it might match. Widgets choose a variant by a dynamic property (`kind`,
`role`), never by a colour.
"""

from __future__ import annotations

from dataclasses import asdict
from string import Template
from typing import Final

from erpai_desktop.resources import resource
from erpai_desktop.views.look.tokens import DARK, Metrics, Tokens

_SHEET: Final = Template("""
QToolTip {
    background: $panel; color: $text; border: 1px solid $line; padding: 4px 6px;
    /* What looks like markup in anybody's text stays text. */
    qproperty-textFormat: PlainText;
}

QLabel[role="title"] { font-size: ${title_px}px; font-weight: 600; }
QLabel[role="strong"] { font-weight: 600; }
QLabel[role="dim"] { color: $dim; }
QLabel[role="note"] { color: $dim; font-size: ${note_px}px; }
QLabel[role="figure"] { font-size: 22px; font-weight: 600; }
QLabel[role="bad"] { color: $bad; }
QLabel[role="warning"] { color: $warning; }
QLabel:disabled { color: $faint; }

Badge { font-size: ${note_px}px; border-radius: 9px; padding: 0 8px; min-height: 18px; max-height: 18px;
  background: $neutral_soft; color: $dim; }
Badge[kind="accent"] { background: $accent_soft; color: $accent; }
Badge[kind="good"] { background: $good_soft; color: $good; }
Badge[kind="warning"] { background: $warning_soft; color: $warning; }
Badge[kind="bad"] { background: $bad_soft; color: $bad; }

QPushButton { background: $panel; color: $text; border: 1px solid $line; border-radius: ${radius}px;
  padding: 0 10px; min-height: 26px; }
QPushButton:hover { background: $neutral_soft; }
QPushButton:pressed, QPushButton:checked { background: $accent_soft; }
QPushButton:focus { border-color: $accent; }
QPushButton:disabled { color: $faint; background: $panel; }
QPushButton::menu-indicator { width: 0; }
PrimaryButton { background: $accent; color: $on_accent; border-color: $accent; font-weight: 600; padding: 0 12px; }
PrimaryButton:hover, PrimaryButton:pressed { background: $accent_hover; }
PrimaryButton:focus { border-color: $text; }
PrimaryButton:disabled { background: $neutral_soft; color: $faint; border-color: $line; }
IconButton { background: transparent; border-color: transparent; padding: 0; min-height: 26px; min-width: 26px;
  max-height: 26px; max-width: 26px; }
IconButton:disabled { background: transparent; }
IconButton[side="small"] { min-height: 18px; min-width: 18px; max-height: 18px; max-width: 18px; }
IconButton[side="rail"] { min-height: 32px; min-width: 32px; max-height: 32px; max-width: 32px; }

QLineEdit, QTextEdit, QPlainTextEdit, QComboBox, QAbstractSpinBox { background: $panel; color: $text;
  border: 1px solid $line; border-radius: ${radius}px;
  selection-background-color: $accent; selection-color: $on_accent; }
QTextEdit, QPlainTextEdit { padding: 3px 4px; }
QLineEdit, QComboBox, QAbstractSpinBox { padding: 0 6px; min-height: 26px; }
QComboBox { padding-right: 22px; }
QComboBox::drop-down { border: none; width: 22px; }
QComboBox::down-arrow { image: url("$chevron"); width: 12px; height: 12px; }
QCheckBox, QRadioButton { spacing: 7px; }
QCheckBox::indicator, QRadioButton::indicator { width: 14px; height: 14px; border: 1px solid $line_strong;
  background: $panel; border-radius: 4px; }
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:hover, QCheckBox::indicator:focus, QRadioButton::indicator:hover,
QRadioButton::indicator:focus { border-color: $accent; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url("$tick"); }
QCheckBox::indicator:checked:focus { border-color: $text; }
QRadioButton::indicator:checked { border: 4px solid $accent; width: 8px; height: 8px; }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { border-color: $line; background: $neutral_soft; }
QLineEdit:focus, QTextEdit:focus, QPlainTextEdit:focus, QComboBox:focus, QAbstractSpinBox:focus {
  border-color: $accent; }
QLineEdit:disabled, QTextEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled { background: $alternate;
  color: $faint; }
QLineEdit[readOnly="true"] { background: $alternate; color: $dim; }
QLineEdit[role="cell"] { border-radius: 0; padding: 0 7px; min-height: 0; }
SearchField { background: $alternate; }
SearchField:focus { background: $panel; }
QTextEdit[role="reading"], QTextEdit[role="reading"]:focus { background: transparent; border: none;
  padding: 0; }

QAbstractItemView { background: $panel; alternate-background-color: $alternate; border: none; outline: none;
  selection-background-color: $accent_soft; selection-color: $text; }
QComboBox QAbstractItemView { border: 1px solid $line; }
QHeaderView { background: $alternate; border: none; }
QHeaderView::section { background: $alternate; color: $dim; font-size: ${note_px}px; border: none;
  border-bottom: 1px solid $line; padding: 0 8px; min-height: 27px; }

QMenuBar { background: transparent; border: none; }
QMenuBar::item { padding: 4px 8px; background: transparent; border-radius: ${radius_small}px; }
QMenuBar::item:selected { background: $neutral_soft; }
QMenu { background: $panel; border: 1px solid $line; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 8px; border-radius: ${radius_small}px; }
QMenu::icon { padding-left: 8px; }
QMenu::item:selected { background: $accent_soft; color: $text; }
QMenu::item:disabled { color: $faint; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }

QTabWidget::pane { border: none; }
QTabBar { background: $window; border: none; }
QTabBar::tab { background: $window; color: $dim; border: none; border-right: 1px solid $line;
  border-top: 2px solid transparent; border-bottom: 1px solid $line; padding: 0 4px 0 12px; height: 30px; }
QTabBar::tab:selected { background: $panel; color: $text; border-top-color: $accent; border-bottom-color: $panel; }
QTabBar:focus::tab:selected { color: $accent; }
QTabBar::tab:hover:!selected { color: $text; }
QTabBar QToolButton { background: $window; border: none; }

QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: $line_strong; border-radius: 3px; margin: 2px; }
QScrollBar::handle:hover { background: $faint; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QProgressBar { background: $neutral_soft; border: none; border-radius: 3px; min-height: 6px; max-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QProgressBar[kind="good"]::chunk { background: $good; }
QProgressBar[kind="bad"]::chunk { background: $bad; }

QMainWindow::separator { background: $line; width: 1px; height: 1px; }
QSplitter::handle { background: $line; }
QDockWidget { border: none; }
QToolBar { background: $panel; border: none; border-right: 1px solid $line; padding: 0; spacing: 0; }
QStatusBar { background: $panel; border-top: 1px solid $line; min-height: 23px; }
QStatusBar::item { border: none; }
QScrollArea { border: none; }
QAbstractScrollArea::corner { background: transparent; border: none; }

QFrame[role="line"] { background: $line; border: none; }
QFrame[role="bar"] { background: $panel; border: none; border-bottom: 1px solid $line; }
QFrame[role="foot"] { background: $panel; border: none; border-top: 1px solid $line; }
QFrame[role="ground"] { background: $window; border: none; }
QFrame[role="alternate"] { background: $alternate; border: none; }
QFrame[role="selected"] { background: $accent_soft; border: none; }
QFrame[role="bubble"], Card { background: $panel; border: 1px solid $line; border-radius: ${radius_card}px; }
QFrame[role="own_bubble"] { background: $accent_soft; border: 1px solid $accent_soft;
  border-radius: ${radius_card}px; }
QFrame[role="popup"] { background: $panel; border: 1px solid $line_strong; }
NoticeBar { background: $accent_soft; border: none; border-bottom: 1px solid $line; }
NoticeBar[kind="good"] { background: $good_soft; }
NoticeBar[kind="warning"] { background: $warning_soft; }
NoticeBar[kind="bad"] { background: $bad_soft; }
NoticeBar IconButton:hover { background: transparent; border-color: $line_strong; }
PaletteField { min-height: 22px; padding: 0 8px; background: $alternate; color: $dim; text-align: left; }
PaletteField:hover { background: $neutral_soft; }
""")


def stylesheet(tokens: Tokens, metrics: Metrics) -> str:
    """The style sheet of one scheme. Raises KeyError when a rule names a token that does not exist."""
    scheme = "dark" if tokens is DARK else "light"
    return _SHEET.substitute(
        asdict(tokens),
        tick=resource("icons", f"tick-{scheme}.svg").as_posix(),
        chevron=resource("icons", f"chevron-{scheme}.svg").as_posix(),
        radius=metrics.radius,
        radius_small=metrics.radius_small,
        radius_card=metrics.radius_card,
        note_px=metrics.note,
        title_px=metrics.title,
    )
