"""Times as they stand beside versions."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from erpai_desktop.views.comparison.wording import milliseconds


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "–"),
        (0.74, "0.7 ms"),
        (6.0, "6 ms"),
        (24.4, "24 ms"),
        (999.4, "999 ms"),
        (999.6, "1.0 s"),
        (6478, "6.5 s"),
    ],
)
def test_a_long_time_is_told_in_seconds(qtbot: QtBot, value: float | None, words: str) -> None:
    assert milliseconds(value) == words
