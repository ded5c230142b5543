"""Looks a workspace over from the file's pages to the domain's rules, and says in words what is wrong."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from erpai_desktop.models.entities import (
    Blob,
    Budget,
    Compilation,
    CompilationAsset,
    GoldenAnswer,
    Model,
    Provider,
    TrainingConversationMessage,
    Workspace,
)
from erpai_desktop.models.hierarchy import Hierarchy, TreeNode
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.multilang import text_in
from erpai_desktop.services.checks import counted
from erpai_desktop.storage import blobs
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.queries.usage_totals import wrong_months

_SHOWN = 5


def check(database: Database) -> tuple[str, ...]:
    """What is wrong, one sentence each; empty when all is well. Changes nothing.

    Reads every page of a file and every byte of the stored blobs, so it can take a while.
    """
    findings: list[str] = []
    if database.location.path is not None:
        findings += _file(database.location.path)
    for look in _LOOKS:
        findings += _looked(database, look)
    return tuple(findings)


def _looked(database: Database, look: Callable[[Session], list[str]]) -> list[str]:
    try:
        return database.read(look)
    except Exception as error:
        # A damaged row can make anything stumble, and must not hide what the other looks find.
        return [f"The {look.__name__.strip('_').replace('_', ' ')} could not be read: {error}"]


def _file(path: Path) -> list[str]:
    """Pages, references and full text of a SQLite file."""
    findings: list[str] = []
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=10)) as connection:
        try:
            for (line,) in connection.execute("PRAGMA integrity_check(20)"):
                if line != "ok":
                    findings.append(f"The file is damaged: {line}.")
            broken = connection.execute("PRAGMA foreign_key_check").fetchall()
            for table in sorted({row[0] for row in broken}):
                number = sum(row[0] == table for row in broken)
                findings.append(f"{counted(number, 'row')} of {table} point at rows that are not there.")
        except sqlite3.DatabaseError as error:
            findings.append(f"The file is damaged: {error}.")
        try:
            # Compares every word with the rows (https://www.sqlite.org/fts5.html, section 6.3); rolled back.
            connection.execute("INSERT INTO model_qas_fts(model_qas_fts, rank) VALUES ('integrity-check', 1)")
        except sqlite3.DatabaseError as error:
            findings.append(f"The full-text index does not agree with the Q&As ({error}).")
        finally:
            connection.rollback()
    return findings


def _one_workspace(session: Session) -> list[str]:
    number = session.scalar(select(func.count()).select_from(Workspace))
    return [] if number == 1 else [f"There are {number} descriptions of the workspace instead of one."]


def _tree(session: Session) -> list[str]:
    findings: list[str] = []
    models = session.scalars(select(Model).where(Model.deleted_utc.is_(None))).all()
    names = {model.id: text_in(model.name, "en") for model in models}
    rings = Hierarchy(
        TreeNode(ModelId(model.id), ModelId(model.parent_id) if model.parent_id else None, names[model.id])
        for model in models
    ).rings
    findings += [f"These models stand below themselves: {_list([names[one] for one in ring])}." for ring in rings]
    orphans = [names[model.id] for model in models if model.parent_id is not None and model.parent_id not in names]
    if orphans:
        findings.append(f"The parent of these models lies in the bin: {_list(orphans)}.")
    defaults = [names[model.id] for model in models if model.is_default]
    if len(defaults) > 1:
        findings.append(f"Several models are the default: {_list(defaults)}.")
    by_voice: dict[UUID, list[str]] = {}
    for model in models:
        if model.virtual_user_id is not None:
            by_voice.setdefault(model.virtual_user_id, []).append(names[model.id])
    findings += [f"One virtual user speaks for {_list(some)}." for some in by_voice.values() if len(some) > 1]
    return findings


def _active_versions(session: Session) -> list[str]:
    active = aliased(Compilation)
    unusable = session.execute(
        select(Model.name, active.number)
        .join(active, active.id == Model.conversational_compilation_id)
        .where(
            Model.deleted_utc.is_(None),
            or_(active.model_id != Model.id, active.is_successful.is_not(True), active.completion_time_utc.is_(None)),
        )
    )
    return [
        f"The active version {number} of “{text_in(name, 'en')}” is not a successful one of its own."
        for name, number in unusable
    ]


def _messages(session: Session) -> list[str]:
    message = TrainingConversationMessage
    number, first, last, distinct = (
        func.count(),
        func.min(message.message_no),
        func.max(message.message_no),
        func.count(message.message_no.distinct()),
    )
    gaps = session.scalars(
        select(message.conversation_id)
        .where(message.deleted_utc.is_(None))
        .group_by(message.conversation_id)
        .having(or_(first != 1, last != number, distinct != number))
    ).all()
    return [f"In {counted(len(gaps), 'training conversation')} messages are not numbered 1, 2, 3 …"] if gaps else []


def _files_of_versions(session: Session) -> list[str]:
    def assets(condition: ColumnElement[bool]) -> int:
        joined = select(func.count()).select_from(CompilationAsset)
        return session.scalar(joined.outerjoin(Blob, Blob.sha256 == CompilationAsset.blob_sha256).where(condition)) or 0

    findings = []
    missing = assets(CompilationAsset.blob_sha256.is_not(None) & Blob.complete_utc.is_(None))
    if missing:
        findings.append(f"{counted(missing, 'file')} of compilations are missing or half stored.")
    empty = assets(CompilationAsset.blob_sha256.is_(None) & CompilationAsset.value.is_(None))
    if empty:
        findings.append(f"{counted(empty, 'asset')} of compilations hold nothing.")
    compilation = aliased(Compilation)
    lost = session.scalar(
        select(func.count())
        .select_from(CompilationAsset)
        .outerjoin(compilation, compilation.id == CompilationAsset.compilation_id)
        .where(compilation.id.is_(None))
    )
    if lost:
        findings.append(f"{counted(lost, 'asset')} belong to no compilation.")
    return findings


def _damaged_files(session: Session) -> list[str]:
    return [f"The stored file {sha256[:12]}… is damaged." for sha256 in blobs.damaged_blobs(session)]


def _providers_in_use(session: Session) -> list[str]:
    gone = session.scalars(
        select(Model.name)
        .join(Provider, Provider.id == Model.provider_id)
        .where(Model.deleted_utc.is_(None), Provider.deleted_utc.is_not(None))
    )
    names = sorted(text_in(name, "en") for name in gone)
    return [f"The provider of these models lies in the bin: {_list(names)}."] if names else []


def _budgets(session: Session) -> list[str]:
    several = session.execute(
        select(Budget.scope)
        .where(Budget.deleted_utc.is_(None))
        .group_by(Budget.scope, Budget.subject_id)
        .having(func.count() > 1)
    ).all()
    return [f"{counted(len(several), 'budget')} are set more than once."] if several else []


def _money_spent(session: Session) -> list[str]:
    wrong = wrong_months(session)
    if not wrong:
        return []
    months = ", ".join(wrong[:_SHOWN]) if len(wrong) <= _SHOWN else f"{counted(len(wrong), 'month')}"
    return [f"What is kept as spent in {months} is not what the calls come to: budgets may be held against it wrongly."]


def _golden_answers(session: Session) -> list[str]:
    answer = GoldenAnswer
    number, first, last, distinct = (
        func.count(),
        func.min(answer.answer_no),
        func.max(answer.answer_no),
        func.count(answer.answer_no.distinct()),
    )
    gaps = session.scalars(
        select(answer.golden_set_id)
        .group_by(answer.golden_set_id)
        .having(or_(first != 0, last != number - 1, distinct != number))
    ).all()
    return [f"In {counted(len(gaps), 'set')} of golden answers some are missing."] if gaps else []


_LOOKS = (
    _one_workspace,
    _tree,
    _active_versions,
    _messages,
    _files_of_versions,
    _damaged_files,
    _providers_in_use,
    _budgets,
    _money_spent,
    _golden_answers,
)


def _list(names: list[str]) -> str:
    shown = ", ".join(f"“{name}”" for name in names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"
