"""What a target costs and takes, in a line: beside its name, and beside the button that begins it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from erpai_desktop.models.enums import Target
from erpai_desktop.models.money import in_words
from erpai_desktop.models.snapshots.estimates import CompileEstimates, TargetEstimate
from erpai_desktop.views.jobs.wording import duration
from erpai_desktop.views.parts.wording import plural
from erpai_desktop.views.usage.wording import short


def _tr(text: str) -> str:
    return QCoreApplication.translate("Estimates", text)


def beside_target(estimate: TargetEstimate) -> str:
    """`3.1 s · free`, `0.41 $ / 1,000 answers`: how long the last build took, and what it costs."""
    parts = [duration(estimate.seconds)] if estimate.seconds is not None else []
    if estimate.is_free:
        parts.append(_tr("free"))
    elif estimate.unpriced:
        return " · ".join([*parts, *_only_tokens(estimate)])
    else:
        if estimate.target is Target.FINE_TUNE:
            parts.append(_tr("{money} training").format(money=_money(estimate.training_micros, estimate)))
        parts.append(_tr("{money} / 1,000 answers").format(money=_money(estimate.answers_micros, estimate)))
    return " · ".join(parts)


def beside_button(estimate: TargetEstimate) -> str:
    """What pressing the button may cost; empty where nothing is sent."""
    if not estimate.now_tokens or estimate.is_free:
        return ""
    if estimate.now_micros is None:
        return _tr("{tokens} tokens, price not known").format(tokens=short(estimate.now_tokens))
    return _tr("about {money}").format(money=_money(estimate.now_micros, estimate))


def in_full(estimates: CompileEstimates, target: Target) -> str:
    """The same in lines, with its tokens: for a tooltip."""
    estimate = estimates.of(target)
    lines = []
    if estimate.training_tokens:
        lines.append(
            _tr("Training: {tokens} tokens, {epochs} times through the data{money}").format(
                tokens=f"{estimate.training_tokens:,}",
                epochs=estimate.epochs,
                money=_after_comma(estimate.training_micros, estimate),
            )
        )
    if estimate.evaluation_tokens:
        rows = plural(estimates.validation_rows, _tr("1 validation question"), _tr("{n} validation questions"))
        lines.append(
            _tr("Asking {rows}: {tokens} tokens{money}").format(
                rows=rows,
                tokens=f"{estimate.evaluation_tokens:,}",
                money=_after_comma(estimate.evaluation_micros, estimate),
            )
        )
    if estimate.answers_tokens:
        lines.append(
            _tr("1,000 answers later: {tokens} tokens{money}").format(
                tokens=f"{estimate.answers_tokens:,}", money=_after_comma(estimate.answers_micros, estimate)
            )
        )
    if lines:
        lines.append(_tr("Counted offline from the knowledge as it is; billed is what the provider reports."))
    return "\n".join(lines)


def remark(estimate: TargetEstimate) -> str:
    """What a person should know of the figures; empty where they say all."""
    if estimate.unpriced:
        return _tr("price not known for {model}: only tokens are shown").format(model=estimate.unpriced)
    return estimate.warning


def _only_tokens(estimate: TargetEstimate) -> list[str]:
    training = _tr("{tokens} tokens training").format(tokens=short(estimate.training_tokens))
    answers = _tr("{tokens} tokens / 1,000 answers").format(tokens=short(estimate.answers_tokens))
    return [training, answers] if estimate.training_tokens else [answers]


def _money(micros: int | None, estimate: TargetEstimate) -> str:
    return in_words(micros or 0, estimate.currency)


def _after_comma(micros: int | None, estimate: TargetEstimate) -> str:
    return "" if micros is None or estimate.is_free else f", {_money(micros, estimate)}"
