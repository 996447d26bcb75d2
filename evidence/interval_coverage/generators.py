"""Made-up teams whose true value is known: counts that clump, weeks that resemble each other.

Each generator gives samples of the form that one signal's estimator reads, and the value that an
interval should cover.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from calendar_worlds import draw_calendars, truths
from scipy.special import expit, gammaincinv, ndtr

from groundplan.signals.reprioritisations import WEEKS_A_MONTH
from groundplan.signals.signal import Sample

MONDAY = np.datetime64("2024-01-01", "D")
WEEK = np.timedelta64(7, "D")
Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class World:
    """A made-up team: how to draw a sample of so many weeks, and the truth."""

    model: str
    weeks: tuple[int, ...]
    draw: Callable[[Rng, int], Sample]
    truth: Callable[[], float]


def wave(rng: Rng, weeks: int, rho: float) -> np.ndarray:
    """A standard normal AR(1) series that starts in its stationary state."""
    noise = rng.standard_normal(weeks)
    series = np.empty(weeks)
    series[0] = noise[0]
    for t in range(1, weeks):
        series[t] = rho * series[t - 1] + np.sqrt(1 - rho * rho) * noise[t]
    return series


def clumped(rng: Rng, weeks: int, mean: float, dispersion: float, rho: float) -> np.ndarray:
    """Negative binomial counts (variance = dispersion x mean) over an AR(1) intensity."""
    shape = mean / (dispersion - 1)
    intensity = gammaincinv(shape, ndtr(wave(rng, weeks, rho))) / shape * mean
    return rng.poisson(intensity)


def sample_of(weeks: int, index: np.ndarray, **columns: np.ndarray) -> Sample:
    """A sample whose rows fall into the weeks numbered `index`."""
    mondays = MONDAY + WEEK * np.arange(weeks)
    return Sample({"week": mondays[index], **columns}, mondays)


def landings(mean: float, dispersion: float, rho: float) -> Callable[[Rng, int], Sample]:
    """Rows without any column but their week: merged changes."""

    def draw(rng: Rng, weeks: int) -> Sample:
        counts = clumped(rng, weeks, mean, dispersion, rho)
        return sample_of(weeks, np.repeat(np.arange(weeks), counts))

    return draw


def people_at_work(people: int, rho: float) -> Callable[[Rng, int], Sample]:
    """Each person's activity is a two-state chain; half are regulars, half are rare."""
    odds = np.where(np.arange(people) < people / 2, 0.8, 0.15)

    def draw(rng: Rng, weeks: int) -> Sample:
        active = rng.random(people) < odds
        rows = [np.flatnonzero(active)]
        for _ in range(weeks - 1):
            stays = rng.random(people) < rho
            active = np.where(stays, active, rng.random(people) < odds)
            rows.append(np.flatnonzero(active))
        index = np.repeat(np.arange(weeks), [len(r) for r in rows])
        return sample_of(weeks, index, person_id=np.concatenate(rows).astype(object))

    return draw


def heavy_tailed(
    column: str, median: float, sigma: float, whole: bool
) -> Callable[[Rng, int], Sample]:
    """Log-normal values; weeks (AR 0.3) and people shift their level."""
    between_weeks, between_people = 0.4, 0.6
    within = np.sqrt(sigma**2 - between_weeks**2 - between_people**2)

    def draw(rng: Rng, weeks: int) -> Sample:
        counts = clumped(rng, weeks, 12, 2.5, 0.3)
        index = np.repeat(np.arange(weeks), counts)
        level = between_weeks * wave(rng, weeks, 0.3)[index]
        # every person's week has a level of its own
        group = index * 8 + rng.integers(8, size=len(index))
        level += between_people * rng.standard_normal(weeks * 8)[group]
        values = np.exp(np.log(median) + level + within * rng.standard_normal(len(index)))
        return sample_of(weeks, index, **{column: np.ceil(values) if whole else values})

    return draw


def kinds_of_work(share: float, spread: float, rho: float) -> Callable[[Rng, int], Sample]:
    """The share of fixes wanders from week to week (logit AR(1))."""

    def draw(rng: Rng, weeks: int) -> Sample:
        index = np.repeat(np.arange(weeks), clumped(rng, weeks, 20, 3, rho))
        odds = expit(np.log(share / (1 - share)) + spread * wave(rng, weeks, rho))
        fix = rng.random(len(index)) < odds[index]
        return sample_of(weeks, index, kind=np.where(fix, "fix", "other").astype(object))

    return draw


@cache
def mean_logit(share: float, spread: float) -> float:
    """The mean of a logit-normal share, by Gauss-Hermite quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    values = expit(np.log(share / (1 - share)) + spread * nodes)
    return float(weights @ values / weights.sum())


def reaching(share: float, spread: float, rho: float) -> Callable[[Rng, int], Sample]:
    """As kinds of work, in the columns of co-change."""
    inner = kinds_of_work(share, spread, rho)

    def draw(rng: Rng, weeks: int) -> Sample:
        drawn = inner(rng, weeks)
        spans = (drawn.rows["kind"] == "fix").astype(float)
        rows = {"week": drawn.rows["week"], "spans": spans, "leads": np.ones(len(spans))}
        return Sample(rows, drawn.weeks)

    return draw


OWLS = expit(np.linspace(-3.5, 1.5, 10))  # ten people, from day people to night people
PACE = np.array([1, 9, 2, 8, 3, 7, 4, 6, 5, 5], dtype=float)  # commits a week


def clocks(rng: Rng, weeks: int) -> Sample:
    """Ten people with habits of their own; a week's crunch shifts everybody (AR 0.3)."""
    index, person = np.divmod(np.arange(weeks * 10), 10)
    commits = rng.poisson(PACE[person] * rng.gamma(1.0, 1.0, len(index)))
    crunch = 0.4 * wave(rng, weeks, 0.3)[index]
    odds = expit(np.log(OWLS / (1 - OWLS))[person] + crunch)
    some = commits > 0
    return sample_of(
        weeks,
        index[some],
        commits=commits[some].astype(float),
        off_commits=rng.binomial(commits, odds)[some].astype(float),
    )


@cache
def clock_truth() -> float:
    """The expected share of `clocks`."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    odds = expit(np.log(OWLS / (1 - OWLS))[:, None] + 0.4 * nodes)
    return float(PACE @ (odds @ weights / weights.sum()) / PACE.sum())


HOPS = np.linspace(0.2, 2.0, 10)  # switches a day, of ten people


def hopping(rng: Rng, weeks: int) -> Sample:
    """Ten people with habits of their own; days and hops clump, busy weeks hop more (AR 0.3)."""
    index, person = np.divmod(np.arange(weeks * 10), 10)
    days = rng.binomial(5, 0.6, len(index))
    level = np.exp(0.3 * wave(rng, weeks, 0.3) - 0.045)[index]
    mean = HOPS[person] * level * days
    hops = rng.poisson(mean * rng.gamma(2.0, 0.5, len(index)))
    some = days > 0
    return sample_of(
        weeks,
        index[some],
        person_days=days[some].astype(float),
        switches=hops[some].astype(float),
    )


CUTS = np.linspace(0.1, 1.5, 10)  # interruptions a week, of ten engineers


def interrupting(rng: Rng, weeks: int) -> Sample:
    """Ten engineers, seven weeks in ten with items; bad weeks are bad for all (AR 0.3)."""
    index, person = np.divmod(np.arange(weeks * 10), 10)
    level = np.exp(0.4 * wave(rng, weeks, 0.3) - 0.08)[index]
    cuts = rng.poisson(CUTS[person] * level * rng.gamma(2.0, 0.5, len(index)))
    some = rng.random(len(index)) < 0.7
    return sample_of(
        weeks,
        index[some],
        engineer_weeks=np.ones(some.sum()),
        interruptions=cuts[some].astype(float),
    )


def calendars(rng: Rng, weeks: int) -> Sample:
    """Ten people's weeks; full weeks are full for all (AR 0.3), with holidays and days off."""
    index, columns = draw_calendars(rng, wave(rng, weeks, 0.3))
    return sample_of(weeks, index, **columns)


def starters(rng: Rng, weeks: int) -> Sample:
    """Newcomers with log-normal times to a fifth change, watched until the last week."""
    counts = clumped(rng, weeks, 0.8, 1.5, 0.3)
    index = np.repeat(np.arange(weeks), counts)
    wait = np.exp(np.log(60) + 1.2 * rng.standard_normal(len(index)))
    seen = 7.0 * (weeks - index) - 3.5
    return sample_of(
        weeks, index, days=np.minimum(wait, seen), arrived=(wait <= seen).astype(float)
    )


def leavers(rng: Rng, weeks: int) -> Sample:
    """People who leave one to four areas; how an area fares depends on who left."""
    people = 6 + rng.poisson(14)
    areas = 1 + rng.integers(4, size=people)
    person = np.repeat(np.arange(people), areas)
    odds = rng.beta(2.4, 1.6, people)[person]
    index = np.sort(rng.integers(weeks, size=people))[person]
    return sample_of(
        weeks,
        index,
        person_id=person.astype(object),
        went_on=(rng.random(len(person)) < odds).astype(float),
    )


def shared_files(rng: Rng, weeks: int) -> Sample:
    """Files in 20 areas; how many are shared differs between areas (beta-binomial)."""
    files = rng.poisson(rng.gamma(1.5, 12, 20)) + 1
    area = np.repeat(np.arange(20), files)
    shared = rng.random(len(area)) < rng.beta(2.0, 3.0, 20)[area]
    second = np.flatnonzero(shared)
    file = np.concatenate([np.arange(len(area)), second])
    person = np.concatenate([area % 7, area[second] % 7 + 1])
    return sample_of(
        weeks,
        rng.integers(weeks, size=len(file)),
        file=file.astype(object),
        area=area[file].astype(object),
        person_id=person.astype(object),
        changes=np.where(np.arange(len(file)) < len(area), 2.0, 1.0),
    )


def rewriting(rng: Rng, weeks: int) -> Sample:
    """Changes of log-normal size (sigma 1.5) with fates of their own; weeks wander (AR 0.3)."""
    index = np.repeat(np.arange(weeks), clumped(rng, weeks, 30, 3, 0.3))
    lines = np.ceil(np.exp(np.log(20) + 1.5 * rng.standard_normal(len(index))))
    level = 0.3 * wave(rng, weeks, 0.3)[index]
    odds = expit(-2.2 + level + 1.0 * rng.standard_normal(len(index)))
    return sample_of(weeks, index, lines=lines, reworked=rng.binomial(lines.astype(int), odds))


def rewriting_truth() -> float:
    """The expected share of `rewriting`."""
    return mean_logit(float(expit(-2.2)), float(np.hypot(0.3, 1.0)))


WORLDS: dict[str, tuple[World, ...]] = {
    "throughput": tuple(
        World(
            f"{mean:g} changes a week, variance {phi:g} x mean, AR(1) intensity {rho:g}",
            (13, 26, 52),
            landings(mean, phi, rho),
            lambda mean=mean: mean,
        )
        for mean, phi, rho in ((8, 1.8, 0.0), (20, 3, 0.3), (60, 8, 0.3), (20, 3, 0.6))
    ),
    "active_people": tuple(
        World(
            f"{people} people, half of them regulars, who keep their state with chance {rho:g}",
            (13, 26, 52),
            people_at_work(people, rho),
            lambda people=people: people * 0.475,
        )
        for people, rho in ((12, 0.2), (40, 0.6))
    ),
    "change_size": (
        World(
            "log-normal sizes, sigma 2, level shifts by week (AR 0.3) and by person-week",
            (13, 26),
            heavy_tailed("lines", 39.5, 2.0, True),
            lambda: 40.0,
        ),
    ),
    "time_to_merge": (
        World(
            "log-normal hours, sigma 2, level shifts by week (AR 0.3) and by person-week",
            (13, 26),
            heavy_tailed("hours", 30.0, 2.0, False),
            lambda: 30.0,
        ),
    ),
    "rework": (
        World(
            "log-normal sizes, sigma 1.5, a fate for each change, weeks wander (AR 0.3)",
            (13, 26),
            rewriting,
            rewriting_truth,
        ),
    ),
    "work_kinds": tuple(
        World(
            f"fixes near {share:.0%}, weeks wander (logit sd {spread:g}, AR {rho:g})",
            (13, 26),
            kinds_of_work(share, spread, rho),
            lambda share=share, spread=spread: mean_logit(share, spread),
        )
        for share, spread, rho in ((0.3, 0.4, 0.3), (0.08, 0.4, 0.3), (0.3, 0.4, 0.6))
    ),
    "co_change": (
        World(
            "one change in four reaches across, weeks wander (logit sd 0.4, AR 0.3)",
            (52,),
            reaching(0.25, 0.4, 0.3),
            lambda: mean_logit(0.25, 0.4),
        ),
    ),
    "knowledge_spread": (
        World("files in 20 areas, beta-binomial between areas", (52,), shared_files, lambda: 0.4),
    ),
    "context_switches": (
        World(
            "ten people with habits of their own, gamma-Poisson hops, weeks wander (AR 0.3)",
            (13, 26),
            hopping,
            lambda: float(HOPS.mean()),
        ),
    ),
    "interruptions": (
        World(
            "ten engineers of their own, gamma-Poisson cuts, weeks wander (AR 0.3)",
            (13, 26),
            interrupting,
            lambda: float(CUTS.mean()),
        ),
    ),
    "reprioritisations": tuple(
        World(
            f"{mean:g} changes a week, variance {phi:g} x mean, AR(1) intensity {rho:g}",
            (13, 26),
            landings(mean, phi, rho),
            lambda mean=mean: mean * WEEKS_A_MONTH,
        )
        for mean, phi, rho in ((3, 2, 0.3), (12, 4, 0.3))
    ),
    "off_hours": (
        World(
            "ten people with habits of their own, a crunch shifts everybody (AR 0.3)",
            (13, 26),
            clocks,
            clock_truth,
        ),
    ),
    "newcomers": (
        World(
            "log-normal waits, median 60 days, watched until the last week",
            (52,),
            starters,
            lambda: 60.0,
        ),
    ),
    "departures": (
        World(
            "about 20 people leave one to four areas each, beta-binomial by person",
            (208,),
            leavers,
            lambda: 0.6,
        ),
    ),
    **{
        name: (
            World(
                "ten people's calendars, full weeks are full for all (AR 0.3), days off",
                (13, 26),
                calendars,
                lambda name=name: truths()[name],
            ),
        )
        for name in ("meeting_load", "focus_hours", "fragmentation")
    },
}
