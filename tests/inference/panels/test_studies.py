"""The whole path: which row is chosen, what is refused, and that checks may only stop a verdict."""

from __future__ import annotations

import numpy as np
import pytest

from groundplan.inference.panels.analysis import analyse
from groundplan.inference.panels.caveats import TREND, TRIGGER, audit
from groundplan.inference.panels.designs import TABLE, TASKS, Design, Facts, choose_route
from groundplan.inference.panels.findings import Finding
from groundplan.inference.panels.opinions import PARALLEL
from groundplan.inference.panels.panel import NEVER, Panel, make_panel
from groundplan.inference.panels.tasks import permute_tasks
from groundplan.terms.errors import BadInput
from groundplan.terms.estimate import Unknown


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def made(
    units: int, treated: int, effect: float = 0.0, *, periods: int = 40, start: int = 20,
    dates: int = 1, seed: int = 1,
) -> Panel:  # fmt: skip
    starts = np.full(units, NEVER)
    starts[:treated] = np.resize(start + 3 * np.arange(dates), treated)
    on = (starts[:, None] != NEVER) & (np.arange(periods) >= starts[:, None])
    noise = rng(seed).normal(size=(units, 1)) + rng(seed + 1).normal(size=(units, periods))
    return make_panel(map(str, range(units)), map(str, range(periods)), noise + effect * on, starts)


def found(panel: Panel, **design: object) -> Finding:
    return analyse(panel, Design(**design), rng())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("panel", "design", "row"),
    [
        (made(20, 1), {}, "few treated"),
        (made(10, 1), {}, "interval only"),
        (made(7, 2), {}, "few treated"),
        (made(20, 5), {}, "comparison"),
        (made(6, 3), {}, "interval only"),
        (made(6, 3), {"rule": "complete"}, "interval only"),
        (made(8, 4), {"rule": "complete"}, "randomised"),
        (made(12, 6, dates=3), {}, "staggered"),
        (made(8, 8, dates=4), {"rule": "complete"}, "stepped wedge"),
        (made(5, 5), {}, "no comparison"),
        (made(1, 1), {}, "no comparison"),
        (made(1, 1, periods=156, start=130), {}, "placebo dates"),
        (made(5, 1, periods=156, start=130), {}, "difference series"),
        (made(240, 40), {}, "many units"),
        (made(240, 4), {}, "comparison"),
        (made(3, 1), {}, "too few"),
        (made(12, 6), {"rule": "blocked", "strata": np.arange(12) % 6}, "randomised"),
        (made(8, 4), {"rule": "blocked", "strata": np.arange(8) % 4}, "interval only"),
    ],
)
def test_the_table_chooses(panel: Panel, design: dict[str, object], row: str) -> None:
    assert found(panel, **design).route.name == row


def test_every_row_says_what_it_does_or_why_not() -> None:
    for row in (*TABLE, TASKS):
        assert row.when
        assert row.inference
        assert row.refuses == row.inference.startswith("refuse")
    assert len({row.name for row in (*TABLE, TASKS)}) == len(TABLE) + 1


def test_equal_halves_need_forty_assignments() -> None:
    six = Facts(6, 3, 1, 20, 20, True, 2 / 20)
    eight = Facts(8, 4, 1, 20, 20, True, 2 / 70)
    assert choose_route(six).name == "interval only"
    assert choose_route(eight).name == "randomised"


@pytest.mark.parametrize(
    ("panel", "design"),
    [
        (made(20, 1, 3.0), {}),
        (made(12, 2, 3.0), {}),
        (made(20, 8, 2.0), {}),
        (made(12, 6, 2.0), {"rule": "complete"}),
        (made(12, 6, 2.0, dates=3), {}),
        (made(12, 12, 2.0, dates=4), {"rule": "complete"}),
        (made(240, 40, 1.0), {}),
        (made(1, 1, 4.0, periods=156, start=130), {}),
    ],
)
def test_a_large_effect_is_found_and_directed(panel: Panel, design: dict[str, object]) -> None:
    told = found(panel, **design)
    assert told.verdict == "helped"
    assert told.effect is not None
    assert told.effect.low > 0
    assert found(panel, better="lower", **design).verdict == "hurt"
    assert told.may_say
    assert any("single unit" in one for one in told.may_not_say)


def test_the_same_seed_gives_the_same_finding() -> None:
    panel = made(30, 12, 0.5)
    one, other = found(panel), found(panel)
    assert one.effect == other.effect
    assert one.checks == other.checks


def test_small_intervals_are_no_worthwhile_effect() -> None:
    told = found(made(20, 10, periods=200, start=100), rule="complete", worthwhile=1.0)
    assert told.verdict == "no worthwhile effect"
    assert found(made(20, 10, seed=3), rule="complete", worthwhile=0.01).verdict == "cannot tell"


def test_worth_in_percent_is_taken_to_the_scale_that_outcomes_choose() -> None:
    panel = made(20, 10, periods=200, start=100)
    around_ten = make_panel(panel.units, panel.periods, panel.outcome + 10, panel.treated_from)
    told = found(around_ten, rule="complete", scale="difference", worth_percent=10.0)
    assert told.worth == pytest.approx(1.0, abs=0.05)
    assert told.verdict == "no worthwhile effect"
    assert found(around_ten, rule="complete", scale="percent", worth_percent=10.0).worth == 10.0


@pytest.mark.parametrize(
    ("panel", "needs"),
    [
        (
            made(10, 1),
            ("19 units that do not start, beside 1 that does; now 9 do not", "51 periods before"),
        ),
        (made(6, 3), ("4 units that do not start, beside 3 that do; now 3 do not",)),
        (made(1, 1), ("19 units that do not start", "their own past gives a hint, never more")),
        (made(5, 5), ("2 units that do not start, beside 5 that do; now 0 do not",)),
        (made(20, 20), ("1 unit that does not start",)),
        (made(20, 0), ("some of them before the start",)),
    ],
)
def test_what_cannot_be_told_says_what_it_would_need(panel: Panel, needs: tuple[str, ...]) -> None:
    told = found(panel)
    assert told.verdict == "cannot tell"
    for part in needs:
        assert part in " ".join(told.needs)


def test_a_check_that_cannot_be_judged_says_so_and_stops_nothing() -> None:
    early = {check.name: check for check in found(made(20, 8, 3.0, start=3)).checks}
    for name in (TREND, TRIGGER, PARALLEL):
        assert early[name].passed is None
        assert not early[name].stops
    told = found(made(20, 8, 3.0, start=3))
    assert told.verdict == "helped"


def test_six_units_never_show_an_effect() -> None:
    told = found(made(6, 3, 50.0), rule="complete")
    assert told.verdict == "cannot tell"
    assert told.effect is not None
    assert told.effect.p is not None
    assert told.effect.p < 0.001


BAD = {
    "another intervention": {"other": np.r_[5, np.full(19, NEVER)]},
    "by definition": {"redefined": "meetings are what the intervention forbids"},
    "opted out or crossed over": {"planned": np.r_[np.full(5, NEVER), np.full(5, 20),
                                                   np.full(10, NEVER)]},
}  # fmt: skip


@pytest.mark.parametrize("why", BAD)
def test_what_no_analysis_can_mend_is_refused(why: str) -> None:
    told = found(made(20, 5, 3.0), **BAD[why])
    assert told.effect is None
    assert told.verdict == "cannot tell"
    assert why in told.refused


@pytest.mark.parametrize("value", [0.0, 7.0])
def test_a_constant_outcome_is_refused(value: float) -> None:
    panel = made(20, 5)
    flat = make_panel(panel.units, panel.periods, np.full((20, 40), value), panel.treated_from)
    assert "same everywhere" in found(flat).refused


def test_one_series_never_loses_more_than_all_of_it() -> None:
    counts = np.random.default_rng(4).negative_binomial(1, 0.4, size=(1, 200))
    told = found(make_panel(["all"], map(str, range(200)), counts, [170]))
    assert told.effect is not None
    assert told.effect.scale == "percent"
    assert -100 <= told.effect.low <= told.effect.estimate


def test_nobody_treated_is_refused() -> None:
    assert found(made(20, 0)).refused
    everybody_at_once = made(20, 20, start=0)
    assert found(everybody_at_once).refused


def test_gaps_and_leavers_are_named() -> None:
    panel = made(20, 8, 2.0)
    outcome = panel.outcome.copy()
    outcome[3, 10:] = np.nan  # left before the start
    outcome[12, 30:] = np.nan
    outcome[5, 7] = np.nan
    told = found(make_panel(panel.units, panel.periods, outcome, panel.treated_from))
    assert told.facts.units == 19
    assert told.audit.left == 2
    assert any("left out" in one for one in told.caveats)
    assert any("missing" in one for one in told.caveats)
    assert any(one.startswith("Gone before the end: 1 of 19 units.") for one in told.caveats)
    assert told.effect is not None
    assert told.effect.low < 2 < told.effect.high


def test_a_short_window_is_named() -> None:
    for rule, says in (("observed", "may be in the effect"), ("complete", "may show another")):
        told = found(made(20, 8), rule=rule, season=52)
        assert any("season" in one and says in one for one in told.caveats)


def test_a_start_after_a_bad_month_stops_the_verdict() -> None:
    panel = made(20, 6, 3.0)
    outcome = panel.outcome.copy()
    outcome[:6, 15:20] -= 5
    told = found(make_panel(panel.units, panel.periods, outcome, panel.treated_from))
    assert told.verdict == "cannot tell"
    assert TRIGGER in told.because
    fair = found(made(20, 6, 3.0), rule="complete")
    assert TRIGGER not in [check.name for check in fair.checks]


def test_units_that_drift_apart_stop_the_verdict() -> None:
    panel = made(20, 8)
    drift = panel.outcome + panel.treated[:, None] * np.arange(40) / 5
    told = found(make_panel(panel.units, panel.periods, drift, panel.treated_from))
    assert told.verdict == "cannot tell"
    assert TREND in [check.name for check in told.checks if check.stops]


def test_leave_one_out_and_donut_are_estimates() -> None:
    told = {check.name: check for check in found(made(20, 8, 2.0)).checks}
    for name in ("leave one out", "donut"):
        low, high = told[name].low, told[name].high
        assert low is not None
        assert high is not None
        assert 1 < low <= high < 3
    assert told["wild cluster bootstrap"].p is not None


def test_the_plan_is_analysed_and_audited() -> None:
    panel = made(20, 10, 2.0)
    planned = panel.treated_from.copy()
    planned[9] = 22
    told = found(panel, rule="complete", planned=planned)
    assert told.audit.moved == 1
    assert told.audit.as_planned == 9
    assert told.facts.starts == 2
    assert told.verdict == "helped"
    none = audit(panel, None)
    assert (none.moved, none.opted_out, none.crossed_over) == (0, 0, 0)


@pytest.mark.parametrize(
    ("design", "field"),
    [
        ({"rule": "blocked"}, "strata"),
        ({"strata": np.zeros(3)}, "strata"),
        ({"level": 1.5}, "level"),
        ({"worthwhile": -1.0}, "worthwhile"),
        ({"worth_percent": 0.0}, "worth_percent"),
        ({"weights": np.zeros(20)}, "weights"),
        ({"scale": "percent"}, "scale"),
    ],
)
def test_designs_that_do_not_fit_are_refused(design: dict[str, object], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        found(made(20, 5), **design)
    assert refused.value.field == field


def test_tasks_within_people() -> None:
    draw = rng()
    person = np.repeat(np.arange(8), 30)
    treated = np.concatenate([draw.permutation([0, 1] * 15) for _ in range(8)])
    forecast = np.exp(draw.normal(1, 0.7, 240))
    hours = forecast * np.exp(draw.normal(0, 0.4, 240) + draw.normal(0, 1, 8)[person])
    told = permute_tasks(hours * 1.5**treated, treated, person, draw, covariate=forecast)
    assert not isinstance(told, Unknown)
    assert told.effect.low < 50 < told.effect.high
    assert told.effect.is_significant
    few = permute_tasks(hours[:90], treated[:90], person[:90], draw)
    assert isinstance(few, Unknown)
    assert (few.have, few.need) == (3, 5)
