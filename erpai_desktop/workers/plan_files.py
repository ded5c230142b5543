"""What a build writes down of the knowledge it was made of, whatever its target. For child processes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import orjson

from erpai_desktop.models.asset_keys import DATASET_HASH, FINDINGS, INSTRUCTIONS, MANIFEST, MANIFEST_SUMMARY
from erpai_desktop.models.configuration import EffectiveConfiguration
from erpai_desktop.models.dataset import manifest_json
from erpai_desktop.models.findings import Finding, findings
from erpai_desktop.models.hierarchy import Hierarchy
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.resolved import Counts
from erpai_desktop.services.knowledge import Configured, Knowledge
from erpai_desktop.services.ledger import Buffer, Ledger


def plan_files(knowledge: Knowledge, staging: Path) -> dict[str, str]:
    """Write the manifest into `staging` and answer the other texts by their asset keys."""
    resolution = knowledge.resolution
    return _files(
        [manifest_json(resolution)],
        findings(resolution, knowledge.nodes),
        resolution.counts,
        knowledge.nodes,
        knowledge.configuration,
        staging,
    )


def ledger_files(ledger: Ledger, configured: Configured, staging: Path) -> dict[str, str]:
    """The same of a ledger."""
    found = findings(ledger.facts(), configured.nodes)
    return _files(ledger.manifest(), found, ledger.counts, configured.nodes, configured.configuration, staging)


def _files(
    manifest: Iterable[Buffer],
    found: list[Finding],
    counts: Counts,
    nodes: Hierarchy,
    configuration: EffectiveConfiguration,
    staging: Path,
) -> dict[str, str]:
    digest = hashlib.sha256()
    with (staging / MANIFEST).open("wb") as file:
        for piece in manifest:
            digest.update(piece)
            file.write(piece)

    def name(model_id: ModelId) -> str:
        return nodes.node(model_id).name if model_id in nodes else ""

    summary = {
        "rows": counts.total,
        "own": counts.own,
        "inherited": {name(id_): n for id_, n in counts.inherited.items()},
        "aggregated": {name(id_): n for id_, n in counts.aggregated.items()},
        "conflicted": counts.conflicted,
        "overridden": counts.overridden,
        "validation": counts.validation,
    }
    told = [
        {
            "kind": finding.kind.value,
            "severity": finding.severity.value,
            "message": finding.message,
            "rows": [str(row_id) for row_id in finding.row_ids[:100]],
        }
        for finding in found
    ]
    return {
        MANIFEST_SUMMARY: orjson.dumps(summary).decode(),
        FINDINGS: orjson.dumps(told).decode(),
        INSTRUCTIONS: configuration.system_message,
        DATASET_HASH: digest.hexdigest(),
    }
