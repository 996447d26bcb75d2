"""How estimators read their rows: sums by week, and what a sample is too small for."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from groundplan.inference.arrays import Floats, Integers
from groundplan.signals.signal import Sample
from groundplan.terms.estimate import Unknown

WEEK = np.timedelta64(7, "D")


def week_index(sample: Sample) -> Integers:
    """The position of each row's week in the sample's weeks, shape (rows,)."""
    week = np.asarray(sample.rows["week"]).astype("datetime64[D]")
    first = sample.weeks[0].astype("datetime64[D]")
    return np.asarray((week - first) // WEEK, dtype=np.int64)


def by_week(sample: Sample, weights: npt.NDArray[np.generic] | None = None) -> Floats:
    """Rows, or the sum of `weights` over rows, for each week of the sample, shape (weeks,)."""
    if not len(sample.weeks):
        return np.empty(0)
    amount = None if weights is None else np.asarray(weights, dtype=np.float64)
    sums = np.bincount(week_index(sample), weights=amount, minlength=len(sample.weeks))
    return sums.astype(np.float64)


def column(sample: Sample, name: str) -> Floats:
    """A column as numbers, nulls as NaN, shape (rows,)."""
    values = sample.rows[name]
    numbers: Floats = np.array(np.ma.getdata(values), dtype=np.float64)
    numbers[np.ma.getmaskarray(values)] = np.nan
    return numbers


def words(sample: Sample, name: str) -> npt.NDArray[np.object_]:
    """A column of text, shape (rows,)."""
    return np.asarray(sample.rows[name], dtype=object)


def too_few(have: float, need: int, of: str) -> Unknown | None:
    """Unknown below a signal's minimum, else None."""
    if have >= need:
        return None
    return Unknown(f"too few {of} to tell", int(have), need, of)


def numbered(sample: Sample, name: str) -> tuple[Integers, int]:
    """A number from 0 for each different value of a column of whole numbers, and how many."""
    values, codes_of = np.unique(np.asarray(sample.rows[name]), return_inverse=True)
    return np.asarray(codes_of, dtype=np.int64), len(values)


def codes(values: npt.NDArray[np.object_]) -> tuple[Integers, list[object]]:
    """A number from 0 for each different value, in sorted order, and the values.

    Sorted, because an engine may give rows in any order, and the same facts must read the same.
    """
    names = sorted(set(values.tolist()))
    known = {name: number for number, name in enumerate(names)}
    return np.fromiter((known[v] for v in values.tolist()), np.int64, len(values)), names
