"""What stands below the words of an answer: its sources, its confidence, and what to do when there is no answer."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QLabel, QWidget

from erpai_desktop.models.enums import Grounding, MessageState, ParticipantRole, RowKind
from erpai_desktop.models.metering import NOTHING_SENT
from erpai_desktop.models.snapshots.chats import ChatMessage, NearestQuestion, SourceLink
from erpai_desktop.views.chat.chip import Chip, QuestionLink
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.badge import Badge, BadgeKind
from erpai_desktop.views.parts.flow import FlowLayout
from erpai_desktop.views.parts.layout import column, label
from erpai_desktop.views.parts.permission import forbid

_SURE: Final = 0.75
"""From here on the confidence badge is green; below it, down to the version's threshold, it is plain."""
_NEAREST: Final = 3
_CURATED: Final = (Grounding.CURATED, Grounding.FALLBACK)


class AnswerFoot(QWidget):
    """Empty (see `is_empty`) for a question, and for an answer that says nothing of itself."""

    open_source = Signal(object)
    """A SourceLink."""
    ask_instead = Signal(str)
    try_again = Signal()
    draft_requested = Signal()
    conflict_requested = Signal()
    providers_requested = Signal()

    def __init__(
        self, theme: Theme, message: ChatMessage, *, no_draft: str = "", parent: QWidget | None = None
    ) -> None:
        """`no_draft` says why nobody may draft a Q&A here."""
        super().__init__(parent)
        self._theme = theme
        self._no_draft = no_draft
        self._flow = FlowLayout()
        self._links: list[QuestionLink] = []
        layout = column(gap=2)
        if message.state in (MessageState.FAILED, MessageState.STOPPED, MessageState.PARTIAL):
            self._add_unfinished(message)
        elif message.conflicted:
            self._add_conflict()
        elif message.refused:
            if message.nearest:
                layout.addWidget(label(self.tr("Nearest"), "note"))
            for near in message.nearest[:_NEAREST]:
                layout.addWidget(self._link(near))
            if message.nearest:
                layout.addSpacing(2)
            self._add_refusal(message)
        elif message.role is ParticipantRole.ASSISTANT:
            self._add_evidence(message)
        layout.addLayout(self._flow)
        if message.grounding is Grounding.FALLBACK and message.note:
            layout.addSpacing(2)
            layout.addWidget(self._why_it_failed(message.note))
        self.setLayout(layout)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self._flow.count() and not self._links

    def _add_evidence(self, message: ChatMessage) -> None:
        for number, source in enumerate(message.sources, start=1):
            self._flow.addWidget(self._source(number, source))
        self._add_grounding(message)
        # How sure the index is tells nothing of a model's own words.
        if message.confidence is not None and message.grounding in _CURATED:
            kind: BadgeKind = "good" if message.confidence >= _SURE else "plain"
            words = self.tr("How sure it is, from 0 to 1")
            self._flow.addWidget(Badge(f"{message.confidence:.2f}", kind, tooltip=words))
        if message.grounding is Grounding.FALLBACK:
            self._add_steps(message)

    def _add_grounding(self, message: ChatMessage) -> None:
        """What the words rest on, where they are not simply the curated ones."""
        tr = self.tr
        marks: dict[Grounding, tuple[str, BadgeKind, str]] = {
            Grounding.CITED: (tr("cited"), "good", tr("The rows named here bear it out")),
            Grounding.UNCITED: (
                tr("its sources do not bear it out") if message.sources else tr("names no source"),
                "warning",
                tr("Check it before you rely on it"),
            ),
            Grounding.FALLBACK: (
                tr("provider failed") if message.refused else tr("provider failed: curated answer"),
                "warning",
                tr("The curated answer stands in for the model's"),
            ),
            Grounding.LEARNED: (tr("learned"), "plain", tr("Words of a fine-tuned model, which names no sources")),
        }
        mark = marks.get(message.grounding)
        if mark is not None:
            words, kind, tip = mark
            self._flow.addWidget(Badge(words, kind, tooltip="\n".join(filter(None, (tip, message.note)))))
        if message.note and message.grounding in (Grounding.CITED, Grounding.LEARNED):
            self._flow.addWidget(Badge(tr("cut short"), "warning", tooltip=message.note))

    def _why_it_failed(self, note: str) -> QLabel:
        # What had come before it failed is in the mark's tooltip.
        words = label(note.partition("\n")[0], "note", wrap=True, selectable=True)
        words.setAccessibleName(self.tr("Why the provider did not answer"))
        return words

    def _add_steps(self, message: ChatMessage) -> None:
        """What to do about a provider that failed."""
        self._flow.addWidget(
            self._chip(self.tr("Ask again"), self.tr("Put the same question to the provider once more"), self.try_again)
        )
        if not message.note.startswith(NOTHING_SENT):
            self._flow.addWidget(
                self._chip(
                    self.tr("Open Providers"),
                    self.tr("Where its key, its address and its base model are"),
                    self.providers_requested,
                )
            )

    def _add_refusal(self, message: ChatMessage) -> None:
        if message.grounding is Grounding.FALLBACK:
            self._add_grounding(message)
        words = self.tr("not known")
        if message.confidence is not None:
            words = f"{words} · {message.confidence:.2f}"
        self._flow.addWidget(
            Badge(words, "warning", tooltip=self.tr("Below the confidence from which this version answers"))
        )
        draft = self._chip(self.tr("Draft a Q&A"), self.tr("Write the answer it should have had"), self.draft_requested)
        forbid(draft, self._no_draft)
        self._flow.addWidget(draft)
        if message.grounding is Grounding.FALLBACK:
            self._add_steps(message)

    def _add_conflict(self) -> None:
        self._flow.addWidget(
            Badge(self.tr("undecided"), "warning", tooltip=self.tr("Not answered until a person has decided"))
        )
        self._flow.addWidget(
            self._chip(
                self.tr("Show the contradiction"),
                self.tr("Open the findings, where the rows that differ stand side by side"),
                self.conflict_requested,
            )
        )

    def _add_unfinished(self, message: ChatMessage) -> None:
        if message.state is MessageState.FAILED:
            self._flow.addWidget(Badge(self.tr("failed"), "bad", tooltip=self.tr("No answer was made")))
        elif message.state is MessageState.PARTIAL:
            why = self.tr("The answer broke off; what had come is kept")
            self._flow.addWidget(
                Badge(self.tr("broken off"), "warning", tooltip="\n".join(filter(None, (why, message.note))))
            )
        elif message.contents.strip():
            self._flow.addWidget(Badge(self.tr("stopped"), tooltip=self.tr("You stopped this answer")))
        self._flow.addWidget(
            self._chip(self.tr("Try again"), self.tr("Ask the same question once more"), self.try_again)
        )

    def _chip(self, text: str, tooltip: str, signal: SignalInstance) -> Chip:
        chip = Chip(self._theme, text, tooltip)
        chip.clicked.connect(lambda: signal.emit())
        return chip

    def _link(self, near: NearestQuestion) -> QuestionLink:
        link = QuestionLink(
            self._theme,
            near.question,
            self.tr("Ask this instead ({score} similar):\n{question}").format(
                score=f"{near.score:.2f}", question=near.question
            ),
        )
        link.clicked.connect(lambda: self.ask_instead.emit(near.question))
        self._links.append(link)
        return link

    def _source(self, number: int, source: SourceLink) -> Chip:
        kind = self.tr("Q&A") if source.kind is RowKind.QA else self.tr("training conversation")
        chip = Chip(
            self._theme,
            f"{number} {source.section or kind} · {source.question}",
            self.tr("Open this {kind} of {model}:\n{question}").format(
                kind=kind, model=source.model_name, question=source.question
            ),
        )
        chip.clicked.connect(lambda: self.open_source.emit(source))
        return chip
