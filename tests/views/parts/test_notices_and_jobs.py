"""Notices wait for one another; a job's row shows how it stands and what can be done."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.job_row import ProgressRow
from erpai_desktop.views.parts.layout import column
from erpai_desktop.views.parts.notice_bar import Notice, NoticeBar


def shown(qtbot: QtBot, bar: QWidget) -> QWidget:
    """A window on show with the bar in it; whoever asks for it keeps it alive."""
    holder = QWidget()
    holder.setLayout(column(bar))
    qtbot.addWidget(holder)
    holder.show()
    return holder


def test_the_button_of_a_notice_does_it_once(qtbot: QtBot, theme: Theme) -> None:
    bar = NoticeBar(theme)
    window = shown(qtbot, bar)
    assert window.isVisible()
    done: list[str] = []
    bar.show_notice(Notice("Deleted 3 Q&As", action="Undo", callback=lambda: done.append("undo")))
    assert bar.isVisible()
    assert bar.accessibleName() == "Deleted 3 Q&As"
    bar._action.click()
    assert done == ["undo"]
    assert bar.isHidden()


def test_the_notice_before_comes_back(qtbot: QtBot, theme: Theme) -> None:
    bar = NoticeBar(theme)
    window = shown(qtbot, bar)
    assert window.isVisible()
    bar.show_notice(Notice("first"))
    bar.show_notice(Notice("second", kind="bad"))
    assert bar._text.text() == "second"
    QTest.keyClick(bar, Qt.Key.Key_Escape)
    assert bar._text.text() == "first"
    bar.dismiss()
    assert bar.current is None
    bar.dismiss()
    assert bar.isHidden()


def test_only_a_few_notices_are_kept(qtbot: QtBot, theme: Theme) -> None:
    bar = NoticeBar(theme)
    window = shown(qtbot, bar)
    assert window.isVisible()
    for number in range(30):
        bar.show_notice(Notice(str(number)))
    kept = []
    while bar.current is not None:
        kept.append(bar.current.text)
        bar.dismiss()
    assert kept == ["29", "28", "27", "26", "25"]


def test_a_notice_with_seconds_goes_by_itself(qtbot: QtBot, theme: Theme) -> None:
    bar = NoticeBar(theme)
    window = shown(qtbot, bar)
    assert window.isVisible()
    bar.show_notice(Notice("Saved", seconds=0.01))
    qtbot.waitUntil(bar.isHidden)


def test_the_bar_moves_only_when_something_was_done(qtbot: QtBot, theme: Theme) -> None:
    row = ProgressRow(theme, "Compile Support AI → built-in")
    qtbot.addWidget(row)
    row.set_state("running", "starting")
    row.set_progress(0, 0, "reading")
    assert row._bar.value() == 0
    assert row._bar.maximum() == 1000, "a bar without a known end would move by itself"
    row.set_progress(50, 200, "evaluating 50 of 200")
    assert row._bar.value() == 250
    row.set_progress(900, 200, "done")
    assert row._bar.value() == 1000


def test_cancel_is_pressed_once(qtbot: QtBot, theme: Theme) -> None:
    row = ProgressRow(theme, "Compile")
    qtbot.addWidget(row)
    row.set_state("running", "")
    with qtbot.waitSignal(row.cancel_requested):
        row._cancel.click()
    assert not row._cancel.isEnabled()
    assert "Already" in row._cancel.toolTip()


def test_a_finished_job_offers_what_it_made(qtbot: QtBot, theme: Theme) -> None:
    row = ProgressRow(theme, "Compile")
    qtbot.addWidget(row)
    row.set_state("done", "3.1 s", can_open=True)
    row.show()
    assert row._bar.isHidden()
    assert row._cancel.isHidden()
    with qtbot.waitSignal(row.open_requested):
        row._open.click()
    row.set_state("failed", "no disk space")
    assert row._open.isHidden()


def test_texts_of_jobs_stand_below_each_other_with_and_without_a_button(qtbot: QtBot, theme: Theme) -> None:
    places = set()
    for can_open in (True, False):
        row = ProgressRow(theme, "Compile")
        qtbot.addWidget(row)
        row.resize(640, 30)
        row.set_state("doubtful", "v2 is held back", can_open=can_open)
        row.show()
        places.add((row._text.x(), row._text.width()))
    assert len(places) == 1


def test_a_long_notice_is_read_in_full_and_a_very_long_one_in_its_tooltip(qtbot: QtBot, theme: Theme) -> None:
    bar = NoticeBar(theme)
    window = shown(qtbot, bar)
    window.resize(500, 300)
    bar.show_notice(Notice("Saved"))
    low = bar.minimumHeight()
    words = "The provider refused the key. Nothing was changed. Paste another key in Providers, then try again. " * 2
    bar.show_notice(Notice(words, kind="bad"))
    label = bar._text
    assert label.text() == words.strip() and label.heightForWidth(400) > 2 * label.fontMetrics().height()
    assert low == 36 and bar.heightForWidth(500) > low
    bar.show_notice(Notice(words * 9))
    assert label.text().endswith("…") and bar.heightForWidth(500) < 4 * low
    assert words.strip() in label.toolTip().replace("\n", " ")
