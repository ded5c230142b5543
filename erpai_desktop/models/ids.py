"""Identifiers: a distinct type for each entity, so that the checker tells them apart. No SQLAlchemy here."""

from __future__ import annotations

from typing import NewType
from uuid import UUID

ProviderId = NewType("ProviderId", UUID)
ModelId = NewType("ModelId", UUID)
QaId = NewType("QaId", UUID)
TrainingConversationId = NewType("TrainingConversationId", UUID)
TrainingMessageId = NewType("TrainingMessageId", UUID)
CompilationId = NewType("CompilationId", UUID)
ChatId = NewType("ChatId", UUID)
ChatMessageId = NewType("ChatMessageId", UUID)
UserId = NewType("UserId", UUID)
JobId = NewType("JobId", UUID)
ActionId = NewType("ActionId", UUID)
UsageId = NewType("UsageId", UUID)
BudgetId = NewType("BudgetId", UUID)
GoldenSetId = NewType("GoldenSetId", UUID)
