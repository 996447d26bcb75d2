"""Will what was promised come late, and is it time to say so?

A notice goes out on the day on which the date that one can be sure of passes the promised one. How
early and how rightly it does is counted in evidence/delay.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from groundplan.inference.arrays import Anything, Floats, all_finite
from groundplan.inference.forecasts.forecast import TIMES, Forecast
from groundplan.inference.forecasts.standing import look_up
from groundplan.inference.proportions import share_by_cluster
from groundplan.terms.estimate import Measured, Unknown

SURE: Final = 0.85  # of a promise about which nothing needs to be said
LIKELY: Final = 0.7  # chance of being late, above which that is to be expected
ALIKE: Final = 2.0  # promises for up to twice or half as many days ahead are alike
_ANY_LENGTH = 4.0  # own promises of any length weigh as much as so many alike ones
_EDGE = 0.01  # chances are held this far from 0 and 1 before they are weighed
_DAYS = 7


@dataclass(frozen=True, slots=True)
class Odds:
    """How a forecast and the own record of promises make the odds of being late.

    The log odds are `shift` + `forecast` * those of the forecast + `record` * those of the record.
    """

    shift: float
    forecast: float
    record: float


AS_FORECAST: Final = Odds(0.0, 1.0, 0.0)
# Sprints in story points, each sprint one step of the history: three organisations.
SPRINTS: Final = Odds(-0.17, 0.481, 0.311)
# Due dates of single items, by the record of alike promises: four organisations. What the pace
# foretells of the queue says nothing of them.
DUE_DATES: Final = Odds(-0.868, 0.0, 0.653)
DATES_AHEAD: Final = (2, 364)  # days from promise to date that they were seen for


@dataclass(frozen=True, slots=True)
class Record:
    """What became of a team's own promises whose time was over: how many, and how many late.

    Weights, so that promises unlike this one may count for less than one.
    """

    late: float = 0.0
    promises: float = 0.0

    @property
    def share(self) -> float:
        """The share that came late [share], drawn to a half where there were few (Laplace)."""
        return (self.late + 1) / (self.promises + 2)


@dataclass(frozen=True, slots=True)
class Notice:
    """What is to be said about a promise today.

    late: the chance that it will come late [share]. fires: the promise is not as sure as it should
    be; likely: it is to be expected late. days_before: from today to the promised date.
    days_over: by how many days the sure date passes the promised one, negative while it does not;
    by the forecast alone, as the date shown is; Unknown where there is none within a year.
    """

    late: float
    fires: bool
    likely: bool
    days_before: float
    days_over: float | Unknown


def look_at(
    plan: Forecast | Unknown,
    items: int,
    days_before: float,
    *,
    sure: float = SURE,
    odds: Odds = AS_FORECAST,
    record: Record = Record(),
    capacity: Sequence[float] = (),
    growth: Forecast | None = None,
) -> Notice | Unknown:
    """What is to be said today about the promise that so many items are done by a date.

    items: of the promise, still to be done. days_before: calendar days from today to the date.
    With the odds of the forecast alone a notice fires exactly when the sure date lies beyond the
    promised one. capacity, growth: as in `Forecast.when`. Nothing left to do is kept; something
    left on the day itself is late. Unknown where there is no forecast, and further ahead than
    promises were tested. Errors: ValueError for negative items, or a sureness outside (0, 1).
    """
    if items < 0 or not 0 < sure < 1:
        raise ValueError("need items >= 0 and a sureness between 0 and 1")
    if items == 0:
        return Notice(0.0, False, False, days_before, -max(days_before, 0.0))
    until = plan if isinstance(plan, Unknown) else plan.when(items, sure, capacity, growth)
    over = until if isinstance(until, Unknown) else _DAYS * until - days_before
    if days_before <= 0:
        return Notice(1.0, True, True, days_before, over)
    tested = look_up("how many", days_before / _DAYS)
    if isinstance(plan, Unknown):
        return plan
    if isinstance(tested, Unknown):
        return tested
    # The very curve that the sure date is read from, so that the two never disagree.
    chances = plan.chances_by_time(items, capacity, growth)
    by_then = np.interp(days_before / _DAYS, TIMES, chances)
    late = float(weigh(1 - by_then, record.share, odds))
    return Notice(late, late > 1 - sure, late > LIKELY, days_before, over)


def find_worst(notices: Sequence[Notice | Unknown]) -> tuple[bool, float | Unknown]:
    """Of parts all promised: whether late is to be expected of any, and the chance [share].

    The chance is that of the worst part, so that the whole comes late at least as often. Unknown
    if that of any part is.
    """
    told = [each for each in notices if isinstance(each, Notice)]
    unknown = next((each for each in notices if isinstance(each, Unknown)), None)
    most = max((each.late for each in told), default=0.0)
    return any(each.likely for each in told), unknown or most


def look_at_new_date(days_ahead: float, record: Record, *, sure: float = SURE) -> Notice | Unknown:
    """What is to be said about the due date of a single item on the day on which it is promised.

    By the own record of alike promises (`recall_alike`) alone. Unknown for dates nearer or further
    than were seen; what an item that stays open says later was not recorded. Errors: ValueError for
    a sureness outside (0, 1).
    """
    if not 0 < sure < 1:
        raise ValueError("need a sureness between 0 and 1")
    nearest, furthest = DATES_AHEAD
    if days_ahead < nearest:
        return Unknown("dates so near were not seen", math.floor(days_ahead), nearest, "days")
    if days_ahead > furthest:
        return Unknown("dates so far were not seen", furthest, math.ceil(days_ahead), "days")
    late = float(weigh(0.5, record.share, DUE_DATES))
    no_date = Unknown("no forecast tells when a single item is done", 0, 1, "forecasts")
    return Notice(late, late > 1 - sure, late > LIKELY, days_ahead, no_date)


def recall_alike(late: npt.ArrayLike, days_ahead: npt.ArrayLike, days: float) -> Record:
    """The own record of promises made about so many days ahead.

    late, days_ahead: of own promises whose time is over, shape (promises,). Alike are those made
    for up to twice or half as many days; all the others count as four of them at most.
    """
    came, ahead = np.asarray(late, dtype=bool), all_finite(days_ahead)
    alike = np.abs(np.log1p(ahead) - math.log1p(days)) < math.log(ALIKE)
    others = int((~alike).sum())
    weight = np.where(alike, 1.0, min(_ANY_LENGTH / max(others, 1), 1.0))
    return Record(float(weight[came].sum()), float(weight.sum()))


def weigh(forecast: npt.ArrayLike, record: npt.ArrayLike, odds: Odds) -> Floats:
    """The chance of being late from the forecast's and the record's [share]; they broadcast.

    Source: Platt (1999), Advances in Large Margin Classifiers; for more than one opinion Satopaa et
    al. (2014), International Journal of Forecasting 30(2).
    """
    told = np.asarray(forecast, dtype=np.float64)
    if odds == AS_FORECAST:
        return told
    known = odds.record * logit(np.asarray(record, dtype=np.float64))
    held = logit(np.clip(told, _EDGE, 1 - _EDGE))
    return np.asarray(expit(odds.shift + odds.forecast * held + known), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Score:
    """What became of notices, each about a promise whose outcome is known by now.

    precision: of the notices, how many promises came late. recall: of the late ones, about how many
    there had been a notice. false_alarms: of the kept ones, the same. quiet_kept: of those without
    a notice, how many were kept. days_before: quartiles of the days from the notice to the promised
    date, of late ones. Shares carry intervals by cluster.
    """

    promises: int
    late: int
    notices: int
    precision: Measured
    recall: Measured
    false_alarms: Measured
    quiet_kept: Measured
    days_before: tuple[float, float, float] | Unknown


def score_notices(
    fired: npt.ArrayLike, late: npt.ArrayLike, days_before: npt.ArrayLike, cluster: Anything
) -> Score:
    """How early and how rightly notices fired; all of shape (promises,).

    cluster: promises of one cluster (a team, a project) resemble each other; clusters do not.
    Errors: ValueError unless there are as many of each.
    """
    fire, came = np.asarray(fired, dtype=bool), np.asarray(late, dtype=bool)
    days = all_finite(days_before)
    if not fire.shape == came.shape == days.shape == cluster.shape:
        raise ValueError("need a notice, an outcome, days and a cluster of each promise")
    caught = days[fire & came]
    return Score(
        len(fire),
        int(came.sum()),
        int(fire.sum()),
        _share(came, fire, cluster, "notices"),
        _share(fire, came, cluster, "late promises"),
        _share(fire, ~came, cluster, "kept promises"),
        _share(~came, ~fire, cluster, "promises without a notice"),
        _quartiles(caught)
        if len(caught)
        else Unknown("no late promise had a notice", 0, 1, "notices"),
    )


def _share(those: Anything, among: Anything, cluster: Anything, n_of: str) -> Measured:
    _, number = np.unique(cluster[among], return_inverse=True)
    return share_by_cluster(np.bincount(number, those[among]), np.bincount(number), n_of)


def _quartiles(days: Floats) -> tuple[float, float, float]:
    low, middle, high = (float(x) for x in np.quantile(days, [0.25, 0.5, 0.75]))
    return low, middle, high
