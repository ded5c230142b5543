"""Providers read for the window, the command line and the connections."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from erpai_desktop.errors import NotFoundError
from erpai_desktop.models.capabilities import Capability, Support
from erpai_desktop.models.configuration import effective_configuration
from erpai_desktop.models.entities import Provider, ProviderCheck
from erpai_desktop.models.ids import ModelId, ProviderId
from erpai_desktop.models.lifecycle import ShutdownDates, days_left, utc_today
from erpai_desktop.models.multilang import FALLBACK_LANGUAGE, is_named, text_in
from erpai_desktop.models.provider_rules import effective_url, key_address, missing, takes_key, url_warning
from erpai_desktop.models.snapshots.providers import (
    BaseModel,
    CheckSummary,
    ProviderDetails,
    ProviderLine,
    ProviderSetup,
    ProviderUse,
)
from erpai_desktop.services.live_rows import live_row
from erpai_desktop.services.tree_reading import hierarchy
from erpai_desktop.storage.queries import providers as queries


def providers(
    session: Session, language: str = FALLBACK_LANGUAGE, today: date | None = None
) -> tuple[ProviderLine, ...]:
    """All providers by name."""
    dates = shutdown_dates(session, today=today)
    uses = queries.own_uses(session)
    lines = [
        _line(provider, check, dates, uses.get(provider.id, 0), language)
        for provider, check in queries.live_providers(session)
    ]
    return tuple(sorted(lines, key=lambda line: (line.name.casefold(), line.id)))


def provider_details(
    session: Session, provider_id: ProviderId, language: str = FALLBACK_LANGUAGE, today: date | None = None
) -> ProviderDetails:
    """One provider in full. Raises NotFoundError, also for one in the bin."""
    provider = live_row(session, Provider, provider_id)
    check = queries.check_of(session, provider_id)
    dates = shutdown_dates(session, today=today)
    uses = _uses(session, provider_id, language)
    own = sum(not use.inherited for use in uses)
    stored = check.capabilities if check is not None else {}
    return ProviderDetails(
        line=_line(provider, check, dates, own, language),
        notes=provider.notes,
        warning=url_warning(provider.base_url),
        key_entry=_key_entry(provider),
        key_address=_key_address(provider),
        api=check.api if check is not None else "",
        capabilities=MappingProxyType({c: _support(stored.get(c.value)) for c in Capability if stored}),
        models=_base_models(check, dates.today) if check is not None else (),
        uses=uses,
    )


def provider_setup(session: Session, provider_id: ProviderId) -> ProviderSetup:
    """What is needed to connect. Raises NotFoundError, also for one in the bin."""
    provider = live_row(session, Provider, provider_id)
    check = queries.check_of(session, provider_id)
    return ProviderSetup(
        id=provider_id,
        object_version=provider.object_version,
        name=text_in(provider.name, FALLBACK_LANGUAGE),
        kind=provider.provider_field,
        base_url=effective_url(provider.provider_field, provider.base_url),
        base_model_name=provider.base_model_name,
        model_file=provider.model_file,
        key_entry=_key_entry(provider),
        key_address=_key_address(provider),
        api=check.api if check is not None else "",
    )


def find_provider(session: Session, name_or_id: str) -> ProviderId:
    """The provider with this id, or with this name in any language, whatever the case.

    Raises NotFoundError when there is none, or when several have the name: it then lists each one's id.
    """
    wanted = name_or_id.strip()
    named = session.execute(select(Provider.id, Provider.name).where(Provider.deleted_utc.is_(None))).all()
    found = [id_ for id_, names in named if str(id_) == wanted.lower() or is_named(names, wanted)]
    if not found:
        raise NotFoundError(f"There is no provider “{wanted}”.", advice="Look at the list of providers.")
    if len(found) > 1:
        raise NotFoundError(
            f"“{wanted}” names {len(found)} providers: {', '.join(map(str, sorted(found)))}.",
            advice="Name the one you mean by its id.",
        )
    return ProviderId(found[0])


def providers_of_model(session: Session, model_id: ModelId) -> tuple[ProviderId, ...]:
    """The providers that a model works with: the one it has chosen or inherits, then its active version's.

    Raises NotFoundError.
    """
    effective = effective_configuration(hierarchy(session), model_id).provider.value
    found = (effective, queries.active_provider(session, model_id))
    return tuple(dict.fromkeys(ProviderId(id_) for id_ in found if id_ is not None))


def shutdown_dates(session: Session, *, today: date | None = None) -> ShutdownDates:
    """What the providers' last checks say of when their models end."""
    return ShutdownDates(queries.shutdown_dates(session), today or utc_today())


def _line(
    provider: Provider, check: ProviderCheck | None, dates: ShutdownDates, used_by: int, language: str
) -> ProviderLine:
    return ProviderLine(
        id=ProviderId(provider.id),
        object_version=provider.object_version,
        name=text_in(provider.name, language),
        names=MappingProxyType(provider.name),
        kind=provider.provider_field,
        base_model_name=provider.base_model_name,
        base_url=provider.base_url,
        model_file=provider.model_file,
        used_by=used_by,
        missing=missing(
            provider.provider_field,
            base_url=provider.base_url,
            base_model_name=provider.base_model_name,
            model_file=provider.model_file,
        ),
        check=CheckSummary(check.checked_utc, check.elapsed_ms, check.error_message) if check is not None else None,
        ending=dates.of(provider.id, provider.base_model_name),
    )


def _uses(session: Session, provider_id: UUID, language: str) -> tuple[ProviderUse, ...]:
    nodes = hierarchy(session, language=language)
    uses = []
    for node in nodes:
        effective = effective_configuration(nodes, node.id).provider
        if effective.value == provider_id:
            uses.append(ProviderUse(node.id, node.name, effective.inherited))
    return tuple(uses)


def _base_models(check: ProviderCheck, today: date) -> tuple[BaseModel, ...]:
    models = []
    for entry in check.models:
        day = queries.shutdown_day(entry)
        models.append(BaseModel(str(entry["name"]), day, None if day is None else days_left(day, today)))
    return tuple(sorted(models, key=_by_urgency))


def _by_urgency(model: BaseModel) -> tuple[bool, date, str]:
    return model.shutdown_date is None, model.shutdown_date or date.max, model.name


def _support(value: Any) -> Support:
    try:
        return Support(value)
    except ValueError:
        return Support.UNKNOWN


def _key_entry(provider: Provider) -> str:
    return provider.keyring_entry or str(provider.id)


def _key_address(provider: Provider) -> str:
    kind: Any = provider.provider_field
    return key_address(kind, provider.base_url) if takes_key(kind) else ""
