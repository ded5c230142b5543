"""What the child process of a build tells, passed on until it is done."""

from __future__ import annotations

from collections.abc import Callable

from erpai_desktop.errors import BuildError
from erpai_desktop.workers.child_process import ChildProcess, Message
from erpai_desktop.workers.targets.target import Build


async def child_result(
    child: ChildProcess,
    build: Build,
    *,
    safe: str = "The active version stays as it was.",
    store: Callable[[str, str | None], object] | None = None,
) -> Message:
    """Its last message. `store` is called with the name of each file that is complete, and
    its SHA-256 where that is known. Raises BuildError."""
    while (message := await child.receive()) is not None:
        if "stage" in message:
            build.job.progress(message["stage"], message["done"], message["total"])
        elif "log" in message:
            build.log.add(message["log"])
        elif "file" in message and store is not None:
            store(message["file"], message.get("sha256"))
        elif "error" in message:
            raise BuildError(
                message["error"],
                safe=safe,
                advice=message.get("advice") or "Try again; the log says how far it got.",
            )
        else:
            return message
    raise BuildError(
        "The building process has ended unexpectedly.",
        safe=safe,
        advice="Try again; if it happens again, there may be too little memory.",
    )
