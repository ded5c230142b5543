"""Files and fine-tuning jobs: counted, listed, moved on, halted, refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_ORDER = ("validating_files", "queued", "running", "succeeded")
_START = 1_700_000_000


@dataclass
class Training:
    """What the provider has of files and jobs.

    Each `retrieve` of a job moves it on by a state while `advances`; `advance` does it by hand. `refused` is a status
    (403, 404) with which uploads and new jobs are turned down; `fails` is the reason a job fails for in the end.
    """

    advances: bool = True
    refused: int | None = None
    refuses_jobs: int | None = None
    fails: str = ""
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    deleted_models: list[str] = field(default_factory=list)
    uploads: int = 0
    """Files ever uploaded, the deleted ones among them."""
    started: int = 0
    """Jobs ever created."""
    trained: list[str] = field(default_factory=list)
    """Names of the models that jobs have made, in order."""
    _clock: int = _START

    def add_file(self, name: str, content: bytes, purpose: str) -> dict[str, Any]:
        self.uploads += 1
        file: dict[str, Any] = {
            "id": f"file-{self.uploads}",
            "object": "file",
            "bytes": len(content),
            "created_at": self._now(),
            "filename": name,
            "purpose": purpose,
            "status": "processed",
        }
        self.files[file["id"]] = file
        self.contents[file["id"]] = content
        return file

    def add_job(self, body: Mapping[str, Any]) -> dict[str, Any]:
        self.started += 1
        job: dict[str, Any] = {
            "id": f"ftjob-{self.started}",
            "object": "fine_tuning.job",
            "created_at": self._now(),
            "model": body["model"],
            "training_file": body["training_file"],
            "validation_file": body.get("validation_file"),
            "metadata": body.get("metadata"),
            "method": body.get("method"),
            "suffix": body.get("suffix"),
            "status": "validating_files",
            "fine_tuned_model": None,
            "trained_tokens": None,
            "estimated_finish": _START + 3600,
            "error": None,
            "hyperparameters": {"n_epochs": "auto"},
            "organization_id": "org-test",
            "result_files": [],
            "seed": 1,
        }
        self.jobs[job["id"]] = job
        self.events[job["id"]] = []
        self._log(job, "Created fine-tuning job")
        return job

    def advance(self, job_id: str) -> dict[str, Any]:
        """The job, one state on."""
        job = self.jobs[job_id]
        if job["status"] not in _ORDER[:-1]:
            return job
        job["status"] = _ORDER[_ORDER.index(job["status"]) + 1]
        if job["status"] == "succeeded":
            if self.fails:
                job["status"], job["error"] = "failed", {"code": "failed", "message": self.fails, "param": None}
            else:
                job["fine_tuned_model"] = f"ft:{job['model']}:test:{job.get('suffix') or ''}:{self.started}"
                job["trained_tokens"] = 1234
                self.trained.append(job["fine_tuned_model"])
        self._log(job, f"The job is {job['status']}")
        return job

    def move(self, job_id: str, action: str) -> dict[str, Any] | None:
        """Cancel, pause or resume; None where the job's state does not allow it."""
        job = self.jobs[job_id]
        if job["status"] in {"succeeded", "failed", "cancelled"}:
            return None
        if (action == "resume") != (job["status"] == "paused") and action != "cancel":
            return None
        job["status"] = {"cancel": "cancelled", "pause": "paused", "resume": "running"}[action]
        self._log(job, f"The job is {job['status']}")
        return job

    def own(self, own_id: str) -> list[dict[str, Any]]:
        """Jobs that carry an id of ours anywhere in their metadata."""
        return [job for job in self.jobs.values() if own_id in (job["metadata"] or {}).values()]

    def _log(self, job: Mapping[str, Any], message: str) -> None:
        events = self.events[job["id"]]
        events.append(
            {
                "id": f"ftevent-{job['id']}-{len(events) + 1}",
                "object": "fine_tuning.job.event",
                "created_at": self._now(),
                "level": "info",
                "message": message,
                "type": "message",
            }
        )

    def _now(self) -> int:
        self._clock += 1
        return self._clock


def page(rows: list[dict[str, Any]], query: Mapping[str, list[str]]) -> dict[str, Any]:
    """A page of a list from behind the cursor `after` on."""
    after = query.get("after", [""])[0]
    limit = int(query.get("limit", ["20"])[0])
    start = next((index + 1 for index, row in enumerate(rows) if row["id"] == after), 0)
    shown = rows[start : start + limit]
    return {"object": "list", "data": shown, "has_more": start + limit < len(rows)}


def uploaded(content_type: str, body: bytes) -> tuple[dict[str, str], str, bytes]:
    """The fields, the file's name and its content of a multipart form (RFC 7578)."""
    boundary = b"--" + content_type.split("boundary=", 1)[1].strip('"').encode()
    fields: dict[str, str] = {}
    name, content = "", b""
    for part in body.split(boundary)[1:-1]:
        head, value = part.removeprefix(b"\r\n").split(b"\r\n\r\n", 1)
        value = value.removesuffix(b"\r\n")
        text = head.decode()
        field_name = text.split('name="', 1)[1].split('"', 1)[0]
        if 'filename="' in text:
            name, content = text.split('filename="', 1)[1].split('"', 1)[0], value
        else:
            fields[field_name] = value.decode()
    return fields, name, content
