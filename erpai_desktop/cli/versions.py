"""The versions of a model on the command line: listed, activated, rolled back, deleted."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping
from typing import Any

from erpai_desktop.cli.comparing import compare
from erpai_desktop.cli.compiling import resume
from erpai_desktop.cli.confirming import confirm
from erpai_desktop.cli.connecting import connected
from erpai_desktop.cli.console_job import ConsoleJob
from erpai_desktop.cli.output import Output, days_text
from erpai_desktop.errors import ProviderError, UserError
from erpai_desktop.models.enums import CompilationStatus
from erpai_desktop.models.ids import CompilationId, ModelId, ProviderId
from erpai_desktop.models.money import in_words
from erpai_desktop.models.snapshots.comparison import VersionScore
from erpai_desktop.models.statistics import percent
from erpai_desktop.services import compilations, rolling_back, scoreboard, tree_reading
from erpai_desktop.services.deleting_versions import deletion_plan
from erpai_desktop.storage.database import Database
from erpai_desktop.workers.delete_version import Deleted, delete_version


def versions(asked: argparse.Namespace, database: Database, output: Output) -> None:
    """List a model's versions, compare two of them, or delete one."""
    model_id = database.read(tree_reading.find_model, name_or_id=asked.model)
    if asked.report is not None and asked.compare is None:
        raise UserError("A report is of two versions.", advice="Name them by --compare A B.")
    if asked.only_here and asked.delete is None:
        raise UserError("Nothing is to be deleted.", advice="Name a version by --delete VERSION.")
    if asked.resume:
        resume(asked, database, output)
        return
    if asked.compare is not None:
        compare(asked, database, output, model_id)
        return
    if asked.delete is not None:
        _delete(asked, database, output, model_id)
        return
    found = database.read(scoreboard.scoreboard, model_id=model_id)
    if not found:
        output.warn(f"{asked.model} was never compiled.")
    for version in found:
        output.result(_version_object(version), _version_text(version))


def activate(asked: argparse.Namespace, database: Database, output: Output) -> None:
    """Let a version answer from now on."""
    model_id = database.read(tree_reading.find_model, name_or_id=asked.model)
    compilation_id = database.read(scoreboard.find_version, model_id=model_id, name=asked.version)
    database.write(compilations.activate, compilation_id=compilation_id)
    _tell_active(database, output, model_id)


def roll_back(asked: argparse.Namespace, database: Database, output: Output) -> None:
    """Let the version answer again that answered before."""
    model_id = database.read(tree_reading.find_model, name_or_id=asked.model)
    database.write(rolling_back.roll_back, model_id=model_id)
    _tell_active(database, output, model_id)


def _tell_active(database: Database, output: Output, model_id: ModelId) -> None:
    active = database.read(scoreboard.find_version, model_id=model_id, name="active")
    version = database.read(scoreboard.version_score, compilation_id=active)
    output.result({"version": version.number, "active": True}, f"{version.name} answers from now on.")


def _delete(asked: argparse.Namespace, database: Database, output: Output, model_id: ModelId) -> None:
    compilation_id = database.read(scoreboard.find_version, model_id=model_id, name=asked.delete)
    version = database.read(scoreboard.version_score, compilation_id=compilation_id)
    plan = database.read(deletion_plan, compilation_id=compilation_id)
    remote = plan.is_remote and not asked.only_here
    if not version.is_active:
        # The one that answers is refused anyway.
        where = f"here and at {version.provider_name or 'its provider'}" if remote else "here"
        confirm(
            asked, f"Delete {version.name} of {asked.model} {where}? It cannot be undone.", safe="Nothing was deleted."
        )
    try:
        deleted = asyncio.run(_deleted(asked, database, output, compilation_id, plan.provider_id if remote else None))
    except ProviderError as error:
        raise UserError(
            f"{version.name} was not deleted. {error.message}",
            safe="It is what it was.",
            advice="Try again later, or leave what lies at the provider by --only-here.",
        ) from error
    output.result(
        {
            "event": "deleted",
            "version": deleted.number,
            "at_provider": deleted.at_provider,
            "files_freed": deleted.freed,
        },
        deleted.sentence(),
    )


async def _deleted(
    asked: argparse.Namespace,
    database: Database,
    output: Output,
    compilation_id: CompilationId,
    provider_id: ProviderId | None,
) -> Deleted:
    async with connected(asked, database, [provider_id]) as (_engine, connections):
        return await delete_version(
            ConsoleJob(database, output),
            compilation_id=compilation_id,
            connections=connections,
            only_here=asked.only_here,
        )


def _version_object(version: VersionScore) -> Mapping[str, Any]:
    return {
        "version": version.number,
        "id": str(version.id),
        "active": version.is_active,
        "state": _state(version),
        "target": version.target.value,
        "provider": version.provider_name,
        "base_model": version.base_model,
        "days_left": version.days_left,
        "shutdown_date": version.shutdown.isoformat() if version.shutdown is not None else None,
        "right": version.right,
        "total": version.total,
        "interval": [round(version.interval.low, 6), round(version.interval.high, 6)] if version.interval else None,
        "answered_right": version.answered_right,
        "refused_right": version.refused_right,
        "median_ms": version.median_ms,
        "cost_of_1000": None if version.cost_micros is None else version.cost_micros / 1_000_000,
        "currency": version.currency,
        "judge": version.judge,
        "activation_note": version.activation_note,
    }


def _version_text(version: VersionScore) -> str:
    parts = [f"{version.name:<5}{_state(version)}", version.target.value]
    if version.base_model:
        parts.append(version.base_model)
    if version.share is not None and version.interval is not None:
        low, high = percent(version.interval.low), percent(version.interval.high)
        parts.append(f"{percent(version.share)} of {version.total:,} right ({low} to {high})")
    else:
        parts.append("not evaluated")
    if version.cost_micros:
        parts.append(f"{in_words(version.cost_micros, version.currency)} for 1,000 answers")
    if version.days_left is not None:
        parts.append(days_text(version.days_left))
    if version.activation_note and not version.is_active:
        parts.append(version.activation_note)
    return ", ".join(parts)


def _state(version: VersionScore) -> str:
    if version.is_active:
        return "active"
    if version.status is CompilationStatus.DELETED:
        return "deleted"
    if version.status is not CompilationStatus.COMPLETED:
        return "building"
    return "ready" if version.is_successful else "failed"
