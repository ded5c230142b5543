"""What a long job is handed, by the window's runner or by the command line alike."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, TypeVar

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from erpai_desktop.storage.database import Database
    from erpai_desktop.storage.unit_of_work import UnitOfWork

P = ParamSpec("P")
T = TypeVar("T")


class Job(Protocol):
    """Services in transactions of their own, progress and log. A job never awaits the network inside a transaction."""

    @property
    def database(self) -> Database:
        """The open workspace."""
        ...

    @property
    def leaving(self) -> bool:
        """Whether a cancellation means that the program ends, so that what goes on elsewhere shall go on there."""
        ...

    async def write(self, service: Callable[Concatenate[UnitOfWork, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a service in a transaction; it is committed when this returns."""
        ...

    async def read(self, query: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a query in a snapshot."""
        ...

    def progress(self, stage: str, done: int = 0, total: int = 0, text: str = "") -> None:
        """Say how far it has got; called as often as you like."""
        ...

    def log(self, line: str) -> None:
        """Add a line to the job's log."""
        ...

    def behind(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """See to this while the job goes on or has ended: nobody waits for it but the program's end, and not for long.

        What is cut short by the program's end is cancelled, and may still write.
        """
        ...
