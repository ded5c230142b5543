"""Fine-tuning at OpenAI and services like it, through files and fine_tuning/jobs. Nothing is ever sent twice.

Source: OpenAI's API reference, "Files" and "Fine-tuning"; `method` replaces `hyperparameters`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from erpai_desktop.ai.providers import reading
from erpai_desktop.ai.providers.openai_client import Json, OpenAiClient
from erpai_desktop.ai.providers.provider_access import ProviderAccess
from erpai_desktop.ai.trainer import OWN_ID_KEY, RemoteEvent, RemoteFile, RemoteJob, RemoteState
from erpai_desktop.errors import InvalidInputError, NotOfferedError

_JOBS = "/fine_tuning/jobs"
_PAGE = 100
_MOST_PAGES = 1000
_NEWEST_PAGES = 5
_NEWEST_PAGES_OF_EVENTS = 20
_LONGEST_ID = 256
"""Characters of an id or of a trained model's name that the workspace keeps."""
# Words of other services for the same states.
_STATES = {state.value: state for state in RemoteState} | {
    "pending": RemoteState.QUEUED,
    "created": RemoteState.QUEUED,
    "completed": RemoteState.SUCCEEDED,
    "canceled": RemoteState.CANCELLED,
}


class OpenAiTrainer:
    """A Trainer."""

    def __init__(self, access: ProviderAccess) -> None:
        self._client = OpenAiClient(access)

    async def upload(self, file: Path, *, name: str) -> RemoteFile:
        """Send a training file once. Raises InvalidInputError when it cannot be read."""
        try:
            content = file.open("rb")
        except OSError as error:
            raise InvalidInputError(
                f"The training file {file} cannot be read: {error.strerror}.", safe="Nothing was sent."
            ) from error
        with content:
            return self._file(await self._client.upload(name, content, purpose="fine-tune"))

    async def find_files(self, name: str) -> tuple[RemoteFile, ...]:
        """Files of this very name, oldest first."""
        rows = await self._all("/files", {"purpose": "fine-tune"})
        found = [row for row in rows if row.get("filename") == name]
        return tuple(self._file(row) for row in _by_time(found))

    async def start(
        self, *, base_model: str, training_file: str, validation_file: str | None, own_id: str, suffix: str
    ) -> RemoteJob:
        """Start a job once, with our own id in its metadata."""
        body: dict[str, Any] = {
            "model": base_model,
            "training_file": training_file,
            "method": {"type": "supervised"},
            "metadata": {OWN_ID_KEY: own_id},
        }
        if validation_file is not None:
            body["validation_file"] = validation_file
        if suffix:
            body["suffix"] = suffix
        return self._job(await self._client.post(_JOBS, body))

    async def find(self, own_id: str) -> tuple[RemoteJob, ...]:
        """Jobs that carry our id, oldest first.

        All jobs are looked through: a service that knows no filter by metadata would answer with none, or with any.
        """
        rows = [row for row in await self._all(_JOBS, {}) if _own_id(row) == own_id]
        return tuple(self._job(row) for row in _by_time(rows))

    async def ours(self) -> tuple[RemoteJob, ...]:
        """The newest jobs that carry an id of ours, oldest first, among the newest 500 there are."""
        rows = [row for row in await self._all(_JOBS, {}, most_pages=_NEWEST_PAGES) if _own_id(row)]
        return tuple(self._job(row) for row in _by_time(rows))

    async def retrieve(self, job_id: str) -> RemoteJob:
        """A job as it stands."""
        return self._job(await self._client.get(f"{_JOBS}/{_segment(job_id)}"))

    async def events(self, job_id: str, *, after: str | None = None) -> tuple[RemoteEvent, ...]:
        """A job's log in order of time, from behind the event `after` on: the newest 2,000 of it.

        The provider tells it newest first.
        """
        rows = await self._all(
            f"{_JOBS}/{_segment(job_id)}/events", {}, until=after, most_pages=_NEWEST_PAGES_OF_EVENTS
        )
        events = [self._event(row) for row in reversed(rows)]
        return tuple(sorted(events, key=lambda event: event.time_utc))

    async def cancel(self, job_id: str) -> RemoteJob:
        """End a job."""
        return await self._act(job_id, "cancel")

    async def pause(self, job_id: str) -> RemoteJob:
        """Halt a job."""
        return await self._act(job_id, "pause")

    async def resume(self, job_id: str) -> RemoteJob:
        """Let a halted job go on."""
        return await self._act(job_id, "resume")

    async def delete_model(self, name: str) -> None:
        """Delete a trained model; one that is gone already is no error."""
        await self._delete(f"/models/{_segment(name)}")

    async def delete_file(self, file_id: str) -> None:
        """Delete a file; one that is gone already is no error."""
        await self._delete(f"/files/{_segment(file_id)}")

    async def close(self) -> None:
        """Let connections go."""
        await self._client.close()

    async def _act(self, job_id: str, action: str) -> RemoteJob:
        return self._job(await self._client.post(f"{_JOBS}/{_segment(job_id)}/{action}", {}))

    async def _delete(self, path: str) -> None:
        try:
            await self._client.delete(path)
        except NotOfferedError as error:
            if error.status not in {404, 410}:
                raise

    async def _all(
        self, path: str, query: Json, *, until: str | None = None, most_pages: int | None = None
    ) -> list[Json]:
        """The rows of all pages, or of the first ones, up to the row with the id `until`, left out itself."""
        found: list[Json] = []
        after = ""
        for _ in range(most_pages or _MOST_PAGES):
            page = await self._client.get(path, {**query, "limit": _PAGE} | ({"after": after} if after else {}))
            if not isinstance(page.get("data"), list):
                raise self._client.faults.bad_reply("is no list")
            rows = reading.parts(page, "data")
            for row in rows:
                if until is not None and row.get("id") == until:
                    return found
                found.append(row)
            last = reading.text(rows[-1], "id") if rows else ""
            if page.get("has_more") is not True or not last:
                return found
            if last == after:
                raise self._client.faults.bad_reply("is a list that goes round in circles")
            after = last
        if most_pages is not None:
            return found
        raise self._client.faults.bad_reply("is a list without an end")

    def _file(self, row: Json) -> RemoteFile:
        return RemoteFile(self._id(row), self._name(row, "filename"), reading.tokens(row, "bytes"))

    def _job(self, row: Json) -> RemoteJob:
        error = reading.part(row, "error")
        # A state of a name that nobody knows yet is no end: the job is looked at again.
        state = _STATES.get(reading.text(row, "status").lower(), RemoteState.RUNNING)
        return RemoteJob(
            id=self._id(row),
            state=state,
            own_id=_own_id(row),
            trained_model=self._trained(row),
            trained_tokens=reading.tokens(row, "trained_tokens") or None,
            error=self._clean(error, "message"),
        )

    def _event(self, row: Json) -> RemoteEvent:
        time = _time(row, "created_at") or datetime.fromtimestamp(0, UTC)
        return RemoteEvent(self._id(row), time, self._clean(row, "level"), self._clean(row, "message"))

    def _id(self, row: Json) -> str:
        found = reading.text(row, "id")
        if not found or len(found) > _LONGEST_ID or self._client.faults.identifier(found) != found:
            raise self._client.faults.bad_reply("has no id that can be used")
        return found

    def _trained(self, row: Json) -> str:
        found = self._name(row, "fine_tuned_model")
        if len(found) > _LONGEST_ID:
            raise self._client.faults.bad_reply("names a trained model at too great a length")
        return found

    def _name(self, row: Json, name: str) -> str:
        return self._client.faults.identifier(reading.text(row, name))

    def _clean(self, row: Mapping[str, Any], name: str) -> str:
        return self._client.faults.clean(reading.text(row, name))


def _own_id(row: Json) -> str:
    return reading.text(reading.part(row, "metadata"), OWN_ID_KEY)


def _by_time(rows: list[Json]) -> list[Json]:
    """Oldest first. Lists come newest first, which decides within a second."""
    return sorted(rows, key=lambda row: reading.tokens(row, "created_at"), reverse=True)[::-1]


def _segment(text: str) -> str:
    return quote(text, safe="")


def _time(row: Json, name: str) -> datetime | None:
    seconds = reading.tokens(row, name)
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds else None
    except (ValueError, OverflowError, OSError):
        return None
