"""What every target is given and what it gives back, between the begin and the completion of a version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from erpai_desktop.ai.builtin.settings import EngineSettings
from erpai_desktop.models.enums import Target
from erpai_desktop.models.ids import CompilationId, ModelId
from erpai_desktop.services.compilations_reading import BuildInputs
from erpai_desktop.workers.build_log import BuildLog
from erpai_desktop.workers.child_process import ChildProcess
from erpai_desktop.workers.engine_process import EngineProcess
from erpai_desktop.workers.job import Job
from erpai_desktop.workers.providers.connecting import Connecting

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Build:
    """A version that has been begun. `staging` is a folder of its own, gone once the build has ended.

    `connections` and `engine` are None where the caller has none; `evaluate` asks for the validation questions to be
    put to what was made, where that costs something. `child` is a process for `build_process.build` that has been
    begun; whoever builds with it closes it.
    """

    job: Job
    log: BuildLog
    model_id: ModelId
    compilation_id: CompilationId
    target: Target
    inputs: BuildInputs
    settings: EngineSettings
    cache_folder: Path
    staging: Path
    connections: Connecting | None = None
    engine: EngineProcess | None = None
    evaluate: bool = True
    child: ChildProcess | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """What is stored of a version: `values` maps asset keys to texts, `blobs` to hashes of stored blobs.

    `base_model` is what it answers with where that differs from what was known at the beginning; `unmeasured` says why
    the validation questions could not be put to it.
    """

    input_hash: str
    knowledge_revision: int
    compiled_model_name: str
    values: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    blobs: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    base_model: str | None = None
    unmeasured: str = ""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Nothing differs from an earlier version; `knowledge_revision` is the newest change that was seen."""

    same_as: CompilationId
    knowledge_revision: int


@dataclass(frozen=True, slots=True)
class NotTrained:
    """The provider trains no model like this any more, which is nobody's fault. `message` says it, and what to do."""

    message: str


class GoesOnElsewhereError(Exception):
    """The version is not given up, though this program follows it no longer: `why` says why, and is raised instead."""

    def __init__(self, why: BaseException) -> None:
        super().__init__(str(why))
        self.why = why


class Maker(Protocol):
    """Makes a version for one target. Tells progress and log; leaves storing to the caller.

    Raises BuildError, UserError, ProviderError; a cancellation passes through; GoesOnElsewhereError.
    """

    async def __call__(self, build: Build) -> Made | Unchanged | NotTrained:
        """Make it."""
        ...
