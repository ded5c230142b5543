"""A provider's key on this workstation: pasted once, shown by its last four characters, replaced, removed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QStackedWidget, QWidget

from erpai_desktop.models.enums import ProviderKind
from erpai_desktop.models.provider_rules import needs_key
from erpai_desktop.models.snapshots.providers import KeyState, ProviderDetails
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.badge import Badge
from erpai_desktop.views.parts.buttons import IconButton, QuietButton, tooltip_text
from erpai_desktop.views.parts.card import Card
from erpai_desktop.views.parts.layout import column, label, row, stretch
from erpai_desktop.views.providers.wording import tr


class _SecretLine(QLineEdit):
    """Dots instead of letters; Escape gives up."""

    given_up = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setEchoMode(QLineEdit.EchoMode.Password)
        # No input method keeps what is typed here, and nothing can be copied from it.
        self.setInputMethodHints(Qt.InputMethodHint.ImhHiddenText | Qt.InputMethodHint.ImhSensitiveData)
        self.setAccessibleName(tr("Key"))
        self.purpose = tr("Paste the key and press Enter; it goes to the system's keyring and nowhere else")
        self.setToolTip(self.purpose)
        self.setPlaceholderText(tr("Paste the key here"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape empties it."""
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.given_up.emit()
        else:
            super().keyPressEvent(event)


class KeyCard(Card):
    """Whatever their role, people keep their own key on their own workstation: it is no setting of the workspace."""

    keep_requested = Signal(str)
    forget_requested = Signal()
    retry_requested = Signal()

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(theme, tr("Key"), icon="secret", parent=parent)
        self._can_be_kept = True
        self._where = Badge()
        self.add_to_header(self._where)
        self.edit = _SecretLine()
        self.edit.returnPressed.connect(self._keep)
        self.edit.textChanged.connect(lambda _text: self._show_keep())
        self.edit.given_up.connect(lambda: self._show_page(editing=False))
        self._keep_button = QuietButton(theme, tr("Keep"), "")
        self._keep_button.clicked.connect(self._keep)
        self._masked = label("", "strong")
        self._masked.setFont(theme.font("code"))
        replace = QuietButton(theme, tr("Replace"), tr("Paste another key instead"))
        replace.clicked.connect(self.begin)
        self._remove = remove = IconButton(theme, "delete", tr("Remove"), "")
        remove.clicked.connect(self.forget_requested)
        self._retry = QuietButton(theme, tr("Try again"), tr("Ask the keyring once more"))
        self._retry.clicked.connect(self.retry_requested)
        typing, kept = QWidget(), QWidget()
        line = row(self.edit, self._keep_button)
        line.setStretchFactor(self.edit, 1)
        typing.setLayout(line)
        kept.setLayout(row(self._masked, stretch(), replace, remove))
        self._pages = QStackedWidget()
        self._pages.addWidget(typing)
        self._pages.addWidget(kept)
        self._problem = label("", "bad", wrap=True, selectable=True)
        self._problem.setAccessibleName(tr("What is wrong with the key"))
        self._note = label("", "note", wrap=True)
        self._session = label(
            tr(
                "No keyring was found here that a key may go to: it is kept until the program is closed, "
                "then you paste it again."
            ),
            "note",
            wrap=True,
        )
        self._session.hide()
        self.body.addLayout(
            column(self._pages, self._problem, row(self._retry, stretch()), self._note, self._session, gap=6)
        )
        self._state = KeyState("", "")
        self._say_where("")
        self.show_problem("")

    def show_provider(self, details: ProviderDetails) -> None:
        """Whose key it is: only its own address ever gets it."""
        kind = details.line.kind
        takes = kind in (ProviderKind.OPENAI, ProviderKind.OPENAI_COMPATIBLE)
        self.setVisible(takes)
        self._can_be_kept = bool(details.key_address)
        if not self._can_be_kept:
            text = tr("Enter the address first: a key belongs to one.")
        elif needs_key(kind):
            text = tr("Handed to {address} alone.").format(address=details.key_address)
        else:
            text = tr("Handed to {address} alone. Servers of one's own often need none.").format(
                address=details.key_address
            )
        self._note.setText(text)
        self.edit.setEnabled(self._can_be_kept)
        self._show_edit_tooltip()
        self._show_keep()

    def show_state(self, state: KeyState) -> None:
        """How it stands."""
        self._state = state
        self._masked.setText(state.masked)
        self._masked.setAccessibleName(tr("Key that ends in {last}").format(last=state.masked.lstrip("•")))
        self._say_where(state.keyring)
        if state.keyring and state.is_locked:
            self._where.show_text(tr("locked"), "warning", tr("The keyring of this computer could not be asked"))
        elif state.keyring:
            self._where.show_text(
                state.keyring if state.masked else "",
                "good",
                tr("It is kept in the keyring of this computer, and nowhere else"),
            )
        else:
            self._where.show_text(
                tr("this session only"),
                "warning",
                self._session.text(),
            )
        self._session.setVisible(not state.keyring)
        self.edit.clear()
        self.show_problem(state.problem)
        self._retry.setVisible(bool(state.problem))
        self._show_page(editing=not state.masked)

    def show_problem(self, text: str) -> None:
        """Why a key cannot be kept or used."""
        self._problem.setText(text)
        self._problem.setVisible(bool(text))
        self._retry.setVisible(False)

    def begin(self) -> None:
        """Take the keyboard to where a key is pasted."""
        self._show_page(editing=True)
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_page(self, *, editing: bool) -> None:
        self._pages.setCurrentIndex(0 if editing or not self._state.masked else 1)

    def _say_where(self, keyring: str) -> None:
        """Where a key goes, in the tooltips."""
        if keyring:
            self.edit.purpose = tr("Paste the key and press Enter; it goes to the system's keyring and nowhere else")
            self._keep_button.set_tooltip(tr("Keep this key in the system's keyring (Enter)"))
            self._remove.set_tooltip(tr("Take the key out of the keyring"))
        else:
            self.edit.purpose = tr("Paste the key and press Enter; it is kept until the program is closed")
            self._keep_button.set_tooltip(tr("Keep this key until the program is closed (Enter)"))
            self._remove.set_tooltip(tr("Forget the key"))
        self._show_edit_tooltip()
        self._show_keep()

    def _show_edit_tooltip(self) -> None:
        reason = "" if self._can_be_kept else tr("Enter the address first")
        self.edit.setToolTip(tooltip_text(self.edit.purpose, reason=reason))

    def _show_keep(self) -> None:
        if not self._can_be_kept:
            self._keep_button.disabled_because(tr("Enter the address first"))
        else:
            self._keep_button.disabled_because("" if self.edit.text().strip() else tr("Paste a key first"))

    def _keep(self) -> None:
        text = self.edit.text()
        if text.strip() and self._can_be_kept:
            self.keep_requested.emit(text)
