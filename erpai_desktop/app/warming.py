"""Imports what the first call to a provider and the first plot would wait for, once the window has come to rest."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from erpai_desktop.ai.providers import gateways
from erpai_desktop.models.enums import ProviderKind
from erpai_desktop.models.snapshots.providers import ProviderLine
from erpai_desktop.views.usage import plotting
from erpai_desktop.workers.intentions import providers_reading
from erpai_desktop.workers.runner import Runner

AT_REST_MS = 2_000
"""After opening: by then the page on show has been read and painted."""


class Warming(QObject):
    """One for each open workspace. One without a provider has nothing to call and nothing to plot: it costs nothing."""

    def __init__(self, runner: Runner, *, language: str, parent: QObject) -> None:
        super().__init__(parent)
        self._runner = runner
        self._language = language
        self._timer = QTimer(self, singleShot=True, interval=AT_REST_MS)
        self._timer.timeout.connect(self.begin)
        self._timer.start()

    def begin(self) -> None:
        """Look whether there is a provider, and import if so."""
        self._runner.read((self, "providers"), providers_reading.providers, language=self._language).then(
            self._load
        ).otherwise(lambda _error: True)

    def leave(self) -> None:
        """The workspace closes."""
        self._timer.stop()

    def _load(self, lines: tuple[ProviderLine, ...]) -> None:
        if any(line.kind is not ProviderKind.BUILT_IN for line in lines):
            self._runner.prepare(gateways.load).then(lambda _: self._runner.prepare(plotting.load), owner=self)
