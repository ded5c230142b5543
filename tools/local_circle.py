"""The whole circle with a model file on this machine: added, tested, compiled to, measured, compared, deployed, back.

Needs the optional extra (`make local`) and the small model that the checks install (`make test`).
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QWidget,
)

from erpai_desktop.app.desk import Desk
from erpai_desktop.models.enums import Grounding, ProviderKind, Target
from erpai_desktop.models.snapshots.compilations import CompilationLine
from erpai_desktop.services import compilations_reading
from erpai_desktop.views.providers.wording import kind_name
from erpai_desktop.workers.job_state import JobPhase, JobState
from tests.person import NotThereError, Person
from tools.walk import Step, Walk

PROVIDER = "This computer"
QUESTION = "How often do we post on Instagram?"


class LocalCircle(Walk):
    """On one model of the sample company; `file` is the GGUF file."""

    model = "Social Media"

    def __init__(self, desk: Desk, file: Path, person: Person | None = None) -> None:
        super().__init__(desk, person)
        self._file = file

    def steps(self) -> list[Step]:
        """All steps in order."""
        return [
            Step("open the room of providers", self._open_providers),
            Step("add a model file as a provider", self._add),
            Step("test the connection", self._test),
            Step("give the provider to a model", self._choose),
            Step("compile to the built-in engine", self._compile_builtin),
            Step("plan a grounded version", self._plan_grounded),
            Step("compile it and have it measured", self._compile_grounded),
            Step("see the scoreboard", self._scoreboard),
            Step("compare the two versions", self._compare),
            Step("deploy the grounded one", self._deploy),
            Step("ask it", self._ask_it),
            Step("roll back", self._roll_back),
            Step("see what was spent", self._usage),
        ]

    # --- the provider ---------------------------------------------------------------------------------------------

    async def _open_providers(self) -> str:
        self._person.click(self._desk.shell.window.rail.button("providers"))
        await self._person.until(lambda: self._on_show("providers"), "the room of providers")
        await self._at_rest()
        if not self._desk.shell.window.rail.button("providers").isChecked():
            raise NotThereError("the rail does not show where one is")
        return "its list, and what each is"

    async def _add(self) -> str:
        person, room = self._person, self._on_show("providers")
        # Its menu would wait for a click of its own: the entry is chosen as the keyboard does.
        menu = person.find(QPushButton, "Provider", inside=room).menu()
        next(action for action in menu.actions() if action.text() == kind_name(ProviderKind.LOCAL)).trigger()
        await person.until(lambda: person.find(QLineEdit, "Name (en)", inside=room), "its fields")
        await self._at_rest()
        for field, text in (("Name (en)", PROVIDER), ("Model file", str(self._file))):
            person.type(person.find(QLineEdit, field, inside=room), text)
        # It is saved as one types; then it can be tested.
        await person.until(person.find(QAbstractButton, "Test connection", inside=room).isEnabled, "it can be tested")
        await self._at_rest()
        return f"“{PROVIDER}” serves {self._file.name}"

    async def _test(self) -> str:
        person, room = self._person, self._on_show("providers")
        state = await self._job("check_provider", person.find(QAbstractButton, "Test connection", inside=room))
        await self._at_rest()
        return state.text

    async def _choose(self) -> str:
        await self._open_the_model()
        person, page = self._person, await self._sub_page("Overview")
        await person.until(lambda: person.find(QComboBox, "Provider", inside=page), "the choice of a provider")
        choice = person.find(QComboBox, "Provider", inside=page)
        place = next((i for i in range(choice.count()) if choice.itemText(i).startswith(PROVIDER)), None)
        if place is None:
            raise NotThereError(f"{PROVIDER} cannot be chosen")
        choice.setCurrentIndex(place)
        choice.activated.emit(place)
        await self._at_rest()
        return f"{self.model} answers with “{PROVIDER}” from now on"

    # --- versions -------------------------------------------------------------------------------------------------

    async def _compile_builtin(self) -> str:
        await self._plan()
        return await self._build()

    async def _plan_grounded(self) -> str:
        await self._plan()
        person, page = self._person, self._on_show("compile:")
        person.click(person.find(QRadioButton, "Grounded", inside=page))
        await person.until(lambda: person.find(QAbstractButton, "Compile", inside=page).isEnabled(), "its plan")
        await self._at_rest()
        return "chosen; what it costs stands beside it"

    async def _compile_grounded(self) -> str:
        person, page = self._person, self._on_show("compile:")
        state = await self._job("compile", person.find(QAbstractButton, "Compile", inside=page), timeout_s=600)
        await self._at_rest()
        newest = self._versions()[0]
        if newest.target is not Target.GROUNDED or newest.score is None:
            raise NotThereError(f"no grounded version that was measured: {newest}")
        return state.text

    async def _scoreboard(self) -> str:
        await self._sub_page("Evaluation")
        lines = ", ".join(f"v{line.number} {line.score:.0%}" for line in self._versions() if line.score is not None)
        return f"all versions with their scores: {lines}"

    async def _compare(self) -> str:
        person, page = self._person, await self._sub_page("Evaluation")
        person.click_row(person.find(QAbstractItemView, "Scoreboard", inside=page), "v2")
        await self._at_rest()
        person.click(person.find(QAbstractButton, "Compare", inside=page))
        await person.until(lambda: self._on_show("compare:"), "the comparison")
        await self._at_rest()
        page = self._on_show("compare:")
        await person.until(lambda: self._deploy_button(page), "what to deploy")
        await self._at_rest()
        return "question by question, with what chance explains"

    async def _deploy(self) -> str:
        page = self._on_show("compare:")
        button = self._deploy_button(page)
        if "v2" not in button.text():
            raise NotThereError(f"it offers to deploy another version: {button.text()}")
        self._person.click(button)
        await self._person.until(lambda: self._node().active_version == 2, "v2 to answer")
        await self._at_rest()
        return "v2 answers from now on"

    async def _ask_it(self) -> str:
        self._person.click_row(self._tree(), self.model)
        await self._at_rest()
        await self._begin_chat()
        answer = await self._ask(QUESTION)
        # So small a model may only repeat what it was given; then the curated answer stands in.
        repeated = answer.grounding is Grounding.FALLBACK and "repeated" in answer.note
        if answer.version != 2 or (answer.grounding is Grounding.FALLBACK and not repeated):
            raise NotThereError(f"not an answer of v2: {answer}")
        said = "that it does not know" if answer.refused else f"“{' '.join(answer.contents.split())[:70]}”"
        return f"v2 says {said} ({answer.grounding.value})"

    async def _roll_back(self) -> str:
        self._desk.shell.actions.action("model.roll_back").trigger()
        await self._person.until(lambda: self._node().active_version == 1, "v1 to answer again")
        await self._at_rest()
        return "v1 answers again"

    async def _usage(self) -> str:
        self._person.click(self._desk.shell.window.rail.button("usage"))
        await self._person.until(lambda: self._on_show("usage"), "the room of usage")
        await self._at_rest()
        return "each call with who, what for and how many tokens"

    # --- looking --------------------------------------------------------------------------------------------------

    def _on_show(self, key: str) -> QWidget:
        tabs = self._desk.shell.window.tabs
        page = tabs.page(tabs.current) if tabs.current.startswith(key) else None
        if page is None:
            raise NotThereError(f"{key} is not on show but {tabs.current}")
        return page

    def _deploy_button(self, page: QWidget) -> QAbstractButton:
        found = [button for button in self._person.all(QAbstractButton, inside=page) if "Deploy" in button.text()]
        if not found:
            raise NotThereError("nothing can be deployed")
        return found[0]

    def _versions(self) -> tuple[CompilationLine, ...]:
        return self._desk.session.database.read(compilations_reading.compilations_of, model_id=self._node().id)

    async def _job(self, kind: str, button: QAbstractButton, *, timeout_s: float = 120) -> JobState:
        """Press a button and see the job that it starts through to its end."""
        runner = self._desk.session.runner

        def jobs() -> list[JobState]:
            return [job for job in runner.jobs if job.spec.kind == kind]

        before = len(jobs())
        self._person.click(button)
        await self._person.until(lambda: len(jobs()) > before, f"the job {kind}")
        await self._person.until(lambda: jobs()[-1].ended, f"the end of {kind}", timeout_s=timeout_s)
        state = jobs()[-1]
        if state.phase is not JobPhase.DONE:
            raise NotThereError(f"{kind} did not end well: {state}")
        return state
