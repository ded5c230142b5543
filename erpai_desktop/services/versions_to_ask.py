"""Which version answers, and all that is needed to let it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from erpai_desktop.errors import NoActiveVersionError, NotFoundError, UserError
from erpai_desktop.models.asset_keys import INDEX, INSTRUCTIONS
from erpai_desktop.models.entities import Compilation, CompilationAsset, Model, Provider
from erpai_desktop.models.enums import CompilationStatus, Target
from erpai_desktop.models.ids import CompilationId, ModelId, ProviderId
from erpai_desktop.models.multilang import FALLBACK_LANGUAGE, text_in
from erpai_desktop.models.snapshots.compilations import VersionToAsk
from erpai_desktop.services.live_rows import live_row


def active_version(session: Session, *, model_id: ModelId) -> VersionToAsk:
    """What answers for a model. Raises NoActiveVersionError while nothing does, NotFoundError."""
    model = live_row(session, Model, model_id)
    compilation_id = model.conversational_compilation_id
    compilation = session.get(Compilation, compilation_id) if compilation_id is not None else None
    if compilation is None or compilation.status is CompilationStatus.DELETED:
        name = text_in(model.name, FALLBACK_LANGUAGE)
        raise NoActiveVersionError(f"{name} has no active version, so it cannot answer.", advice="Compile it first.")
    return _version(session, compilation)


def version_to_ask(session: Session, *, compilation_id: CompilationId) -> VersionToAsk:
    """Any version, active or not. Raises NotFoundError, and UserError for one that cannot answer."""
    compilation = session.get(Compilation, compilation_id)
    if compilation is None:
        raise NotFoundError("This version does not exist.")
    number = compilation.number
    if compilation.status is CompilationStatus.DELETED:
        raise UserError(f"v{number} was deleted, so it cannot answer.", advice="Choose another version.")
    if compilation.status is not CompilationStatus.COMPLETED or not compilation.is_successful:
        raise UserError(f"v{number} was not built to its end, so it cannot answer.", advice="Choose another version.")
    return _version(session, compilation)


def _version(session: Session, compilation: Compilation) -> VersionToAsk:
    if compilation.target is Target.EXPORT:
        raise UserError(
            f"v{compilation.number} is a set of files, so it cannot answer.", advice="Compile to another target."
        )
    assets = {
        key: (value, sha256)
        for key, value, sha256 in session.execute(
            select(CompilationAsset.asset_key, CompilationAsset.value, CompilationAsset.blob_sha256).where(
                CompilationAsset.compilation_id == compilation.id,
                CompilationAsset.asset_key.in_((INDEX, INSTRUCTIONS)),
            )
        )
    }
    sha256 = assets.get(INDEX, (None, None))[1]
    if sha256 is None:
        raise NotFoundError(f"The index of v{compilation.number} is missing.", advice="Compile again.")
    provider = session.get(Provider, compilation.provider_id) if compilation.provider_id is not None else None
    return VersionToAsk(
        compilation_id=CompilationId(compilation.id),
        number=compilation.number,
        index_sha256=sha256,
        model_id=ModelId(compilation.model_id),
        target=compilation.target,
        instructions=assets.get(INSTRUCTIONS, ("", None))[0] or "",
        provider_id=ProviderId(compilation.provider_id) if compilation.provider_id is not None else None,
        provider_kind=provider.provider_field if provider is not None else None,
        base_model=compilation.base_model,
    )
