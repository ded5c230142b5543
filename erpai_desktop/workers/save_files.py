"""Saving a version's files into a folder that a person has chosen: the dataset and what belongs to it."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

from erpai_desktop.errors import UserError
from erpai_desktop.models.asset_keys import (
    DATASET,
    DATASET_SUMMARY,
    FINDINGS,
    INSTRUCTIONS,
    MANIFEST,
    VALIDATION_DATASET,
)
from erpai_desktop.models.ids import CompilationId
from erpai_desktop.services.training_reading import VersionFiles, version_files
from erpai_desktop.storage.blobs import fetch_blob
from erpai_desktop.storage.database import Database
from erpai_desktop.workers.job import Job
from erpai_desktop.workers.threads import in_a_thread

_NAMES: Mapping[str, str] = {
    DATASET: "training.jsonl",
    VALIDATION_DATASET: "validation.jsonl",
    MANIFEST: "manifest.json",
    INSTRUCTIONS: "instructions.md",
    FINDINGS: "findings.json",
    DATASET_SUMMARY: "summary.json",
}
_JSON = (FINDINGS, DATASET_SUMMARY)


@dataclass(frozen=True, slots=True)
class Saved:
    """What was written where."""

    folder: Path
    names: tuple[str, ...]

    def sentence(self) -> str:
        """For people."""
        return f"Saved {', '.join(self.names)} in {self.folder}"


async def save_files(job: Job, *, compilation_id: CompilationId, folder: Path, in_own_folder: bool = False) -> Saved:
    """Write them; `in_own_folder` makes one inside `folder`, named after the version.

    Nothing is overwritten. Raises UserError when there are none, or a file is in the way, or it cannot be written.
    """
    files = await job.read(version_files, compilation_id=compilation_id)
    if DATASET not in files.blobs:
        raise UserError(f"v{files.number} has no files to save.", advice="Compile to export or to fine-tune.")
    target = folder / _folder_name(files) if in_own_folder else folder
    job.progress("saving")
    saved = await in_a_thread(_save, job.database, files, target)
    job.progress("done", text=saved.sentence())
    return saved


def _save(database: Database, files: VersionFiles, folder: Path) -> Saved:
    names = [_NAMES[key] for key in _NAMES if key in files.blobs or key in files.values]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        in_the_way = [name for name in names if (folder / name).exists()]
        if in_the_way:
            raise UserError(
                f"{folder} already has {', '.join(in_the_way)}.",
                safe="Nothing was overwritten.",
                advice="Choose another folder.",
            )
        with tempfile.TemporaryDirectory(dir=folder, prefix=".saving-") as staging:
            for key, name in _NAMES.items():
                if key in files.blobs:
                    fetch_blob(database, files.blobs[key], Path(staging)).replace(folder / name)
                elif key in files.values:
                    (folder / name).write_bytes(_content(key, files.values[key]))
    except OSError as error:
        raise UserError(
            f"The files could not be written into {folder}: {os.strerror(error.errno or 0)}.",
            safe="The version keeps them.",
            advice="Choose another folder.",
        ) from error
    return Saved(folder, tuple(names))


def _content(key: str, value: str) -> bytes:
    if key in _JSON:
        return orjson.dumps(orjson.loads(value), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    return value.encode("utf-8", "replace")


def _folder_name(files: VersionFiles) -> str:
    """A name that every file system takes."""
    name = re.sub(r"[^\w\- ]+", " ", files.model_name).strip() or "model"
    return f"{' '.join(name.split())[:60]} v{files.number}"
