"""What several studies say together, what the next one may expect, and how people are."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from groundplan.experiments.library import pool_findings, say_prior
from groundplan.experiments.pulses import WORSE, compare_answers, judge_pulse
from groundplan.records.studies import Felt, Finding, Measure, Study

TODAY = date(2026, 1, 5)
MEASURE = Measure("time_to_merge", False, 1, False, 10.0, "rework", False, False, 10.0, "fine")
STUDY = Study(99, "?", "", "A no meeting day", "p1", "", TODAY, measure=MEASURE)


def found(number: int, effect: float, se: float | None = 0.08, **changes: object) -> Finding:
    log = math.log1p(effect / 100)
    one = Finding(number, "t1", TODAY, "a no-meeting day", "time_to_merge", "parallel groups",
                  "helped", effect, effect - 15, effect + 15, log, se, "", False)  # fmt: skip
    return replace(one, **changes)  # type: ignore[arg-type]


def test_findings_on_the_same_thing_are_pooled_with_their_spread() -> None:
    group = [found(nr, effect) for nr, effect in enumerate((-10, -22, -15, -4, -18, -12))]
    (pool,) = pool_findings(group)
    assert pool.findings == 6
    assert pool.effect is not None
    assert pool.low is not None
    assert pool.next_low is not None
    assert -17 < pool.effect < -10
    assert pool.next_low < pool.low < pool.effect
    assert "6 studies" in pool.says


def test_what_cannot_be_pooled_is_left_out() -> None:
    others = [
        found(1, -10, exploratory=True), found(2, -10, log_effect=None, se=None),
        found(3, -10, intervention="deep dives"), found(4, -12), found(5, -9),
    ]  # fmt: skip
    (pool,) = pool_findings(others)
    assert pool.findings == 2
    assert pool.effect is None
    assert "too few studies" in pool.says


def test_the_next_team_hears_what_to_expect() -> None:
    group = [found(nr, effect, 0.03) for nr, effect in enumerate((-24, -26, -25, -27, -23))]
    said = say_prior(group, STUDY)
    assert "another team's own effect lies between" in said
    chance = int(said.rpartition(" is ")[2].rstrip("%."))
    assert chance > 95
    assert say_prior(group[:1], STUDY).startswith("Found so far: -24%.")
    assert say_prior([], STUDY) == ""


def test_a_pulse_that_fell_is_seen_and_one_too_small_is_not_called_anything() -> None:
    before, after = Felt(False, (0, 2, 6, 12, 10), TODAY), Felt(True, (9, 11, 6, 3, 1), TODAY)
    assert judge_pulse(replace(STUDY, pulses=(before, after))).held is False
    few = (Felt(False, (0, 1, 2, 1, 1), TODAY), Felt(True, (0, 1, 2, 2, 0), TODAY))
    assert judge_pulse(replace(STUDY, pulses=few)).held is None
    many = (Felt(False, (5, 10, 40, 60, 40), TODAY), Felt(True, (5, 10, 38, 62, 40), TODAY))
    assert judge_pulse(replace(STUDY, pulses=many)).held is True
    assert judge_pulse(replace(STUDY, pulses=(before,))).says == (
        "People were asked before the start only."
    )


@pytest.mark.parametrize("size", [5, 20, 80])
def test_intervals_of_the_pulse_hold_the_truth(size: int) -> None:
    rng = np.random.default_rng(size)
    first, second = np.array([0.05, 0.1, 0.3, 0.35, 0.2]), np.array([0.1, 0.2, 0.3, 0.25, 0.15])
    truth = sum(second[j] * (first[:j].sum() + first[j] / 2) for j in range(5))
    held = 0
    for _ in range(600):
        shift = compare_answers(rng.multinomial(size, first), rng.multinomial(size, second))
        held += shift.low <= truth <= shift.high
    assert held / 600 > 0.93


def test_answers_all_alike_are_no_certainty() -> None:
    shift = compare_answers((0, 0, 5, 0, 0), (0, 0, 5, 0, 0))
    assert shift.chance == pytest.approx(0.5)
    assert shift.low < WORSE < shift.high
