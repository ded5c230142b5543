"""Vectors as bytes: small, and with inner products that are exact whatever order they are summed in."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.int8]
Ints = npt.NDArray[np.int64]
Any_ = npt.NDArray[Any]


def quantize(vectors: Floats) -> Bytes:
    """Rows scaled to their largest absolute value and rounded to -127..127; a zero row stays zero.

    A product of two rows of d values is at most 127² x d, below 2²⁴ for d <= 1040: float32 sums it exactly, so one
    question and a batch of them, one machine and another, get the same similarity to the last bit.
    """
    peak = np.abs(vectors).max(axis=1, keepdims=True) if vectors.size else np.ones((len(vectors), 1), np.float32)
    scale = np.where(peak > 0, 127.0 / np.maximum(peak, np.float32(1e-30)), 0.0)
    return np.rint(vectors * scale).astype(np.int8)


def lengths(vectors: Bytes) -> Floats:
    """Euclidean length of each row; 1 for a zero row, whose every cosine is then 0."""
    squares = np.empty(len(vectors), np.float32)
    for start in range(0, len(vectors), 8192):
        part = vectors[start : start + 8192].astype(np.float32)
        squares[start : start + 8192] = np.einsum("ij,ij->i", part, part)
    return np.sqrt(np.maximum(squares, np.float32(1.0))).astype(np.float32)
