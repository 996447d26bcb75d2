"""The quiet days that nearly every tracker has: the year's end. Other holidays are for callers."""

from __future__ import annotations

from typing import Final

import numpy as np

from groundplan.inference.arrays import Floats

YEAR_END: Final = 0.3  # of a usual day's work, from 24 December to 1 January (evidence)
_FIRST = 23  # days after the first of December


def share_worked(until: np.datetime64, back: int, ahead: int) -> Floats:
    """What is worked in each week of seven days up to and with a day, and after it [share].

    back weeks, oldest first, then ahead weeks; 1 is a usual week.
    """
    days = until.astype("datetime64[D]") + np.arange(1 - 7 * back, 7 * ahead + 1)
    year = days.astype("datetime64[Y]")
    december = (year.astype("datetime64[M]") + 11).astype("datetime64[D]")
    quiet = (days >= december + _FIRST) | (days == year.astype("datetime64[D]"))
    shares = np.where(quiet, YEAR_END, 1.0).reshape(back + ahead, 7).mean(axis=1)
    return np.asarray(shares, dtype=np.float64)
