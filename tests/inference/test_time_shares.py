"""Shares of time made of chances: exact cases, and how often their intervals hold the truth."""

from __future__ import annotations

import numpy as np
import pytest

from groundplan.inference.time_shares import pool_shares, share_of_time
from groundplan.terms.estimate import Estimate, Unknown


def test_a_share_is_of_days_and_not_of_pieces() -> None:
    days, chance = np.array([1.0, 1.0, 0.5, 0.5]), np.array([1.0, 0.0, 1.0, 1.0])
    found = share_of_time(days, chance, np.array([0, 1, 2, 3]))
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(2 / 3)
    assert found.n == 3


def test_doubt_widens_the_interval_and_leaves_the_share() -> None:
    person = np.arange(40) % 8
    sure = share_of_time(np.ones(40), (np.arange(40) // 8 % 2).astype(float), person)
    doubtful = share_of_time(np.ones(40), np.full(40, 0.4), person)
    assert isinstance(sure, Estimate)
    assert isinstance(doubtful, Estimate)
    assert doubtful.value == pytest.approx(sure.value)
    assert doubtful.high - doubtful.low > 0.2


def test_one_person_and_no_time_are_unknown() -> None:
    nobody = share_of_time(np.array([]), np.array([]), np.array([], dtype=np.int64))
    assert isinstance(nobody, Unknown)
    alone = share_of_time(np.ones(5), np.ones(5), np.zeros(5, dtype=np.int64))
    assert isinstance(alone, Unknown)
    assert alone.need == 2


@pytest.mark.parametrize(("people", "spread"), [(6, 20.0), (12, 3.0)])
def test_intervals_hold_the_share_that_people_and_chances_vary_around(
    people: int, spread: float
) -> None:
    """Each person has a leaning of their own; what a piece was for is only known as a chance."""
    rng, truth, held, rounds = np.random.default_rng(9), 0.35, 0, 600
    for _ in range(rounds):
        leaning = rng.beta(spread * truth, spread * (1 - truth), people)
        person = np.repeat(np.arange(people), 8)
        real = rng.random(len(person)) < leaning[person]
        sharp = rng.beta(8, 2, len(person))  # a calibrated classifier: right as often as it says
        said = np.where(rng.random(len(person)) < sharp, real, ~real)
        chance = np.where(said, sharp, 1 - sharp)
        # by Bayes from the share itself, so that chances are calibrated for this mix
        odds = chance / (1 - chance) * truth / (1 - truth)
        found = share_of_time(np.full(len(person), 0.5), odds / (1 + odds), person)
        assert isinstance(found, Estimate)
        held += found.low <= truth <= found.high
    assert held / rounds > 0.87


def test_stretches_are_pooled_by_their_days() -> None:
    found = pool_shares(np.array([10.0, 30.0]), np.array([0.5, 0.1]))
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(0.2)
