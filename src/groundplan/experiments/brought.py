"""The outcomes of a study that stand in a file: a row for each unit and week."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np

from groundplan.experiments.outcomes import place_weeks
from groundplan.inference.panels.panel import Panel, make_panel
from groundplan.sources.csv.panel_periods import read_periods
from groundplan.sources.csv.panels import read_panel
from groundplan.terms.errors import BadInput
from groundplan.terms.period import monday_of

_WEEK = "weeks, as days such as 2026-01-05 or as 2026-W02"


def read_weeks(
    text: str, columns: Mapping[str, str], starts: Mapping[str, date | None], since: date,
    until: date,
) -> Panel:  # fmt: skip
    """The panel of the units that `starts` names, over the weeks from one Monday to another.

    Errors: BadInput without a file, for units that are not in it, for periods that are no weeks,
    and for a file that does not reach the last week.
    """
    if not text:
        raise BadInput("panel", "no file", "the CSV with the outcome of each unit and week")
    found = read_panel(text, columns).panel
    for unit in starts:
        if unit not in found.units:
            raise BadInput("panel", f"no unit {unit!r}", f"a row for each of {', '.join(starts)}")
    first = _first_monday(found.periods)
    weeks = [first + timedelta(weeks=nr) for nr in range(len(found.periods))]
    if weeks[-1] < until - timedelta(weeks=1):
        raise BadInput("panel", f"weeks up to {weeks[-1]}", f"weeks up to {until}")
    rows = [found.units.index(unit) for unit in starts]
    kept = [nr for nr, week in enumerate(weeks) if since <= week < until]
    inside = tuple(weeks[nr] for nr in kept)
    if len(inside) < 2:
        raise BadInput("panel", f"{len(inside)} weeks before {until}", "two weeks at least")
    placed = place_weeks(inside, starts.values())
    periods = [week.isoformat() for week in inside]
    return make_panel(starts, periods, found.outcome[np.ix_(rows, kept)], placed)


def _first_monday(labels: tuple[str, ...]) -> date:
    """The Monday of the first period, where all of them are weeks."""
    told = [(nr, label) for nr, label in enumerate(labels) if not label.startswith("not in the")]
    periods = read_periods([label for _, label in told])
    if periods is None or periods.kind not in ("ISO week", "date"):
        raise BadInput("panel", f"periods such as {labels[0]!r}", _WEEK)
    epoch = date(1970, 1, 1).toordinal() if periods.kind == "date" else 0
    mondays = [monday_of(date.fromordinal(round(v) + epoch)) for v in periods.values.tolist()]
    for (nr, label), monday in zip(told, mondays, strict=True):
        if monday != mondays[0] + timedelta(weeks=nr):
            raise BadInput("panel", f"period {label!r} at place {nr + 1}", _WEEK)
    return mondays[0]
