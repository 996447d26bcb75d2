"""Rows to take away: as CSV, as Markdown; nothing in them can run anywhere."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from groundplan.interfaces.charts.svg import show_hidden


@dataclass(frozen=True, slots=True)
class Table:
    """Rows to take away; a cell is text, a number or None."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[object]]


def as_csv(table: Table) -> str:
    """RFC 4180, with text that a spreadsheet would run as a formula made harmless."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(table.columns)
    for row in table.rows:
        writer.writerow([_harmless(cell) for cell in row])
    return out.getvalue()


def _harmless(cell: object) -> object:
    if not isinstance(cell, str):
        return "" if cell is None else cell
    text = show_hidden(cell)
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def markdown_table(table: Table, most: int = 500) -> list[str]:
    """A pipe table; what could end a cell or begin markup is escaped."""
    lines = [
        "| " + " | ".join(markdown_text(name) for name in table.columns) + " |",
        "|" + " --- |" * len(table.columns),
    ]
    for row in table.rows[:most]:
        cells = ("" if cell is None else markdown_text(str(cell)) for cell in row)
        lines.append("| " + " | ".join(cells) + " |")
    if len(table.rows) > most:
        lines += ["", f"{len(table.rows) - most:,} more rows are in the CSV form."]
    return lines


def markdown_text(text: str) -> str:
    """Text that Markdown prints as it is."""
    text = one_line(text).replace("\\", "\\\\").replace("&", "&amp;").replace("<", "&lt;")
    for letter in "|`*_[]#":
        text = text.replace(letter, "\\" + letter)
    return text


def one_line(text: str) -> str:
    return " ".join(show_hidden(text).split())
