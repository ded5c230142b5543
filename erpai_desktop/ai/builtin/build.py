"""Building an index: read, embed, measure, choose, calibrate, write. Pure and synchronous."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from erpai_desktop.ai.builtin.calibration import Calibrator, auroc, choose_threshold, curve, fit
from erpai_desktop.ai.builtin.container import Container
from erpai_desktop.ai.builtin.entry import KnowledgeEntry, ValidationQuestion
from erpai_desktop.ai.builtin.index import Index, read_index
from erpai_desktop.ai.builtin.material import Rows, make_probes, read_rows
from erpai_desktop.ai.builtin.probes import ProbeLists
from erpai_desktop.ai.builtin.report import BuildReport
from erpai_desktop.ai.builtin.row_edits import Edits, edited
from erpai_desktop.ai.builtin.rows import RowTable, tabulate
from erpai_desktop.ai.builtin.selection import Selected, select
from erpai_desktop.ai.builtin.settings import EngineSettings, minilm_identity, wordllama_identity
from erpai_desktop.ai.embedding_cache import EmbeddingCache
from erpai_desktop.errors import EngineError

Progress = Callable[[str, int, int], None]

STAGES = ("read", "embed", "index", "measure", "train", "calibrate", "write")
"""The names that `progress` is told, in this order; a stage may be left out."""

_KEEP_LISTS_FROM = 5_000  # Rows from which searches are worth keeping for the next build.


def _silent(stage: str, done: int, total: int) -> None:
    return None


class _Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = round(self.seconds.get(name, 0.0) + time.perf_counter() - start, 4)


def build_index(
    entries: Sequence[KnowledgeEntry],
    validation: Sequence[ValidationQuestion],
    *,
    settings: EngineSettings,
    output: Path,
    cache: EmbeddingCache | None = None,
    previous: Path | None = None,
    progress: Progress = _silent,
) -> BuildReport:
    """Build the index of `entries` and write it to `output`, a new file.

    The file depends on entries, validation rows and settings alone: neither on their order, nor on `cache` or
    `previous` (an earlier index of much the same rows, whose vectors, words and measurements are reused; one that is
    missing or unreadable is done without). Raises EngineError when an embedder's files are missing, OSError when
    `output` cannot be written.
    """
    old = open_previous(previous)
    try:
        before = old[0] if old is not None else None
        return _build(
            lambda: tabulate(entries, before.table if before is not None else None),
            validation,
            settings=settings,
            output=output,
            cache=cache,
            previous=before,
            progress=progress,
        )
    finally:
        if old is not None:
            old[1].close()


def rebuild_index(
    edits: Edits,
    validation: Sequence[ValidationQuestion],
    *,
    settings: EngineSettings,
    output: Path,
    cache: EmbeddingCache | None = None,
    previous: Index,
    progress: Progress = _silent,
) -> BuildReport:
    """Build the index of the rows of `previous` after some edits: the file that `build_index` makes of all of them.

    Raises the same.
    """
    return _build(
        lambda: edited(previous.table, edits),
        validation,
        settings=settings,
        output=output,
        cache=cache,
        previous=previous,
        progress=progress,
    )


def _build(
    tabulated: Callable[[], RowTable],
    validation: Sequence[ValidationQuestion],
    *,
    settings: EngineSettings,
    output: Path,
    cache: EmbeddingCache | None,
    previous: Index | None,
    progress: Progress,
) -> BuildReport:
    clock = _Clock()
    with clock.stage("read"):
        progress("read", 0, 0)
        rows = read_rows(tabulated(), previous, cache, progress, clock.seconds)
    with clock.stage("measure"):
        probes = make_probes(rows, validation, settings)
    selected = select(rows, probes, settings, previous, cache, progress, clock.stage)
    with clock.stage("calibrate"):
        progress("calibrate", 0, 1)
        calibrator, calibration, points = _calibrate(selected, settings)
    with clock.stage("write"):
        progress("write", 0, 1)
        index = _index(rows, selected, calibrator)
        sha256, size = index.write(output)
        progress("write", 1, 1)
    return BuildReport(
        sha256=sha256,
        size=size,
        rows=len(rows.table),
        answers=rows.table.answer_count,
        embedder=selected.embedder,
        strategy=selected.mix.strategy,
        threshold=calibrator.threshold,
        calibration=calibration | dict(probes.counts),
        curve=tuple(points),
        candidates=tuple(one.to_json() for one in selected.measured),
        embedded_texts=rows.embedded + selected.embedded,
        timings=clock.seconds,
    )


def open_previous(path: Path | None) -> tuple[Index, Container] | None:
    """An earlier index that may be reused, and what must be closed after it; None where it cannot be."""
    if path is None:
        return None
    try:
        index, container = read_index(path)
    except EngineError:
        return None  # Damaged, or of another engine: everything is made anew.
    if wordllama_identity() not in index.embedder.split("+"):
        container.close()
        return None
    return index, container


def _calibrate(
    selected: Selected, settings: EngineSettings
) -> tuple[Calibrator, dict[str, object], list[tuple[float, float, float, float | None]]]:
    found = selected.examples
    weights, bias = fit(found, natural=selected.natural)
    # Rounded, so that the same measurements give the same file on processors that add in another order.
    free = Calibrator(tuple(round(float(w), 6) for w in weights), round(bias, 6), 0.0)
    confidence = free.confidence(found.features)
    by_share = choose_threshold(
        confidence,
        found.known,
        found.weights,
        target_share=settings.target_share,
        refuse_share=settings.refuse_share if selected.natural else settings.refuse_share_disturbed,
    )
    threshold = round(max(by_share, settings.least_confidence), 6)
    known, unknown = int(found.known.sum()), int((~found.known).sum())
    answered = found.known & (confidence >= threshold)
    calibration: dict[str, object] = {
        "method": "leave-one-out on a stratified sample, and validation rows; logistic on similarity and margin",
        "known": known,
        "unknown": unknown,
        "auroc": auroc(confidence, found.known),
        "answered_share": round(float(answered.sum() / known), 6) if known else None,
        "right_share_of_answered": round(float(found.right[answered].mean()), 6) if answered.any() else None,
        "refused_share_of_unknown": (
            round(float((confidence[~found.known] < threshold).mean()), 6) if unknown else None
        ),
        "threshold_by_share": round(by_share, 6),
        "least_confidence": settings.least_confidence,
        "target_share": settings.target_share,
        "refuse_share": settings.refuse_share,
        "own_wording": selected.natural,
    }
    return Calibrator(free.weights, free.bias, threshold), calibration, curve(confidence, found.known, found.right)


def _index(rows: Rows, selected: Selected, calibrator: Calibrator) -> Index:
    keep = len(rows.table) >= _KEEP_LISTS_FROM and selected.sentence is None and selected.mix.head < 0
    identity = wordllama_identity()
    return Index(
        table=rows.table,
        words=rows.lexicon.rows,
        static=rows.static,
        sentence=selected.sentence,
        head=selected.head,
        mix=selected.mix,
        calibrator=calibrator,
        embedder=identity if selected.sentence is None else f"{identity}+{minilm_identity()}",
        lists=ProbeLists.of(selected.probes, selected.found) if keep else None,
    )
