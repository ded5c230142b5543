"""A key that is looked for everywhere after a full run, and found nowhere: files, logs, output, processes."""

from __future__ import annotations

import base64
import shutil
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.providers import ProviderServer

CORE = "sk-canary/9f+Q7=Zx%41&q_T0v"
RIGHT, WRONG = f"{CORE}.right", f"{CORE}.wrong"
_SCRIPT = Path(__file__).parent / "canary_run.py"
_HAS_KEYRING = bool(shutil.which("dbus-run-session") and shutil.which("gnome-keyring-daemon"))


def shapes_of(secret: str) -> Iterator[bytes]:
    """The secret in plain and as it looks when it has been encoded, wherever in a longer text it stood."""
    raw = secret.encode()
    yield raw
    yield urllib.parse.quote(secret, safe="").encode()
    yield urllib.parse.quote(secret).encode()
    yield urllib.parse.quote_plus(secret).encode()
    yield raw.hex().encode()
    yield secret.encode("utf-16-le")
    for before in range(3):
        # Base64 takes three bytes at a time: what does not depend on its neighbours.
        whole = base64.b64encode(b"\0" * before + raw)
        start = (before * 8 + 5) // 6
        yield whole[start : (before + len(raw)) * 8 // 6]
        yield whole[start : (before + len(raw)) * 8 // 6].replace(b"+", b"-").replace(b"/", b"_")


def found_in(data: bytes) -> bool:
    """Whether the canary is in there in any shape."""
    return any(shape in data for shape in shapes_of(CORE))


@pytest.mark.parametrize(
    "leak",
    [
        RIGHT.encode(),
        f"Authorization: Bearer {WRONG}".encode(),
        urllib.parse.urlencode({"key": RIGHT}).encode(),
        base64.b64encode(f"user:{RIGHT}".encode()),
        base64.urlsafe_b64encode(f"xx{WRONG}".encode()),
        RIGHT.encode("utf-16"),
        RIGHT.encode().hex().encode(),
    ],
)
def test_the_search_would_find_it(leak: bytes) -> None:
    assert found_in(b"before " + leak + b" after")
    assert not found_in(leak.replace(b"0", b"").replace(b"Z", b"").replace(b"a", b"b")[: len(CORE) // 2])


def test_after_a_full_run_the_key_is_nowhere(tmp_path: Path) -> None:
    """With a real keyring where there is one to be had, else with the key in memory."""
    home = tmp_path / "home"
    work = tmp_path / "work"
    home.mkdir()
    work.mkdir()
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path.cwd()), "LANG": "C.UTF-8"}
    with ProviderServer(key=RIGHT) as server:
        command = [sys.executable, str(_SCRIPT), str(work), server.base_url]
        if _HAS_KEYRING:
            unlocked = 'printf "\\n" | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; exec "$@"'
            command = ["dbus-run-session", "--", "sh", "-c", unlocked, "sh", *command]
        done = subprocess.run(
            command,
            input=f"{RIGHT}\n{WRONG}\n".encode(),
            env=environment,
            capture_output=True,
            timeout=500,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()[-4_000:]
        refused = [r for r in server.requests if r.headers.get("authorization") == f"Bearer {WRONG}"]
        assert refused and len(server.requests) > len(refused), "the keys were used, right and wrong"
    files = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    # The run has really left all that is searched.
    left = {path.name for path in files if path.stat().st_size}
    workspace = {"canary.erpai", "canary.erpai-wal.copy", "backup.erpai"}
    assert workspace | {"export.csv", "debug.log", "processes", "settings.json"} <= left
    assert (b"keyring='Secret Service'" in done.stdout) is _HAS_KEYRING
    assert b"done" in done.stdout and b"RuntimeError" in files[work / "debug.log"]
    (kept,) = (path for path in files if path.name.startswith("window-") and path.suffix == ".log")
    assert home in kept.parents and b" DEBUG " in files[kept] and b"RuntimeError: a mistake" in files[kept]
    everything = {str(path): data for path, data in files.items()}
    everything |= {"standard output": done.stdout, "standard error": done.stderr}
    places = [place for place, data in everything.items() if found_in(data)]
    assert places == []
