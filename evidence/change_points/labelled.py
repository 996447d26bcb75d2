"""Series that people marked, and how near a method comes to their marks.

The scores are those of van den Burg and Williams (2020), An evaluation of change point detection
algorithms, arXiv 2003.06222, section 3.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

FOLDER = Path(os.environ.get("GROUNDPLAN_DATA", "../shared/data")) / "changepoints"
MARGIN = 5  # points within which a mark counts as found


@dataclass(frozen=True)
class Labelled:
    """A series, and the first points of new segments as each annotator sees them."""

    name: str
    values: npt.NDArray[np.float64]
    marks: Mapping[str, Sequence[int]]


def read_tcpd() -> list[Labelled]:
    """The annotated series on disk; of one with several dimensions the first."""
    marks = json.loads((FOLDER / "tcpd/annotations.json").read_text())
    found = []
    for name, by in marks.items():
        told = json.loads((FOLDER / f"tcpd/{name}.json").read_text())
        values = np.array(told["series"][0]["raw"], dtype=float)
        found.append(Labelled(name, values, by))
    return found


def read_nab() -> list[Labelled]:
    """Anomalies taken as changes, by one annotator: hard on methods that look for levels."""
    marks = json.loads((FOLDER / "nab/labels_combined_labels.json").read_text())
    found = []
    for file in sorted((FOLDER / "nab").glob("*.csv.gz")):
        with gzip.open(file) as packed:
            rows = list(csv.reader(io.TextIOWrapper(packed)))[1:]
        name = file.name.removesuffix(".csv.gz")
        place = {row[0][:19]: at for at, row in reversed(list(enumerate(rows)))}
        starts = [place[mark[:19]] for mark in marks[name.replace("__", "/", 1) + ".csv"]]
        found.append(Labelled(name, np.array([float(r[1]) for r in rows]), {"1": starts}))
    return found


def f1(marks: Mapping[str, Sequence[int]], found: Sequence[int]) -> float:
    """Precision against all annotators together, recall as the mean of each; 0 counts as a mark."""
    told = {0, *found}
    each = [{0, *theirs} for theirs in marks.values()]
    precision = len(_matched(set().union(*each), told)) / len(told)
    recall = float(np.mean([len(_matched(theirs, told)) / len(theirs) for theirs in each]))
    return 2 * precision * recall / (precision + recall)


def _matched(marks: set[int], told: set[int]) -> list[int]:
    """The marks that have a point of their own within the margin."""
    free = set(told)
    matched = []
    for mark in sorted(marks):
        near = [point for point in free if abs(point - mark) <= MARGIN]
        if near:
            free.remove(min(near, key=lambda point: abs(point - mark)))
            matched.append(mark)
    return matched


def covering(marks: Mapping[str, Sequence[int]], found: Sequence[int], n: int) -> float:
    """How well the best segment covers each marked one, weighted by length; mean of annotators."""
    told = _segments(found, n)
    shares = []
    for theirs in marks.values():
        best = [
            (b - a) * max(max(0, min(b, d) - max(a, c)) / (max(b, d) - min(a, c)) for c, d in told)
            for a, b in _segments(theirs, n)
        ]
        shares.append(sum(best) / n)
    return float(np.mean(shares))


def _segments(starts: Sequence[int], n: int) -> list[tuple[int, int]]:
    ends = [0, *sorted({s for s in starts if 0 < s < n}), n]
    return list(pairwise(ends))
