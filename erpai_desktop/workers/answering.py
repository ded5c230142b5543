"""An Answerer for any compiled version: its index in the engine process, in front of it its provider if it has one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Protocol

from erpai_desktop.ai.answerer import Answer, Answerer, Turn
from erpai_desktop.ai.chat_gateway import ChatGateway
from erpai_desktop.ai.grounding.grounded_prompt import Limits
from erpai_desktop.ai.grounding.retrieval import Retrieved
from erpai_desktop.errors import NotFoundError, UserError
from erpai_desktop.models.enums import ProviderKind, Purpose, Target
from erpai_desktop.models.ids import ChatId, CompilationId, ModelId
from erpai_desktop.models.metering import CallContext
from erpai_desktop.models.snapshots.compilations import VersionToAsk
from erpai_desktop.services.versions_to_ask import active_version, version_to_ask
from erpai_desktop.workers.engine_process import EngineProcess
from erpai_desktop.workers.job import Job
from erpai_desktop.workers.providers.connecting import Connecting
from erpai_desktop.workers.side_by_side import side_by_side
from erpai_desktop.workers.threads import in_a_thread

SMALL: Final = Limits(context_tokens=3_000, max_output_tokens=300, rows=4, temperature=0.0)
"""For a model on this machine: short, so that it fits a small window and is soon read."""

AT_ONCE: Final = 4
"""Questions that a provider is asked side by side: few, so that its limits are not what is measured."""


class OpenVersion(Answerer, Protocol):
    """A version that was opened by whoever closes it."""

    @property
    def version(self) -> VersionToAsk:
        """Which version answers."""
        ...

    @property
    def at_once(self) -> int | None:
        """How many questions may be put to it side by side; None where a batch is faster and costs nothing."""
        ...

    async def close(self) -> None:
        """Let its provider go."""
        ...


class IndexAnswerer:
    """The index of one version, asked in the engine process; a `Retriever` too, for versions with a provider."""

    def __init__(self, engine: EngineProcess, version: VersionToAsk, index: Path) -> None:
        self._engine = engine
        self.version = version
        self._index = index
        self.at_once: int | None = None

    async def answer(
        self, question: str, history: Sequence[Turn] = (), *, on_text: Callable[[str], object] | None = None
    ) -> Answer:
        """Answer one question; curated answers stand on their own, so `history` does not change them."""
        return await self._engine.answer(
            index=self._index, sha256=self.version.index_sha256, version=name(self.version), question=question
        )

    async def answer_many(self, questions: Sequence[str]) -> list[Answer]:
        """The same answers as one by one, faster."""
        return await self._engine.answer_many(
            index=self._index, sha256=self.version.index_sha256, version=name(self.version), questions=questions
        )

    async def retrieve(self, questions: Sequence[str], *, limit: int) -> list[Retrieved]:
        """What is near each question."""
        return await self._engine.retrieve(
            index=self._index,
            sha256=self.version.index_sha256,
            version=name(self.version),
            questions=questions,
            limit=limit,
        )

    async def close(self) -> None:
        """Nothing to let go: the engine process lives on."""


class SpeakingAnswerer:
    """A version that speaks through a provider, together with what it is."""

    def __init__(self, version: VersionToAsk, answerer: _Speaking) -> None:
        self.version = version
        self.at_once = 1 if version.provider_kind is ProviderKind.LOCAL else AT_ONCE
        self._answerer = answerer

    async def answer(
        self, question: str, history: Sequence[Turn] = (), *, on_text: Callable[[str], object] | None = None
    ) -> Answer:
        """As the answerer inside."""
        return await self._answerer.answer(question, history, on_text=on_text)

    async def answer_many(self, questions: Sequence[str]) -> list[Answer]:
        """The same answers as one by one, a few at a time."""
        return await side_by_side(questions, self._answerer.answer, at_once=self.at_once)

    async def close(self) -> None:
        """Let the provider go."""
        await self._answerer.close()


class _Speaking(Answerer, Protocol):
    async def close(self) -> None: ...


def name(version: VersionToAsk) -> str:
    """ "v7"."""
    return f"v{version.number}"


async def open_active(
    job: Job,
    engine: EngineProcess,
    *,
    model_id: ModelId,
    chat_id: ChatId | None = None,
    connections: Connecting | None = None,
) -> OpenVersion:
    """The active version of a model, ready to be asked in a chat, to which its calls are counted.

    Raises NoActiveVersionError while there is none, CorruptWorkspaceError when its stored index is damaged.
    """
    version = await job.read(active_version, model_id=model_id)
    return await open_version(job, engine, version, chat_id=chat_id, connections=connections)


async def open_compilation(
    job: Job,
    engine: EngineProcess,
    *,
    compilation_id: CompilationId,
    connections: Connecting | None = None,
    purpose: Purpose = Purpose.CHAT,
    stands_in: bool = True,
) -> OpenVersion:
    """Any version that was built to its end. Raises NotFoundError, UserError, CorruptWorkspaceError."""
    version = await job.read(version_to_ask, compilation_id=compilation_id)
    return await open_version(job, engine, version, connections=connections, purpose=purpose, stands_in=stands_in)


async def open_version(
    job: Job,
    engine: EngineProcess,
    version: VersionToAsk,
    *,
    chat_id: ChatId | None = None,
    connections: Connecting | None = None,
    purpose: Purpose = Purpose.CHAT,
    stands_in: bool = True,
) -> OpenVersion:
    """A version that has been read. With `stands_in` False a failing provider is an error, not a curated answer."""
    index = await in_a_thread(engine.indexes.get, job.database, version.index_sha256)
    inside = IndexAnswerer(engine, version, index)
    if version.target not in (Target.GROUNDED, Target.FINE_TUNE):
        return inside

    async def open_gateway() -> ChatGateway:
        if connections is None:
            raise UserError("There is no way to a provider from here.")
        if version.provider_id is None:
            raise NotFoundError(f"{name(version)} does not know its provider any more.")
        call = CallContext(purpose, version.model_id, version.compilation_id, chat_id)
        return await connections.chat(
            job, provider_id=version.provider_id, call=call, base_model=version.base_model or None
        )

    # Imported here: most versions are built-in.
    from erpai_desktop.ai.grounding.grounded import GroundedAnswerer
    from erpai_desktop.ai.grounding.learned import LearnedAnswerer

    kind = GroundedAnswerer if version.target is Target.GROUNDED else LearnedAnswerer
    return SpeakingAnswerer(
        version,
        kind(
            retriever=inside,
            open_gateway=open_gateway,
            instructions=version.instructions,
            version=name(version),
            limits=SMALL if version.provider_kind is ProviderKind.LOCAL else Limits(),
            stands_in=stands_in,
        ),
    )
