"""Paints a version's calibration: what each threshold would answer and refuse, and where the version's stands."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from erpai_desktop.models.snapshots.compilations import CurvePoint
from erpai_desktop.views.compilations.wording import percent
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.look.tokens import ColorName

_LEFT, _TOP, _RIGHT, _BOTTOM = 44, 30, 16, 34
_STEPS = (0.0, 0.25, 0.5, 0.75, 1.0)


class CalibrationCurve(QWidget):
    """Thresholds from 0 to 1 across, shares from 0 to 1 upwards; both lines are told apart by dashes too."""

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._points: tuple[CurvePoint, ...] = ()
        self._threshold: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Calibration curve"))
        self.setToolTip(self.tr("Move over the curve to read it"))
        theme.changed.connect(self.update)

    def show_curve(self, points: Sequence[CurvePoint], threshold: float | None) -> None:
        """Replace the curve; `threshold` is the one that the version uses."""
        self._points = tuple(sorted(points, key=lambda point: point.threshold))
        self._threshold = threshold
        self.setAccessibleDescription(self.summary())
        self.update()

    def summary(self) -> str:
        """What the curve says at the version's threshold, in words."""
        point = self._at(self._threshold) if self._threshold is not None else None
        if point is None or self._threshold is None:
            return self.tr("No calibration: there were too few rows to measure.")
        answered = self.tr("Below a confidence of {threshold} it says that it does not know. It answers {share} of "
                           "the questions that it knows").format(
            threshold=f"{self._threshold:.2f}", share=percent(point.answered)
        )  # fmt: skip
        if point.refused_unknown is None:
            return self.tr("{answered}.").format(answered=answered)
        return self.tr("{answered} and refuses {share} of those that it cannot know.").format(
            answered=answered, share=percent(point.refused_unknown)
        )

    def sizeHint(self) -> QSize:
        """Wide rather than tall."""
        return QSize(480, 220)

    def minimumSizeHint(self) -> QSize:
        """Small enough for the lower half of a page."""
        return QSize(220, 130)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say the figures under the mouse."""
        plot = self._plot()
        where = event.position()
        point = self._at((where.x() - plot.left()) / plot.width()) if plot.contains(where) else None
        if point is None:
            QToolTip.hideText()
            return
        text = self.tr("At {threshold}: answers {share} of the known").format(
            threshold=f"{point.threshold:.2f}", share=percent(point.answered)
        )
        if point.refused_unknown is not None:
            text += "\n" + self.tr("refuses {share} of the unknown").format(share=percent(point.refused_unknown))
        QToolTip.showText(event.globalPosition().toPoint(), text, self)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw grid, lines, the threshold and a legend."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plot = self._plot()
        self._draw_grid(painter, plot)
        self._draw_threshold(painter, plot)
        answered = [(point.threshold, point.answered) for point in self._points]
        refused = [
            (point.threshold, point.refused_unknown) for point in self._points if point.refused_unknown is not None
        ]
        self._draw_line(painter, plot, answered, "accent", Qt.PenStyle.SolidLine)
        self._draw_line(painter, plot, refused, "good", Qt.PenStyle.DashLine)
        end = self._draw_legend(painter, plot.left(), self.tr("known questions answered"), "accent")
        if refused:
            self._draw_legend(painter, end + 18, self.tr("unknown ones refused"), "good", Qt.PenStyle.DashLine)
        painter.end()

    def _plot(self) -> QRectF:
        return QRectF(self.rect()).adjusted(_LEFT, _TOP, -_RIGHT, -_BOTTOM)

    def _at(self, threshold: float) -> CurvePoint | None:
        return min(self._points, key=lambda point: abs(point.threshold - threshold), default=None)

    def _draw_grid(self, painter: QPainter, plot: QRectF) -> None:
        theme = self._theme
        painter.setFont(theme.font("note"))
        for step in _STEPS:
            x, y = plot.left() + step * plot.width(), plot.bottom() - step * plot.height()
            painter.setPen(QPen(theme.color("line"), 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(theme.color("dim"))
            painter.drawText(
                QRectF(0, y - 8, _LEFT - 8, 16),
                int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter),
                f"{step:.0%}",
            )
            painter.drawText(QRectF(x - 24, plot.bottom() + 3, 48, 14), int(Qt.AlignmentFlag.AlignCenter), f"{step:g}")
        painter.drawText(
            QRectF(plot.left(), plot.bottom() + 17, plot.width(), 14),
            int(Qt.AlignmentFlag.AlignCenter),
            self.tr("confidence below which it refuses"),
        )

    def _draw_line(
        self,
        painter: QPainter,
        plot: QRectF,
        points: Sequence[tuple[float, float]],
        color: ColorName,
        style: Qt.PenStyle,
    ) -> None:
        line = QPolygonF(
            [
                QPointF(plot.left() + _share(x) * plot.width(), plot.bottom() - _share(y) * plot.height())
                for x, y in points
            ]
        )
        painter.setPen(QPen(self._theme.color(color), 2, style, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        painter.drawPolyline(line)

    def _draw_threshold(self, painter: QPainter, plot: QRectF) -> None:
        if self._threshold is None:
            return
        x = plot.left() + _share(self._threshold) * plot.width()
        painter.setPen(QPen(self._theme.color("warning"), 1))
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        text = self.tr("this version: {threshold}").format(threshold=f"{self._threshold:.2f}")
        width = QFontMetrics(self._theme.font("note")).horizontalAdvance(text)
        left = x + 5 if x + 5 + width < plot.right() else x - 5 - width
        painter.drawText(QRectF(left, plot.bottom() - 18, width + 2, 14), int(Qt.AlignmentFlag.AlignVCenter), text)

    def _draw_legend(
        self,
        painter: QPainter,
        left: float,
        text: str,
        color: ColorName,
        style: Qt.PenStyle = Qt.PenStyle.SolidLine,
    ) -> float:
        painter.setPen(QPen(self._theme.color(color), 2, style))
        painter.drawLine(QPointF(left, 14), QPointF(left + 18, 14))
        painter.setPen(self._theme.color("dim"))
        width = QFontMetrics(self._theme.font("note")).horizontalAdvance(text)
        painter.drawText(QRectF(left + 24, 6, width + 2, 16), int(Qt.AlignmentFlag.AlignVCenter), text)
        return left + 24 + width


def _share(value: float) -> float:
    return min(1.0, max(0.0, value))
