"""A parity report as one HTML file that can be handed on: no scripts, nothing remote, made to be printed.

Everything that came from a file, a person or a model is escaped by the template; the page's own policy allows no
script and no connection, whatever is in it.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from erpai_desktop import __version__
from erpai_desktop.models.comparison import Better, p_text
from erpai_desktop.models.parity import SIMILAR
from erpai_desktop.models.snapshots.parity import Agreement, Parity, ParityLine
from erpai_desktop.models.statistics import percent
from erpai_desktop.resources import resource
from erpai_desktop.services.checks import counted, storable
from erpai_desktop.services.parity_plot import parity_plot
from erpai_desktop.services.whole_file import whole_file

_TEMPLATE = "parity.html.j2"


def parity_html(parity: Parity, *, workspace: str, made: datetime) -> str:
    """The report; `made` is told in the zone that it comes in."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(resource("reports")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    text = environment.get_template(_TEMPLATE).render(
        parity=parity,
        workspace=workspace,
        made=f"{made:%Y-%m-%d %H:%M}",
        version=__version__,
        differing=[line for line in parity.lines if _differs(line)],
        plot=Markup(parity_plot(parity)),  # noqa: S704 - made of numbers and of names that are escaped there
        percent=percent,
        counted=lambda number: counted(number, "question"),
        p_text=f"p {p_text(parity.p_value)}",
        similar_from=f"{SIMILAR:.0f}",
    )
    return storable(text)


def write_parity_report(parity: Parity, path: Path, *, workspace: str) -> Path:
    """Write the report into a file, which is replaced in one step. Raises ServiceError when it cannot be written."""
    text = parity_html(parity, workspace=workspace, made=datetime.now().astimezone())
    with whole_file(path, newline="\n", to_hand_on=True) as file:
        file.write(text)
    return path


def _differs(line: ParityLine) -> bool:
    return line.agreement is Agreement.DIFFERENT or line.better in (Better.LEFT, Better.RIGHT)
