"""A workspace whose every list is as long as it may get in years: what long_lists opens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import insert

from erpai_desktop.changes import Entity
from erpai_desktop.models.entities import (
    AssistantConversation,
    AssistantConversationMessage,
    Compilation,
    ModelQA,
    Provider,
    ProviderCheck,
    TrainingConversation,
    TrainingConversationMessage,
    Usage,
)
from erpai_desktop.models.enums import (
    CompilationStatus,
    ParticipantRole,
    ProviderKind,
    Purpose,
    ReviewState,
    Target,
    UsageState,
)
from erpai_desktop.models.ids import ChatId, ModelId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.services import compilations, tree, users, workspace
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.unit_of_work import UnitOfWork
from tests.evaluated import add_evaluated, record

MANY: Final = "Many conversations"
SMALL: Final = "Few of everything"
COMPARED: Final = "Two long evaluations"
LONG: Final = "Many versions"
CONVERSATIONS, CALLS, QUESTIONS, VERSIONS, MESSAGES, CHATS, OFFERED, DELETED = (
    10_000, 200_000, 5_000, 500, 2_000, 10_000, 2_000, 20_000,
)  # fmt: skip
_WORDS = " ".join(f"word{place % 97}" for place in range(40))


def fill(path: Path) -> ChatId:
    """Make the workspace; answers the chat of many messages."""
    database = workspace.create(WorkspaceLocation(path=path), "Long")
    person = users.os_user()
    users.enter(database, login=person.login, name=person.name)
    assert database.actor is not None
    user_id = database.actor.user_id
    many, compared, long, small = (
        ModelId(database.write(tree.add_model, names={"en": name}).new(Entity.MODEL))
        for name in (MANY, COMPARED, LONG, SMALL)
    )
    for model_id, questions in ((compared, QUESTIONS), (small, 5)):
        for every in (7, 11):
            _evaluate(database, model_id, questions, every)
    chats = [new_id() for _ in range(CHATS)]
    now = datetime.now(UTC)
    database.write(_conversations, many, CONVERSATIONS, now)
    database.write(_conversations, small, 3, now)
    database.write(_calls, many, user_id, now)
    database.write(_versions, long, user_id, now)
    database.write(_chats, many, user_id, chats, now)
    database.write(_provider)
    _deleted(database, many, now)
    database.close()
    return ChatId(chats[-1])


def _insert(work: UnitOfWork, entity: Any, rows: list[dict[str, Any]]) -> None:
    work.session.execute(insert(entity), rows)


def _evaluate(database: Database, model_id: ModelId, questions: int, every: int) -> None:
    """A version that answers; one question in `every` it answers wrong."""
    found = [
        record(n, right=n % every > 0, expected=f"{n} {_WORDS}", answer=f"{n} {_WORDS[: -n % 90 - 1]} otherwise")
        for n in range(1, questions + 1)
    ]
    version = add_evaluated(database, model_id, found)
    database.write(compilations.activate, compilation_id=version)


def _conversations(work: UnitOfWork, model_id: ModelId, number: int, now: datetime) -> None:
    ids = [new_id() for _ in range(number)]
    times = [now - timedelta(minutes=place) for place in range(number)]
    _insert(
        work,
        TrainingConversation,
        [
            {"id": row_id, "model_id": model_id, "review_state": ReviewState.PENDING, "last_update_time_utc": time}
            for row_id, time in zip(ids, times, strict=True)
        ],
    )
    _insert(
        work,
        TrainingConversationMessage,
        [
            {
                "id": new_id(),
                "conversation_id": row_id,
                "message_no": number,
                "participant_role": role,
                "contents": f"Message {number} of {row_id}: {_WORDS}",
            }
            for row_id in ids
            for number, role in ((1, ParticipantRole.USER), (2, ParticipantRole.ASSISTANT))
        ],
    )


def _calls(work: UnitOfWork, model_id: ModelId, user_id: Any, now: datetime) -> None:
    for start in range(0, CALLS, 10_000):
        _insert(
            work,
            Usage,
            [
                {
                    "id": new_id(),
                    "user_id": user_id,
                    "model_id": model_id,
                    "base_model": f"gpt-test-{number % 5}",
                    "purpose": Purpose.CHAT,
                    "state": UsageState.SETTLED,
                    "started_utc": now - timedelta(seconds=number * 12),
                    "tokens_in": 1_000 + number % 77,
                    "tokens_out": number % 300,
                    "money_micros": number % 5_000,
                    "currency": "USD",
                }
                for number in range(start, start + 10_000)
            ],
        )


def _versions(work: UnitOfWork, model_id: ModelId, user_id: Any, now: datetime) -> None:
    _insert(
        work,
        Compilation,
        [
            {
                "id": new_id(),
                "number": number + 1,
                "model_id": model_id,
                "user_id": user_id,
                "target": Target.BUILT_IN,
                "status": CompilationStatus.COMPLETED,
                "is_successful": True,
                "start_time_utc": now - timedelta(hours=VERSIONS - number),
                "completion_time_utc": now - timedelta(hours=VERSIONS - number),
            }
            for number in range(VERSIONS)
        ],
    )


def _chats(work: UnitOfWork, model_id: ModelId, user_id: Any, chats: list[Any], now: datetime) -> None:
    _insert(
        work,
        AssistantConversation,
        [
            {"id": chat, "user_id": user_id, "model_id": model_id, "title": f"Chat {place} about {_WORDS[:60]}"}
            for place, chat in enumerate(chats)
        ],
    )
    of_chats = [(chat, 2) for chat in chats[:-1]] + [(chats[-1], MESSAGES)]
    _insert(
        work,
        AssistantConversationMessage,
        [
            {
                "id": new_id(),
                "conversation_id": chat,
                "user_id": user_id,
                "message_time_utc": now - timedelta(minutes=count - number),
                "role": ParticipantRole.ASSISTANT if number % 2 else ParticipantRole.USER,
                "contents": f"Said {number}: {_WORDS}\n\n- **one**\n- two",
            }
            for chat, count in of_chats
            for number in range(count)
        ],
    )


def _provider(work: UnitOfWork) -> None:
    provider = Provider(
        id=new_id(), name={"en": "Offers much"}, provider_field=ProviderKind.OPENAI_COMPATIBLE, base_model_name="gpt-1"
    )
    work.session.add(provider)
    work.session.flush()
    models = [{"name": f"gpt-{number}", "shutdown_date": None} for number in range(OFFERED)]
    work.session.add(ProviderCheck(provider_id=provider.id, models=models))


def _deleted(database: Database, model_id: ModelId, now: datetime) -> None:
    rows = [
        {
            "id": new_id(),
            "model_id": model_id,
            "section": "Old",
            "question": f"Old question {number}?",
            "answer": _WORDS,
            "deleted_utc": now - timedelta(minutes=number),
        }
        for number in range(DELETED)
    ]
    database.write(_insert, ModelQA, rows)
