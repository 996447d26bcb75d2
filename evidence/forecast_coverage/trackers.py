"""The trackers of GROUNDPLAN_DATA as days on which items were created and done."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

DAY = "datetime64[D]"


def read_trackers(data: Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Created and done days of each item, by tracker; NaT where a cell is no date."""
    folder = data / "trackers"
    found = {}
    for path in sorted((folder / "tawosi_sp_effort").glob("*.csv*")):
        rows = list(_rows(path))
        found[path.name.split(".")[0]] = (
            _days([_iso(row["Creation_Date"]) for row in rows]),
            _days([_iso(row["Resolution_Date"]) for row in rows]),
        )
    rows = list(_rows(folder / "eseur" / "7digital2012.csv"))
    found["7digital"] = (
        _days([_british(row["Prioritised"]) for row in rows]),
        _days([_british(row["Done"]) for row in rows]),
    )
    rows = list(_rows(folder / "eseur" / "pull-homebrew.csv.gz"))
    found["homebrew"] = (
        _days([_unix(row["created_at"]) for row in rows]),
        _days([_unix(row["closed_at"]) for row in rows]),
    )
    return found


def _rows(path: Path) -> Iterator[dict[str, str]]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="latin-1", newline="") as file:
        yield from csv.DictReader(file)


def _days(texts: list[str]) -> np.ndarray:
    return np.array(texts, dtype=DAY)


def _iso(text: str) -> str:
    return text[:10] if text[:2] in ("19", "20") else "NaT"


def _british(text: str) -> str:
    parts = text.split("/")
    return "-".join(reversed(parts)) if len(parts) == 3 else "NaT"


def _unix(text: str) -> str:
    if text in ("", "NA", "NULL"):
        return "NaT"
    return datetime.fromtimestamp(float(text), UTC).date().isoformat()
