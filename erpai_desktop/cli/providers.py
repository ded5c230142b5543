"""Connections to AI services on the command line: list, add, set, test, models, key, remove."""

from __future__ import annotations

import argparse
import asyncio
from typing import Any

from erpai_desktop.changes import Entity
from erpai_desktop.cli.console_job import ConsoleJob
from erpai_desktop.cli.keys import key_from_stdin, lend_key
from erpai_desktop.cli.output import Output, days_text
from erpai_desktop.cli.parser import KINDS
from erpai_desktop.credentials import Keeping, KeyStore, masked
from erpai_desktop.errors import KeyMissingError, KeyringError, UserError
from erpai_desktop.models.capabilities import Support
from erpai_desktop.models.enums import ProviderKind
from erpai_desktop.models.ids import ProviderId
from erpai_desktop.models.multilang import is_named
from erpai_desktop.models.provider_rules import missing, takes_key
from erpai_desktop.models.snapshots.providers import BaseModel, ProviderDetails, ProviderLine
from erpai_desktop.services import providers, providers_reading
from erpai_desktop.services.checks import counted
from erpai_desktop.storage.database import Database
from erpai_desktop.workers.providers.check_provider import check_provider
from erpai_desktop.workers.providers.connections import Connections
from erpai_desktop.workers.providers.local_server import check_model_file
from erpai_desktop.workers.training.orphans import Orphan

_NOT_KEPT = (
    "The key was not kept: this computer has no keyring that keys may go to. "
    "Hand it to each command that needs it by --key-stdin; no variable of the environment and no file takes its place."
)


def run(asked: argparse.Namespace, database: Database, output: Output) -> None:
    """Run one of the commands. Raises ErpAiError."""
    if asked.action == "list":
        for line in database.read(providers_reading.providers):
            output.result(_object(line), _text(line))
    elif asked.action == "add":
        _add(asked, database, output)
    else:
        provider_id = database.read(providers_reading.find_provider, name_or_id=asked.name)
        {"set": _set, "models": _models, "test": _test, "key": _key, "remove": _remove}[asked.action](
            asked, database, output, provider_id
        )


def _add(asked: argparse.Namespace, database: Database, output: Output) -> None:
    kind: ProviderKind = KINDS[asked.kind]
    lacks = missing(kind, base_url=asked.base_url, base_model_name=asked.base_model, model_file=asked.model_file)
    if lacks:
        raise UserError(
            f"A provider of this kind needs {' and '.join(lacks)}.",
            safe="Nothing was added.",
            advice="See `providers add --help`.",
        )
    # Before anything is stored: a key that cannot be one should leave no half provider behind.
    key = key_from_stdin(asked)
    if key is not None and not takes_key(kind):
        raise UserError("A provider of this kind has no key.", safe="Nothing was added.")
    namesakes = [one for one in database.read(providers_reading.providers) if is_named(one.names, asked.name)]
    changes = database.write(
        providers.add_provider,
        names={"en": asked.name},
        kind=kind,
        base_model_name=asked.base_model,
        base_url=asked.base_url,
        model_file=asked.model_file,
    )
    provider_id = ProviderId(changes.new(Entity.PROVIDER))
    details = database.read(providers_reading.provider_details, provider_id=provider_id)
    if details.warning:
        output.warn(details.warning)
    if kind is ProviderKind.LOCAL:
        _warn_of_file(asked.model_file, output)
    if namesakes:
        output.warn(f"{counted(len(namesakes), 'provider')} had this name before: tell them apart by their ids.")
    kept = False
    if key is not None:
        keys = KeyStore()
        kept = keys.state.keeping is Keeping.KEYRING
        if kept:
            try:
                keys.set(details.key_entry, key, address=details.key_address)
            except KeyringError as error:
                kept = False
                output.warn(f"The key was not kept. {error}")
        else:
            output.warn(_NOT_KEPT)
    output.result({"id": str(provider_id), "name": asked.name, "key_kept": kept}, f"Added {asked.name} ({provider_id})")


def _set(asked: argparse.Namespace, database: Database, output: Output, provider_id: ProviderId) -> None:
    before = database.read(providers_reading.provider_details, provider_id=provider_id)
    given: dict[str, Any] = {
        "names": {**before.line.names, "en": asked.new_name} if asked.new_name is not None else None,
        "kind": KINDS[asked.kind] if asked.kind is not None else None,
        "base_model_name": asked.base_model,
        "base_url": asked.base_url,
        "model_file": asked.model_file,
    }
    changes = {field: value for field, value in given.items() if value is not None}
    if not changes:
        raise UserError("What shall be changed?", safe="Nothing was changed.", advice="See `providers set --help`.")
    database.write(providers.update_provider, provider_id=provider_id, object_version=None, **changes)
    details = database.read(providers_reading.provider_details, provider_id=provider_id)
    if "base_url" in changes and details.warning:
        output.warn(details.warning)
    if details.line.missing:
        output.warn(f"It needs {' and '.join(details.line.missing)} before it can be used.")
    if details.line.kind is ProviderKind.LOCAL and "model_file" in changes:
        _warn_of_file(asked.model_file, output)
    if details.key_address and details.key_address != before.key_address:
        try:
            KeyStore().get(details.key_entry, address=details.key_address)
        except (KeyMissingError, KeyringError) as error:
            output.warn(str(error))
    output.result(_object(details.line), _text(details.line))


def _models(asked: argparse.Namespace, database: Database, output: Output, provider_id: ProviderId) -> None:
    if asked.test:
        asyncio.run(_look(asked, database, output, provider_id))
    elif asked.key_stdin:
        raise UserError("Without --test nothing is asked, so no key is needed.", safe="The key was not read.")
    details = database.read(providers_reading.provider_details, provider_id=provider_id)
    if details.line.check is None:
        output.warn(f"“{details.line.name}” was never tested: --test asks it for its models.")
    elif details.line.check.error:
        output.warn(f"Its last test failed, so this is what was known before. {details.line.check.error}")
    for model in details.models:
        mark = " (chosen)" if model.name == details.line.base_model_name else ""
        output.result(_model_object(model), f"{model.name}{mark}{_end_text(model)}")


def _test(asked: argparse.Namespace, database: Database, output: Output, provider_id: ProviderId) -> None:
    orphans = asyncio.run(_look(asked, database, output, provider_id))
    details = database.read(providers_reading.provider_details, provider_id=provider_id)
    told = [
        {"remote_id": orphan.job.id, "remote_state": orphan.job.state.value, "message": orphan.message}
        for orphan in orphans
    ]
    # In words each was told by the log when it was found.
    output.result(_object(details.line) | _found(details) | {"orphans": told}, _found_text(details))


async def _look(
    asked: argparse.Namespace, database: Database, output: Output, provider_id: ProviderId
) -> tuple[Orphan, ...]:
    connections = Connections()
    try:
        setup = database.read(providers_reading.provider_setup, provider_id=provider_id)
        lend_key(asked, connections.keys, setup)
        return await check_provider(ConsoleJob(database, output), connections=connections, provider_id=provider_id)
    finally:
        await connections.close()


def _key(asked: argparse.Namespace, database: Database, output: Output, provider_id: ProviderId) -> None:
    setup = database.read(providers_reading.provider_setup, provider_id=provider_id)
    keys = KeyStore()
    if asked.forget:
        keys.delete(setup.key_entry)
        output.result({"id": str(provider_id), "key_kept": False}, f"The key of {setup.name} is forgotten.")
        return
    if not takes_key(setup.kind):
        raise UserError("A provider of this kind has no key.", safe="Nothing was changed.")
    if not setup.key_address:
        raise UserError(f"“{setup.name}” has no address yet that its key would be for.", safe="Nothing was changed.")
    key = key_from_stdin(asked)
    assert key is not None, "the parser asks for --key-stdin or --forget"
    if keys.state.keeping is not Keeping.KEYRING:
        raise UserError(_NOT_KEPT)
    keys.set(setup.key_entry, key, address=setup.key_address)
    output.result(
        {"id": str(provider_id), "key_kept": True, "key": masked(key)},
        f"The key {masked(key)} of {setup.name} is in the keyring ({keys.state.name}), for {setup.key_address}.",
    )


def _remove(_asked: argparse.Namespace, database: Database, output: Output, provider_id: ProviderId) -> None:
    setup = database.read(providers_reading.provider_setup, provider_id=provider_id)
    database.write(providers.delete_provider, provider_id=provider_id)
    try:
        KeyStore().delete(setup.key_entry)
    except KeyringError as error:
        output.warn(f"Its key may still be in the keyring. {error}")
    output.result({"id": str(provider_id), "removed": True}, f"Moved {setup.name} to the bin.")


def _warn_of_file(file: str, output: Output) -> None:
    try:
        check_model_file(file)
    except UserError as error:
        # It may lie on another workstation.
        output.warn(str(error))


def _object(line: ProviderLine) -> dict[str, Any]:
    return {
        "id": str(line.id),
        "name": line.name,
        "kind": line.kind.value,
        "base_model": line.base_model_name,
        "base_url": line.base_url,
        "model_file": line.model_file,
        "used_by": line.used_by,
        "missing": list(line.missing),
        "shutdown_date": line.ending.shutdown_date.isoformat() if line.ending else None,
        "days_left": line.ending.days_left if line.ending else None,
        "checked": line.check.checked_utc.isoformat() if line.check else None,
        "error": line.check.error if line.check else None,
    }


def _text(line: ProviderLine) -> str:
    parts = [line.kind.value, line.base_model_name or "no base model", f"used by {counted(line.used_by, 'model')}"]
    if line.ending:
        parts.append(days_text(line.ending.days_left))
    if line.missing:
        parts.append(f"needs {' and '.join(line.missing)}")
    if line.check is None:
        parts.append("never tested")
    elif line.check.error:
        parts.append("the last test failed")
    return f"{line.name}  {', '.join(parts)}  {line.id}"


def _found(details: ProviderDetails) -> dict[str, Any]:
    return {
        "api": details.api,
        "elapsed_ms": details.line.check.elapsed_ms if details.line.check else None,
        "capabilities": {capability.value: support.value for capability, support in details.capabilities.items()},
        "models": [_model_object(model) for model in details.models],
    }


def _model_object(model: BaseModel) -> dict[str, Any]:
    return {
        "name": model.name,
        "shutdown_date": model.shutdown_date.isoformat() if model.shutdown_date else None,
        "days_left": model.days_left,
    }


def _found_text(details: ProviderDetails) -> str:
    can = {
        support: [capability.value for capability, has in details.capabilities.items() if has is support]
        for support in Support
    }
    lines = [f"{details.line.name} answers" + (f" ({details.api})" if details.api else "")]
    for support, word in ((Support.YES, "can"), (Support.NO, "cannot"), (Support.UNKNOWN, "not known")):
        if can[support]:
            lines.append(f"  {word}: {', '.join(can[support])}")
    lines += [f"  {model.name}{_end_text(model)}" for model in details.models]
    return "\n".join(lines)


def _end_text(model: BaseModel) -> str:
    if model.shutdown_date is None or model.days_left is None:
        return ""
    if model.days_left < 0:
        return f"  ended {model.shutdown_date}"
    return f"  ends {model.shutdown_date}, {days_text(model.days_left)}"
