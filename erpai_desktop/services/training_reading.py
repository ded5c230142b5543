"""Whether a provider still trains, as far as it has said."""

from __future__ import annotations

from sqlalchemy.orm import Session

from erpai_desktop.errors import NotFoundError
from erpai_desktop.models.capabilities import Capability, Support
from erpai_desktop.models.entities import Compilation
from erpai_desktop.models.ids import CompilationId, ProviderId
from erpai_desktop.services.providers_reading import provider_details, shutdown_dates

_KEPT = "What was prepared is kept: save it as files, or compile to grounded, which needs no training."


def why_not_trained(session: Session, *, compilation_id: CompilationId) -> str:
    """Why a version need not be sent to be trained, in words with what to do instead; empty where it may be."""
    compilation = session.get(Compilation, compilation_id)
    if compilation is None or compilation.provider_id is None:
        return ""
    provider_id = ProviderId(compilation.provider_id)
    try:
        details = provider_details(session, provider_id=provider_id)
    except NotFoundError:
        return ""
    if details.capabilities.get(Capability.FINE_TUNING) is Support.NO:
        return f"{details.line.name} does not train, its last test says. {_KEPT} If that has changed, test it again."
    ending = shutdown_dates(session).of(provider_id, compilation.base_model)
    if ending is not None and ending.days_left < 0:
        return f"{compilation.base_model} was shut down on {ending.shutdown_date:%Y-%m-%d}. {_KEPT}"
    return ""
