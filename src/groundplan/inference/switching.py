"""Finish first or switch now: what each would delay, in many futures of both pieces of work."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from scipy.special import ndtri

from groundplan.inference.arrays import Floats
from groundplan.inference.resumption import GIVEN_UP, LEVEL, Learnt, Ramp
from groundplan.terms.errors import BadInput
from groundplan.terms.estimate import Estimate, Measured, Unknown
from groundplan.terms.units import RATIO, SHARE, WORKING_DAYS, Share, Unit, WorkingDays

FUTURES: Final = 20_000
SURE: Final = 0.8  # of the futures, before anything is advised
LEAST_WORK: Final = 5  # pieces of work that were finished, before the next one is told from them
MOST_DAYS: Final = 1_000.0  # of a range that somebody says
MOST_URGENT: Final = 100.0
# How such claims did on public trackers that they were not fitted to: 80% ranges for the time aside
# that held, of so many; what was not back in half a year, as said and as it came, of so many. The
# figures are those of evidence/switching/result.json; a test compares them.
HELD: Final = (0.8, 40)
GONE: Final = (0.305, 0.298, 57)
_LOW, _HIGH = (1 - LEVEL) / 2, (1 + LEVEL) / 2
_LEAST: Final = 0.1  # working days: less is not left of anything


class Advice(StrEnum):
    """What a comparison comes to."""

    FINISH = "finish first"
    SWITCH = "switch now"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Range:
    """What somebody says of a piece of work: 80% between the two [working days]."""

    low_days: WorkingDays
    high_days: WorkingDays


@dataclass(frozen=True, slots=True)
class Course:
    """Working days from now until each piece of work is done, where it ever is."""

    item: Estimate
    new: Estimate


@dataclass(frozen=True, slots=True)
class Weighed:
    """Both courses. delay_new: of the new work, if the item is finished first; delay_item: of the
    item, if it is set aside and comes back. ramp: how many times as long the rest takes then.
    given_up: the chance that it does not come back in half a year. lost: work done twice or for
    nothing. worth: switching pays if a day of the new work is worth more than so many of the
    item's. cheaper: the share of futures in which finishing first costs less.
    """

    finish: Course
    switch: Course
    delay_new: Estimate
    delay_item: Estimate
    ramp: Estimate
    given_up: Estimate
    lost: Estimate
    worth: Estimate
    cheaper: Share
    advice: Advice
    because: str


@dataclass(frozen=True, slots=True)
class Team:
    """What a team's own history teaches of its work, of work set aside, and of returns."""

    work: Learnt
    finished: int
    away: Learnt
    ramp: Ramp


def draw_left(
    said: Range | None, team: Team, spent: WorkingDays, rng: np.random.Generator
) -> Floats | Unknown:
    """How long a piece of work still takes if nobody touches it [working days], one a future.

    said: what somebody who does it says, else the team's own pieces that went on as long speak.
    spent: already. Left out: that it takes longer than half a year, which is nothing to plan with.
    """
    if said is not None:
        return draw_range(said, rng)
    if team.finished < LEAST_WORK:
        reason = "how long is left is not known; say a range, or"
        return Unknown(reason, team.finished, LEAST_WORK, "finished pieces of work")
    drawn = team.work.draw(2 * FUTURES, rng, spent)
    known = drawn[drawn <= GIVEN_UP]
    return rng.choice(known if len(known) else np.array([GIVEN_UP]), size=FUTURES)


def draw_range(said: Range, rng: np.random.Generator) -> Floats:
    """A range as log-normal futures: a tenth below it, a tenth above."""
    middle = 0.5 * (np.log(said.low_days) + np.log(said.high_days))
    spread = (np.log(said.high_days) - np.log(said.low_days)) / (2 * ndtri(_HIGH))
    return np.asarray(np.exp(middle + spread * rng.standard_normal(FUTURES)))


def check_range(name: str, low: float, high: float) -> Range | None:
    """A range as typed, None for none at all; BadInput for one that cannot be."""
    if low == high == 0:
        return None
    if not 0 < low <= high <= MOST_DAYS:
        raise BadInput(name, f"{low:g} to {high:g}", f"more than 0, up to {MOST_DAYS:,g} days")
    return Range(low, high)


def weigh(
    left: Floats | Unknown,
    new: Floats | Unknown,
    spent: WorkingDays,
    team: Team,
    urgency: float,
    rng: np.random.Generator,
) -> Weighed | Unknown:
    """What finishing first and switching now would delay, and what follows.

    left, new: of the item and of the new work, one a future. spent: on the item already. urgency:
    how many days of the item's delay one of the new work's is worth. The item comes back once the
    new work is done, or later, as the team's interrupted work did; what is given up counts as half
    a year late, and what was spent on it as lost. A return gains nothing. One pair of hands only.

    Source: cost of delay: Reinertsen (2009), The Principles of Product Development Flow, chapter 2.
    """
    if isinstance(left, Unknown):
        return left
    if isinstance(new, Unknown):
        return new
    item, other = np.maximum(left, _LEAST), np.maximum(new, _LEAST)
    away, slower = team.away.draw(FUTURES, rng), team.ramp.draw(FUTURES, rng) - 1
    back, slower = away <= GIVEN_UP, np.maximum(slower, 0.0) * item
    late = np.where(back, np.maximum(away, other) + slower, GIVEN_UP)
    cheaper = float(np.mean(late / item >= urgency))
    advice = _advise(cheaper)
    return Weighed(
        finish=Course(_range_of(item), _range_of(item + other)),
        switch=Course(_range_of((late + item)[back]), _range_of(other)),
        delay_new=_range_of(item),
        delay_item=_range_of(late[back]),
        ramp=team.ramp.estimate(),
        given_up=team.away.chance_of_never(),
        lost=_range_of(np.where(back, slower, spent)),
        worth=_range_of(late / item, RATIO),
        cheaper=cheaper,
        advice=advice,
        because=_explain(advice, cheaper, item, late, urgency, team),
    )


def score_chances(said: Floats, came: Floats) -> Measured:
    """How well chances were said: the Brier score's gain over always saying the share that came.

    [share] 0 where the chances told nothing, 1 where they told all.
    """
    n, share = len(said), float(came.mean()) if len(came) else 0.0
    if n < LEAST_WORK or share in (0.0, 1.0):
        return Unknown("too few choices have come to an end", n, max(LEAST_WORK, n + 1), "choices")
    each = 1 - (said - came) ** 2 / (share * (1 - share))
    half = float(ndtri(_HIGH) * each.std(ddof=1) / np.sqrt(n))
    value = float(each.mean())
    return Estimate(value, value - half, value + half, LEVEL, SHARE, n, "choices", "Brier skill")


def _advise(cheaper: float) -> Advice:
    if cheaper >= SURE:
        return Advice.FINISH
    return Advice.SWITCH if cheaper <= 1 - SURE else Advice.CANNOT_TELL


def _explain(
    advice: Advice, cheaper: float, left: Floats, late: Floats, urgency: float, team: Team
) -> str:
    """Why: how many futures agree, or what would have to be known better."""
    if advice is not Advice.CANNOT_TELL:
        share = cheaper if advice is Advice.FINISH else 1 - cheaper
        return f"it costs less in {SHARE.format(share)} of the futures"
    ends = np.quantile(left, (_LOW, 0.5, _HIGH))
    if any(_advise(float(np.mean(late / end >= urgency))) is not advice for end in ends):
        return "how long is left of the item is too uncertain; a narrower range would tell"
    if team.away.n < LEAST_WORK:
        return f"only {team.away.n} of your own items were ever set aside, and others' vary widely"
    return "each costs less in many futures; which matters more is yours to say"


def _range_of(values: Floats, unit: Unit = WORKING_DAYS) -> Estimate:
    low, middle, high = np.quantile(values, (_LOW, 0.5, _HIGH)).tolist()
    return Estimate(middle, low, high, LEVEL, unit, len(values), "futures", "simulation")
