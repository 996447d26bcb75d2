"""The data sets of the textbooks, read from GROUNDPLAN_DATA and never copied."""

from __future__ import annotations

import csv
import os
import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt

FOLDER = Path(os.environ.get("GROUNDPLAN_DATA", "../shared/data")) / "experiments"
KINDS = {65526: "<f8", 65527: "<f4", 65528: "<i4", 65529: "<i2", 65530: "<i1"}
LARGEST = {"<f8": 8.98e307, "<f4": 1.70e38, "<i4": 2147483620, "<i2": 32740, "<i1": 100}
NAME_BYTES = 129
TYPES, NAMES, DATA = 2, 3, 9  # places in the map of a file

Column = npt.NDArray[np.float64] | npt.NDArray[np.str_]


def read_csv(name: str) -> dict[str, Column]:
    """A table by column; what is not a number in every row stays text."""
    with (FOLDER / name).open(newline="") as file:
        rows = list(csv.reader(file))
    return {head: _column([row[at] for row in rows[1:]]) for at, head in enumerate(rows[0])}


def _column(words: list[str]) -> Column:
    try:
        return np.array([float(word) for word in words])
    except ValueError:
        return np.array(words)


def read_stata(name: str) -> dict[str, Column]:
    """A table in Stata's format 118 by column, with its missing values as NaN."""
    raw = (FOLDER / name).read_bytes()
    if not raw.startswith(b"<stata_dta><header><release>118<"):
        raise ValueError(f"{name} is not in Stata's format 118")
    columns = struct.unpack_from("<H", raw, raw.index(b"<K>") + 3)[0]
    rows = struct.unpack_from("<Q", raw, raw.index(b"<N>") + 3)[0]
    places = struct.unpack_from("<14Q", raw, raw.index(b"<map>") + 5)
    types = struct.unpack_from(f"<{columns}H", raw, places[TYPES] + len("<variable_types>"))
    start = places[NAMES] + len("<varnames>")
    names = [raw[start + at * NAME_BYTES :].split(b"\0", 1)[0].decode() for at in range(columns)]
    kinds = [KINDS.get(kind, f"S{kind}") for kind in types]
    table = np.frombuffer(
        raw, np.dtype(list(zip(names, kinds, strict=True))), rows, places[DATA] + len("<data>")
    )
    return {name: _decode(table[name], kind) for name, kind in zip(names, kinds, strict=True)}


def _decode(column: npt.NDArray[np.generic], kind: str) -> Column:
    if kind.startswith("S"):
        return np.array([word.split(b"\0", 1)[0].decode() for word in column.tolist()])
    values = column.astype(np.float64)
    return np.where(values > LARGEST[kind], np.nan, values)
