"""Words for scores, costs and days left: short, in the user's terms."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from erpai_desktop.models.comparison import Better, Verdict, p_text
from erpai_desktop.models.enums import Target
from erpai_desktop.models.lifecycle import Ending
from erpai_desktop.models.money import in_words
from erpai_desktop.models.snapshots.comparison import Comparison, VersionScore
from erpai_desktop.models.statistics import percent
from erpai_desktop.views.compilations.wording import target_name
from erpai_desktop.views.parts.badge import BadgeKind
from erpai_desktop.views.parts.days_left import days_sentence, days_words
from erpai_desktop.views.parts.page_header import PageBadge


def _tr(text: str) -> str:
    return QCoreApplication.translate("Comparison", text)


def full_name(version: VersionScore) -> str:
    """E.g. "v7 · grounded"."""
    return f"{version.name} · {target_name(version.target).lower()}"


def milliseconds(value: float | None) -> str:
    """E.g. "6 ms", "2.4 s"; a dash where it was not measured."""
    if value is None:
        return "–"
    if value < 10:
        return _tr("{ms} ms").format(ms=f"{value:.1f}".removesuffix(".0"))
    return _tr("{ms} ms").format(ms=f"{value:.0f}") if value < 999.5 else _tr("{s} s").format(s=f"{value / 1000:,.1f}")


def cost(version: VersionScore) -> str:
    """What 1,000 answers cost; a dash where it is not known."""
    if version.cost_micros == 0:
        return _tr("free")
    return "–" if version.cost_micros is None else in_words(version.cost_micros, version.currency)


def right_of(version: VersionScore) -> str:
    """Answered and refused rightly: "166 / 10"."""
    if version.answered_right is None or version.refused_right is None:
        return "–"
    return f"{version.answered_right:,} / {version.refused_right:,}"


def interval_words(version: VersionScore) -> str:
    """Its score with the interval, in words."""
    if version.share is None or version.interval is None:
        return _tr("Not evaluated")
    return _tr("{right} of {all} right; in the long run between {low} and {high} (95 % interval)").format(
        right=f"{version.right:,}",
        all=f"{version.total:,}",
        low=percent(version.interval.low),
        high=percent(version.interval.high),
    )


def life(version: VersionScore) -> PageBadge:
    """How long its base model lives on."""
    if version.days_left is None or version.shutdown is None:
        if version.target in (Target.BUILT_IN, Target.EXPORT):
            return PageBadge(_tr("no end date"), "plain", _tr("It needs no provider, so nobody can shut it down"))
        return PageBadge(
            _tr("no end announced"), "plain", _tr("The provider has announced no shutdown of its base model")
        )
    words, kind = days_words(version.days_left)
    ending = Ending(version.base_model or _tr("its base model"), version.shutdown, version.days_left)
    return PageBadge(_tr("base model: {days}").format(days=words), kind, days_sentence(ending))


def verdict_badge(comparison: Comparison) -> PageBadge:
    """What all questions together say."""
    p = _tr("Exact McNemar test on {n} common questions: p {p}").format(
        n=f"{len(comparison.questions):,}", p=p_text(comparison.p_value)
    )
    if comparison.verdict is Verdict.UNKNOWN:
        return PageBadge(_tr("nothing in common"), "plain", comparison.sentence)
    if comparison.verdict is Verdict.NEITHER:
        return PageBadge(_tr("no difference beyond chance"), "plain", p)
    is_right = comparison.verdict is Verdict.RIGHT
    better = comparison.right if is_right else comparison.left
    text = _tr("{version} better, beyond chance").format(version=better.name)
    return PageBadge(text, "good" if is_right else "bad", p)


def better_badge(better: Better, comparison: Comparison) -> tuple[str, BadgeKind]:
    """Who did better on one question, seen from the candidate on the right."""
    if better is Better.RIGHT:
        return comparison.right.name, "good"
    if better is Better.LEFT:
        return comparison.left.name, "bad"
    return _tr("same"), "plain"
