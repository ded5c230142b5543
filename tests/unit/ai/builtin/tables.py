"""Comparing tables of rows, array by array."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from erpai_desktop.ai.builtin.rows import RowTable, Texts


def assert_same_table(one: RowTable, other: RowTable) -> None:
    """To the last byte."""
    for field in fields(RowTable):
        left, right = getattr(one, field.name), getattr(other, field.name)
        if isinstance(left, Texts):
            assert left.block.tobytes() == right.block.tobytes(), field.name
            left, right = left.starts, right.starts
        if isinstance(left, np.ndarray):
            assert left.dtype == right.dtype and left.shape == right.shape, field.name
            assert left.tobytes() == right.tobytes(), field.name
        else:
            assert left == right, field.name
