"""The small parts: exact vectors, stable samples, disturbed questions, light imports."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from erpai_desktop.ai.builtin import embedders
from erpai_desktop.ai.builtin.lexicon import Lexicon, merge, read_words
from erpai_desktop.ai.builtin.quantize import lengths, quantize
from erpai_desktop.ai.builtin.sample import disturb, stratified
from erpai_desktop.ai.builtin.search import Question, Search, cosines
from erpai_desktop.ai.builtin.settings import EngineSettings, embedder_identity
from erpai_desktop.ai.builtin.text import words


def test_cosines_are_the_same_one_by_one_and_together() -> None:
    vectors = quantize(np.random.default_rng(1).normal(size=(5000, 384)).astype(np.float32))
    together = cosines(vectors[:70], vectors, lengths(vectors))
    for i in (0, 33, 69):
        np.testing.assert_array_equal(cosines(vectors[i : i + 1], vectors, lengths(vectors))[0], together[i])
        np.testing.assert_array_equal(
            cosines(vectors[i : i + 1], vectors[100:150], lengths(vectors[100:150]))[0], together[i][100:150]
        )


def test_quantising_keeps_directions_and_zero() -> None:
    vectors = np.random.default_rng(2).normal(size=(50, 256)).astype(np.float32)
    vectors[7] = 0
    small = quantize(vectors)
    assert not small[7].any()
    kept = np.delete(np.arange(50), 7)
    exact = vectors[kept] / np.linalg.norm(vectors[kept], axis=1, keepdims=True)
    close = small[kept] / lengths(small[kept])[:, None]
    assert np.einsum("ij,ij->i", exact, close).min() > 0.999


@pytest.mark.parametrize("embedder", [embedders.wordllama, embedders.minilm])
def test_a_vector_depends_on_its_text_alone(embedder: object) -> None:
    loaded = embedder()  # type: ignore[operator]
    texts = ["reset my password", "a much longer question about the return of damaged goods", "", "парола"]
    together = loaded.embed(texts)
    for i, text in enumerate(texts):
        np.testing.assert_array_equal(loaded.embed([text])[0], together[i])
    assert not together[2].any()


def test_many_texts_get_the_vectors_that_each_gets_by_itself() -> None:
    texts = [f"order {i} pumps for shelf {i % 7}, мерси" for i in range(embedders._FEW + 1)] + ["", "\x00"]
    fresh = embedders.WordLlama()
    few = np.concatenate([fresh.embed(part) for part in (texts[:1], texts[1:40], texts[-2:], [])])
    many = fresh.embed(texts)
    np.testing.assert_array_equal(many[[*range(40), -2, -1]], few)


def test_minilm_knows_what_means_the_same() -> None:
    vectors = embedders.minilm().embed(["holiday allowance", "days of paid leave", "engine oil pressure", "парола"])
    near = cosines(vectors[:1], vectors, lengths(vectors))[0]
    assert near[1] > near[2] + 0.2
    assert not vectors[3].any(), "what MiniLM cannot read has no vector"


def test_a_sample_is_stable_when_rows_change() -> None:
    hashes = np.random.default_rng(3).integers(0, 2**63, 5000).astype(np.uint64)
    strata = np.arange(5000) % 20
    before = set(hashes[stratified(hashes, strata, 500, 1)].tolist())
    assert len(before) == 500
    changed = hashes.copy()
    changed[:10] += np.uint64(1)
    after = set(changed[stratified(changed, strata, 500, 1)].tolist())
    assert len(before - after) <= 20
    mixed = np.random.default_rng(4).permutation(5000)
    assert set(hashes[mixed][stratified(hashes[mixed], strata[mixed], 500, 1)].tolist()) == before
    counts = np.bincount(strata[stratified(hashes, strata, 500, 1)])
    assert counts.min() == counts.max() == 25


def test_a_disturbed_question_differs_keeps_codes_and_is_repeatable() -> None:
    text = "what is the net weight of the VT-2040-B valve in our catalogue"
    forms = {disturb(text, seed) for seed in range(20)}
    assert len(forms) > 10
    assert all("VT-2040-B" in form for form in forms)
    assert disturb(text, 3) == disturb(text, 3)
    assert disturb("", 1) == ""
    assert disturb("hi", 1) == "hi"


def test_words_spelled_alike_count_in_part() -> None:
    texts = ["reset the password", "print the invoice", "weight of vt-2040-b", "weight of vt-2041-b"]
    lexicon = Lexicon(read_words(texts))
    typo = lexicon.score(lexicon.query(words("pasword")))
    assert typo.argmax() == 0
    assert 0 < typo[0] < lexicon.score(lexicon.query(words("password")))[0]
    code = lexicon.query(words("vt-2041-b"))
    assert lexicon.score(code).argmax() == 3
    assert lexicon.code_match(code, range(4)) == [0, 0, -1, 1]


def test_a_part_of_a_lexicon_scores_as_the_whole() -> None:
    texts = ["reset the password", "print the invoice", "print invoices at once", "the weight of vt-2041-b"]
    whole = Lexicon(read_words(texts))
    rows = np.array([1, 3])
    part = Lexicon(merge([whole.rows], np.zeros(2, np.int64), rows), whole=whole)
    for question in ("print teh invoice", "weight vt2041b", "unknown zebra"):
        np.testing.assert_array_equal(
            part.score(part.query(words(question))), whole.score(whole.query(words(question)))[rows]
        )


def test_several_questions_score_as_each_by_itself() -> None:
    rows = read_words(["order a pump now", "order two VT-2040-B pumps", "pomp", "where is the pallet", ""])
    whole = Lexicon(rows)
    part = Lexicon(merge([rows], np.zeros(3, np.int64), np.array([1, 2, 4])), whole=whole)
    asked = [words(text) for text in ("order the pumpe", "VT-2040-B 12", "", "order order palet 12", "nothing alike")]
    for lexicon in (whole, part):
        together = lexicon.queries(asked)
        scores = lexicon.score_all(together)
        for one, query, row in zip(asked, together, scores, strict=True):
            alone = lexicon.query(one)
            for name in ("weights", "codes", "hashes"):
                assert getattr(alone, name).tobytes() == getattr(query, name).tobytes(), name
            assert (alone.has_codes, lexicon.score(alone).tobytes()) == (query.has_codes, row.tobytes())


def test_a_few_questions_find_what_many_find() -> None:
    chance = np.random.default_rng(3)
    count = 20_000
    static = chance.integers(-127, 128, (count, 256)).astype(np.int8)
    texts = [f"word{i % 977} thing{i % 31}" for i in range(count)]
    answers = np.arange(count, dtype=np.int32)
    lexicon = Lexicon(read_words(texts))

    def search() -> Search:
        starts = np.arange(count + 1)
        return Search(answers=answers, answer_starts=starts, static=static, sentence=None, lexicon=lexicon)

    asked = [Question(static[i], None, lexicon.query(words(texts[i]))) for i in range(40)]
    many = search().find(asked)
    for some in (slice(0, 1), slice(5, 8)):
        few = search().find(asked[some])
        for name in ("rows", "static", "lexical", "code"):
            assert getattr(few, name).tobytes() == getattr(many, name)[some].tobytes(), name


def test_settings_survive_json_and_reject_what_they_do_not_know() -> None:
    settings = EngineSettings(embedder="minilm", target_share=0.8)
    assert EngineSettings.from_json(settings.to_json()) == settings
    with pytest.raises(ValueError, match="not engine settings"):
        EngineSettings.from_json('{"surprise": 1}')
    with pytest.raises(ValueError, match="unknown embedder"):
        EngineSettings.from_json('{"embedder": "other"}')
    assert "minilm" not in embedder_identity(EngineSettings(embedder="wordllama"))
    assert embedder_identity(EngineSettings()) == embedder_identity()


def test_entries_and_settings_import_nothing_heavy() -> None:
    code = (
        "import sys, erpai_desktop.ai.builtin.entry, erpai_desktop.ai.builtin.settings as s; s.embedder_identity();"
        "heavy = {'numpy', 'scipy', 'sklearn', 'wordllama', 'onnxruntime', 'tokenizers', 'sqlalchemy'};"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
