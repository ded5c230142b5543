"""The child process that makes files for training: reads, resolves, writes, validates, counts; sends nothing anywhere.

As in build_process.py, nothing is handed over but messages and names of files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from multiprocessing.connection import Connection
from pathlib import Path

import orjson

from erpai_desktop.ai.builtin.settings import EngineSettings
from erpai_desktop.ai.tokens import TokenCounter
from erpai_desktop.models.asset_keys import (
    DATASET,
    DATASET_HASH,
    DATASET_SUMMARY,
    FINDINGS,
    MANIFEST,
    VALIDATION_DATASET,
)
from erpai_desktop.models.chat_dataset import (
    ChatFile,
    left_out,
    training_examples,
    validation_examples,
    write_lines,
)
from erpai_desktop.models.chat_limits import limits_of
from erpai_desktop.models.chat_validation import EXAMPLE_TOKENS, MESSAGE_TOKENS, ChatReport, validate_chat
from erpai_desktop.models.enums import Target
from erpai_desktop.services.knowledge import Material, hash_of
from erpai_desktop.workers.build_child import Tell, answer_one_request, read_resolved
from erpai_desktop.workers.child_process import Message
from erpai_desktop.workers.plan_files import plan_files

_COUNTED_AT_ONCE = 50_000


def prepare(connection: Connection) -> None:
    """Prepare what the one request names. The last message has `done`, `unchanged` or `error`."""
    answer_one_request(connection, _prepared)


def _prepared(request: Message, tell: Tell) -> Message:
    material = read_resolved(request, tell)
    knowledge = material.knowledge
    hash_ = hash_of(knowledge, target=Target(request["target"]), settings=EngineSettings())
    same_as = request["known"].get(hash_)
    if same_as is not None:
        return {"unchanged": same_as, "revision": knowledge.revision}
    values = plan_files(knowledge, Path(request["staging"]))
    made = dataset_files(request, material, values, tell)
    return {
        "done": True,
        "input_hash": hash_,
        "revision": knowledge.revision,
        "values": values | made.pop("values"),
        **made,
        "files": [MANIFEST, *made["files"]],
    }


def dataset_files(request: Message, material: Material, values: Mapping[str, str], tell: Tell) -> Message:
    """Make the files for training beside what `values` holds of the knowledge.

    The answer has `files`, by their asset keys; `values`, to be added; `blocked`, why they must not be sent.
    """
    staging = Path(request["staging"])
    tell({"stage": "writing", "done": 0, "total": 0})
    with TokenCounter(Path(request["tokens"])) as counter:
        training, validation, report = write_and_validate(
            material, staging, base_model=request["base_model"], counter=counter
        )
        tokens = count_tokens(staging / DATASET, counter)
    tell({"log": _written(training, tokens, "to learn from")})
    if validation is not None:
        tell({"log": _written(validation, None, "to validate with")})
    for finding in report.findings[:20]:
        tell({"log": str(finding)})
    found = orjson.loads(values[FINDINGS])
    blocked = [finding["message"] for finding in found if finding["severity"] == "blocks"]
    blocked += [str(finding) for finding in report.findings if finding.blocks]
    summary = {
        "examples": training.examples,
        "bytes": training.size,
        "tokens": tokens,
        "sha256": training.sha256,
        "validation_examples": validation.examples if validation is not None else 0,
    }
    return {
        "files": [DATASET, *([VALIDATION_DATASET] if validation is not None else [])],
        "values": {
            FINDINGS: orjson.dumps([*found, *_findings(material, report)]).decode(),
            DATASET_HASH: training.sha256,
            DATASET_SUMMARY: orjson.dumps(summary).decode(),
        },
        "blocked": blocked,
    }


def write_and_validate(
    material: Material, folder: Path, *, base_model: str, counter: TokenCounter
) -> tuple[ChatFile, ChatFile | None, ChatReport]:
    """Write the files into `folder` and read them again as a stranger's. None: there is nothing to validate with."""
    resolution, instructions = material.knowledge.resolution, material.knowledge.configuration.system_message
    with (folder / DATASET).open("wb") as file:
        training = write_lines(file, training_examples(resolution, material.conversations, instructions))
    with (folder / VALIDATION_DATASET).open("wb") as file:
        validation = write_lines(file, validation_examples(resolution, instructions))
    with (folder / DATASET).open("rb") as first, (folder / VALIDATION_DATASET).open("rb") as second:
        report = validate_chat(
            first, second if validation.examples else None, limits=limits_of(base_model), count=counter.count
        )
    return training, validation if validation.examples else None, report


def count_tokens(path: Path, counter: TokenCounter) -> int:
    """How many tokens a file of good examples has, which is what one epoch of training on it is billed as."""
    tokens = 0
    heads: dict[str, int] = {}
    texts: list[str] = []

    def counted(some: Iterable[str]) -> int:
        return sum(counter.count(list(some)))

    with path.open("rb") as file:
        for line in file:
            messages = orjson.loads(line)["messages"]
            tokens += EXAMPLE_TOKENS + MESSAGE_TOKENS * len(messages)
            for message in messages:
                # Nearly all examples have the same instructions: counted once.
                if message["role"] == "system":
                    heads[message["content"]] = heads.get(message["content"], 0) + 1
                else:
                    texts.append(message["content"])
            if len(texts) >= _COUNTED_AT_ONCE:
                tokens += counted(texts)
                texts = []
    tokens += counted(texts)
    return tokens + sum(
        count * number for count, number in zip(counter.count(list(heads)), heads.values(), strict=True)
    )


def _findings(material: Material, report: ChatReport) -> list[dict[str, object]]:
    """What was found in the files, and what is not in them, as the findings of a version are stored."""
    out = left_out(material.knowledge.resolution, material.conversations)
    told: list[dict[str, object]] = [
        {
            "kind": "dataset",
            "severity": "blocks" if finding.blocks else "look",
            "message": str(finding),
            "rows": [],
        }
        for finding in report.findings
    ]
    for ids, why in (
        (out.conflicted, "not taught: the answers contradict each other"),
        (out.conversations, "not taught: no answer of the conversation stands"),
        (out.tests, "not in the validation file, for there is no answer to compare with; asked in the evaluation"),
    ):
        if ids:
            rows = "1 row" if len(ids) == 1 else f"{len(ids):,} rows"
            told.append(
                {
                    "kind": "left out",
                    "severity": "look",
                    "message": f"{rows} {why}.",
                    "rows": [str(row_id) for row_id in ids[:100]],
                }
            )
    return told


def _written(file: ChatFile, tokens: int | None, what_for: str) -> str:
    counted = f", {tokens:,} tokens" if tokens is not None else ""
    return f"Dataset: {file.examples:,} examples {what_for}{counted}, {file.size / 1e6:.1f} MB"
