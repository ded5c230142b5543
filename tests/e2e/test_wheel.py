"""The wheel, installed outside the checkout, carries all it needs: it makes the sample, compiles and answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def _run(*arguments: str, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    return done.stdout


def test_the_wheel_makes_the_sample_compiles_and_answers(tmp_path: Path) -> None:
    # Built from a copy, so that no build folder appears in the checkout.
    source = tmp_path / "source"
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "--", "erpai_desktop", "resources", "*.toml", "*.in", "*.md",
         "setup.py", "LICENSE", "MANIFEST.in"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\n")  # fmt: skip
    for name in filter(None, listed):
        if (ROOT / name).is_file():
            target = source / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / name).read_bytes())
    _run("-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path / "dist"), cwd=source)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    site = tmp_path / "site"
    _run("-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(site), str(wheel), cwd=tmp_path)
    outside = {"PYTHONPATH": str(site), "XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONSAFEPATH": "1"}

    def erpai(*arguments: str) -> str:
        return _run("-m", "erpai_desktop", "--workspace", "w.erpai", *arguments, cwd=tmp_path, **outside)

    where = _run("-c", "import erpai_desktop; print(erpai_desktop.__file__)", cwd=tmp_path, **outside).strip()
    assert Path(where).is_relative_to(site)
    erpai("init", "--sample")
    erpai("compile", "Newsletter")
    answer = json.loads(erpai("ask", "Newsletter", "How many days of paid leave do I have a year?", "--json"))
    assert not answer["refused"]
    assert "24 working days" in answer["answer"]
    assert answer["sources"][0]["model"] == "Company Master"
