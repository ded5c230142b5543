"""Icons by meaning: they can be handed out before their font is loaded, and follow the theme by themselves."""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPixmap

from erpai_desktop.views.look.icon_font import IconFont
from erpai_desktop.views.look.icon_names import ICONS
from erpai_desktop.views.look.tokens import ColorName

_log = logging.getLogger(__name__)


class Icons(QObject):
    """Makes icons that paint nothing until `load` was called and then the current theme's colours.

    `color` looks a token up in the theme of the moment, so a change of theme needs a repaint and no new icons.
    """

    loaded = Signal()

    def __init__(self, color: Callable[[ColorName], QColor], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._color = color
        self._font: IconFont | None = None
        self._made: dict[tuple[str, ColorName, ColorName], QIcon] = {}

    @property
    def is_loaded(self) -> bool:
        """Whether icons paint."""
        return self._font is not None

    def load(self) -> None:
        """Read the font (tens of milliseconds, once); meant for just after the first paint.

        Without its font the window works on, with labels and tooltips alone, and the log says why.
        """
        if self._font is not None:
            return
        try:
            self._font = IconFont()
        except OSError as error:
            _log.warning("icons are not shown: %s", error)
            return
        self.loaded.emit()

    def icon(self, meaning: str, tone: ColorName = "dim", *, on: ColorName | None = None) -> QIcon:
        """The icon for a meaning of `icon_names`, in `tone`, and in `on` while checked or selected.

        Raises KeyError for an unknown meaning.
        """
        name = ICONS[meaning]
        key = (name, tone, on or tone)
        icon = self._made.get(key)
        if icon is None:
            icon = self._made[key] = QIcon(_Engine(self, name, tone, on or tone))
        return icon

    def paint(self, painter: QPainter, rect: QRect, meaning: str, tone: ColorName = "dim") -> None:
        """Draw the icon in the middle of `rect`, for delegates."""
        self._draw(painter, rect, ICONS[meaning], self._color(tone))

    def _draw(self, painter: QPainter, rect: QRect, name: str, color: QColor) -> None:
        if self._font is None:
            return
        side = min(rect.width(), rect.height())
        square = QRectF(0.0, 0.0, side, side)
        square.moveCenter(QRectF(rect).center())
        if rect.width() > rect.height():
            # A button's icon is asked for wider than tall: what is left over is the gap before its label.
            square.moveLeft(rect.left())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(square.topLeft())
        painter.scale(side / 24.0, side / 24.0)
        painter.fillPath(self._font.outline(name), color)
        painter.restore()


class _Engine(QIconEngine):
    """Paints one outline in the colour that the theme has at that moment."""

    def __init__(self, icons: Icons, name: str, tone: ColorName, on: ColorName) -> None:
        super().__init__()
        self._icons = icons
        self._name = name
        self._tone = tone
        self._on = on

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        checked = state == QIcon.State.On or mode == QIcon.Mode.Selected
        tone: ColorName = self._on if checked else self._tone
        if mode == QIcon.Mode.Disabled:
            tone = "faint"
        self._icons._draw(painter, rect, self._name, self._icons._color(tone))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        made = QPixmap(size)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return made

    def clone(self) -> QIconEngine:
        return _Engine(self._icons, self._name, self._tone, self._on)
