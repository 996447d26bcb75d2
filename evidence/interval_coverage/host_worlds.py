"""Made-up teams on a code host: waits that go on, reviewers who are away, deployments that fail."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from generators import Rng, World, clumped, kinds_of_work, mean_logit, sample_of, wave
from scipy.special import expit, ndtri

from groundplan.signals.signal import Sample

HOURS = 168.0  # a week's
WANDERS = 0.6  # logits, from week to week


def waits(
    median: float, sigma: float, mean: float, never: float = 0.0
) -> Callable[[Rng, int], Sample]:
    """Log-normal waits, watched until the last week; weeks (AR 0.3) and people shift their level.

    mean: how many begin in a week; never: the share that nobody ends in a usual week; it wanders.
    """
    between_weeks, between_people = 0.8, 0.6  # who waits in one week waits in one queue
    within = np.sqrt(sigma**2 - between_weeks**2 - between_people**2)

    def draw(rng: Rng, weeks: int) -> Sample:
        index = np.repeat(np.arange(weeks), clumped(rng, weeks, mean, 2.0, 0.3))
        level = between_weeks * wave(rng, weeks, 0.3)[index]
        group = index * 8 + rng.integers(8, size=len(index))
        level += between_people * rng.standard_normal(weeks * 8)[group]
        hours = np.exp(np.log(median) + level + within * rng.standard_normal(len(index)))
        if never:
            odds = expit(np.log(never / (1 - never)) + WANDERS * wave(rng, weeks, 0.3))
            hours[rng.random(len(index)) < odds[index]] = np.inf
        seen = HOURS * (weeks - index - rng.random(len(index)))
        nothing = np.full(len(index), np.nan)
        stages = ("writing", "pickup", "review", "merging", "alone", "deploying")
        return sample_of(
            weeks,
            index,
            hours=np.minimum(hours, seen),
            arrived=(hours <= seen).astype(float),
            failure=np.arange(len(index)).astype(object),
            untold=np.zeros(len(index)),
            **dict.fromkeys(stages, nothing),
        )

    return draw


def median_of_waits(median: float, sigma: float, never: float) -> float:
    """When half have been ended, of those too that nobody ends."""
    ever = 1 - mean_logit(never, WANDERS) if never else 1.0
    return float(median * np.exp(sigma * ndtri(0.5 / ever)))


def waiting(
    name: str, weeks: tuple[int, ...], median: float, sigma: float, mean: float, never: float = 0.0
) -> tuple[World, ...]:
    """The world of one signal of waiting."""
    forgotten = f", {never:.0%} never end, more in bad weeks" if never else ""
    model = (
        f"{name}: log-normal hours, sigma {sigma:g}, {mean:g} a week{forgotten}, watched until the "
        "last week, level shifts by week (sd 0.8, AR 0.3) and by person-week (sd 0.6)"
    )
    return (
        World(
            model,
            weeks,
            waits(median, sigma, mean, never),
            lambda: median_of_waits(median, sigma, never),
        ),
    )


HABITS = np.linspace(0.3, 5.0, 10)  # pull requests looked at in a week besides the first


def reviewing(rng: Rng, weeks: int) -> Sample:
    """Ten reviewers with habits of their own, seven weeks in ten; busy weeks are all's (AR 0.3)."""
    index, person = np.divmod(np.arange(weeks * 10), 10)
    level = np.exp(0.3 * wave(rng, weeks, 0.3) - 0.045)[index]
    reviewed = 1 + rng.poisson(HABITS[person] * level * rng.gamma(2.0, 0.5, len(index)))
    some = rng.random(len(index)) < 0.7
    return sample_of(
        weeks,
        index[some],
        reviewer_weeks=np.ones(some.sum()),
        reviewed=reviewed[some].astype(float),
    )


TURNS = np.array([0.55, 0.2, 0.12, 0.08, 0.05])  # whom an area's reviews fall to if all are there
VOLUMES = np.array([9.0, 6.0, 4.0, 2.0, 1.0])  # reviews of each area in a week
THERE = 0.85  # the chance that a reviewer is there in a week


def sharing(rng: Rng, weeks: int) -> Sample:
    """Five areas of five reviewers each; one who is away is stood in for, volumes clump."""
    counts = np.array([clumped(rng, weeks, volume, 2.0, 0.3) for volume in VOLUMES]).T
    cell = np.repeat(np.arange(counts.size), counts.ravel())
    week, area = np.divmod(cell, len(VOLUMES))
    there = rng.random((weeks, len(VOLUMES), len(TURNS))) < THERE
    odds = np.where(there, TURNS, 0) + 1e-9
    reach = np.cumsum(odds / odds.sum(axis=2, keepdims=True), axis=2)[week, area]
    person = (rng.random(len(cell))[:, None] > reach).sum(axis=1)
    return sample_of(
        weeks, week, place=area.astype(object), person_id=(area * 10 + person).astype(object)
    )


@cache
def sharing_truth() -> float:
    """The share of reviews that falls to each area's busiest, over very many weeks."""
    drawn = sharing(np.random.default_rng(5), 20_000)
    return float(np.mean(drawn.rows["person_id"].astype(int) % 10 == 0))


ARRIVALS, SPREAD = 8.0, 1.2  # pull requests a week; log sd of the time that one is open


def piling_up(stays: float) -> Callable[[Rng, int], Sample]:
    """Pull requests arrive in clumps and stay open for log-normal times; counted on Sundays.

    stays: the median time that one is open [weeks].
    """

    def draw(rng: Rng, weeks: int) -> Sample:
        before = 60
        counts = clumped(rng, before + weeks, ARRIVALS, 2.0, 0.3)
        opened = np.repeat(np.arange(-before, weeks), counts) + rng.random(counts.sum())
        closed = opened + stays * np.exp(SPREAD * rng.standard_normal(len(opened)))
        ends = np.arange(1, weeks + 1)
        is_open = (opened[:, None] < ends) & (closed[:, None] >= ends)
        return sample_of(weeks, np.sort(np.nonzero(is_open)[1]))

    return draw


def deploying(mean: float, dispersion: float, rho: float) -> Callable[[Rng, int], Sample]:
    """Deployments of one to three authors each."""

    def draw(rng: Rng, weeks: int) -> Sample:
        index = np.repeat(np.arange(weeks), clumped(rng, weeks, mean, dispersion, rho))
        rows = np.repeat(np.arange(len(index)), rng.integers(1, 4, len(index)))
        return sample_of(weeks, index[rows], deployment=rows.astype(object))

    return draw


def going_wrong(share: float, spread: float) -> Callable[[Rng, int], Sample]:
    """As kinds of work, in the columns of deployments."""
    inner = kinds_of_work(share, spread, 0.3)

    def draw(rng: Rng, weeks: int) -> Sample:
        drawn = inner(rng, weeks)
        wrong = drawn.rows["kind"] == "fix"
        rows = {
            "week": drawn.rows["week"],
            "deployment": np.arange(len(wrong)).astype(object),
            "failed": np.where(wrong, "incident", "").astype(object),
            "reopened": wrong.astype(float),
        }
        return Sample(rows, drawn.weeks)

    return draw


HOST_WORLDS: dict[str, tuple[World, ...]] = {
    "lead_time": waiting("lead", (13, 26), 70.0, 1.6, 12.0),
    "pickup_time": waiting("pickup", (13, 26), 8.0, 2.0, 12.0, 0.1),
    "review_time": waiting("review", (13, 26), 30.0, 2.0, 12.0),
    "first_answer": waiting("answer", (13, 26), 12.0, 2.0, 8.0, 0.25),
    "recovery_time": waiting("recovery", (52,), 4.0, 1.8, 1.0),
    "review_load": (
        World(
            "ten reviewers of their own, gamma-Poisson, weeks wander (AR 0.3)",
            (13, 26),
            reviewing,
            lambda: 1 + float(HABITS.mean()),
        ),
    ),
    "review_concentration": (
        World(
            "five areas, five reviewers each, away one week in seven; volumes clump (AR 0.3)",
            (13, 26),
            sharing,
            sharing_truth,
        ),
    ),
    "pulls_in_progress": tuple(
        World(
            f"8 pull requests a week in clumps (AR 0.3), open for {words}, log sd 1.2",
            (13, 26, 52),
            piling_up(stays),
            lambda stays=stays: ARRIVALS * stays * float(np.exp(SPREAD**2 / 2)),
        )
        for stays, words in ((1 / 7, "a day"), (3 / 7, "three days"))
    ),
    "reopen_rate": (
        World(
            "one closing in ten comes back, weeks wander (logit sd 0.4, AR 0.3)",
            (26,),
            going_wrong(0.1, 0.4),
            lambda: mean_logit(0.1, 0.4),
        ),
    ),
    "deployment_frequency": tuple(
        World(
            f"{mean:g} deployments a week, variance {phi:g} x mean, AR(1) intensity {rho:g}",
            (13, 26),
            deploying(mean, phi, rho),
            lambda mean=mean: mean,
        )
        for mean, phi, rho in ((2, 1.5, 0.3), (15, 3, 0.3))
    ),
    "change_failures": (
        World(
            "one deployment in eight goes wrong, weeks wander (logit sd 0.5, AR 0.3)",
            (26,),
            going_wrong(0.125, 0.5),
            lambda: mean_logit(0.125, 0.5),
        ),
    ),
}
