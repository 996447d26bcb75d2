"""The nudge: when it comes, and that its printed precision is what later spells bear out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundplan.inference.stuck import (
    AGREED_HOURS,
    EARLIEST,
    LATEST,
    LEAST_SPELLS,
    WORTH_IT,
    Lasted,
    find_baseline,
    set_hours,
)
from groundplan.terms.estimate import Estimate, Unknown

spells = st.lists(st.builds(Lasted, st.floats(0.0, 50.0), st.booleans()), max_size=40)


@given(spells)
def test_the_time_stays_within_bounds(past: list[Lasted]) -> None:
    hours = set_hours(past)
    assert EARLIEST <= hours <= LATEST
    if sum(one.alone for one in past) < LEAST_SPELLS:
        assert hours == AGREED_HOURS


@given(spells, st.builds(Lasted, st.floats(0.0, 50.0), st.booleans()))
def test_no_spell_judges_a_time_that_it_set(past: list[Lasted], last: Lasted) -> None:
    """Whether a nudge about the last spell was right goes by the time before it."""
    before, after = find_baseline(past), find_baseline([*past, last])
    if before.agreed is after.agreed:
        fired = [one.n if isinstance(one, Estimate) else 0
                 for one in (before.precision, after.precision)]  # fmt: skip
        assert fired[1] - fired[0] == (last.hours >= before.hours)


def test_own_spells_set_the_time() -> None:
    past = [Lasted(hours, True) for hours in (0.2, 0.3, 0.5, 0.8, 1.2, 1.4, 1.5, 1.6, 3.0, 9.0)]
    assert set_hours(past) == pytest.approx(1.6)
    assert find_baseline(past).agreed is False
    assert set_hours([Lasted(0.1, True)] * 20) == EARLIEST
    assert set_hours([Lasted(30.0, True)] * 20) == LATEST
    assert set_hours([Lasted(0.1, False)] * 20) == AGREED_HOURS


def test_what_counts_as_right() -> None:
    def right(one: Lasted) -> float | None:
        found = find_baseline([one]).precision
        return found.value if isinstance(found, Estimate) else None

    assert right(Lasted(AGREED_HOURS - 0.1, True)) is None
    assert right(Lasted(AGREED_HOURS + 0.1, True)) == 0.0
    assert right(Lasted(AGREED_HOURS + 0.1, False)) == 1.0
    assert right(Lasted(AGREED_HOURS + WORTH_IT, True)) == 1.0
    assert isinstance(find_baseline([]).precision, Unknown)


def test_the_printed_precision_holds_for_the_next_nudges() -> None:
    """Of people with own habits: 90% intervals hold the precision of their next 400 spells in at
    least 85 of 100 cases."""
    rng = np.random.default_rng(5)
    held = people = 0
    for _ in range(300):
        typical, need = rng.uniform(0.5, 2.5), rng.uniform(0.2, 0.7)
        lasted = rng.lognormal(np.log(typical), 0.8, 460)
        alone = rng.random(460) > need * np.minimum(lasted / 4, 1.0)
        every = [Lasted(float(h), bool(a)) for h, a in zip(lasted, alone, strict=True)]
        said = find_baseline(every[:60])
        later = [one for one in every[60:] if one.hours >= said.hours]
        if not isinstance(said.precision, Estimate) or len(later) < 30:
            continue
        right = np.mean([not o.alone or o.hours >= said.hours + WORTH_IT for o in later])
        people += 1
        held += said.precision.low <= right <= said.precision.high
    assert people > 150
    assert held / people >= 0.85
