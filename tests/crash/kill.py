"""Kills many processes: python -m tests.crash.kill FOLDER SEED. One parent imports everything once and forks a child
for each point, which works on its own copy of the template and dies there. Prints one JSON object a child."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
from pathlib import Path

from tests.crash import scenarios
from tests.crash.kill_points import KillPoints


def main(folder: Path, seed: int) -> None:
    """Count the points of each scenario, then be killed at some of them."""
    chance = random.Random(seed)
    template = folder / "template.erpai"
    for name, (_, times) in scenarios.ALL.items():
        counted = json.loads(_run(folder, template, name, "count", None)["counts"])
        # Half of the points between statements, where commits and acknowledgements lie, half within them.
        wanted = [("between", n) for n in _spread(chance, counted["between"], times - times // 2)]
        wanted += [("within", n) for n in _spread(chance, counted["within"], times // 2)]
        for number, point in enumerate(wanted):
            sys.stdout.write(json.dumps(_run(folder, template, name, str(number), point)) + "\n")


def _spread(chance: random.Random, points: int, times: int) -> list[int]:
    """Different points, one of each equal stretch of the way."""
    times = min(times, points)
    return [1 + int((stretch + chance.random()) * points / times) for stretch in range(times)]


def _run(folder: Path, template: Path, name: str, run: str, point: tuple[str, int] | None) -> dict[str, str]:
    place = folder / f"{name}-{run}"
    place.mkdir()
    path = place / "company.erpai"
    shutil.copy(template, path)
    shutil.copytree(folder / scenarios.LATER_VERSIONS, place / scenarios.LATER_VERSIONS)
    acknowledged, counts = place / "acknowledged", place / "counts"
    # Else the child would write what is still in the buffer a second time.
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        _work(name, path, point, acknowledged, counts)
    _, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    if killed != (point is not None):
        raise SystemExit(f"{name} at {point}: the process ended with status {status}")
    return {
        "scenario": name,
        "folder": str(place),
        "point": json.dumps(point),
        "counts": counts.read_text() if counts.exists() else "",
    }


def _work(name: str, path: Path, point: tuple[str, int] | None, acknowledged: Path, counts: Path) -> None:
    """In the child: never returns."""
    status = 1
    try:
        points = KillPoints(point)
        points.install()
        descriptor = os.open(acknowledged, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
        scenarios.ALL[name][0](path, scenarios.acknowledging(descriptor, points.pass_between))
        counts.write_text(json.dumps({"between": points.between, "within": points.within}))
        status = 0
    except BaseException as error:
        sys.stderr.write(f"{name}: {error!r}\n")
        sys.stderr.flush()
    finally:
        os._exit(status)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
