"""The commands, each a few calls of services."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from erpai_desktop.changes import Entity
from erpai_desktop.cli.output import Output, days_text
from erpai_desktop.errors import InvalidInputError, UserError
from erpai_desktop.services import providers_reading, qa_transfer, tree, tree_reading, workspace
from erpai_desktop.services.checks import counted
from erpai_desktop.services.compilations import mark_interrupted
from erpai_desktop.services.knowledge import read_configuration
from erpai_desktop.services.users import enter, os_user
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.opening import open_database

Command = Callable[[argparse.Namespace, Database, Output], None]


def run(asked: argparse.Namespace, location: WorkspaceLocation) -> None:
    """Run one command. Raises ErpAiError or OSError."""
    output = Output(as_json=asked.json)
    if asked.command == "init":
        _init(asked, location, output)
        return
    database = open_database(location)
    try:
        person = os_user()
        enter(database, login=person.login, name=person.name)
        if asked.command not in _CHANGES_NOTHING:
            _report_interrupted(database, output)
        _command(asked.command)(asked, database, output)
    finally:
        database.close()


def _init(asked: argparse.Namespace, location: WorkspaceLocation, output: Output) -> None:
    if location.path is not None:
        location.path.parent.mkdir(parents=True, exist_ok=True)
    made = workspace.create_sample(location) if asked.sample else workspace.create(location, asked.name)
    try:
        person = os_user()
        enter(made, login=person.login, name=person.name)
    finally:
        made.close()
    output.result({"workspace": str(location), "sample": asked.sample}, f"Made {location}")


def _models(asked: argparse.Namespace, database: Database, output: Output) -> None:
    if asked.action == "add":
        parent = database.read(tree_reading.find_model, name_or_id=asked.parent) if asked.parent else None
        changes = database.write(
            tree.add_model, names={"en": asked.name}, parent_id=parent, build_assistant=not asked.arbiter
        )
        model_id = changes.new(Entity.MODEL)
        output.result({"id": str(model_id), "name": asked.name}, f"Added {asked.name} ({model_id})")
        return
    if asked.action == "set":
        _set_provider(asked, database, output)
        return
    snapshot = database.read(tree_reading.tree)
    depth: dict[object, int] = {}
    for node in snapshot.nodes:
        depth[node.id] = depth.get(node.parent_id, -1) + 1
        version = f"v{node.active_version}" if node.active_version else "never compiled"
        marks = [mark for mark, on in (("default", node.is_default), ("arbiter", node.is_arbiter)) if on]
        if node.changes_since_build:
            marks.append(f"{counted(node.changes_since_build, 'change')} since")
        if node.ending:
            marks.append(f"{node.ending.base_model}, {days_text(node.ending.days_left)}")
        output.result(
            {
                "id": str(node.id),
                "name": node.name,
                "parent": str(node.parent_id) if node.parent_id else None,
                "default": node.is_default,
                "arbiter": node.is_arbiter,
                "qas": node.qa_count,
                "conversations": node.conversation_count,
                "active_version": node.active_version,
                "changes_since_build": node.changes_since_build,
                "days_left": node.ending.days_left if node.ending else None,
            },
            f"{'  ' * depth[node.id]}{node.name}  {node.qa_count} Q&As, {version}"
            + (f" ({', '.join(marks)})" if marks else "")
            + f"  {node.id}",
        )


def _set_provider(asked: argparse.Namespace, database: Database, output: Output) -> None:
    model_id = database.read(tree_reading.find_model, name_or_id=asked.model)
    chosen = None
    if asked.provider is not None:
        chosen = database.read(providers_reading.find_provider, name_or_id=asked.provider)
    database.write(tree.update_model, model_id=model_id, object_version=None, provider_id=chosen)
    names = {line.id: line.name for line in database.read(providers_reading.providers)}
    effective = database.read(read_configuration, model_id=model_id).configuration.provider.value
    name = names.get(effective, "") if effective is not None else ""
    output.result({"id": str(model_id), "provider": name}, f"{asked.model} works with {name or 'no provider'} now.")


def _qas(asked: argparse.Namespace, database: Database, output: Output) -> None:
    model_id = database.read(tree_reading.find_model, name_or_id=asked.model)
    if asked.action == "export":
        count = database.read(qa_transfer.export_qas, model_id=model_id, path=asked.file)
        output.result({"exported": count, "file": str(asked.file)}, f"Exported {counted(count, 'row')} to {asked.file}")
        return
    parsed = qa_transfer.parse_csv(asked.file)
    if parsed.problems and not asked.good_rows:
        raise InvalidInputError(
            f"{asked.file} was not imported.",
            problems=parsed.problems,
            safe="Nothing was imported.",
            advice="Mend the file, or import what is right with --good-rows.",
        )
    if parsed.rows:
        database.write(qa_transfer.import_qas, model_id=model_id, rows=parsed.rows)
    output.result(
        {
            "imported": len(parsed.rows),
            "left_out": [str(problem) for problem in parsed.problems],
        },
        "Imported "
        + counted(len(parsed.rows), "row")
        + "".join(f"\nleft out: {problem}" for problem in parsed.problems),
    )


def _ask(asked: argparse.Namespace, database: Database, output: Output) -> None:
    from erpai_desktop.cli.asking import ask_batch, ask_one

    model_id = database.read(tree_reading.find_model, name_or_id=asked.model)
    if asked.batch is not None:
        if asked.out is None or asked.question is not None:
            raise UserError("A batch needs --out ANSWERS.jsonl and no question beside it.")
        count = asyncio.run(ask_batch(asked, database, model_id, output=output))
        output.result({"answered": count, "file": str(asked.out)}, f"Wrote {counted(count, 'answer')} to {asked.out}")
    elif asked.out is not None:
        raise UserError("Only the answers of a batch go into a file.", advice="Give the questions by --batch.")
    elif asked.question is None:
        raise UserError("What is the question?", advice="Give it as the last argument, or a file by --batch.")
    else:
        asyncio.run(ask_one(asked, database, model_id, output=output))


def _check(_asked: argparse.Namespace, database: Database, output: Output) -> None:
    findings = workspace.check(database)
    for finding in findings:
        output.result({"finding": str(finding)}, str(finding))
    if findings:
        raise UserError(f"{len(findings)} things are wrong with this workspace.", safe="Nothing was changed.")
    output.result({"whole": True}, "The workspace is whole.")


def _backup(asked: argparse.Namespace, database: Database, output: Output) -> None:
    path: Path = workspace.backup(database, asked.file)
    output.result({"backup": str(path)}, f"Backed up to {path}")


def _report_interrupted(database: Database, output: Output) -> None:
    for build in mark_interrupted(database):
        output.warn(
            f"The program ended while it was building {build.model_name} v{build.number}; "
            "the active version stayed as it was."
        )


_CHANGES_NOTHING = frozenset({"check", "backup"})
_HERE: dict[str, Command] = {"models": _models, "qas": _qas, "ask": _ask, "check": _check, "backup": _backup}
_ELSEWHERE = {
    "compile": ("compiling", "compile_"),
    "evaluate": ("compiling", "evaluate_"),
    "versions": ("versions", "versions"),
    "activate": ("versions", "activate"),
    "roll-back": ("versions", "roll_back"),
    "golden": ("golden", "run"),
    "jobs": ("jobs", "run"),
    "usage": ("usage", "usage"),
    "budgets": ("usage", "manage_budgets"),
    "providers": ("providers", "run"),
}
"""Module and function, imported when they are asked for: together they take longer than most commands."""


def _command(name: str) -> Command:
    if name in _HERE:
        return _HERE[name]
    module, function = _ELSEWHERE[name]
    found: Command = getattr(import_module(f"erpai_desktop.cli.{module}"), function)
    return found
