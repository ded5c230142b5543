"""Goes through every place of the window, and looks at what is visible there."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFileDialog,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
    QWidget,
)

from erpai_desktop.app.desk import Desk
from erpai_desktop.app.screenshots import at_rest
from erpai_desktop.models.ids import ModelId

SUB_PAGES = ("overview", "qas", "conversations", "compilations", "evaluation", "knowledge")
_CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
)


def visible_widgets() -> list[QWidget]:
    """All visible widgets of all windows, without what Qt's own file dialog is made of."""
    found: list[QWidget] = []
    for top in QApplication.topLevelWidgets():
        if top.isVisible() and not isinstance(top, QFileDialog):
            found += [top, *(widget for widget in top.findChildren(QWidget) if widget.isVisible())]
    return [widget for widget in found if not isinstance(widget.window(), QFileDialog)]


def visible_controls() -> list[QWidget]:
    """What a person can press, fill in or choose from, and nothing that is only a part of such a thing."""
    return [
        widget
        for widget in visible_widgets()
        if isinstance(widget, _CONTROLS) and not isinstance(widget, QHeaderView) and not _is_a_part(widget)
    ]


def name_of(widget: QWidget) -> str:
    """What a screen reader says."""
    return widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")


async def everywhere(desk: Desk, model_id: ModelId, look: Callable[[str], object]) -> None:
    """Open each page, dock, panel and dialog in turn; `look` is called at each with its name."""
    window = desk.shell.window

    async def see(place: str) -> None:
        await at_rest(desk)
        look(place)

    for sub_page in SUB_PAGES:
        desk.pages.open_model(model_id, sub_page)
        await see(sub_page)
        _take_first_rows(window.tabs.page(window.tabs.current))
        await see(f"{sub_page}, the first row")
    desk.pages.open_compile(model_id)
    await see("compile")
    desk.pages.open_review()
    await see("review")
    desk.pages.open_providers()
    await see("providers")
    desk.pages.open_bin()
    await see("bin")
    for sub_page in ("overview", "budgets", "calls"):
        desk.pages.open_usage(sub_page)
        await see(f"usage, {sub_page}")
    for title in ("Jobs", "Findings", "Log"):
        window.show_bottom(title)
        await see(title)
    desk.chat.show_history()
    await see("chats")
    desk.chat.new_conversation()
    window.open_palette("co")
    await see("palette")
    window.close_palette()
    for name in ("program.settings", "help.keys", "help.about"):
        desk.shell.actions.action(name).trigger()
        await see(name)
        for top in QApplication.topLevelWidgets():
            if top.isVisible() and top is not window:
                top.close()


def _is_a_part(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    return widget.objectName().startswith("qt_") or isinstance(parent, QComboBox | QAbstractSpinBox | QLineEdit)


def _take_first_rows(page: QWidget | None) -> None:
    for view in page.findChildren(QAbstractItemView) if page is not None else ():
        model = view.model()
        if view.isVisible() and model is not None and not isinstance(view, QHeaderView):
            view.setCurrentIndex(view.indexAt(QPoint(40, 8)))
