"""What fills the dock above the question: messages, history, Train AI, or what to do while there is nothing yet."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.empty_state import EmptyState


class Pages(QStackedWidget):
    """`messages`, `history` and `train` are given; the empty pages are its own."""

    compile_requested = Signal()

    def __init__(
        self, theme: Theme, *, messages: QWidget, history: QWidget, train: QWidget, may_compile: bool = True
    ) -> None:
        super().__init__()
        self._may_compile = may_compile
        tr = self.tr
        self.setProperty("role", "ground")
        self._messages, self._history, self._train = messages, history, train
        self._welcome = EmptyState(theme, "chat", tr("Ask something"), "")
        self._uncompiled = EmptyState(
            theme,
            "compile",
            tr("Not compiled yet"),
            "",
            action=tr("Compile") if may_compile else "",
            tooltip=tr("Make its first version"),
        )
        self._uncompiled.action_requested.connect(self.compile_requested)
        self._no_model = EmptyState(
            theme, "models", tr("Nobody to ask yet"), tr("Add a model (Ctrl+Shift+N), then compile it.")
        )
        for page in (self._welcome, self._uncompiled, self._no_model, messages, history, train):
            self.addWidget(page)

    @property
    def shows_messages(self) -> bool:
        """Whether a conversation is on show."""
        return self.currentWidget() is self._messages

    def show_messages(self) -> None:
        """The conversation."""
        self.setCurrentWidget(self._messages)

    def show_history(self) -> None:
        """The person's conversations."""
        self.setCurrentWidget(self._history)

    def show_train(self) -> None:
        """The sheet of Train AI."""
        self.setCurrentWidget(self._train)

    def show_no_model(self) -> None:
        """There is no model at all."""
        self.setCurrentWidget(self._no_model)

    def show_welcome(self, name: str) -> None:
        """Ready to be asked."""
        title = self.tr("Ask {name}").format(name=name) if name else self.tr("Ask something")
        self._welcome.set_words(title, self.tr("An answer comes with its source, or you get an honest “not known”."))
        self.setCurrentWidget(self._welcome)

    def show_uncompiled(self, name: str) -> None:
        """The model has no active version."""
        self._uncompiled.set_words(
            self.tr("{name} cannot answer yet").format(name=name),
            self.tr("It answers once it has been compiled. That needs no key and no network.")
            if self._may_compile
            else self.tr("It answers once a trainer or an administrator of this workspace has compiled it."),
        )
        self.setCurrentWidget(self._uncompiled)
