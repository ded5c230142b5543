"""Saves a form's fields as one types, merges what others save meanwhile, and asks the person where both differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from erpai_desktop.changes import Changes
from erpai_desktop.errors import ConflictError, InvalidInputError
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.autosave import Autosave
from erpai_desktop.views.parts.conflict import ConflictDialog
from erpai_desktop.views.parts.edit_state import EditState
from erpai_desktop.workers.outcome import Outcome

Values = Mapping[str, object]
Write = Callable[[Values, Values, int | None], Outcome[Changes]]
"""Saves changed fields, given them, all fields as they are shown, and the version they were read at."""


@dataclass(frozen=True, slots=True)
class Named:
    """A value that is shown by another text, as an id is by a name."""

    value: object
    text: str

    def __str__(self) -> str:
        return self.text


class FieldForm(Protocol):
    """A form as saving knows it: named values."""

    def values(self) -> dict[str, object]:
        """What the fields show."""
        ...

    def show_values(self, values: Values) -> None:
        """Show these, without telling that something was typed."""
        ...

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """What cannot be saved, at its field; an empty mapping takes all away."""
        ...

    def label_of(self, name: str) -> str:
        """What a field is called."""
        ...

    def in_words(self, name: str, value: object) -> object:
        """A field's value as a conflict shows it."""
        ...


class FieldSaves(QObject):
    """Belongs to a page; the form's signals go to `touch` and `save_now`.

    `flat` turns a conflict's values into fields, where a service takes them together; `main` is the field where
    problems stand that belong to none.
    """

    saved = Signal()
    """Everything is stored that was being saved; what is stored now should be read and taken."""

    def __init__(
        self,
        theme: Theme,
        form: FieldForm,
        write: Write,
        *,
        title: str,
        main: str,
        parent: QWidget,
        flat: Callable[[Mapping[str, Any]], dict[str, object]] = dict,
    ) -> None:
        super().__init__(parent)
        self._page = parent
        self._theme = theme
        self._form = form
        self._write_fields = write
        self._title = title
        self._main = main
        self._flat = flat
        self._state = EditState()
        self._is_read = False
        self._in_flight: dict[str, object] | None = None
        self._save_again = False
        self._autosave = Autosave(self._save, parent=self)
        save = QShortcut(QKeySequence(QKeySequence.StandardKey.Save), parent)
        save.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        save.activated.connect(self.save_now)

    def watch(self, widget: QWidget) -> None:
        """Save when this widget loses the keyboard."""
        self._autosave.watch(widget)

    def touch(self) -> None:
        """Something was typed."""
        self._autosave.touch()

    def save_now(self) -> None:
        """Something was decided at once."""
        self._autosave.touch()
        self._autosave.flush()

    def flush(self) -> None:
        """Start saving what is unsaved."""
        self._autosave.flush()

    def take(self, stored: Values, version: int) -> None:
        """Take what is stored now, and show it but where the person has typed over it."""
        first, self._is_read = not self._is_read, True
        self._form.show_values(self._state.take(stored, version, stored if first else self._form.values()))
        if self._save_again:
            self._save_again = False
            self._save()

    # --- inside ---------------------------------------------------------------------------------------------------

    def _save(self) -> None:
        if not self._is_read:
            return
        if self._in_flight is not None:
            # One save at a time: the next one must know the version that this one makes.
            self._save_again = True
            return
        changed = self._state.edited(self._form.values())
        if changed:
            self._write(changed, self._state.version)

    def _write(self, changed: Values, version: int | None) -> None:
        self._in_flight = dict(changed)
        self._write_fields(changed, self._form.values(), version).then(self._on_saved).otherwise(self._not_saved)

    def _on_saved(self, _changes: Changes) -> None:
        self._state.saved(self._in_flight or {})
        self._in_flight = None
        self._form.show_problems({})
        self.saved.emit()

    def _not_saved(self, error: Exception) -> bool:
        mine, self._in_flight = self._in_flight or {}, None
        self._save_again = False
        if isinstance(error, ConflictError):
            self._settle(mine, self._flat(error.theirs), error.current_version)
            return True
        if isinstance(error, InvalidInputError):
            problems = {(problem.field or self._main): problem.message for problem in error.problems}
            self._form.show_problems(problems or {self._main: error.message})
            return True
        self._form.show_problems({self._main: self.tr("Not saved yet: {why}").format(why=str(error))})
        return False

    def _settle(self, mine: Values, theirs: Values, version: int) -> None:
        """Ask the person about fields that both changed; a name in another language is no quarrel."""
        base = self._state.base
        both = {
            field
            for field, value in mine.items()
            if field in theirs and theirs[field] not in (value, base.get(field, ""))
        }
        # What only they changed is taken over; it may not have been read here yet.
        untouched = {field: value for field, value in theirs.items() if field not in mine}
        self._state.saved(untouched)
        self._form.show_values({**self._form.values(), **untouched})
        if not both:
            self._write(mine, version)
            return
        dialog = ConflictDialog(
            self._theme,
            self._title,
            mine={field: self._form.in_words(field, mine[field]) for field in both},
            theirs={field: self._form.in_words(field, theirs[field]) for field in both},
            labels={field: self._form.label_of(field) for field in both},
            parent=self._page,
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.resolved.connect(lambda chosen: self._resolve(mine, chosen))
        dialog.rejected.connect(self._postpone)
        dialog.open()

    def _resolve(self, mine: Values, chosen: Mapping[str, Any]) -> None:
        decided = {field: getattr(value, "value", value) for field, value in chosen.items()}
        # Typing went on behind the dialog at most in other fields: these are what the person decided.
        self._form.show_values({**self._form.values(), **decided})
        self._write({**mine, **decided}, None)

    def _postpone(self) -> None:
        text = self.tr("Not saved yet: somebody else changed this too. Press Ctrl+S to decide.")
        self._form.show_problems({self._main: text})


def set_line(edit: QLineEdit, text: str) -> None:
    """Show a text in a line that is typed in; a space at the end is on its way to a next word."""
    if edit.text().strip() != text:
        edit.setText(text)


def set_text(editor: QPlainTextEdit, text: str) -> None:
    """Show a text in an editor, silently, and only if it is another one: the cursor stays."""
    if editor.toPlainText() != text:
        editor.blockSignals(True)
        editor.setPlainText(text)
        editor.blockSignals(False)
