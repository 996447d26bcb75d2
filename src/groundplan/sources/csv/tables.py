"""Bytes of a table into named columns of text: encoding, delimiter, header and line numbers."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from groundplan.terms.errors import BadInput

DELIMITERS: Final = (",", ";", "\t", "|")
SAMPLE_LINES: Final = 200  # from which the delimiter is told
_BYTE_ORDER_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of text: `columns[name][row]`, and the line on which each row begins.

    longer: rows with more cells than the header; what was over is not in the columns.
    encoding: "" where the bytes were decoded before.
    """

    columns: dict[str, list[str]]
    lines: list[int]
    encoding: str
    delimiter: str
    longer: int


def read_table(data: bytes | str) -> Table:
    """The columns of a delimited text file. Blank lines are skipped, short rows filled with "".

    Errors: BadInput if it is empty, not text, has no header with two columns, or breaks its quotes.
    """
    text, encoding = (data.removeprefix("\ufeff"), "") if isinstance(data, str) else decode(data)
    if "\0" in text:
        raise BadInput("file", "a file with zero bytes", "a text file with one item a line")
    told, text = _told_delimiter(text)
    delimiter = told or _guess_delimiter(text)
    skipped = 1 if told else 0
    records = _records(text, delimiter)
    try:
        _, header = next(records)
    except StopIteration:
        raise BadInput("file", "no line", "a header line and one item a line") from None
    names = _unique_names(header)
    if len(names) < 2:
        raise BadInput(
            f"line {1 + skipped}",
            delimiter.join(header)[:80],
            "a header that names at least two columns, parted by comma, semicolon, tab or bar",
        )
    rows: list[list[str]] = []
    lines: list[int] = []
    longer = 0
    for line, cells in records:
        longer += any(cell for cell in cells[len(names) :])
        rows.append((cells + [""] * (len(names) - len(cells)))[: len(names)])
        lines.append(line + skipped)
    columns = {name: [row[at] for row in rows] for at, name in enumerate(names)}
    return Table(columns, lines, encoding, delimiter, longer)


def decode(data: bytes) -> tuple[str, str]:
    """The text of a file of unknown origin, and its encoding: as marked, UTF-8, cp1252, Latin-1."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding.removesuffix("-sig")
            except UnicodeDecodeError as error:
                raise BadInput("file", str(error), f"text in {encoding}, as it begins") from None
    for encoding in ("utf-8", "cp1252"):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), "latin-1"


def _told_delimiter(text: str) -> tuple[str | None, str]:
    """Spreadsheets may write `sep=;` as a first line."""
    first, _, rest = text.partition("\n")
    word = first.strip().strip('"')
    if len(word) == 5 and word.lower().startswith("sep=") and word[4] in DELIMITERS:
        return word[4], rest
    return None, text


def _guess_delimiter(text: str) -> str:
    """The delimiter that parts most sampled records into the same number of cells."""
    sample = "\n".join(text.splitlines()[:SAMPLE_LINES])
    best, points = DELIMITERS[0], (0.0, 0)
    for delimiter in DELIMITERS:
        try:
            widths = Counter(len(cells) for _, cells in _records(sample, delimiter, strict=False))
        except BadInput:
            continue
        width, times = max(widths.items(), key=lambda pair: (pair[1], pair[0]), default=(0, 0))
        alike = times / max(1, widths.total())
        if width > 1 and (round(alike, 1), width) > points:
            best, points = delimiter, (round(alike, 1), width)
    return best


def _records(text: str, delimiter: str, *, strict: bool = True) -> Iterator[tuple[int, list[str]]]:
    """The line on which each record begins, and its cells without spaces around them."""
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=strict)
    line = 1
    while True:
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            got = f"{error}"
            raise BadInput(f"line {line}", got, "cells whose quotes are closed") from None
        if any(cells):
            yield line, cells
        line = reader.line_num + 1


def _unique_names(header: list[str]) -> list[str]:
    """Column names; nameless ones by their place, repeated ones numbered."""
    while header and not header[-1]:
        header = header[:-1]
    seen: Counter[str] = Counter()
    names = []
    for place, cell in enumerate(header, 1):
        name = " ".join(cell.split()) or f"column {place}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def read_columns(named: Iterable[str]) -> dict[str, str]:
    """Columns by what they hold, of words such as `done=Shipped`; BadInput without equals sign."""
    pairs = [line.partition("=") for word in named for line in word.splitlines() if line.strip()]
    for role, sign, _ in pairs:
        if not (sign and role.strip()):
            raise BadInput("columns", role, "what it holds and its name, such as done=Shipped")
    return {role.strip(): column.strip() for role, _, column in pairs}
