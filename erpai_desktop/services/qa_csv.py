"""The CSV form of Q&As: question,answer,section,type. Pure: a stranger's file in, rows and all its problems out.

RFC 4180 with a header, in UTF-8 (with or without a byte order mark) or UTF-16 with one. Columns may stand in any order.
`section` may be missing or empty and is then "General"; `type` is training (also when missing or empty), validation,
or refuse: a validation row whose right answer is a refusal, which therefore needs no answer.

A text that a spreadsheet would take for a formula is exported with an apostrophe before it, as OWASP advises ("CSV
Injection"); importing takes one such apostrophe away again, so that a text goes out and in unchanged.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from erpai_desktop.errors import Problem
from erpai_desktop.models.enums import QaType
from erpai_desktop.models.snapshots.new_qa import NewQa
from erpai_desktop.services.checks import TEXT_LIMIT

COLUMNS = ("question", "answer", "section", "type")
REQUIRED_COLUMNS = ("question", "answer")
DEFAULT_SECTION = "General"
SECTION_LIMIT = 128
FILE_LIMIT = 512 * 1024 * 1024

TYPES: dict[str, tuple[QaType, bool]] = {
    "": (QaType.TRAINING, False),
    "training": (QaType.TRAINING, False),
    "validation": (QaType.VALIDATION, False),
    "refuse": (QaType.VALIDATION, True),
}
"""The texts of the column `type`, whatever their case, as type and whether a refusal is expected."""

_FORMULA = "=+\\-@\t\r\n＝＋－＠"
_TO_ESCAPE = re.compile(f"'*[{_FORMULA}]")
_ESCAPED = re.compile(f"''*[{_FORMULA}]")


@dataclass(frozen=True, slots=True)
class ParsedCsv:
    """A parsed file: its name, its good rows in order, and every problem of the others."""

    file: str
    rows: tuple[NewQa, ...]
    problems: tuple[Problem, ...]


def parse_csv(path: Path) -> ParsedCsv:
    """Read a file. Never raises for its content; a file that cannot be read is a problem, too.

    Row numbers count records from 1, the header included, as a spreadsheet does.
    """
    file = path.name
    try:
        if path.stat().st_size > FILE_LIMIT:
            return _unreadable(file, f"larger than {FILE_LIMIT // 1024**2} MB; split it")
        data = path.read_bytes()
    except OSError as error:
        return _unreadable(file, f"cannot be read: {error.strerror}")
    text, problem = _decoded(data)
    if problem is not None:
        return ParsedCsv(file, (), (Problem(problem.message, row=problem.row, file=file),))
    return _Reader(file, text).read()


def write_csv(file: TextIO, rows: Iterable[NewQa]) -> int:
    """Write header and rows; answers how many rows."""
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    written = 0
    for question, answer, section, qa_type, expects_refusal in rows:
        kind = "training" if qa_type is QaType.TRAINING else "refuse" if expects_refusal else "validation"
        writer.writerow((escaped(question), escaped(answer), escaped(section), kind))
        written += 1
    return written


def escaped(text: str) -> str:
    """The text as it may stand in a cell: never a formula."""
    return "'" + text if _TO_ESCAPE.match(text) else text


def unescaped(cell: str) -> str:
    """The text that `escaped` made this cell of."""
    return cell[1:] if _ESCAPED.match(cell) else cell


class _Reader:
    """One pass over the records of one file."""

    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._has_nul = "\0" in text
        # The module's limit is one for the whole process and far below a long answer; lengths are checked here.
        csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
        self._records = csv.reader(io.StringIO(text, newline=""), strict=True)
        self._record = 0
        self._problems: list[Problem] = []

    def read(self) -> ParsedCsv:
        header = self._next()
        while header == []:
            header = self._next()
        if header is None:
            if not self._problems:
                self._note("the file is empty; its first row must be " + ",".join(COLUMNS), row=1)
            return ParsedCsv(self._file, (), tuple(self._problems))
        place = self._places(header)
        if place is None:
            return ParsedCsv(self._file, (), tuple(self._problems))
        rows: list[NewQa] = []
        width = len(header)
        ordinary = _Ordinary(place, self._section, self._kind)
        while (cells := self._next()) is not None:
            if not cells:
                continue
            if len(cells) != width:
                self._note(f"{len(cells)} fields instead of {width}; is a comma unquoted, or a quote missing?")
                continue
            row = (None if self._has_nul else ordinary.row(cells)) or self._row(cells, place)
            if row is not None:
                rows.append(row)
        return ParsedCsv(self._file, tuple(rows), tuple(self._problems))

    def _next(self) -> list[str] | None:
        """The next record that can be read, an empty one for a blank line, None at the end."""
        while True:
            self._record += 1
            try:
                return next(self._records)
            except StopIteration:
                return None
            except csv.Error as error:
                # The reader goes on with the next line.
                message = str(error)
                if "unexpected end" in message:
                    self._note("a quote is opened and not closed again before the end of the file")
                elif "expected after" in message:
                    self._note("a quote inside a quoted field must be written twice")
                else:
                    self._note(f"not CSV: {message}")

    def _places(self, header: list[str]) -> dict[str, int] | None:
        names = [cell.strip().casefold() for cell in header]
        before = len(self._problems)
        if len(names) == 1 and any(separator in names[0] for separator in ";\t|"):
            self._note("the columns are not separated by commas", field="header")
            return None
        for name in dict.fromkeys(names):
            shown = _shown(name)
            if name not in COLUMNS:
                self._note(f"the column {shown} is not known; there are {', '.join(COLUMNS)}", field="header")
            elif names.count(name) > 1:
                self._note(f"the column {shown} stands there {names.count(name)} times", field="header")
        for name in REQUIRED_COLUMNS:
            if name not in names:
                self._note(f"the column {_shown(name)} is missing", field="header")
        return None if len(self._problems) > before else {name: names.index(name) for name in names}

    def _row(self, cells: list[str], place: dict[str, int]) -> NewQa | None:
        before = len(self._problems)
        question = self._text(cells[place["question"]], "question")
        answer = self._text(cells[place["answer"]], "answer")
        section = self._section(cells[place["section"]]) if "section" in place else ""
        kind = self._kind(cells[place["type"]]) if "type" in place else ""
        if not question:
            self._note("must not be empty", field="question")
        if len(section) > SECTION_LIMIT:
            self._note(f"{len(section)} characters, at most {SECTION_LIMIT} are allowed", field="section")
        if "\0" in section:
            self._note("holds a NUL, which cannot be stored", field="section")
        if kind not in TYPES:
            self._note(f"{_shown(kind)} is not a type; there are training, validation and refuse", field="type")
        elif not answer and not TYPES[kind][1]:
            self._note("must not be empty", field="answer")
        if len(self._problems) > before:
            return None
        return NewQa(question, answer, section or DEFAULT_SECTION, *TYPES[kind])

    @staticmethod
    def _section(cell: str) -> str:
        return " ".join(unescaped(cell).split())

    @staticmethod
    def _kind(cell: str) -> str:
        return cell.strip().casefold()

    def _text(self, cell: str, field: str) -> str:
        text = unescaped(cell).strip()
        if len(text) > TEXT_LIMIT:
            self._note(f"{len(text):,} characters, at most {TEXT_LIMIT:,} are allowed", field=field)
        if "\0" in text:
            self._note("holds a NUL, which cannot be stored", field=field)
        return text

    def _note(self, message: str, *, field: str | None = None, row: int | None = None) -> None:
        self._problems.append(Problem(message, field=field, row=row or self._record, file=self._file))


class _Ordinary:
    """The way of nearly every row: nothing wrong with it, nothing to unescape. A third of the full checks' time.

    Sections and types repeat, so what they come to is remembered.
    """

    def __init__(self, place: dict[str, int], section_of: Callable[[str], str], kind_of: Callable[[str], str]) -> None:
        self._question, self._answer = place["question"], place["answer"]
        self._section, self._type = place.get("section"), place.get("type")
        self._section_of, self._kind_of = section_of, kind_of
        self._sections: dict[str, str | None] = {}
        self._kinds: dict[str, tuple[QaType, bool] | None] = {}

    def row(self, cells: list[str]) -> NewQa | None:
        """The row, None when it needs a closer look."""
        question, answer = cells[self._question].strip(), cells[self._answer].strip()
        cell = cells[self._section] if self._section is not None else ""
        kind_cell = cells[self._type] if self._type is not None else ""
        section = self._sections[cell] if cell in self._sections else self._new_section(cell)
        kind = self._kinds[kind_cell] if kind_cell in self._kinds else self._new_kind(kind_cell)
        if (
            section is None
            or kind is None
            or not question
            or not answer
            or question[0] == "'"
            or answer[0] == "'"
            or len(question) > TEXT_LIMIT
            or len(answer) > TEXT_LIMIT
        ):
            return None
        return NewQa(question, answer, section, *kind)

    def _new_section(self, cell: str) -> str | None:
        section = self._section_of(cell) or DEFAULT_SECTION
        self._sections[cell] = section if len(section) <= SECTION_LIMIT else None
        return self._sections[cell]

    def _new_kind(self, cell: str) -> tuple[QaType, bool] | None:
        self._kinds[cell] = TYPES.get(self._kind_of(cell))
        return self._kinds[cell]


def _decoded(data: bytes) -> tuple[str, Problem | None]:
    """The text, or the one problem of its encoding."""
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "", Problem("the file is in UTF-32; save it as UTF-8", row=1)
    encoding = "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        return data.decode(encoding), None
    except UnicodeDecodeError as error:
        newline = "\n".encode(encoding.removesuffix("-sig") if encoding != "utf-16" else "utf-16-le")
        if data.startswith(codecs.BOM_UTF16_BE):
            newline = "\n".encode("utf-16-be")
        line = data.count(newline, 0, error.start) + 1
        name = "UTF-16" if encoding == "utf-16" else "UTF-8"
        wrong = " ".join(f"{byte:02X}" for byte in data[error.start : error.start + 2])
        return "", Problem(f"the file is not {name}: wrong bytes {wrong} in this line; save it as UTF-8", row=line)


def _unreadable(file: str, message: str) -> ParsedCsv:
    return ParsedCsv(file, (), (Problem(f"the file is {message}" if "larger" in message else message, file=file),))


def _shown(text: str) -> str:
    printable = "".join(character if character.isprintable() else "�" for character in text[:40])
    return f"“{printable}{'…' if len(text) > 40 else ''}”"
