"""Answer quality on clinc150, through the real command line, beside MiniLM's nearest neighbours in the same run.

Run: python -m benchmarks.answer_quality --data clinc150.json.gz [--questions 100 10 3] [--docs docs/figures]

The data (Larson et al. 2019, EMNLP D19-1131, CC BY 3.0) is not part of this project. Each of its 150 intents is an
answer; the first 100, 10 or 3 of its training questions in a seeded order are its Q&As; its validation part
is imported as validation rows (out-of-scope questions as rows whose right answer is a refusal). Then: `qas import`,
`compile`, and `ask --batch` over the validation and the test part.

- In scope right: the nearest answer is the intent's, whether it was given or refused.
- Out of scope refused: at the threshold that answers 90 % of the in-scope validation questions.
- The peer: all-MiniLM-L6-v2 (int8), the cosine-weighted vote of the k nearest training questions, its confidence the
  highest cosine; k is the best of 1, 3, 5 and 10 on the validation part.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import random
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.command_line import CommandLine
from benchmarks.plot import Line, write_chart
from benchmarks.separation import Judged, floats, summary

Labelled = Sequence[tuple[str, str]]
_SEED = 20_261_124
_COLORS = {100: "#2563c9", 10: "#0f8a6d", 3: "#b4570b"}
_TO_REACH = 0.95


def main() -> None:
    """Print the figures and write them, with their curves; fail where a figure is missed."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--data", type=Path, required=True, help="clinc150.json.gz")
    options.add_argument("--questions", type=int, nargs="+", default=[100, 10, 3], help="questions an answer")
    options.add_argument("--docs", type=Path, default=Path("docs/figures"), help="where figures and curves go")
    arguments = options.parse_args()
    data: dict[str, list[tuple[str, str]]] = json.loads(gzip.decompress(arguments.data.read_bytes()))
    results: list[dict[str, Any]] = []
    lines: list[Line] = []
    missed: list[str] = []
    for number in arguments.questions:
        training = _first(data["train"], number)
        ours, build = _ours(training, data)
        peer, neighbours = _peer(training, data)
        results.append(
            {
                "questions_an_answer": number,
                "ours": summary(ours) | build,
                "minilm_neighbours": summary(peer) | {"k": neighbours},
            }
        )
        print(json.dumps(results[-1], indent=2), flush=True)
        color = _COLORS.get(number, "#5b6573")
        lines += [
            Line(f"{number} questions an answer", color, ours.curve()),
            Line(f"{number}, MiniLM neighbours", color, peer.curve(), dashed=True),
        ]
        missed += _missed(number, summary(ours), summary(peer))
    arguments.docs.mkdir(parents=True, exist_ok=True)
    written = json.dumps({"data": "clinc150", "seed": _SEED, "results": results}, indent=2)
    (arguments.docs / "answer_quality.json").write_text(written + "\n", encoding="utf-8")
    write_chart(
        arguments.docs / "answer_quality.svg",
        title="Known questions answered, unknown ones refused (clinc150, test part)",
        x="in-scope questions answered",
        y="out-of-scope questions refused",
        lines=lines,
        low=0.5,
    )
    if missed:
        raise SystemExit("\n".join(missed))


def _missed(number: int, ours: dict[str, float], peer: dict[str, float]) -> list[str]:
    missed = []
    for figure, to_reach in (("in_scope_right", _TO_REACH), ("out_of_scope_refused", _TO_REACH)):
        if number >= 100 and ours[figure] < to_reach:
            missed.append(f"{number} questions an answer: {figure} is {ours[figure]:.1%}, to reach {to_reach:.0%}")
        if ours[figure] <= peer[figure]:
            missed.append(
                f"{number} questions an answer: {figure} is {ours[figure]:.1%}, the peer's {peer[figure]:.1%}"
            )
    return missed


def _first(rows: Labelled, number: int) -> list[tuple[str, str]]:
    """`number` training questions of each intent, in a seeded order; fewer are a part of more."""
    by_intent: dict[str, list[str]] = defaultdict(list)
    for question, intent in rows:
        by_intent[intent].append(question)
    chosen: list[tuple[str, str]] = []
    for intent in sorted(by_intent):
        questions = sorted(by_intent[intent])
        random.Random(f"{_SEED} {intent}").shuffle(questions)
        chosen += [(question, intent) for question in questions[:number]]
    return chosen


def _ours(training: Labelled, data: dict[str, list[tuple[str, str]]]) -> tuple[Judged, dict[str, Any]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run = CommandLine(folder, folder / "clinc.erpai")
        source = folder / "clinc.csv"
        with source.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("question", "answer", "section", "type"))
            writer.writerows((question, intent, "Intents", "training") for question, intent in training)
            writer.writerows((question, intent, "Intents", "validation") for question, intent in data["val"])
            writer.writerows((question, "", "Out of scope", "refuse") for question, _ in data["oos_val"])
        run("init", "--name", "clinc150")
        run("models", "add", "Assistant")
        imported = run("qas", "import", "Assistant", source)
        compiled = run("compile", "Assistant")
        answers = {part: _asked(run, folder, data[part]) for part in ("val", "test", "oos_test")}
    known = answers["test"]
    right = [
        bool(answer["nearest"]) and answer["nearest"][0]["answer"] == intent
        for answer, (_, intent) in zip(known, data["test"], strict=True)
    ]
    judged = Judged(
        _confidence(known), np.asarray(right), _confidence(answers["oos_test"]), _confidence(answers["val"])
    )
    return judged, {
        "own_threshold": {
            "in_scope_answered": _share(known, refused=False),
            "out_of_scope_refused": _share(answers["oos_test"], refused=True),
        },
        "import_s": round(imported.seconds, 1),
        "compile_s": round(compiled.seconds, 1),
        "compile_peak_mb": round(compiled.peak_mb),
        "ask_ms": round(float(np.median([answer["elapsed_ms"] for answer in known])), 2),
        "rows": compiled.last["rows"],
        "validation": compiled.last["validation"],
    }


def _asked(run: CommandLine, folder: Path, rows: Labelled) -> list[dict[str, Any]]:
    questions, answers = folder / "questions.jsonl", folder / "answers.jsonl"
    questions.write_text("".join(json.dumps({"question": question}) + "\n" for question, _ in rows), encoding="utf-8")
    run("ask", "Assistant", "--batch", questions, "--out", answers)
    found = [json.loads(line) for line in answers.read_text(encoding="utf-8").splitlines()]
    if [answer["question"] for answer in found] != [question for question, _ in rows]:
        raise RuntimeError("the answers are not in the order of the questions")
    return found


def _confidence(answers: Sequence[dict[str, Any]]) -> Any:
    # Nothing is answered without a nearest question, and a refused conflict is no answer however sure.
    return floats([answer["confidence"] if answer["nearest"] else 0.0 for answer in answers])


def _share(answers: Sequence[dict[str, Any]], *, refused: bool) -> float:
    return round(sum(answer["refused"] is refused for answer in answers) / len(answers), 4)


def _peer(training: Labelled, data: dict[str, list[tuple[str, str]]]) -> tuple[Judged, int]:
    # Before ONNX Runtime is imported, which otherwise reports to its maker.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    from erpai_desktop.ai.builtin.embedders import minilm

    def unit(rows: Labelled) -> Any:
        vectors = minilm().embed([question for question, _ in rows]).astype(np.float32)
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)

    intents = sorted({intent for _, intent in training})
    labels = np.asarray([intents.index(intent) for _, intent in training])
    similar = {part: unit(data[part]) @ unit(training).T for part in ("val", "test", "oos_test")}
    truth = {part: np.asarray([intents.index(intent) for _, intent in data[part]]) for part in ("val", "test")}
    best = max(
        (1, 3, 5, 10), key=lambda k: float((_vote(similar["val"], labels, k, len(intents)) == truth["val"]).mean())
    )
    right = _vote(similar["test"], labels, best, len(intents)) == truth["test"]
    confidence = {part: matrix.max(axis=1).astype(np.float64) for part, matrix in similar.items()}
    return Judged(confidence["test"], right, confidence["oos_test"], confidence["val"]), best


def _vote(similar: Any, labels: Any, k: int, answers: int) -> Any:
    nearest = np.argpartition(-similar, min(k, similar.shape[1]) - 1, axis=1)[:, :k]
    votes = np.zeros((len(similar), answers), np.float32)
    for column in nearest.T:
        np.add.at(votes, (np.arange(len(similar)), labels[column]), similar[np.arange(len(similar)), column])
    return votes.argmax(axis=1)


if __name__ == "__main__":
    main()
