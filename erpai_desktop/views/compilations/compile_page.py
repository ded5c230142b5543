"""Before a compilation: what it would use, what is worth a look, and the one button that begins it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QCheckBox, QFrame, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.errors import ErpAiError
from erpai_desktop.models.enums import Role, Target
from erpai_desktop.models.ids import ModelId, UserId
from erpai_desktop.models.snapshots.compilations import CompilePlan
from erpai_desktop.models.snapshots.estimates import CompileEstimates
from erpai_desktop.models.snapshots.providers import ProviderLine
from erpai_desktop.models.snapshots.tree import ModelDetails, ModelNode, TreeSnapshot
from erpai_desktop.views.compilations.count_rows import CountRows
from erpai_desktop.views.compilations.estimate_wording import beside_button, beside_target, in_full, remark
from erpai_desktop.views.compilations.provider_trouble import ProviderTrouble
from erpai_desktop.views.compilations.target_choice import TargetChoice
from erpai_desktop.views.findings.list import FindingList
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.badge import Badge
from erpai_desktop.views.parts.buttons import PrimaryButton
from erpai_desktop.views.parts.card import Card
from erpai_desktop.views.parts.empty_state import EmptyState
from erpai_desktop.views.parts.freshness import Freshness
from erpai_desktop.views.parts.layout import column, label, row, stretch
from erpai_desktop.views.parts.page_header import PageBadge, PageHeader
from erpai_desktop.views.parts.permission import why_not
from erpai_desktop.views.parts.wording import plural
from erpai_desktop.workers.intentions import compilations_reading, estimates, providers_reading, tree_reading
from erpai_desktop.workers.job_state import JobState
from erpai_desktop.workers.runner import Runner, RunningJob

_FINDINGS_AT_ONCE = 8
_SIDE_BY_SIDE = 520
"""Pixels of width below which a card a row is easier to read, and nothing is cut off."""
_MEASURED_AT_A_COST = frozenset({Target.GROUNDED, Target.FINE_TUNE})
"""Targets that are asked the validation questions through a provider."""


class CompilePage(QWidget):
    """Plans anew when knowledge of the model's lineage changes; what was planned stays on show meanwhile."""

    started = Signal(object)
    """The RunningJob."""
    open_row = Signal(object)
    """A FindingRow."""
    open_provider = Signal(object)
    """A ProviderId."""

    def __init__(
        self,
        runner: Runner,
        theme: Theme,
        model_id: ModelId,
        start: Callable[[ModelId, Target, bool], RunningJob],
        *,
        role: Role = Role.ADMINISTRATOR,
        user_id: UserId | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._user_id = user_id
        self._runner = runner
        self._theme = theme
        self._model_id = model_id
        self._start = start
        self._forbidden = why_not(role, Role.TRAINER)
        self._plan: CompilePlan | None = None
        self._node: ModelNode | None = None
        self._lineage: frozenset[UUID] = frozenset({model_id})
        self._building = False
        self._reasons: dict[Target, str] = {}
        self._estimates: CompileEstimates | None = None
        self._lines: tuple[ProviderLine, ...] = ()
        self._provider_id: UUID | None = None
        self._head = PageHeader(theme, self.tr("Compile"))
        self._button = PrimaryButton(
            theme,
            self.tr("Compile"),
            self.tr("Build a new version; the active one answers until it is ready"),
            icon="compile",
            shortcut="Ctrl+Return",
        )
        self._button.clicked.connect(self.compile)
        self._cost = label("", "dim")
        self._head.add_button(self._cost)
        self._head.add_button(self._button)
        self._waiting = EmptyState(
            theme,
            "queued",
            self.tr("Reading the knowledge…"),
            self.tr("What a build would use is gathered from this model and those above and below it."),
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(self._waiting)
        self._stack.addWidget(self._make_body())
        layout = column(self._head, self._stack, gap=0)
        layout.setStretchFactor(self._stack, 1)
        self.setLayout(layout)
        self._fresh = Freshness(self, self.refresh)
        runner.changed.connect(self._on_changed)
        runner.job_changed.connect(self._on_job)
        for state in runner.jobs:
            self._on_job(state)
        self.refresh()

    @property
    def target(self) -> Target:
        """What would be made."""
        return self._targets.current

    def refresh(self) -> None:
        """Plan again."""
        self._runner.read((self, "details"), tree_reading.model_details, model_id=self._model_id).then(
            self._show_details
        ).otherwise(self._not_read)
        self._runner.read((self, "tree"), tree_reading.tree).then(self._show_tree)
        self._runner.read((self, "providers"), providers_reading.providers).then(self._show_providers)
        self._read_plan()
        self._runner.read_apart(
            (self, "estimates"), estimates.estimates, model_id=self._model_id, user_id=self._user_id
        ).then(self._show_estimates).otherwise(lambda error: isinstance(error, ErpAiError))

    def compile(self) -> None:
        """Begin the build."""
        if self._button.isEnabled():
            self.started.emit(self._start(self._model_id, self.target, self._measure.isChecked()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is no room for both beside each other, the knowledge stands below the targets."""
        narrow = event.size().width() < _SIDE_BY_SIDE
        self._across.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)
        super().resizeEvent(event)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _make_body(self) -> QWidget:
        theme, tr = self._theme, self.tr
        targets = Card(theme, tr("Target"), icon="evaluation")
        self._targets = TargetChoice()
        self._targets.chosen.connect(lambda _target: self._on_target())
        self._measure = QCheckBox(tr("Put the validation questions to it"))
        self._measure.setToolTip(
            tr("Each is sent to the provider: only so can it be compared with the active version before it answers")
        )
        self._measure.setChecked(True)
        self._measure.toggled.connect(lambda _on: self._show_cost())
        self._measure.hide()
        targets.body.addWidget(self._targets)
        targets.body.addSpacing(4)
        targets.body.addWidget(self._measure)
        targets.body.addStretch()
        self._knowledge = Card(theme, tr("Knowledge"), icon="knowledge")
        self._counts = CountRows()
        self._knowledge.body.addWidget(self._counts)
        self._knowledge.body.addStretch()
        findings = Card(theme, tr("Findings"), icon="finding")
        self._blocking, self._to_look_at = Badge("", "bad"), Badge("", "warning")
        findings.add_to_header(self._blocking)
        findings.add_to_header(self._to_look_at)
        self._findings = FindingList(theme, step=_FINDINGS_AT_ONCE)
        self._findings.open_row.connect(self.open_row)
        self._nothing_found = label(tr("Nothing to look at. The knowledge is in good order."), "dim", wrap=True)
        findings.body.addWidget(self._findings)
        findings.body.addWidget(self._nothing_found)
        instructions = Card(theme, tr("Instructions, as the model will get them"), icon="instructions")
        self._length = Badge()
        instructions.add_to_header(self._length)
        self._parts: QVBoxLayout = column(gap=8)
        instructions.body.addLayout(self._parts)
        self._hint = label("", "dim", wrap=True)
        self._hint.hide()
        self._trouble = ProviderTrouble(theme)
        self._trouble.open_requested.connect(self.open_provider)
        both = self._across = row(targets, self._knowledge, gap=12)
        # Targets say why they cannot be chosen; counts are short.
        both.setStretch(0, 3)
        both.setStretch(1, 2)
        # Cards of one row are equally tall: each is filled from its top.
        for card in (targets, self._knowledge):
            both.setAlignment(card, Qt.AlignmentFlag(0))
        inner = QFrame()
        inner.setLayout(
            column(self._hint, self._trouble, both, findings, instructions, stretch(), gap=12, margins=(14, 4, 14, 14))
        )
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inner)
        return scroll

    def _on_target(self) -> None:
        self._show_targets()
        self._show_cost()
        self._read_plan()

    def _read_plan(self) -> None:
        if self._plan is None or self._plan.target is not self.target:
            self._plan = None
            self._show_state()
        self._runner.read_apart(
            (self, "plan"), compilations_reading.plan, model_id=self._model_id, target=self.target
        ).then(self._show_plan).otherwise(self._not_read)

    def _show_details(self, details: ModelDetails) -> None:
        self._lineage = frozenset(details.model_names)
        self._reasons = dict(details.effective.targets)
        self._provider_id = details.effective.provider.value
        self._show_trouble()
        self._show_targets()
        self._head.set_title(self.tr("Compile {name}").format(name=details.name))

    def _show_providers(self, lines: Sequence[ProviderLine]) -> None:
        self._lines = tuple(lines)
        self._show_trouble()

    def _show_trouble(self) -> None:
        self._trouble.show_provider(next((line for line in self._lines if line.id == self._provider_id), None))
        self._trouble.show_target(self.target)

    def _show_tree(self, snapshot: TreeSnapshot) -> None:
        self._node = next((node for node in snapshot.nodes if node.id == self._model_id), None)
        self._show_state()

    def _show_plan(self, plan: CompilePlan) -> None:
        self._plan = plan
        self._show_targets()
        self._knowledge.set_title(
            self.tr("Knowledge: {rows}").format(rows=plural(plan.total, self.tr("1 row"), self.tr("{n} rows")))
        )
        self._show_counts(plan)
        self._show_findings(plan)
        self._show_instructions(plan)
        self._stack.setCurrentIndex(1)
        self._show_state()

    def _show_counts(self, plan: CompilePlan) -> None:
        tokens = [(self.tr("tokens in all"), self._estimates.dataset_tokens)] if self._estimates is not None else []
        self._counts.set_rows(
            [
                *((origin.label, origin.count) for origin in plan.origins),
                (self.tr("overridden, not used"), plan.overridden),
                (self.tr("validation questions"), plan.validation),
                *tokens,
            ]
        )

    def _show_estimates(self, found: CompileEstimates) -> None:
        self._estimates = found
        self._targets.show_costs(
            {estimate.target: beside_target(estimate) for estimate in found.targets},
            {target: in_full(found, target) for target in Target},
            {estimate.target: remark(estimate) for estimate in found.targets},
        )
        self._length.show_text(
            plural(found.instructions_tokens, self.tr("1 token"), self.tr("{n} tokens"))
            if found.instructions_tokens
            else ""
        )
        if self._plan is not None:
            self._show_counts(self._plan)
        self._show_targets()
        self._show_cost()

    def _show_cost(self) -> None:
        """What pressing the button may cost, beside it."""
        found = self._estimates
        self._cost.setText(beside_button(found.of(self.target)) if found is not None and self._asks else "")
        self._cost.setToolTip(in_full(found, self.target) if found is not None else "")
        self._cost.setVisible(bool(self._cost.text()))
        self._show_state()

    @property
    def _asks(self) -> bool:
        """Whether something is sent: all that a grounded version costs to make is asking it."""
        return self._measure.isChecked() or self.target is not Target.GROUNDED

    @property
    def _too_dear(self) -> str:
        """Why a grounded version cannot be measured within the budgets."""
        wanted = self.target is Target.GROUNDED and self._asks
        return self._estimates.of(self.target).warning if self._estimates is not None and wanted else ""

    def _show_targets(self) -> None:
        found = {estimate.target: estimate.reason for estimate in self._estimates.targets} if self._estimates else {}
        self._targets.show_reasons(
            {target: self._reasons.get(target, "") or found.get(target, "") for target in Target}
        )
        self._measure.setVisible(self.target in _MEASURED_AT_A_COST)
        self._trouble.show_target(self.target)

    def _show_findings(self, plan: CompilePlan) -> None:
        blocking = sum(finding.blocks for finding in plan.findings)
        others = len(plan.findings) - blocking
        self._blocking.show_text(plural(blocking, self.tr("1 blocks"), self.tr("{n} block")) if blocking else "")
        self._to_look_at.show_text(plural(others, self.tr("1 to look at"), self.tr("{n} to look at")) if others else "")
        self._nothing_found.setVisible(not plan.findings)
        self._findings.setVisible(bool(plan.findings))
        self._findings.show_findings(plan.findings)

    def _show_instructions(self, plan: CompilePlan) -> None:
        while (item := self._parts.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for part in plan.instructions:
            box = QWidget()
            name = label(part.model_name, "note")
            text = label(part.text, wrap=True, selectable=True)
            text.setAccessibleName(f"{part.model_name}: {part.text}")
            box.setLayout(column(name, text, gap=2))
            self._parts.addWidget(box)
        if not plan.instructions:
            self._parts.addWidget(
                label(self.tr("None. Write them on the model's overview: how should it answer?"), "dim", wrap=True)
            )
        if self._estimates is None:
            words = sum(len(part.text.split()) for part in plan.instructions)
            self._length.show_text(plural(words, self.tr("1 word"), self.tr("{n} words")) if words else "")

    def _show_state(self) -> None:
        """Badges, hint and the button: all that depends on plan, tree and jobs together."""
        plan, node = self._plan, self._node
        unchanged = plan.unchanged_since if plan is not None else None
        badge = PageBadge("")
        if self._building:
            badge = PageBadge(self.tr("being compiled"), "warning", self.tr("Its progress is below, under Jobs"))
        elif unchanged is not None:
            badge = PageBadge(self.tr("nothing changed since v{n}").format(n=unchanged), "good")
        elif node is not None and node.active_version is None:
            badge = PageBadge(self.tr("never compiled"), "warning", self.tr("It cannot answer until it has been once"))
        elif node is not None and node.changes_since_build:
            count = plural(node.changes_since_build, self.tr("1 row"), self.tr("{n} rows"))
            text = self.tr("{rows} changed since v{n}").format(n=node.active_version, rows=count)
            badge = PageBadge(text, "warning")
        self._head.set_badges([badge])
        self._hint.setVisible(bool(self._forbidden) or (unchanged is not None and not self._building))
        if self._forbidden:
            self._hint.setText(
                self.tr("This is what a compilation would use. {reason}: ask one of them.").format(
                    reason=self._forbidden
                )
            )
        elif unchanged is not None:
            self._hint.setText(
                self.tr(
                    "v{n} was made from exactly this. Compiling again only confirms that; no new version is built."
                ).format(n=unchanged)
            )
        if self._building:
            self._button.disabled_because(self.tr("This model is being compiled already"))
        else:
            self._button.disabled_because(
                self._forbidden or self._too_dear if plan is not None else self.tr("The knowledge is still being read")
            )

    def _not_read(self, error: Exception) -> bool:
        if not isinstance(error, ErpAiError):
            return False
        self._plan = None
        self._waiting.set_words(self.tr("This model cannot be compiled"), str(error))
        self._stack.setCurrentIndex(0)
        self._show_state()
        self._button.disabled_because(error.message)
        return True

    def _on_changed(self, changes: Changes, _initiator: object) -> None:
        curated = (Entity.QA, Entity.CONVERSATION, Entity.MESSAGE, Entity.COMPILATION)
        if (
            changes.touches(Entity.MODEL)
            or changes.touches(Entity.PROVIDER)
            or changes.touches(Entity.PROVIDER_CHECK)
            or changes.touches(Entity.BUDGET)
            or (changes.owners & self._lineage and any(changes.touches(entity) for entity in curated))
        ):
            self._fresh.spoil()

    def _on_job(self, state: JobState) -> None:
        if state.spec.kind == "compile" and state.spec.subject == self._model_id:
            self._building = not state.ended
            self._show_state()
