"""What the strip above the question says is due: to compile whom one asks, or who was taught here."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from erpai_desktop.models.ids import ModelId
from erpai_desktop.views.chat.addressee import Addressee


class Hint(NamedTuple):
    """One sentence, and the model that is to be compiled; None where that would not help."""

    text: str
    to_compile: ModelId | None = None


NOTHING = Hint("")


def hint_of(addressee: Addressee, name: str, *, bound: bool, taught: ModelId | None) -> Hint:
    """Nothing where the one who is asked, called `name`, can answer and nobody `taught` here waits for a version."""
    if not addressee.known:
        return NOTHING
    if addressee.why_not(bound=bound):
        if addressee.node is not None:
            return Hint(_tr("{name} has no active version").format(name=name), addressee.model_id)
        gone = _tr("{name} is in the bin: restore it, or ask another model")
        return Hint(gone.format(name=name)) if name else NOTHING
    due = addressee.nodes.get(taught) if taught is not None else None
    return Hint(_tr("Compile {name} to use it").format(name=due.name), due.id) if due is not None else NOTHING


def _tr(text: str) -> str:
    return QCoreApplication.translate("Chat", text)
