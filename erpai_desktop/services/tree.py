"""What an administrator can do to the tree of models."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.errors import InvalidInputError
from erpai_desktop.models.entities import Model, Provider, User
from erpai_desktop.models.enums import Role, UserType
from erpai_desktop.models.hierarchy import Hierarchy
from erpai_desktop.models.ids import ModelId, ProviderId, UserId
from erpai_desktop.models.multilang import text_in, validate_names
from erpai_desktop.models.new_id import new_id
from erpai_desktop.services.checks import Checks, counted
from erpai_desktop.services.live_rows import live_row, live_rows, to_bin
from erpai_desktop.services.stale_saves import check_version
from erpai_desktop.services.tree_reading import hierarchy
from erpai_desktop.services.unset import UNSET, Unset, given
from erpai_desktop.storage.queries.qa_copies import copy_qas
from erpai_desktop.storage.unit_of_work import UnitOfWork

_COLUMNS = {"names": "name"}


def add_model(
    work: UnitOfWork,
    *,
    names: Mapping[str, str],
    parent_id: ModelId | None = None,
    build_assistant: bool = True,
) -> Changes:
    """Add a model under another one, or at the top.

    Raises InvalidInputError for unusable names, NotFoundError for a parent that is gone, NotPermittedError.
    """
    work.require(Role.ADMINISTRATOR, "change the tree of models")
    name = validate_names(names)
    if parent_id is not None:
        live_row(work.session, Model, parent_id)
    work.session.add(Model(id=new_id(), name=name, parent_id=parent_id, build_assistant=build_assistant))
    return work.finish(f"Add {_quoted(name)}")


def rename_model(
    work: UnitOfWork, *, model_id: ModelId, names: Mapping[str, str], object_version: int | None = None
) -> Changes:
    """Give a model these names, all languages at once.

    Raises InvalidInputError, ConflictError, NotFoundError, NotPermittedError.
    """
    return update_model(work, model_id=model_id, object_version=object_version, names=names)


def move_model(work: UnitOfWork, *, model_id: ModelId, parent_id: ModelId | None) -> Changes:
    """Put a model, with all beneath it, under another one (None: at the top).

    Raises InvalidInputError when it would come to stand beneath itself, NotFoundError, NotPermittedError.
    """
    work.require(Role.ADMINISTRATOR, "change the tree of models")
    model = live_row(work.session, Model, model_id)
    if parent_id is not None:
        live_row(work.session, Model, parent_id)
    hierarchy(work.session).check_move(model_id, parent_id)
    if model.parent_id != parent_id:
        model.parent_id = parent_id
    return work.finish(f"Move {_quoted(model.name)}")


def set_default(work: UnitOfWork, *, model_id: ModelId) -> Changes:
    """Make this the model that serves where none is named; the one before loses the mark.

    Raises NotFoundError, NotPermittedError.
    """
    work.require(Role.ADMINISTRATOR, "choose the default model")
    model = live_row(work.session, Model, model_id)
    for former in work.session.scalars(
        select(Model).where(Model.is_default, Model.deleted_utc.is_(None), Model.id != model_id)
    ):
        former.is_default = False
    # The unique index allows one default at any moment: the former one must have lost it first.
    work.session.flush()
    if not model.is_default:
        model.is_default = True
    return work.finish(f"Make {_quoted(model.name)} the default")


def update_model(
    work: UnitOfWork,
    *,
    model_id: ModelId,
    object_version: int | None,
    names: Mapping[str, str] | Unset = UNSET,
    provider_id: ProviderId | Unset | None = UNSET,
    system_message: str | Unset = UNSET,
    build_assistant: bool | Unset = UNSET,
    auto_update_to_latest_build: bool | Unset = UNSET,
    activation_margin: float | Unset = UNSET,
    virtual_user_id: UserId | Unset | None = UNSET,
    notes: str | Unset = UNSET,
) -> Changes:
    """Save the settings that are given; None inherits the provider, or takes the virtual user away.

    `activation_margin` is a share from 0 to 1 (see `models.activation_gate`).

    Raises InvalidInputError with every problem, ConflictError when one of these settings was changed since
    `object_version`, NotFoundError, NotPermittedError.
    """
    work.require(Role.ADMINISTRATOR, "change a model's settings")
    model = live_row(work.session, Model, model_id)
    mine = given(
        {
            "names": names,
            "provider_id": provider_id,
            "system_message": system_message,
            "build_assistant": build_assistant,
            "auto_update_to_latest_build": auto_update_to_latest_build,
            "activation_margin": activation_margin,
            "virtual_user_id": virtual_user_id,
            "notes": notes,
        }
    )
    checks = Checks("The model cannot be saved like this.")
    if names is not UNSET:
        try:
            mine["names"] = validate_names(names)
        except InvalidInputError as error:
            checks.merge(error)
    for field in ("system_message", "notes"):
        if field in mine:
            mine[field] = checks.text(field, mine[field])
    if activation_margin is not UNSET and not 0 <= activation_margin <= 1:
        checks.problem("activation_margin", "this is a share from 0 to 1 (0 to 100 per cent)")
    if provider_id is not UNSET and provider_id is not None:
        _check_provider(work.session, provider_id, checks)
    if virtual_user_id is not UNSET and virtual_user_id is not None:
        _check_virtual_user(work.session, model_id, virtual_user_id, checks)
    checks.done()
    check_version(work, model, object_version, mine, columns=_COLUMNS)
    for field, value in mine.items():
        column = _COLUMNS.get(field, field)
        if getattr(model, column) != value:
            setattr(model, column, value)
    what = "Rename" if set(mine) == {"names"} else "Change"
    return work.finish(f"{what} {_quoted(model.name)}")


def copy_model(work: UnitOfWork, *, model_id: ModelId, names: Mapping[str, str]) -> Changes:
    """A copy beside the model, with its settings and its Q&As, but neither the default mark, the virtual user,
    the conversations nor the compilations.

    Raises InvalidInputError for unusable names, NotFoundError, NotPermittedError.
    """
    work.require(Role.ADMINISTRATOR, "change the tree of models")
    original = live_row(work.session, Model, model_id)
    copy = Model(
        id=new_id(),
        name=validate_names(names),
        parent_id=original.parent_id,
        provider_id=original.provider_id,
        system_message=original.system_message,
        build_assistant=original.build_assistant,
        auto_update_to_latest_build=original.auto_update_to_latest_build,
        activation_margin=original.activation_margin,
        notes=original.notes,
    )
    work.session.add(copy)
    # The rows that refer to it must find it: nothing tells the session in which order to insert them.
    work.session.flush()
    copied = copy_qas(work.session, model_id, ModelId(copy.id), user_id=work.actor.user_id, now=work.now)
    if copied is not None:
        batch = new_id()
        work.recorder.batch(
            Entity.QA,
            batch=batch,
            row_count=copied.rows,
            model_id=copy.id,
            after={"file": "", "first_seq": copied.place.first_seq, "last_seq": copied.place.last_seq},
        )
        work.touched(Entity.QA, batch, owners=(copy.id,))
    return work.finish(f"Copy {_quoted(original.name)} with {counted(copied.rows if copied else 0, 'Q&A')}")


def delete_model(work: UnitOfWork, *, model_id: ModelId) -> Changes:
    """Put a model into the bin, together with every model beneath it; their knowledge goes and returns with them.

    Raises NotFoundError, NotPermittedError.
    """
    work.require(Role.ADMINISTRATOR, "delete models")
    model = live_row(work.session, Model, model_id)
    below = [descendant for descendant, _depth in hierarchy(work.session).descendants(model_id)]
    to_bin(work, [model, *live_rows(work.session, Model, below)])
    beneath = f" and {counted(len(below), 'model')} beneath it" if below else ""
    return work.finish(f"Delete {_quoted(model.name)}{beneath}")


def _check_provider(session: Session, provider_id: ProviderId, checks: Checks) -> None:
    provider = session.get(Provider, provider_id)
    if provider is None or provider.deleted_utc is not None:
        checks.problem("provider_id", "this provider does not exist any more")


def _check_virtual_user(session: Session, model_id: ModelId, user_id: UserId, checks: Checks) -> None:
    user = session.get(User, user_id)
    if user is None or user.deleted_utc is not None:
        checks.problem("virtual_user_id", "this user does not exist any more")
    elif user.user_type is not UserType.VIRTUAL_NO_LOGIN:
        checks.problem("virtual_user_id", "a model speaks only as a virtual user, not as a person")
    else:
        nodes: Hierarchy = hierarchy(session)
        try:
            nodes.check_virtual_user(model_id, user_id)
        except InvalidInputError as error:
            checks.merge(error)


def _quoted(names: Mapping[str, str]) -> str:
    return f"“{text_in(names, 'en')}”"
