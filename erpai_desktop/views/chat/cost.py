"""What the conversation on show has come to: tokens and money, told beside the question and kept up with each call."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.models.ids import ChatId, ModelId, UserId
from erpai_desktop.models.money import in_words
from erpai_desktop.models.snapshots.usage import BudgetState, ChatSpent
from erpai_desktop.views.parts.wording import plural
from erpai_desktop.views.usage.wording import of_budget, short, whose_budget
from erpai_desktop.workers.intentions import usage_reading
from erpai_desktop.workers.runner import Runner

_TOGETHER_MS = 200
"""A call is written down twice, before and after it, beside the answer itself: read once."""


class CostWords(NamedTuple):
    """`text` stands beside the question, `spoken` is its name, `tooltip` tells the rest."""

    text: str = ""
    spoken: str = ""
    tooltip: str = ""


class Cost(QObject):
    """Told which conversation is on show by `follow`; nothing is said of one that has sent nothing anywhere."""

    changed = Signal(object)
    """CostWords."""

    def __init__(self, runner: Runner, user_id: UserId, *, parent: QObject) -> None:
        super().__init__(parent)
        self._runner = runner
        self._user_id = user_id
        self._chat_id: ChatId | None = None
        self._model_id: ModelId | None = None
        self._timer = QTimer(self, singleShot=True, interval=_TOGETHER_MS)
        self._timer.timeout.connect(self.refresh)
        runner.changed.connect(self._on_changed)

    def follow(self, chat_id: ChatId | None, model_id: ModelId | None) -> None:
        """Tell of this conversation from now on; its next question goes to this model."""
        if chat_id != self._chat_id:
            self.changed.emit(CostWords())
            self._chat_id = chat_id
            self._model_id = model_id
            self.refresh()
        self._model_id = model_id

    def refresh(self) -> None:
        """Read again."""
        chat_id = self._chat_id
        if chat_id is None:
            return
        # What cannot be read is no reason to bother anybody who only wants to ask.
        self._runner.read((self, "spent"), usage_reading.chat_spent, conversation_id=chat_id).then(
            lambda spent: self._show(chat_id, spent), owner=self
        ).otherwise(lambda _error: True)

    def _show(self, chat_id: ChatId, spent: ChatSpent) -> None:
        if chat_id != self._chat_id:
            return
        self.changed.emit(words_of(spent))
        if spent.micros:
            self._runner.read(
                (self, "budgets"), usage_reading.budgets_of_next, user_id=self._user_id, model_id=self._model_id
            ).then(
                lambda budgets: self.changed.emit(words_of(spent, budgets)) if chat_id == self._chat_id else None,
                owner=self,
            ).otherwise(lambda _error: True)

    def _on_changed(self, changes: Changes, _initiator: object) -> None:
        if changes.touches(Entity.USAGE) and self._chat_id is not None and not self._timer.isActive():
            self._timer.start()


def words_of(spent: ChatSpent, budgets: tuple[BudgetState, ...] = ()) -> CostWords:
    """`1.2 k tokens · 0.41 $`, and in full; where nothing is charged, the tokens alone."""
    if not spent.calls or not spent.tokens:
        return CostWords()
    tokens = plural(spent.tokens, _tr("1 token"), _tr("{n} tokens")) if spent.tokens < 1_000 else ""
    text = tokens or _tr("{tokens} tokens").format(tokens=short(spent.tokens))
    money = in_words(spent.micros, spent.currency) if spent.micros else ""
    lines = [
        _tr("This conversation so far:"),
        _tr("{tokens} tokens in, {cached} of them from the provider's cache").format(
            tokens=f"{spent.tokens_in:,}", cached=f"{spent.tokens_cached:,}"
        ),
        _tr("{tokens} tokens out").format(tokens=f"{spent.tokens_out:,}"),
        _tr("{calls}, {money}").format(
            calls=plural(spent.calls, _tr("1 call"), _tr("{n} calls")),
            money=money or (_tr("free of charge") if spent.currency else _tr("price not known")),
        ),
    ]
    if budgets:
        lines.append(_tr("The next question counts against:"))
        lines += [
            _tr("{who}: {spent} this month").format(who=whose_budget(state), spent=of_budget(state))
            for state in budgets
        ]
    text = f"{text} · {money}" if money else text
    return CostWords(text, _tr("Spent in this conversation: {what}").format(what=text), "\n".join(lines))


def _tr(text: str) -> str:
    return QCoreApplication.translate("Chat", text)
