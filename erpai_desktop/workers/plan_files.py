"""What a build writes down of the knowledge it was made of, whatever its target. For child processes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import orjson

from erpai_desktop.models.asset_keys import DATASET_HASH, FINDINGS, INSTRUCTIONS, MANIFEST, MANIFEST_SUMMARY
from erpai_desktop.models.dataset import manifest_json
from erpai_desktop.models.findings import findings
from erpai_desktop.services.knowledge import Knowledge


def plan_files(knowledge: Knowledge, staging: Path) -> dict[str, str]:
    """Write the manifest into `staging` and answer the other texts by their asset keys."""
    manifest = manifest_json(knowledge.resolution)
    (staging / MANIFEST).write_bytes(manifest)
    counts = knowledge.resolution.counts
    summary = {
        "rows": counts.total,
        "own": counts.own,
        "inherited": {knowledge.name(id_): n for id_, n in counts.inherited.items()},
        "aggregated": {knowledge.name(id_): n for id_, n in counts.aggregated.items()},
        "conflicted": counts.conflicted,
        "overridden": counts.overridden,
        "validation": counts.validation,
    }
    found = [
        {
            "kind": finding.kind.value,
            "severity": finding.severity.value,
            "message": finding.message,
            "rows": [str(row_id) for row_id in finding.row_ids[:100]],
        }
        for finding in findings(knowledge.resolution, knowledge.nodes)
    ]
    return {
        MANIFEST_SUMMARY: orjson.dumps(summary).decode(),
        FINDINGS: orjson.dumps(found).decode(),
        INSTRUCTIONS: knowledge.configuration.system_message,
        DATASET_HASH: hashlib.sha256(manifest).hexdigest(),
    }
