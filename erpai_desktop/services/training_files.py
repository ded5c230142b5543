"""The files for training that a version keeps: by them a build that trains is told from one that must begin anew."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import InstrumentedAttribute

from erpai_desktop.models.asset_keys import DATASET
from erpai_desktop.models.entities import CompilationAsset

UPLOAD, TRAINING_JOB = "upload", "training job"
"""The kinds of the intentions of what is done at the provider."""


def is_prepared(compilation_id: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """Whether what is to be trained with is stored: from then on a build goes on after a restart."""
    return exists().where(CompilationAsset.compilation_id == compilation_id, CompilationAsset.asset_key == DATASET)
