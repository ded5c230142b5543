"""What a command may cost, told before it sends anything."""

from __future__ import annotations

from erpai_desktop.cli.output import Output
from erpai_desktop.models.enums import Target
from erpai_desktop.models.ids import CompilationId, ModelId, ProviderId
from erpai_desktop.models.money import in_words
from erpai_desktop.services.estimates import estimates
from erpai_desktop.services.evaluation_estimate import evaluation_estimate
from erpai_desktop.services.scoreboard import version_score
from erpai_desktop.storage.database import Database


def tell_compile(database: Database, output: Output, *, model_id: ModelId, target: Target, evaluate: bool) -> None:
    """What compiling to this target may cost. Says nothing where nothing is billed."""
    if target not in (Target.GROUNDED, Target.FINE_TUNE):
        return
    found = database.read(estimates, model_id=model_id).of(target)
    tokens = found.now_tokens if evaluate else found.training_tokens
    if tokens and not found.is_free:
        micros = found.now_micros if evaluate else found.training_micros
        _tell(output, tokens, micros, found.currency, found.unpriced)


def tell_evaluation(
    database: Database, output: Output, *, compilation_id: CompilationId, judge: ProviderId | None
) -> None:
    """What putting the validation questions to a version may cost."""
    found = database.read(evaluation_estimate, compilation_id=compilation_id, judge_provider_id=judge)
    if found.tokens and found.micros != 0:
        _tell(output, found.tokens, found.micros, found.currency, ", ".join(found.unpriced))


def tell_golden(database: Database, output: Output, *, compilation_id: CompilationId, questions: int) -> None:
    """What putting so many questions to a version may cost, as far as it was metered before."""
    version = database.read(version_score, compilation_id=compilation_id)
    if version.cost_micros:
        micros = round(version.cost_micros * questions / 1000)
        output.tell(
            {"event": "estimate", "money": micros / 1_000_000, "currency": version.currency},
            f"May cost: about {in_words(micros, version.currency)}, as far as it was metered before",
        )


def _tell(output: Output, tokens: int, micros: int | None, currency: str, unpriced: str) -> None:
    money = (
        f"about {in_words(micros, currency)}" if micros is not None else f"the price of {unpriced or 'it'} is not known"
    )
    output.tell(
        {
            "event": "estimate",
            "tokens": tokens,
            "money": micros / 1_000_000 if micros is not None else None,
            "currency": currency if micros is not None else "",
        },
        f"May cost: {money}, {tokens:,} tokens",
    )
