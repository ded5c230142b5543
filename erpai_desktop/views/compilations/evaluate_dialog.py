"""Before a version is evaluated again: whether a judge marks its answers too, and what it may cost."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from erpai_desktop.errors import ErpAiError
from erpai_desktop.models.enums import ProviderKind
from erpai_desktop.models.ids import CompilationId, ProviderId
from erpai_desktop.models.money import in_words
from erpai_desktop.models.rubric import RUBRIC
from erpai_desktop.models.snapshots.estimates import EvaluationEstimate
from erpai_desktop.models.snapshots.providers import ProviderLine
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import PrimaryButton, QuietButton, tooltip_text
from erpai_desktop.views.parts.choice import Choice
from erpai_desktop.views.parts.dialog import PlainDialog
from erpai_desktop.views.parts.layout import field, label
from erpai_desktop.views.parts.wording import plural
from erpai_desktop.workers.intentions import evaluation_estimate, providers_reading
from erpai_desktop.workers.runner import Runner


class EvaluateDialog(PlainDialog):
    """Reads the providers and the estimate by itself."""

    confirmed = Signal(object)
    """The judge's ProviderId, or None."""

    def __init__(
        self, runner: Runner, theme: Theme, compilation_id: CompilationId, number: int, *, parent: QWidget | None = None
    ) -> None:
        tr = self.tr
        super().__init__(theme, tr("Evaluate v{number} again").format(number=number), parent=parent)
        self._runner = runner
        self._compilation_id = compilation_id
        self.body.addWidget(
            label(
                tr(
                    "The validation questions of now are put to this version. Until that is done its last evaluation "
                    "stays; then it is replaced."
                ),
                wrap=True,
            )
        )
        self.judge = Choice(theme, tr("Judge"), tr("A provider whose model marks the answers beside the usual rule"))
        self.judge.set_options([("", tr("no judge"))])
        self.judge.chosen.connect(lambda _key: self._on_judge())
        self.body.addLayout(field(tr("Judge"), self.judge))
        self._rubric = label(RUBRIC, "dim", wrap=True, selectable=True)
        self._rubric.setAccessibleName(tr("What the judge marks by"))
        self._rubric.hide()
        self.body.addWidget(self._rubric)
        self._cost = label(tr("Counting what it may cost…"), "note", wrap=True)
        self.body.addWidget(self._cost)
        self.body.addStretch()
        cancel = QuietButton(theme, tr("Cancel"), tr("Leave the evaluation as it is (Esc)"))
        cancel.clicked.connect(self.reject)
        self._go = PrimaryButton(theme, tr("Evaluate"), tr("Put the questions to it (Enter)"), icon="evaluation")
        self._go.clicked.connect(self._confirm)
        self._go.setDefault(True)
        self.add_button(cancel)
        self.add_button(self._go)
        self.resize(460, 260)
        runner.read((self, "providers"), providers_reading.providers).then(self._show_providers, owner=self)
        self._estimate()

    def _on_judge(self) -> None:
        self._rubric.setVisible(bool(self.judge.current))
        self._estimate()
        self._fit()

    def _fit(self) -> None:
        """As high as its words need at the width it has."""
        layout = self.layout()
        assert layout is not None, "every dialog has one"
        layout.activate()
        self.resize(self.width(), max(260, layout.totalHeightForWidth(self.width())))

    def _show_providers(self, lines: tuple[ProviderLine, ...]) -> None:
        speaking = [line for line in lines if line.kind is not ProviderKind.BUILT_IN and not line.missing]
        self.judge.set_options(
            [("", self.tr("no judge")), *((str(line.id), f"{line.name} · {line.base_model_name}") for line in speaking)]
        )
        if not speaking:
            self.judge.setEnabled(False)
            self.judge.setToolTip(
                tooltip_text(
                    self.judge.toolTip(), reason=self.tr("There is no provider with a chat model: add one in Providers")
                )
            )

    def _estimate(self) -> None:
        self._runner.read_apart(
            (self, "estimate"),
            evaluation_estimate.evaluation_estimate,
            compilation_id=self._compilation_id,
            judge_provider_id=self._judge,
        ).then(self._show_estimate, owner=self).otherwise(lambda error: isinstance(error, ErpAiError), owner=self)

    def _show_estimate(self, found: EvaluationEstimate) -> None:
        questions = plural(found.questions, self.tr("1 validation question"), self.tr("{n} validation questions"))
        if not found.tokens:
            words = self.tr("{questions}; nothing is sent, it is free.").format(questions=questions)
        elif found.micros == 0:
            words = self.tr("{questions}, about {tokens} tokens; they are free.").format(
                questions=questions, tokens=f"{found.tokens:,}"
            )
        elif found.micros is None:
            words = self.tr("{questions}, about {tokens} tokens; the price of {names} is not known.").format(
                questions=questions, tokens=f"{found.tokens:,}", names=", ".join(found.unpriced)
            )
        else:
            words = self.tr("{questions}, about {tokens} tokens: about {money}.").format(
                questions=questions, tokens=f"{found.tokens:,}", money=in_words(found.micros, found.currency)
            )
        self._cost.setText(words)
        self._go.disabled_because("" if found.questions else self.tr("There are no validation questions to ask"))

    @property
    def _judge(self) -> ProviderId | None:
        return ProviderId(UUID(self.judge.current)) if self.judge.current else None

    def _confirm(self) -> None:
        self.confirmed.emit(self._judge)
        self.accept()
