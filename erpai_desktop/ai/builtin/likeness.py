"""How near two texts are in meaning, as the embedder that every index uses sees it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from erpai_desktop.ai.builtin import embedders
from erpai_desktop.ai.builtin.text import clean


def likeness(pairs: Sequence[tuple[str, str]]) -> list[float]:
    """The cosine of the sentence vectors of each pair, from 0 (or less: nothing in common) to 1; 0 without words."""
    if not pairs:
        return []
    texts = [clean(text) for pair in pairs for text in pair]
    vectors = embedders.wordllama().embed(texts).astype(np.float32)
    lengths = np.linalg.norm(vectors, axis=1)
    lengths[lengths == 0] = np.inf
    vectors /= lengths[:, None]
    return [round(float(cosine), 4) for cosine in np.einsum("ij,ij->i", vectors[::2], vectors[1::2])]
