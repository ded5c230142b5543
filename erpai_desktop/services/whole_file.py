"""Files for people, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from erpai_desktop.errors import ServiceError


@contextmanager
def whole_file(path: Path, *, newline: str = "", to_hand_on: bool = False) -> Iterator[TextIO]:
    """A text file in UTF-8 that takes the place of `path` in one step once the block has ended well.

    A terminal, a pipe or another device has no place to take: it is written into. `newline` is as for `open`. Only its
    owner may read the file unless it is made to be handed on. Raises ServiceError when it cannot be written.
    """
    try:
        if is_device(path):
            with path.open("w", encoding="utf-8", newline=newline) as file:
                yield file
            return
        # What a link leads to is replaced, and not the link.
        path = path.resolve()
        descriptor, growing = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}-")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline=newline) as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            if to_hand_on:
                Path(growing).chmod(0o644)
            Path(growing).replace(path)
        finally:
            Path(growing).unlink(missing_ok=True)
    except OSError as error:
        raise ServiceError(
            f"{path} could not be written: {error.strerror}.",
            safe="A file that was there before is unchanged.",
            advice="Choose another folder or make room, then try again.",
        ) from error


def is_device(path: Path) -> bool:
    """Whether something stands there that is written into and not replaced: a terminal, a pipe, a device."""
    return path.exists() and not path.is_file() and not path.is_dir()
