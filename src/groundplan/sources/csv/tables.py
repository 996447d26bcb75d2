"""Bytes of a table into named columns of text: encoding, delimiter, header and line numbers."""

from __future__ import annotations

import csv
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from groundplan.terms.errors import BadInput

DELIMITERS: Final = (",", ";", "\t", "|")
SAMPLE_LINES: Final = 200  # from which the delimiter is told
MOST_PREAMBLE: Final = 10  # records above the header, such as a report's title
MOST_UNPACKED: Final = 120_000_000  # bytes
LONGEST_CELL: Final = 10_000_000  # letters; people paste whole logs into a description
_PACKED: Final = b"\x1f\x8b"
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
    names = _unique_names(_find_header(records, delimiter, skipped))
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
    """The text of a file of unknown origin, and its encoding: as marked, UTF-8, cp1252, Latin-1.

    What gzip has packed is unpacked. Errors: BadInput for a file that is cut off or too large.
    """
    data = _unpack(data) if data.startswith(_PACKED) else data
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


def _unpack(data: bytes) -> bytes:
    stream = zlib.decompressobj(wbits=31)  # 31: with the head and the sum that gzip writes
    try:
        found = stream.decompress(data, MOST_UNPACKED)
    except zlib.error as error:
        raise BadInput("file", f"{error}", "a file that is whole") from None
    if not stream.eof:
        allowed = f"a whole file of at most {MOST_UNPACKED:,} bytes"
        raise BadInput("file", "more, or cut off", allowed)
    return found


def _told_delimiter(text: str) -> tuple[str | None, str]:
    """Spreadsheets may write `sep=;` as a first line."""
    first, _, rest = text.partition("\n")
    word = first.strip().strip('"')
    if len(word) == 5 and word.lower().startswith("sep=") and word[4] in DELIMITERS:
        return word[4], rest
    return None, text


def _guess_delimiter(text: str) -> str:
    """The delimiter that parts the header and most sampled records into as many cells.

    A comma within numbers parts records too, but not the header: 1,5 in a file of semicolons.
    """
    sample = "\n".join(text.splitlines()[:SAMPLE_LINES])
    best, points = DELIMITERS[0], (False, 0.0, 0)
    for delimiter in DELIMITERS:
        try:
            widths = [len(cells) for _, cells in _records(sample, delimiter, strict=False)]
        except BadInput:
            continue
        width = next((width for width in widths[:MOST_PREAMBLE] if width > 1), 0)
        alike = round(widths.count(width) / max(1, len(widths)), 1)
        told = (widths[:1] == [width], alike, width)
        if width > 1 and told > points:
            best, points = delimiter, told
    return best


def _records(text: str, delimiter: str, *, strict: bool = True) -> Iterator[tuple[int, list[str]]]:
    """The line on which each record begins, and its cells without spaces around them."""
    csv.field_size_limit(LONGEST_CELL)
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


def _find_header(
    records: Iterator[tuple[int, list[str]]], delimiter: str, skipped: int
) -> list[str]:
    """The first record that names two columns; a report's title may stand above it."""
    first: tuple[int, list[str]] | None = None
    for line, cells in islice(records, MOST_PREAMBLE):
        first = first or (line, cells)
        if sum(map(bool, cells)) > 1:
            return cells
    if first is None:
        raise BadInput("file", "no line", "a header line and one item a line")
    raise BadInput(
        f"line {first[0] + skipped}",
        delimiter.join(first[1])[:80],
        "a header that names at least two columns, parted by comma, semicolon, tab or bar",
    )


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
