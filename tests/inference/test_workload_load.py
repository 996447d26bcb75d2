"""Much for oneself: said of at most a tenth of ordinary months, and seen when it comes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundplan.inference.workload import LEAST_BLOCKS, MOST_BLOCKS, WEEKS, Load, compare_load
from groundplan.terms.estimate import Unknown

YEAR = 52


def heavy(weekly: list[float]) -> bool:
    found = compare_load(weekly)
    assert isinstance(found, Load)
    return found.heavy


@pytest.mark.parametrize("resemblance", [0.0, 0.3, 0.6])
def test_ordinary_months_are_seldom_called_much(resemblance: float) -> None:
    """Weeks that resemble the one before: at most 12% of 3,000 people are told so."""
    rng = np.random.default_rng(11)
    raised = 0
    for _ in range(3_000):
        level, series = 0.0, []
        for step in rng.normal(0, 1, YEAR + 20)[:, None]:
            level = resemblance * level + step[0]
            series.append(level)
        raised += heavy([max(6 + 2 * each, 0) for each in series[20:]])
    assert raised / 3_000 <= 0.12


def test_a_heavy_month_is_seen() -> None:
    rng = np.random.default_rng(12)
    seen = 0
    for _ in range(400):
        weeks = rng.poisson(7, YEAR).astype(float)
        weeks[-WEEKS:] = rng.poisson(12, WEEKS)
        seen += heavy(weeks.tolist())
    assert seen / 400 > 0.9


def test_few_own_weeks_are_not_compared() -> None:
    found = compare_load([5.0] * (WEEKS * (LEAST_BLOCKS + 1) - 1))
    assert isinstance(found, Unknown)
    assert (found.have, found.need, found.of) == (39, 40, "weeks")
    assert isinstance(compare_load([]), Unknown)
    assert not heavy([5.0] * 40)  # the same every week is not much


@given(st.lists(st.floats(0, 25), min_size=40, max_size=300))
def test_the_rank_is_one_of_the_blocks(weekly: list[float]) -> None:
    found = compare_load(weekly)
    assert isinstance(found, Load)
    assert 1 / (found.blocks + 1) <= found.rank <= 1
    assert LEAST_BLOCKS <= found.blocks <= MOST_BLOCKS
    assert found.now == pytest.approx(np.mean(weekly[-WEEKS:]))
