"""Says in a line why something was not stored."""

from __future__ import annotations

from erpai_desktop.errors import InvalidInputError, UserError
from erpai_desktop.views.qas.wording import field_names, translated


def why(error: Exception) -> str:
    """What is wrong and what to do, in one line."""
    if isinstance(error, InvalidInputError) and error.problems:
        names = field_names()
        return "; ".join(
            f"{names.get(problem.field or '', problem.field or '')}: {problem.message}" for problem in error.problems
        )
    if isinstance(error, UserError):
        return " ".join(part for part in (error.message, error.advice) if part)
    return translated("Something went wrong; your text is still here.")


def by_field(error: Exception) -> dict[str, str]:
    """What is wrong with each field; what belongs to none is said at the question."""
    if not isinstance(error, InvalidInputError):
        return {}
    return {problem.field or "question": problem.message for problem in error.problems}
