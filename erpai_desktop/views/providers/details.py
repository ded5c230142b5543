"""One provider in full: its connection, key, test, base models and users; saved as one types."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QComboBox, QFrame, QScrollArea, QWidget

from erpai_desktop.changes import Changes
from erpai_desktop.errors import ErpAiError, InvalidInputError, NotFoundError
from erpai_desktop.models.enums import ProviderKind, Role
from erpai_desktop.models.ids import ProviderId
from erpai_desktop.models.snapshots.providers import KeyState, ProviderDetails
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.model_editor.overview import LANGUAGES
from erpai_desktop.views.parts.clipboard_guard import ClipboardGuard
from erpai_desktop.views.parts.field_saves import FieldSaves, Values
from erpai_desktop.views.parts.flat_fields import name_field
from erpai_desktop.views.parts.layout import column, row, stretch
from erpai_desktop.views.parts.permission import why_not
from erpai_desktop.views.providers.form import ProviderForm
from erpai_desktop.views.providers.found_cards import CheckCard, OfferCard, UsesCard
from erpai_desktop.views.providers.jobs import ProviderJobs
from erpai_desktop.views.providers.key_card import KeyCard
from erpai_desktop.views.providers.next_step import NextStep
from erpai_desktop.views.providers.provider_fields import arguments, fields_of, flat
from erpai_desktop.views.providers.wording import tr
from erpai_desktop.workers.intentions import providers, providers_reading
from erpai_desktop.workers.outcome import Outcome
from erpai_desktop.workers.runner import Runner

_TWO_COLUMNS = 600
"""Pixels from which the cards stand in two columns."""


class ProviderView(QScrollArea):
    """Made for one provider, thrown away with it."""

    open_model = Signal(object)
    """A ModelId."""
    loaded = Signal(object)
    """The ProviderDetails that are on show."""

    def __init__(
        self,
        runner: Runner,
        theme: Theme,
        provider_id: ProviderId,
        jobs: ProviderJobs,
        guard: ClipboardGuard,
        *,
        role: Role = Role.ADMINISTRATOR,
        language: str = "en",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.provider_id = provider_id
        self.details: ProviderDetails | None = None
        self._runner = runner
        self._jobs = jobs
        self._guard = guard
        self._language = language
        self._key_address = ""
        self._memory: int | None = None
        self._to_light: set[str] = set()
        forbidden = why_not(role, Role.ADMINISTRATOR)
        self.form = ProviderForm(theme, forbidden=forbidden)
        self.key = KeyCard(theme)
        self.check = CheckCard(theme, forbidden=forbidden)
        self.offer = OfferCard(theme, forbidden=forbidden)
        self.uses = UsesCard(theme)
        self._saves = FieldSaves(
            theme,
            self.form,
            self._write,
            title=tr("This provider was changed in another window"),
            main="names",
            flat=flat,
            parent=self,
        )
        self._connect()
        left = column(self.form, self.key, stretch(), gap=12)
        right = column(self.check, self.offer, self.uses, self.form.notes_card, stretch(), gap=12)
        self._columns: QBoxLayout = row(left, right, gap=12, margins=(14, 12, 14, 12))
        self._columns.setStretch(0, 1)
        self._columns.setStretch(1, 1)
        self._cards = (self.form, self.key, self.check, self.offer, self.uses, self.form.notes_card)
        inner = QFrame()
        inner.setLayout(self._columns)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(inner)
        self.setEnabled(False)
        self.refresh()
        self.refresh_key()

    def minimumSizeHint(self) -> QSize:
        """As wide as its cards in one column need: nothing of them is scrolled to sideways."""
        needed = max((card.minimumSizeHint().width() for card in self._cards if not card.isHidden()), default=0)
        margins = self._columns.contentsMargins()
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize(needed + margins.left() + margins.right() + bar, super().minimumSizeHint().height())

    def refresh(self) -> None:
        """Read the provider again."""
        self._runner.read(
            (self, "details"),
            providers_reading.provider_details,
            provider_id=self.provider_id,
            language=self._language,
        ).then(self._show).otherwise(lambda error: isinstance(error, NotFoundError), owner=self)

    def refresh_key(self) -> None:
        """Ask the keyring again, and what a model file's server takes."""
        self._jobs.key_state(self.provider_id).then(self._show_key).otherwise(self._key_failed)

    def tested(self, failure: type[Exception] | None) -> None:
        """A test has ended: read what it found, and bring to light why it failed."""
        self.check.failed_by(failure)
        self._to_light = {"test", "key"} if failure is not None else set()
        self.refresh()
        self.refresh_key()

    def flush(self) -> None:
        """Start saving what is unsaved."""
        self._saves.flush()

    def begin(self) -> None:
        """A new one: its name is what comes first."""
        first = next(iter(self.form.names.values()), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)
            first.selectAll()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """One column where two would be cramped."""
        narrow = event.size().width() < _TWO_COLUMNS
        self._columns.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)
        super().resizeEvent(event)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self._saves.saved.connect(self.refresh)
        self.form.typed.connect(self._saves.touch)
        self.form.chosen.connect(self._saves.save_now)
        self.form.field_made.connect(self._saves.watch)
        for editor in (self.form.base_url, self.form.model_file, self.form.base_model.line, self.form.notes):
            self._saves.watch(editor)
        self.key.keep_requested.connect(self._keep)
        self.key.forget_requested.connect(self._forget)
        self.key.retry_requested.connect(self.refresh_key)
        self.check.step_requested.connect(self._take_step)
        self.offer.chosen.connect(self._choose_base_model)
        self.uses.open_model.connect(self.open_model)

    def _show(self, details: ProviderDetails) -> None:
        self.details = details
        self.form.offer_languages([*LANGUAGES, *details.line.names])
        stored = {name_field(language): "" for language in self.form.names} | fields_of(details)
        self.form.show_found(details)
        self.setEnabled(True)
        self._saves.take(stored, details.line.object_version)
        self.key.show_provider(details)
        self.check.show_details(details)
        self._show_memory()
        self.offer.show_details(details)
        # It has no models of anybody's to list, and no test that would find any.
        self.offer.setVisible(details.line.kind is not ProviderKind.BUILT_IN)
        self.uses.show_details(details)
        self._order_fields()
        self.updateGeometry()
        if details.key_address != self._key_address:
            # Another address, another key.
            self._key_address = details.key_address
            self.refresh_key()
        self.loaded.emit(details)
        self._show_failure("test")

    def _show_failure(self, read: str) -> None:
        """After a test that failed, once what was `read` is on show: the cards are then as tall as their words."""
        if read in self._to_light:
            self._to_light.discard(read)
            QTimer.singleShot(0, self, lambda: self._bring_to_light(self.check))

    def _bring_to_light(self, card: QWidget) -> None:
        """Scroll as far as it takes to see all of a card."""
        self.ensureWidgetVisible(card, 0, self._columns.contentsMargins().top())

    def _take_step(self, step: NextStep) -> None:
        """Go to where a failed test is mended."""
        if step is NextStep.KEY:
            self._bring_to_light(self.key)
            self.key.begin()
        elif step is NextStep.BASE_MODEL:
            self._bring_to_light(self.offer)
            self.offer.choose()
        else:
            self._bring_to_light(self.form.base_url)
            self.form.base_url.setFocus(Qt.FocusReason.OtherFocusReason)
            self.form.base_url.selectAll()

    def _order_fields(self) -> None:
        """Tab goes down the page, though the fields for names and the buttons of users are made last."""
        names = list(self.form.names.values())
        fields = [
            field
            for card in self._cards
            for field in card.findChildren(QWidget)
            if field.focusPolicy() & Qt.FocusPolicy.TabFocus
            and field not in names
            # A drop-down list is a window of its own, its line edit goes with it.
            and field.window() is self.window()
            and not isinstance(field.parentWidget(), QComboBox)
        ]
        for before, after in pairwise([*names, *fields]):
            QWidget.setTabOrder(before, after)

    def _write(self, changed: Values, shown: Values, version: int | None) -> Outcome[Changes]:
        return self._runner.write(
            self,
            providers.update_provider,
            provider_id=self.provider_id,
            object_version=version,
            **arguments(changed, shown),
        )

    def _choose_base_model(self, name: str) -> None:
        self.form.base_model.show_text(name)
        self._saves.save_now()

    # --- the key --------------------------------------------------------------------------------------------------

    def _keep(self, text: str) -> None:
        self.flush()

        def kept(state: KeyState) -> None:
            self._guard.pasted(text)
            self._show_key(state)

        self._jobs.keep_key(self.provider_id, text).then(kept, owner=self).otherwise(self._key_failed)

    def _forget(self) -> None:
        self._jobs.forget_key(self.provider_id).then(self._show_key).otherwise(self._key_failed)

    def _show_key(self, state: KeyState) -> None:
        self._memory = state.memory
        self.key.show_state(state)
        self._show_memory()
        self.updateGeometry()
        self._show_failure("key")

    def _show_memory(self) -> None:
        local = self.details is not None and self.details.line.kind is ProviderKind.LOCAL
        self.check.show_memory(self._memory, is_local=local)

    def _key_failed(self, error: Exception) -> bool:
        if isinstance(error, NotFoundError):
            return True
        if isinstance(error, InvalidInputError):
            self.key.show_problem(" ".join(f"It {problem.message}." for problem in error.problems))
            return True
        if isinstance(error, ErpAiError):
            self.key.show_problem(str(error))
            return True
        return False
