"""The main job, step by step, as a person does it at the real window: curate, compile, ask, correct, Train AI, again.

The tour shows these steps with pictures; the end-to-end test asserts them. Each step says what was observed and raises
when it did not happen.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QPlainTextEdit

from erpai_desktop.models.enums import ParticipantRole
from erpai_desktop.views.chat.tick_circle import TickCircle
from tests.person import NotThereError
from tools.walk import Step, Walk

MODEL = "Marketing AI"
QUESTION = "How often should we post on LinkedIn?"
CORRECTION = "LinkedIn is twice a week: one thought-leadership and one case study."
KNOWN = "How often do we post on Instagram?"
KNOWN_ANSWER = "Instagram four times a week: two lifestyle, one educational, one product."
UNKNOWN = "What is the boiling point of mercury?"


class MainJob(Walk):
    """The main job on one model of the sample company."""

    model = MODEL

    def steps(self) -> list[Step]:
        """All steps in order."""
        return [
            Step("walk the tree", self._walk_the_tree),
            Step("edit a Q&A", self._edit_a_qa),
            Step("read a training conversation", self._read_a_conversation),
            Step("plan a compilation", self._plan),
            Step("compile and watch it", self._compile),
            Step("see how it was evaluated", self._evaluation),
            Step("ask and get the curated answer with its source", self._ask_known),
            Step("open the source", self._open_source),
            Step("ask what nobody curated", self._ask_unknown),
            Step("ask what the model does not know yet", self._ask_gap),
            Step("correct it in the chat", self._correct),
            Step("tick question and correction, see what would be learnt", self._preview),
            Step("Train AI", self._train),
            Step("compile again", self._compile_again),
            Step("ask again and get the right answer", self._ask_again),
        ]

    # --- curate ---------------------------------------------------------------------------------------------------

    async def _walk_the_tree(self) -> str:
        count = await self._open_the_model()
        return f"{count} models: {', '.join(self._tree_rows())}; opened {MODEL}"

    async def _edit_a_qa(self) -> str:
        person = self._person
        page = await self._sub_page("Q&As")
        await person.until(lambda: person.find(QAbstractItemView, "Q&As", inside=page), "the table of Q&As")
        table = person.find(QAbstractItemView, "Q&As", inside=page)
        person.click_row(table, KNOWN, column=1)
        notes = "Checked with the marketing lead."
        await person.until(lambda: person.find(QPlainTextEdit, "Answer").toPlainText() == KNOWN_ANSWER, "the editor")
        person.type(person.find(QPlainTextEdit, "Notes"), notes)
        person.press(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier, on=person.find(QPlainTextEdit, "Notes"))
        await self._at_rest()
        return f"“{KNOWN}” has a new note: “{notes}”"

    async def _read_a_conversation(self) -> str:
        person = self._person
        page = await self._sub_page("Conversations")
        name = "Training conversations"
        await person.until(lambda: person.find(QAbstractItemView, name, inside=page), "the training conversations")
        found = person.find(QAbstractItemView, name, inside=page)
        titles = person.rows(found)
        person.click_row(found, titles[0])
        await self._at_rest()
        return f"{len(titles)} training conversations, the first: “{titles[0]}”"

    # --- compile --------------------------------------------------------------------------------------------------

    async def _compile(self) -> str:
        return await self._build()

    async def _evaluation(self) -> str:
        await self._sub_page("Evaluation")
        score = self._node().validation_score
        if score is None:
            raise NotThereError("the active version has no validation score")
        return f"{score:.0%} of the validation questions came out right"

    # --- ask ------------------------------------------------------------------------------------------------------

    async def _ask_known(self) -> str:
        await self._begin_chat()
        answer = await self._ask(KNOWN)
        if answer.contents != KNOWN_ANSWER or not answer.sources or answer.version is None:
            raise NotThereError(f"not the curated answer with its source: {answer}")
        source = answer.sources[0]
        where = f"{source.model_name}, {source.section}"
        return f"“{answer.contents}” from {where} (v{answer.version}, {answer.confidence:.2f})"

    async def _open_source(self) -> str:
        person = self._person
        chip = person.find(QAbstractButton, f"1 Social · {KNOWN}")
        person.click(chip)
        await person.until(
            lambda: person.find(QPlainTextEdit, "Question").toPlainText() == KNOWN, "the Q&A the answer rests on"
        )
        return "the source's Q&A is open in its model's table"

    async def _ask_unknown(self) -> str:
        answer = await self._ask(UNKNOWN)
        if not answer.refused or answer.contents or answer.sources:
            raise NotThereError(f"it should have said that it does not know: {answer}")
        return f"not known ({answer.confidence:.2f}); nearest: “{answer.nearest[0].question}”"

    async def _ask_gap(self) -> str:
        answer = await self._ask(QUESTION)
        if answer.contents == CORRECTION:
            raise NotThereError("it knows already what the tour is about to teach it")
        return "not known" if answer.refused else f"a wrong answer: “{answer.contents}”"

    async def _correct(self) -> str:
        answer = await self._ask(CORRECTION)
        return f"corrected: “{CORRECTION}” (the model said {'that it does not know' if answer.refused else 'more'})"

    # --- Train AI -------------------------------------------------------------------------------------------------

    async def _preview(self) -> str:
        person, messages = self._person, self._desk.chat.message_list
        for text in (QUESTION, CORRECTION):
            view = next(
                view
                for view in messages.shown
                if view.message.role is ParticipantRole.USER and view.message.contents == text
            )
            messages.ensureWidgetVisible(view)
            await self._at_rest()
            person.click(person.find(TickCircle, inside=view))
            await person.until(lambda view=view: view.message.id in messages.ticked, "a tick")  # type: ignore[misc]
        person.click(person.find(QAbstractButton, "Train AI", inside=self._desk.chat))
        await person.until(lambda: self._desk.chat.train_panel.isVisible(), "the sheet of Train AI")
        await self._at_rest()
        drafts = self._desk.chat.train_panel.drafts()
        seen = [(draft.role, draft.contents) for draft in drafts]
        if seen != [(ParticipantRole.USER, QUESTION), (ParticipantRole.ASSISTANT, CORRECTION)]:
            raise NotThereError(f"the correction is not proposed as the answer: {seen}")
        return "the correction is proposed as the assistant's answer"

    async def _train(self) -> str:
        person = self._person
        before = self._node().conversation_count
        person.click(person.find(QAbstractButton, "Train AI", inside=self._desk.chat.train_panel))
        await person.until(lambda: self._node().conversation_count == before + 1, "one more training conversation")
        await self._at_rest()
        changes = self._node().changes_since_build
        if not changes:
            raise NotThereError("the model is not shown as stale")
        return f"one more training conversation; changes since v{self._node().active_version}: {changes}"

    async def _compile_again(self) -> str:
        self._person.click_row(self._tree(), MODEL)
        await self._at_rest()
        await self._plan()
        return await self._build()

    async def _ask_again(self) -> str:
        answer = await self._ask(QUESTION)
        if answer.contents != CORRECTION:
            raise NotThereError(f"still not the right answer: {answer}")
        return f"“{answer.contents}” (v{answer.version})"
