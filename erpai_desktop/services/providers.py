"""What an administrator can do to the connections to AI services; their keys are none of these functions' business."""

from __future__ import annotations

from collections.abc import Mapping

from erpai_desktop.ai.chat_gateway import Found
from erpai_desktop.changes import Changes
from erpai_desktop.errors import InvalidInputError, UserError
from erpai_desktop.models.entities import Provider, ProviderCheck
from erpai_desktop.models.enums import ProviderKind, Role
from erpai_desktop.models.ids import ProviderId
from erpai_desktop.models.multilang import text_in, validate_names
from erpai_desktop.models.new_id import new_id
from erpai_desktop.models.provider_rules import BASE_MODEL_LIMIT, URL_LIMIT, model_name_of_file, url_problem
from erpai_desktop.services.checks import Checks, counted
from erpai_desktop.services.live_rows import live_row, to_bin
from erpai_desktop.services.stale_saves import check_version
from erpai_desktop.services.unset import UNSET, Unset, given
from erpai_desktop.storage.queries import providers as queries
from erpai_desktop.storage.unit_of_work import UnitOfWork

MODELS_KEPT = 2_000
"""Models of a provider's list that are kept; no provider offers so many."""
NAME_KEPT = 256
ERROR_KEPT = 4_096
_NAMES_TOLD = 5

_COLUMNS = {"names": "name", "kind": "provider_field"}
_WHERE = frozenset({"kind", "base_url", "model_file"})
"""What a check is about: once one of these is another, it says nothing any more."""


def add_provider(
    work: UnitOfWork,
    *,
    names: Mapping[str, str],
    kind: ProviderKind,
    base_model_name: str = "",
    base_url: str = "",
    model_file: str = "",
    notes: str = "",
) -> Changes:
    """Add a connection; what it still lacks may be filled in later. Raises InvalidInputError, NotPermittedError."""
    work.require(Role.ADMINISTRATOR, "change providers")
    fields = _checked(
        {
            "names": names,
            "kind": kind,
            "base_model_name": base_model_name,
            "base_url": base_url,
            "model_file": model_file,
            "notes": notes,
        }
    )
    if kind is ProviderKind.LOCAL and not fields["base_model_name"]:
        fields["base_model_name"] = model_name_of_file(model_file)
    id_ = new_id()
    values = {_COLUMNS.get(field, field): value for field, value in fields.items()}
    work.session.add(Provider(id=id_, keyring_entry=str(id_), **values))
    return work.finish(f"Add provider {_quoted(fields['names'])}")


def update_provider(
    work: UnitOfWork,
    *,
    provider_id: ProviderId,
    object_version: int | None,
    names: Mapping[str, str] | Unset = UNSET,
    kind: ProviderKind | Unset = UNSET,
    base_model_name: str | Unset = UNSET,
    base_url: str | Unset = UNSET,
    model_file: str | Unset = UNSET,
    notes: str | Unset = UNSET,
) -> Changes:
    """Save the settings that are given.

    A provider that is found elsewhere now has not been looked at yet: its last check goes. Raises InvalidInputError
    with every problem, ConflictError when one of these settings was changed since `object_version`, NotFoundError,
    NotPermittedError.
    """
    work.require(Role.ADMINISTRATOR, "change providers")
    provider = live_row(work.session, Provider, provider_id)
    mine = _checked(
        given(
            {
                "names": names,
                "kind": kind,
                "base_model_name": base_model_name,
                "base_url": base_url,
                "model_file": model_file,
                "notes": notes,
            }
        )
    )
    check_version(work, provider, object_version, mine, columns=_COLUMNS)
    changed = {field for field, value in mine.items() if getattr(provider, _COLUMNS.get(field, field)) != value}
    earlier_file = model_name_of_file(provider.model_file)
    for field in changed:
        setattr(provider, _COLUMNS.get(field, field), mine[field])
    if provider.provider_field is ProviderKind.LOCAL and provider.base_model_name in ("", earlier_file):
        # Named after its file, so that another file makes another base model: versions that rest on it are stale then.
        provider.base_model_name = model_name_of_file(provider.model_file)
    if changed & _WHERE:
        check = queries.check_of(work.session, provider_id)
        if check is not None:
            work.session.delete(check)
    return work.finish(f"Change provider {_quoted(provider.name)}")


def delete_provider(work: UnitOfWork, *, provider_id: ProviderId) -> Changes:
    """Put a provider into the bin.

    Raises UserError while a model has chosen it or answers by it: it would fall silent. NotFoundError,
    NotPermittedError.
    """
    work.require(Role.ADMINISTRATOR, "delete providers")
    provider = live_row(work.session, Provider, provider_id)
    users = sorted(text_in(names, "en") for names in queries.names_of_users(work.session, provider_id))
    if users:
        told = ", ".join(f"“{name}”" for name in users[:_NAMES_TOLD]) + (", …" if len(users) > _NAMES_TOLD else "")
        raise UserError(
            f"{_quoted(provider.name)} is used by {counted(len(users), 'model')}: {told}.",
            safe="Nothing was changed.",
            advice="Give them another provider, or activate another version of theirs, first.",
        )
    to_bin(work, [provider])
    return work.finish(f"Delete provider {_quoted(provider.name)}")


def record_check(
    work: UnitOfWork,
    *,
    provider_id: ProviderId,
    object_version: int,
    found: Found | None,
    elapsed_ms: int,
    error_message: str = "",
) -> Changes:
    """Store what a look at a provider has found, instead of what the one before had; `found` None when it failed.

    A failure keeps what is known of models and their dates. A provider that has been changed since `object_version`
    was looked at is left as it is. Raises NotFoundError, NotPermittedError.
    """
    work.require(Role.ADMINISTRATOR, "test providers")
    provider = live_row(work.session, Provider, provider_id)
    if provider.object_version != object_version:
        return work.finish()
    check = queries.check_of(work.session, provider_id)
    if check is None:
        check = ProviderCheck(id=new_id(), provider_id=provider_id)
        work.session.add(check)
    check.checked_utc = work.now
    check.elapsed_ms = elapsed_ms
    check.error_message = _printable(error_message)[:ERROR_KEPT]
    if found is not None:
        check.api = found.api
        check.capabilities = {capability.value: support.value for capability, support in found.capabilities.items()}
        check.models = _stored_models(found)
    return work.finish("Test provider")


def _stored_models(found: Found) -> list[dict[str, str | None]]:
    # A provider's word: as much of it as can be stored, each name once.
    by_name = {_printable(model.name)[:NAME_KEPT]: model.shutdown_date for model in found.models[:MODELS_KEPT]}
    return [{"name": name, "shutdown_date": day.isoformat() if day else None} for name, day in by_name.items() if name]


def _printable(text: str) -> str:
    """One line without what a terminal would obey."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in " ".join(text.split()))


def _checked(fields: dict[str, object]) -> dict[str, object]:
    """The fields as they should be stored. Raises InvalidInputError with every problem."""
    checks = Checks("The provider cannot be saved like this.")
    kept = dict(fields)
    names = fields.get("names")
    if isinstance(names, Mapping):
        try:
            kept["names"] = validate_names(names)
        except InvalidInputError as error:
            checks.merge(error)
    for field, limit in (("base_model_name", BASE_MODEL_LIMIT), ("base_url", URL_LIMIT)):
        if field in fields:
            kept[field] = checks.line(field, str(fields[field]), limit=limit)
    if "model_file" in fields:
        # A path may hold two spaces in a row.
        kept["model_file"] = checks.text("model_file", str(fields["model_file"]).strip(), limit=URL_LIMIT)
    if "notes" in fields:
        kept["notes"] = checks.text("notes", str(fields["notes"]))
    problem = url_problem(str(kept.get("base_url", "")))
    if problem:
        checks.problem("base_url", problem)
    checks.done()
    return kept


def _quoted(names: object) -> str:
    return f"“{text_in(names, 'en')}”" if isinstance(names, Mapping) else ""
