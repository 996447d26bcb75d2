"""How signals of waiting read their rows: hours, and whether what was waited for came."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from groundplan.inference.waiting import median_wait_by_week
from groundplan.signals.samples import column, too_few, week_index
from groundplan.signals.signal import Sample
from groundplan.terms.estimate import Measured
from groundplan.terms.units import HOURS


def median_wait(
    sample: Sample, minimum: int, of: str, rows: npt.NDArray[np.bool_] | None = None,
    name: str = "hours",
) -> Measured:  # fmt: skip
    """The Kaplan-Meier median of a column of hours [hours]; `arrived` says which waits ended.

    rows: those that are waits at all, all of them if None. Unknown below `minimum` waits.
    """
    hours, arrived, week = column(sample, name), column(sample, "arrived") > 0, week_index(sample)
    if rows is not None:
        hours, arrived, week = hours[rows], arrived[rows], week[rows]
    return too_few(len(hours), minimum, of) or median_wait_by_week(
        hours, arrived, week, len(sample.weeks), HOURS, of
    )


def first_of_each(sample: Sample, name: str) -> npt.NDArray[np.bool_]:
    """Marks one row of each thing that has several, such as a deployment of several authors'."""
    seen: set[object] = set()
    marks = np.zeros(len(sample.rows[name]), dtype=bool)
    for nr, value in enumerate(sample.rows[name].tolist()):
        marks[nr] = value not in seen
        seen.add(value)
    return marks
