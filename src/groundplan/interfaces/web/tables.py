"""Rows to take away: as CSV, as Markdown, as JSON; nothing in them can run anywhere."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from groundplan.interfaces.charts.svg import show_hidden


@dataclass(frozen=True, slots=True)
class Table:
    """Rows to take away; a cell is text, a number or None."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[object]]


def as_json(view: object) -> bytes:
    """The view as JSON; what is not a finite number is null."""
    return msgspec.json.format(msgspec.json.encode(_finite(view)), indent=2)


def _finite(view: object) -> object:
    built = msgspec.to_builtins(view, builtin_types=(), enc_hook=_plain)
    return _without_nan(built)


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if callable(value):
        return None
    raise NotImplementedError(f"{type(value).__name__} has no JSON form")


def _without_nan(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {str(key): _without_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(item) for item in value]
    return value


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
