"""The index file: a JSON header and aligned arrays, memory-mapped, checked, never pickled.

8 bytes   magic "ERPAIIDX"
4         format, little-endian
4         zero
8         length of the header
16        XXH3-128 of the header
header    JSON: {"meta": ..., "arrays": {name: {"dtype", "shape", "offset", "xxh3"}}}
arrays    little-endian, each at a multiple of 64 bytes from the file's start
"""

from __future__ import annotations

import hashlib
import math
import mmap
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import xxhash

from erpai_desktop.ai.builtin.quantize import Any_
from erpai_desktop.ai.builtin.settings import INDEX_FORMAT
from erpai_desktop.errors import EngineError

_MAGIC = b"ERPAIIDX"
_PREFIX = struct.Struct("<8sIIQ16s")
_ALIGN = 64
_DTYPES = frozenset({"|i1", "|u1", "<i4", "<i8", "<u4", "<u8", "<f2", "<f4", "<f8"})
_MAX_HEADER = 64 * 1024 * 1024


def write_container(path: Path, *, meta: object, arrays: Mapping[str, Any_]) -> tuple[str, int]:
    """Write a new file; returns its SHA-256 (hex) and size in bytes. The same content gives the same bytes.

    It is not waited for until it is on the disk: such files are copies, and believed by their hash alone.
    """
    ready = {name: np.ascontiguousarray(arrays[name]) for name in sorted(arrays)}
    table: dict[str, dict[str, object]] = {}
    offset = 0
    for name, array in ready.items():
        if array.dtype.str not in _DTYPES:
            raise ValueError(f"array {name} has an unsupported type {array.dtype.str}")
        table[name] = {
            "dtype": array.dtype.str,
            "shape": list(array.shape),
            "offset": offset,
            "xxh3": xxhash.xxh3_128_hexdigest(array.data if array.size else b""),
        }
        offset = _aligned(offset + array.nbytes)
    header = orjson.dumps({"meta": meta, "arrays": table}, option=orjson.OPT_SORT_KEYS)
    digest, size = hashlib.sha256(), 0
    with path.open("wb") as file:

        def put(data: Any) -> None:
            nonlocal size
            digest.update(data)
            size += file.write(data)

        put(_PREFIX.pack(_MAGIC, INDEX_FORMAT, 0, len(header), xxhash.xxh3_128_digest(header)))
        put(header)
        for array in ready.values():
            put(bytes(_aligned(size) - size))
            if array.size:
                put(array.reshape(-1).view(np.uint8).data)
    return digest.hexdigest(), size


class Container:
    """An opened index file. `meta` is the header's JSON, `arrays` are read-only views of the mapped file."""

    def __init__(self, path: Path, *, expected_sha256: str | None = None, verify: bool = True) -> None:
        """Map and check a file. Raises EngineError when it is missing, damaged or of another format."""
        try:
            with path.open("rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            raise _damaged("it cannot be read") from error
        self.arrays: dict[str, Any_] = {}
        try:
            if expected_sha256 is not None and hashlib.sha256(self._map).hexdigest() != expected_sha256.lower():
                raise _damaged("its content is not what was compiled")
            self.meta, self.arrays = self._parse(verify=verify)
        except EngineError:
            self.close()
            raise

    def close(self) -> None:
        """Let the arrays go and unmap the file, unless somebody still holds a view of it."""
        self.arrays = {}
        try:
            self._map.close()
        except BufferError:  # A view is alive: the mapping goes with it.
            return

    def _parse(self, *, verify: bool) -> tuple[Any, dict[str, Any_]]:
        data = self._map
        if len(data) < _PREFIX.size:
            raise _damaged("it is too short")
        magic, version, _, length, check = _PREFIX.unpack(data[: _PREFIX.size])
        if magic != _MAGIC:
            raise _damaged("it is not an index")
        if version != INDEX_FORMAT:
            raise EngineError(
                f"The compiled index has format {version}, this program reads {INDEX_FORMAT}.",
                advice="Compile the model again.",
            )
        end = _PREFIX.size + length
        if length > _MAX_HEADER or end > len(data):
            raise _damaged("its header is cut")
        header = data[_PREFIX.size : end]
        if xxhash.xxh3_128_digest(header) != check:
            raise _damaged("its header changed")
        parsed = orjson.loads(header)
        base = _aligned(end)
        arrays = {name: self._array(base, one, verify=verify) for name, one in parsed["arrays"].items()}
        return parsed["meta"], arrays

    def _array(self, base: int, one: dict[str, Any], *, verify: bool) -> Any_:
        shape, start = tuple(map(int, one["shape"])), base + int(one["offset"])
        if one["dtype"] not in _DTYPES or min((*shape, int(one["offset"]))) < 0:
            raise _damaged("an array is described wrongly")
        count, dtype = math.prod(shape), np.dtype(one["dtype"])
        if start + count * dtype.itemsize > len(self._map):
            raise _damaged("it is cut")
        if count == 0:
            return np.empty(shape, dtype)
        array: Any_ = np.frombuffer(self._map, dtype, count, start).reshape(shape)
        if verify and xxhash.xxh3_128_hexdigest(array.data) != one["xxh3"]:
            raise _damaged("its content changed")
        return array


def _aligned(offset: int) -> int:
    return -(-offset // _ALIGN) * _ALIGN


def _damaged(why: str) -> EngineError:
    return EngineError(
        f"The compiled index cannot be used: {why}.",
        safe="The knowledge itself is untouched.",
        advice="Compile the model again.",
    )
