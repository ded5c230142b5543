"""Loads the sample company from the shipped files (format: resources/sample/README.md) into a new workspace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from erpai_desktop.models.entities import (
    Model,
    ModelQA,
    Provider,
    TrainingConversation,
    TrainingConversationMessage,
    User,
)
from erpai_desktop.models.enums import Origin, ParticipantRole, ProviderKind, QaType, ReviewState, Role, UserType
from erpai_desktop.models.new_id import new_id
from erpai_desktop.resources import resource
from erpai_desktop.storage.unit_of_work import UnitOfWork

Json = dict[str, Any]
_QA_TYPES = {"training": QaType.TRAINING, "validation": QaType.VALIDATION}


def read_company() -> Json:
    """`company.json`."""
    company: Json = _read("company.json")
    return company


def load(work: UnitOfWork, company: Json) -> None:
    """Everything of the company, as one action of nobody's in the history."""
    _Loader(work.session, company).load(company)
    work.finish("Make the sample company")


class _Loader:
    """Knows the ids that the files' keys got."""

    def __init__(self, session: Session, company: Json) -> None:
        self._session = session
        self._founded = _time(company["time_utc"])
        self._models: dict[str, UUID] = {model["key"]: new_id() for model in company["models"]}
        self._providers: dict[str, UUID] = {provider["key"]: new_id() for provider in company["providers"]}
        self._users: dict[str, UUID] = {user["login"]: new_id() for user in company["users"]}

    def load(self, company: Json) -> None:
        # By hand in the order of references: the mapped classes have no relationships to sort them by.
        self._add_all(company["users"], self._user)
        self._add_all(company["providers"], self._provider)
        for model in company["models"]:
            self._add_all([model], self._model)
        for user in company["users"]:
            if user["model"] is not None:
                self._session.get_one(User, self._users[user["login"]]).model_id = self._models[user["model"]]
        for key, model_id in self._models.items():
            self._add_all(_read("qas", f"{key}.json"), partial(self._qa, model_id))
        for key, model_id in self._models.items():
            for conversation in _read("conversations", f"{key}.json"):
                self._add_conversation(conversation, model_id)
        self._session.flush()

    def _add_all(self, rows: list[Json], make: Callable[[Json], Any]) -> None:
        self._session.add_all([make(row) for row in rows])
        self._session.flush()

    def _times(self) -> dict[str, datetime]:
        return {"created_utc": self._founded, "updated_utc": self._founded}

    def _user(self, row: Json) -> User:
        return User(
            id=self._users[row["login"]],
            login=row["login"],
            name=row["name"],
            user_type=UserType(row["user_type"]),
            role=Role(row["role"]),
            email=row["email"],
            default_language=row["default_language"],
            time_zone=row["time_zone"],
            **self._times(),
        )

    def _provider(self, row: Json) -> Provider:
        return Provider(
            id=self._providers[row["key"]],
            name=row["name"],
            provider_field=ProviderKind(row["provider_field"]),
            base_model_name=row["base_model_name"],
            base_url=row["base_url"],
            notes=row["notes"],
            **self._times(),
        )

    def _model(self, row: Json) -> Model:
        return Model(
            id=self._models[row["key"]],
            name=row["name"],
            parent_id=self._models[row["parent"]] if row["parent"] else None,
            provider_id=self._providers[row["provider"]] if row["provider"] else None,
            virtual_user_id=self._users[row["virtual_user"]] if row["virtual_user"] else None,
            system_message=row["system_message"],
            is_default=row["is_default"],
            build_assistant=row["build_assistant"],
            auto_update_to_latest_build=row["auto_update_to_latest_build"],
            notes=row["notes"],
            **self._times(),
        )

    def _qa(self, model_id: UUID, row: Json) -> ModelQA:
        is_active = row.get("is_active", True)
        return ModelQA(
            model_id=model_id,
            section=row["section"],
            question=row["question"],
            answer=row["answer"],
            qa_type=_QA_TYPES[row["type"]],
            expects_refusal=row.get("expects_refusal", False),
            required_terms=row.get("required_terms", []),
            forbidden_terms=row.get("forbidden_terms", []),
            is_active=is_active,
            deactivation_time_utc=None if is_active else self._founded,
            creation_time_utc=self._founded,
            notes=row.get("notes", ""),
            **self._times(),
        )

    def _add_conversation(self, row: Json, model_id: UUID) -> None:
        at = _time(row["time_utc"])
        conversation = TrainingConversation(
            id=new_id(),
            model_id=model_id,
            origin=Origin(row["origin"]),
            origin_object=row.get("origin_object"),
            review_state=ReviewState(row["review_state"]),
            creation_time_utc=at,
            last_update_time_utc=at,
            notes=row.get("notes", ""),
            created_utc=at,
            updated_utc=at,
        )
        self._session.add(conversation)
        self._session.flush()
        self._session.add_all(
            TrainingConversationMessage(
                conversation_id=conversation.id,
                message_no=number,
                message_time_utc=at,
                participant_name=message["participant_name"] or None,
                participant_role=ParticipantRole(message["role"]),
                contents=message["contents"],
                created_utc=at,
                updated_utc=at,
            )
            for number, message in enumerate(row["messages"], start=1)
        )


def _read(*parts: str) -> Any:
    return orjson.loads(resource("sample", *parts).read_bytes())


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
