"""What compiling a model would cost and take, target by target, before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass

from erpai_desktop.models.enums import Target


@dataclass(frozen=True, slots=True)
class TargetEstimate:
    """One target. Money is in millionths of `currency`; None where no price is known (`unpriced` names the model).

    `reason` says why the target is not possible now, `warning` why putting the validation questions to it is not.
    `seconds` is how long the last build of it took, None before the
    first. `training_tokens` are those of all epochs, `answers_tokens` those of 1,000 answers, in and out.
    """

    target: Target
    reason: str = ""
    warning: str = ""
    seconds: float | None = None
    is_free: bool = True
    currency: str = ""
    unpriced: str = ""
    training_tokens: int = 0
    training_micros: int | None = 0
    epochs: int = 0
    evaluation_tokens: int = 0
    evaluation_micros: int | None = 0
    answers_tokens: int = 0
    answers_micros: int | None = 0

    @property
    def now_micros(self) -> int | None:
        """What pressing the button may cost: training and evaluating; None when a price of these is not known."""
        if self.training_micros is None or self.evaluation_micros is None:
            return None
        return self.training_micros + self.evaluation_micros

    @property
    def now_tokens(self) -> int:
        """How many tokens that is."""
        return self.training_tokens + self.evaluation_tokens


@dataclass(frozen=True, slots=True)
class CompileEstimates:
    """`dataset_tokens` are those of all questions and answers; `base_model` is the provider's, empty without one."""

    instructions_tokens: int
    dataset_tokens: int
    validation_rows: int
    base_model: str
    targets: tuple[TargetEstimate, ...]

    def of(self, target: Target) -> TargetEstimate:
        """A target's own. Raises KeyError."""
        for estimate in self.targets:
            if estimate.target is target:
                return estimate
        raise KeyError(target)


@dataclass(frozen=True, slots=True)
class EvaluationEstimate:
    """What putting the validation questions to a version may cost. `unpriced` names the models without a known price.

    `tokens` count in and out, the judge's with them; `micros` is None where a price is not known.
    """

    questions: int
    tokens: int = 0
    micros: int | None = 0
    currency: str = ""
    unpriced: tuple[str, ...] = ()
