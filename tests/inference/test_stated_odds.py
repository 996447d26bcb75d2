"""Statements with odds, scored: known values, and intervals that hold what they should."""

from __future__ import annotations

import numpy as np
import pytest

from groundplan.inference.stated_odds import StatedOdds, say_odds, score_odds
from groundplan.terms.estimate import Estimate, Unknown


def test_scores_are_brier_s() -> None:
    found = score_odds([(0.8, True, "M1"), (0.6, False, "M2"), (0.9, True, "M3")])
    assert isinstance(found, StatedOdds)
    assert (found.n, found.held) == (3, 2)
    assert found.said == pytest.approx(0.7666667)
    assert found.brier == pytest.approx((0.04 + 0.36 + 0.01) / 3)


def test_nothing_is_unknown_and_no_chance_lies_outside() -> None:
    assert isinstance(score_odds([]), Unknown)
    assert say_odds(score_odds([])) == "No day that was stated with odds has come yet."
    with pytest.raises(ValueError, match="between 0 and 1"):
        score_odds([(1.2, True, "M1")])


def test_one_thing_said_often_is_not_many_cases() -> None:
    """Ten statements about two things: the interval is as wide as two things make it."""
    often = score_odds([(0.8, nr < 5, "M1" if nr < 5 else "M2") for nr in range(10)])
    apart = score_odds([(0.8, nr < 5, f"M{nr}") for nr in range(10)])
    assert isinstance(often, StatedOdds)
    assert isinstance(apart, StatedOdds)
    assert isinstance(often.share, Estimate)
    assert isinstance(apart.share, Estimate)
    assert often.share.high - often.share.low > 1.3 * (apart.share.high - apart.share.low)
    alone = score_odds([(0.8, True, "M1")] * 9)
    assert isinstance(alone, StatedOdds)
    assert isinstance(alone.share, Unknown)
    assert "Too few to tell" in say_odds(alone)


def test_honest_odds_are_called_so_nine_times_in_ten() -> None:
    """Of teams whose odds are right, at least 88% are told that they agree (90% intervals)."""
    rng = np.random.default_rng(7)
    agrees = 0
    teams = 600
    for _ in range(teams):
        chances = rng.choice([0.5, 0.7, 0.85, 0.95], 24)
        held = rng.random(24) < chances
        stated = [(float(chances[nr]), bool(held[nr]), f"M{nr}") for nr in range(24)]
        agrees += say_odds(score_odds(stated)).endswith("which agrees.")
    assert agrees / teams > 0.88


def test_boasting_is_told() -> None:
    rng = np.random.default_rng(8)
    stated = [(0.95, bool(rng.random() < 0.5), f"M{nr}") for nr in range(40)]
    assert say_odds(score_odds(stated)).endswith("less than said came true.")
    stated = [(0.5, bool(rng.random() < 0.95), f"M{nr}") for nr in range(40)]
    assert say_odds(score_odds(stated)).endswith("more than said came true.")
