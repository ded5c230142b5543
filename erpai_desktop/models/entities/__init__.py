"""The SQLAlchemy mapped classes, one file a part of the domain; importing this maps them all."""

from erpai_desktop.models.entities.assistant import AssistantConversation, AssistantConversationMessage
from erpai_desktop.models.entities.base import Base
from erpai_desktop.models.entities.blob import Blob, BlobPart
from erpai_desktop.models.entities.compilation import Compilation, CompilationAsset
from erpai_desktop.models.entities.golden import GoldenAnswer, GoldenSet
from erpai_desktop.models.entities.history import Change, JobIntention
from erpai_desktop.models.entities.knowledge import ModelQA, TrainingConversation, TrainingConversationMessage
from erpai_desktop.models.entities.model import Model
from erpai_desktop.models.entities.provider import Provider, ProviderCheck
from erpai_desktop.models.entities.usage import Budget, Usage, UsageTotal
from erpai_desktop.models.entities.user import User
from erpai_desktop.models.entities.workspace import Workspace

__all__ = [
    "AssistantConversation",
    "AssistantConversationMessage",
    "Base",
    "Blob",
    "BlobPart",
    "Budget",
    "Change",
    "Compilation",
    "CompilationAsset",
    "GoldenAnswer",
    "GoldenSet",
    "JobIntention",
    "Model",
    "ModelQA",
    "Provider",
    "ProviderCheck",
    "TrainingConversation",
    "TrainingConversationMessage",
    "Usage",
    "UsageTotal",
    "User",
    "Workspace",
]
