"""What may be claimed of a tracker's future: only what was tested, beside what came of it here."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from groundplan.inference.forecasts.backtest import judge
from groundplan.inference.forecasts.forecast import FURTHEST_WEEKS, Forecast, forecast
from groundplan.inference.forecasts.paces import LONGEST_WEEKS
from groundplan.inference.forecasts.recalibration import LEAST_ITEMS, LEAST_WEEKS
from groundplan.inference.forecasts.standing import LEVEL, Question, look_up
from groundplan.inference.forecasts.trials import answer_by_pace, ask, read_history
from groundplan.terms.estimate import Measured, Unknown

_MOST_ORIGINS: Final = 150  # past weeks of the own record, evenly spread
_HALF: Final = 0.5
_AT_ONCE: Final = 128  # places of a plan
_FAN: Final = (0.05, 0.15, 0.5, 0.85, 0.95)


def look_ahead(done: npt.NDArray[Any], until: date) -> Forecast | Unknown:
    """The future of items that were finished then; Unknown says what their history lacks."""
    if not len(done):
        return Unknown("nothing was finished yet", 0, LEAST_ITEMS, "items")
    last = np.datetime64(until)
    return forecast(read_history(done, last).counts, last)


def claim_day(
    ahead: Forecast,
    items: int,
    level: float,
    until: date,
    capacity: Sequence[float] = (),
    growth: Forecast | None = None,
) -> date | Unknown:
    """The day by whose end so many items are done, this sure; Unknown where no such claim holds.

    until: the day that ends the history. How far ahead a claim is goes by the weeks that the work
    usually takes, as where such claims were tested. growth: of items that join and go first.
    """
    usual = ahead.when(items, _HALF, capacity, growth)
    if isinstance(usual, Unknown):
        return usual
    untested = check("when", usual)
    if untested is not None:
        return untested
    weeks = ahead.when(items, level, capacity, growth)
    return weeks if isinstance(weeks, Unknown) else day_after(until, weeks)


def claim_days(
    ahead: Forecast,
    places: Sequence[int],
    levels: Sequence[float],
    until: date,
    capacity: Sequence[float] = (),
) -> list[tuple[date | None, ...]]:
    """As `claim_day`, for the items at many places of a plan at once; None where it is Unknown.

    places: rising; what lies behind one that nothing can be claimed of is not computed.
    """
    found: list[tuple[date | None, ...]] = []
    for first in range(0, len(places), _AT_ONCE):
        part = places[first : first + _AT_ONCE]
        for usual, *weeks in ahead.dates(part, (_HALF, *levels), capacity):
            held = usual is not None and check("when", usual) is None
            days = (day_after(until, each) if held and each is not None else None for each in weeks)
            found.append(tuple(days))
        if found[-1][0] is None:
            break
    return found + [(None,) * len(levels)] * (len(places) - len(found))


def claim_count(
    ahead: Forecast, weeks: float, level: float, capacity: Sequence[float] = ()
) -> int | Unknown:
    """The most items of which at least so many are done within so many weeks, this sure."""
    untested = check("how many", weeks)
    return untested if untested is not None else ahead.how_many(weeks, level, capacity)


def check(question: Question, weeks: float) -> Unknown | None:
    """Why nothing is claimed so many weeks ahead; None where such claims hold."""
    standing = look_up(question, weeks)
    if isinstance(standing, Unknown) or standing.holds:
        return standing if isinstance(standing, Unknown) else None
    reason = f"such claims {standing.horizon_weeks} weeks ahead came true too rarely or too often"
    came, said = round(100 * standing.share.value), round(100 * LEVEL)
    return Unknown(reason, came, said, "percent")


def day_after(until: date, weeks: float) -> date:
    """The day that so many weeks after the end of another day lie in; on its end, that day."""
    return until + timedelta(days=math.ceil(7 * weeks - 1e-9))


@dataclass(frozen=True, slots=True)
class Track:
    """How often 85% claims at a horizon came true: on other trackers, and on one's own.

    name: of what is forecast. holds: others' lie between 82% and 88%; where not, nothing is
    claimed. own_claims: that one's own past would have made.
    """

    name: str
    question: str
    horizon_weeks: int | None
    others: Measured
    holds: bool
    own_claims: int
    own: Measured


def track(
    name: str, done: npt.NDArray[Any], until: date, question: Question, weeks: float | Unknown
) -> Track:
    """What became of claims so many weeks ahead; the next longer horizon tested speaks for them."""
    standing = weeks if isinstance(weeks, Unknown) else look_up(question, weeks)
    if isinstance(standing, Unknown):
        return Track(name, question, None, standing, False, 0, standing)
    horizon = standing.horizon_weeks
    made, held = look_back(done, until, question, horizon)
    return Track(name, question, horizon, standing.share, standing.holds, made, held)


def look_back(
    done: npt.NDArray[Any], until: date, question: Question, horizon_weeks: int
) -> tuple[int, Measured]:
    """How many 85% claims a tracker's past would have made, and the share that came true."""
    history = read_history(done, np.datetime64(until))
    weeks, least = len(history.counts), LEAST_WEEKS + horizon_weeks
    short = Unknown("too short a past to look back on claims", weeks, least, "weeks")
    if weeks < least:
        return 0, short
    trial = ask(history, (horizon_weeks,), LONGEST_WEEKS, every=-(-weeks // _MOST_ORIGINS))
    if not len(trial.at):
        return 0, Unknown("no window holds enough finished items", 0, LEAST_ITEMS, "items")
    verdicts = judge("groundplan", trial, answer_by_pace(trial), (LEVEL,))
    found = [(each.claims, each.held) for each in verdicts if each.question == question]
    return found[0] if found else (0, short)


@dataclass(frozen=True, slots=True)
class Spread:
    """Items done by a day: so many percent of the futures lie at or below each count."""

    name: str
    on: date
    low_5: int
    low_15: int
    middle: int
    high_85: int
    high_95: int


def fan_out(name: str, ahead: Forecast, until: date, weeks: float) -> Iterator[Spread]:
    """The counts week by week, as far as such claims hold and at most so many weeks ahead."""
    for week in range(1, min(math.ceil(weeks), FURTHEST_WEEKS) + 1):
        if check("how many", week) is None:
            counts = ahead.quantiles(week, _FAN).tolist()
            yield Spread(name, day_after(until, week), *counts)


def spread_capacity(share: float, after: float, during: float) -> tuple[float, ...]:
    """What is worked in each coming week if for a while it is another share of usual.

    after: weeks before it begins; during: for how many weeks.
    """
    weeks = np.arange(FURTHEST_WEEKS)
    inside = np.clip(np.minimum(weeks + 1, after + during) - np.maximum(weeks, after), 0.0, 1.0)
    return tuple((1 + (max(share, 0.0) - 1) * inside).tolist())


@dataclass(frozen=True, slots=True)
class LastWeek:
    """What moved a tracker's 85% day for all that is open, since a week before.

    usual: items that a week of the pace then finishes. Days are Unknown where none can be claimed.
    """

    name: str
    then_open: int
    then_on: date | Unknown
    now_open: int
    now_on: date | Unknown
    finished: int
    usual: float | None
    joined: int


def tell_last_week(
    name: str, done: npt.NDArray[Any], joined: npt.NDArray[Any], until: date, ahead: Forecast
) -> LastWeek:
    """The last week of a tracker whose items joined and were done then, and what it moved.

    joined: of every item, also the finished ones.
    """
    then = until - timedelta(days=7)
    after = np.datetime64(until - timedelta(days=6))  # the days of the last week begin here
    early, before = done[done < after], joined[joined < after]
    was = look_ahead(early, then)
    now_open, then_open = len(joined) - len(done), len(before) - len(early)
    return LastWeek(
        name,
        then_open,
        _day_of_all(was, then_open, then),
        now_open,
        _day_of_all(ahead, now_open, until),
        len(done) - len(early),
        None if isinstance(was, Unknown) else float(was.pace.rate),
        len(joined) - len(before),
    )


def _day_of_all(ahead: Forecast | Unknown, items: int, until: date) -> date | Unknown:
    if isinstance(ahead, Unknown):
        return ahead
    if items < 1:
        return Unknown("nothing was open", items, 1, "open items")
    return claim_day(ahead, items, LEVEL, until)
