"""What mends a provider whose test has failed: another key, another base model, or another address."""

from __future__ import annotations

import enum

from erpai_desktop.errors import (
    BadReplyError,
    KeyMissingError,
    KeyRefusedError,
    NotOfferedError,
    RequestRefusedError,
    UnreachableError,
)
from erpai_desktop.models.snapshots.providers import ProviderDetails
from erpai_desktop.views.providers.wording import tr


class NextStep(enum.Enum):
    """Where the page leads a person."""

    KEY = "key"
    BASE_MODEL = "base model"
    ADDRESS = "address"


def next_step(details: ProviderDetails, failure: type[Exception] | None) -> NextStep | None:
    """The step that is likely to help; None where only testing again does. `failure` is None if it was long ago."""
    check = details.line.check
    if check is None or not check.error:
        return None
    wanted = details.line.base_model_name
    is_gone = bool(wanted and details.models) and all(model.name != wanted for model in details.models)
    if failure is not None and issubclass(failure, KeyRefusedError | KeyMissingError):
        return NextStep.KEY
    # The list of models may be older than this failure, which then need not be about the model.
    if is_gone and (failure is None or issubclass(failure, NotOfferedError | RequestRefusedError)):
        return NextStep.BASE_MODEL
    if failure is not None and issubclass(failure, NotOfferedError | UnreachableError | BadReplyError):
        return NextStep.ADDRESS
    return None


def step_words(step: NextStep) -> tuple[str, str]:
    """Text and tooltip of its button."""
    return {
        NextStep.KEY: (tr("Paste another key"), tr("Go to the key above")),
        NextStep.BASE_MODEL: (tr("Choose another base model"), tr("Go to what the provider offers now")),
        NextStep.ADDRESS: (tr("Check the address"), tr("Go to the address above")),
    }[step]
