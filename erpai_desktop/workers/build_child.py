"""What the child processes of builds have in common: one request is answered, and every failure told in words."""

from __future__ import annotations

import gc
import logging
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING
from uuid import UUID

from erpai_desktop.errors import ErpAiError
from erpai_desktop.workers.child_process import Message, receive_message, send_message

if TYPE_CHECKING:
    from erpai_desktop.models.resolved import Counts
    from erpai_desktop.services.knowledge import Material

Tell = Callable[[Message], None]
log = logging.getLogger(__name__)

LEDGER = "ledger"
"""The file that a build leaves for the next one on this machine."""


def answer_one_request(connection: Connection, work: Callable[[Message, Tell], Message]) -> None:
    """Do what the one request names; the last message is what `work` returns, or has `error`. Closes the connection."""

    def tell(message: Message) -> None:
        send_message(connection, message)

    request = receive_message(connection)
    if request is None:
        return
    # A build lives for seconds and keeps almost all it makes: looking for cycles meanwhile only costs time.
    gc.disable()
    try:
        tell(work(request, tell))
    except ErpAiError as error:
        tell({"error": error.message, "advice": error.advice})
    except MemoryError:
        tell({"error": "There is not enough memory for this build.", "advice": "Close other programs and try again."})
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        tell({"error": f"A file could not be written or read: {error.strerror}.", "advice": "Make room on the disk."})
    except Exception as error:
        # Our own bug: the log of the version keeps where it was.
        log.critical("the build broke down", exc_info=error)
        tell({"log": traceback.format_exc()})
        tell({"error": f"{type(error).__name__}: {error}"})
    finally:
        connection.close()


def read_resolved(request: Message, tell: Tell) -> Material:
    """The knowledge of the request's model, resolved in this process."""
    from erpai_desktop.models.ids import ModelId
    from erpai_desktop.services.knowledge import read_material
    from erpai_desktop.storage.database import Database
    from erpai_desktop.storage.location import parse_location

    tell({"stage": "reading", "done": 0, "total": 0})
    database = Database(parse_location(request["workspace"]), page_cache_mib=1)
    try:
        material = database.read(read_material, model_id=ModelId(UUID(request["model_id"])))
    finally:
        database.close()
    tell_resolved(material.knowledge.resolution.counts, tell)
    return material


def tell_resolved(counts: Counts, tell: Tell) -> None:
    """How many rows there are, for the log."""
    tell({"log": f"Resolved {counts.total:,} rows ({counts.own:,} own), {counts.overridden:,} overridden"})
