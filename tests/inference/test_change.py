"""Changes: published intervals of differences, and laws for every pair of estimates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundplan.inference.change import compare, difference, excludes_no_change, ratio
from groundplan.inference.proportions import share_of
from groundplan.terms.estimate import Estimate, Unknown
from groundplan.terms.units import CHANGES_PER_WEEK, DAYS, RATIO, SHARE

# Newcombe (1998), Statistics in Medicine 17:873-890, Table II, method 10, 95%.
NEWCOMBE = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (10, 10, 0, 20, 0.6791, 1.0000),
    (10, 10, 0, 10, 0.6075, 1.0000),
]


@pytest.mark.parametrize(("a", "m", "b", "n", "low", "high"), NEWCOMBE)
def test_differences_match_newcombe(
    a: int, m: int, b: int, n: int, low: float, high: float
) -> None:
    one, other = share_of(a, m, "people", level=0.95), share_of(b, n, "people", level=0.95)
    assert isinstance(one, Estimate)
    assert isinstance(other, Estimate)
    told = difference(one, other)
    assert (told.low, told.high) == pytest.approx((low, high), abs=1e-4)


amounts = st.tuples(st.floats(0.01, 1e6), st.floats(1.0, 50.0), st.floats(1.0, 50.0)).map(
    lambda t: Estimate(
        t[0], t[0] / t[1], t[0] * t[2], 0.9, CHANGES_PER_WEEK, 13, "weeks", "made up"
    )
)


@given(amounts, amounts)
def test_ratios_and_their_inverses(now: Estimate, before: Estimate) -> None:
    there, back = ratio(now, before), ratio(before, now)
    assert isinstance(there, Estimate)
    assert isinstance(back, Estimate)
    assert there.value == pytest.approx(now.value / before.value)
    assert back.low == pytest.approx(1 / there.high)
    assert back.high == pytest.approx(1 / there.low)
    assert excludes_no_change(there) == excludes_no_change(back)


@given(amounts)
def test_no_change_is_never_excluded(same: Estimate) -> None:
    told = compare(same, same)
    assert isinstance(told, Estimate)
    assert told.unit == RATIO
    assert not excludes_no_change(told)


def test_what_may_be_nothing_cannot_be_divided_by() -> None:
    nothing = Estimate(0.0, 0.0, 0.3, 0.9, CHANGES_PER_WEEK, 10, "weeks", "exact Poisson")
    some = Estimate(3.0, 2.0, 4.0, 0.9, CHANGES_PER_WEEK, 13, "weeks", "made up")
    assert isinstance(ratio(some, nothing), Unknown)
    told = ratio(nothing, some)
    assert isinstance(told, Estimate)
    assert (told.value, told.low) == (0, 0)
    assert excludes_no_change(told)


def test_unknown_stays_unknown_and_units_must_match() -> None:
    unknown = Unknown("too few", 1, 8, "weeks")
    share = share_of(3, 10, "changes")
    assert isinstance(share, Estimate)
    assert compare(unknown, share) is unknown
    told = compare(share, unknown)
    assert isinstance(told, Unknown)
    assert told.reason == "before: too few"
    assert not excludes_no_change(told)
    same = compare(share, share)
    assert isinstance(same, Estimate)
    assert same.unit == SHARE
    with pytest.raises(ValueError, match="units"):
        compare(share, Estimate(1.0, 0.5, 2.0, 0.9, DAYS, 10, "days", "made up"))
