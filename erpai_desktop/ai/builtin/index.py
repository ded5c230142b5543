"""An index in memory, and how it becomes the arrays and JSON of a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from erpai_desktop.ai.builtin.calibration import Calibrator
from erpai_desktop.ai.builtin.container import Container, write_container
from erpai_desktop.ai.builtin.head import Head
from erpai_desktop.ai.builtin.lexicon import RowWords
from erpai_desktop.ai.builtin.probes import ProbeLists
from erpai_desktop.ai.builtin.quantize import Any_, Bytes
from erpai_desktop.ai.builtin.ranking import Mix
from erpai_desktop.ai.builtin.rows import RowTable, Texts
from erpai_desktop.ai.builtin.settings import ENGINE_VERSION
from erpai_desktop.errors import EngineError

_ROW_ARRAYS = (
    "hashes",
    "keys",
    "signatures",
    "answers",
    "answer_starts",
    "spoken",
    "ids",
    "kinds",
    "conflicted",
    "sections",
    "models",
)
_WORD_ARRAYS = ("hashes", "kinds", "gram_starts", "gram_ids", "starts", "ids")


@dataclass(frozen=True, slots=True)
class Index:
    """Everything one version answers from."""

    table: RowTable
    words: RowWords
    static: Bytes
    sentence: Bytes | None
    head: Head | None
    mix: Mix
    calibrator: Calibrator
    embedder: str
    lists: ProbeLists | None
    """Searches of the build's own questions, kept where they save the next build a search over every row."""

    def write(self, path: Path) -> tuple[str, int]:
        """Write the file; returns SHA-256 and size."""
        arrays: dict[str, Any_] = {f"row_{name}": getattr(self.table, name) for name in _ROW_ARRAYS}
        arrays |= {f"word_{name}": getattr(self.words, name) for name in _WORD_ARRAYS}
        for name, texts in (("question", self.table.questions), ("answer", self.table.answer_texts)):
            arrays |= {f"{name}_starts": texts.starts, f"{name}_text": texts.block}
        arrays["static"] = self.static
        if self.sentence is not None:
            arrays["sentence"] = self.sentence
        if self.head is not None:
            arrays |= self.head.arrays()
        if self.lists is not None:
            arrays |= self.lists.arrays()
        meta = {
            "engine": ENGINE_VERSION,
            "embedder": self.embedder,
            "mix": self.mix.to_json(),
            "calibrator": self.calibrator.to_json(),
            "sections": list(self.table.section_names),
            "models": [list(pair) for pair in self.table.model_names],
        }
        return write_container(path, meta=meta, arrays=arrays)

    @classmethod
    def read(cls, container: Container) -> Index:
        """Views of an opened file. Raises EngineError when something is missing or contradicts itself."""
        try:
            return _read(container)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise EngineError(
                f"The compiled index contradicts itself: {error}.", advice="Compile the model again."
            ) from error


def _read(container: Container) -> Index:
    arrays, meta = container.arrays, container.meta
    if meta["engine"] != ENGINE_VERSION:
        raise EngineError(
            f"The compiled index was made by engine {meta['engine']}, this is {ENGINE_VERSION}.",
            advice="Compile the model again.",
        )
    table = RowTable(
        **{name: arrays[f"row_{name}"] for name in _ROW_ARRAYS},
        section_names=tuple(map(str, meta["sections"])),
        model_names=tuple((str(a), str(b)) for a, b in meta["models"]),
        questions=Texts(arrays["question_starts"], arrays["question_text"]),
        answer_texts=Texts(arrays["answer_starts"], arrays["answer_text"]),
    )
    words = RowWords(**{name: arrays[f"word_{name}"] for name in _WORD_ARRAYS})
    head = Head.from_arrays(arrays, table.answer_count) if "head_weights" in arrays else None
    index = Index(
        table,
        words,
        arrays["static"],
        arrays.get("sentence"),
        head,
        Mix(**meta["mix"]),
        Calibrator.from_json(meta["calibrator"]),
        str(meta["embedder"]),
        ProbeLists.from_arrays(arrays) if "probe_rows" in arrays else None,
    )
    _check(index)
    return index


def _check(index: Index) -> None:
    """Every number that points somewhere points inside: sparse products do not look."""
    table, words, rows = index.table, index.words, len(index.table)
    per_row = (*_ROW_ARRAYS[:4], *_ROW_ARRAYS[5:])
    if any(len(getattr(table, name)) != rows for name in per_row) or len(table.questions) != rows:
        raise ValueError("arrays of rows differ in length")
    if len(index.static) != rows or (index.sentence is not None and len(index.sentence) != rows):
        raise ValueError("vectors and rows differ in number")
    _starts("words of rows", words.starts, rows, len(words.ids))
    _starts("spellings", words.gram_starts, len(words.hashes), len(words.gram_ids))
    _starts("answers", table.answer_starts, table.answer_count, rows)
    _starts("questions", table.questions.starts, rows, len(table.questions.block))
    _starts("answer texts", table.answer_texts.starts, len(table.answer_texts), len(table.answer_texts.block))
    _inside("words", words.ids, len(words.hashes))
    _inside("spellings", words.gram_ids, 1 << 16)
    _inside("answers", table.answers, table.answer_count)
    _inside("answer texts", table.spoken, len(table.answer_texts))
    _inside("sections", table.sections, len(table.section_names))
    _inside("models", table.models, len(table.model_names))
    _inside("kinds", table.kinds, 2)
    if index.head is not None:
        _inside("the head's answers", index.head.answers, table.answer_count)


def _starts(what: str, starts: Any_, count: int, end: int) -> None:
    if len(starts) != count + 1 or int(starts[0]) != 0 or int(starts[-1]) != end or bool((np.diff(starts) < 0).any()):
        raise ValueError(f"{what} overlap")


def _inside(what: str, values: Any_, end: int) -> None:
    if len(values) and (int(values.min()) < 0 or int(values.max()) >= end):
        raise ValueError(f"{what} point outside")


def read_index(path: Path, *, expected_sha256: str | None = None) -> tuple[Index, Container]:
    """Map, check and read an index file. The container must outlive the index. Raises EngineError."""
    container = Container(path, expected_sha256=expected_sha256)
    try:
        return Index.read(container), container
    except BaseException:
        container.close()
        raise


def summary(index: Index) -> dict[str, Any]:
    """What is worth showing of an index: plain values."""
    return {
        "rows": len(index.table),
        "answers": index.table.answer_count,
        "strategy": index.mix.strategy,
        "embedder": index.embedder,
        "threshold": index.calibrator.threshold,
    }
