"""What is said of a measurement's noise, against formulas, dense likelihoods and known truths."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import chi2, nct
from scipy.stats import t as student

from groundplan.inference.amdahl import weigh_speed_up
from groundplan.inference.arrays import Floats
from groundplan.inference.reliability.components import Source, decompose
from groundplan.inference.reliability.crossed import fit_crossed
from groundplan.inference.reliability.detectable import list_detectable
from groundplan.inference.reliability.hosts import Agreement, compare_hosts, effect_free
from groundplan.inference.reliability.mean_squares import MeanSquare, combine
from groundplan.inference.reliability.newest import ALARM, Newest, compare_newest
from groundplan.inference.reliability.runs import (
    Cells,
    Runs,
    arrange,
    between_runs,
    between_runs_with_tails,
    pool_cells,
)
from groundplan.inference.reliability.same_code import SameCode, compare_halves
from groundplan.inference.reliability.verdicts import assess, mean_of
from groundplan.terms.estimate import Estimate, Unknown
from groundplan.terms.units import Style, Unit

EVIDENCE = Path(__file__).parents[2] / "evidence" / "kpi_reliability" / "result.json"
UNIT = Unit("ms", "ms", Style.RATE)


def fleet(
    seed: int,
    hosts: int = 4,
    days: int = 8,
    runs: int = 5,
    *,
    of: Sequence[float] = (2.0, 1.0, 0.5, 1.0, 0.3),
    missing: float = 0.0,
) -> Runs:
    """Runs with so much noise of hosts, days, hosts' days, runs and within runs."""
    rng = np.random.default_rng(seed)
    host, day, cell, run, within = of
    by_host, by_day = host * rng.standard_normal(hosts), day * rng.standard_normal(days)
    samples, names, sessions = [], [], []
    for d in range(days):
        for h in range(hosts):
            level = 100 + by_host[h] + by_day[d] + cell * rng.standard_normal()
            if rng.random() >= missing:
                for _ in range(runs):
                    value = level + run * rng.standard_normal()
                    samples.append(value + within * rng.standard_normal(3))
                    names.append(f"h{h}")
                    sessions.append(f"d{d}")
    return arrange(samples, names, sessions)


def sources(runs: Runs) -> dict[str, Source]:
    return {one.name: one for one in decompose(runs, UNIT)}


def moved(runs: Runs, host: str, off: float) -> Runs:
    return replace(runs, value=runs.value + off * (runs.host == runs.hosts.index(host)))


def test_balanced_noise_is_that_of_the_textbook() -> None:
    runs = fleet(1)
    cells = pool_cells(runs).mean.reshape(8, 4)
    rest = cells - cells.mean(0) - cells.mean(1)[:, None] + cells.mean()
    error = float((rest**2).sum() / 21)
    host = float(((cells.mean(0) - cells.mean()) ** 2).sum() * 8 / 3 - error) / 8
    day = float(((cells.mean(1) - cells.mean()) ** 2).sum() * 4 / 7 - error) / 4
    fitted = fit_crossed(pool_cells(runs))
    assert fitted.rest == pytest.approx(error, rel=1e-3)
    assert fitted.host[0] == pytest.approx(host, rel=1e-3)
    assert fitted.day[0] == pytest.approx(day, rel=1e-3)
    told = sources(runs)
    samples = runs.within.sum() / (2 * len(runs.value))
    assert told["within run"].sd.value == pytest.approx(np.sqrt(samples))
    shares = [one.share for one in told.values()]
    assert sum(share for share in shares if share is not None) == pytest.approx(1)


def dense_deviance(cells: Cells, logs: Floats) -> float:
    """The restricted likelihood written out with whole matrices."""
    host, day, rest = np.exp(2 * logs)
    same_host = cells.host[:, None] == cells.host
    same_day = cells.day[:, None] == cells.day
    v = host * same_host + day * same_day + rest * np.eye(len(cells.mean))
    one = np.ones((len(cells.mean), 1))
    inverse = np.linalg.inv(v)
    weight = one.T @ inverse @ one
    mean = float((one.T @ inverse @ cells.mean / weight).item())
    left = cells.mean - mean
    log_det = np.linalg.slogdet(v)[1] + np.log(weight.item())
    return float(log_det + left @ inverse @ left)


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_unbalanced_noise_maximises_the_restricted_likelihood(seed: int) -> None:
    cells = pool_cells(fleet(seed, missing=0.25))
    found = minimize(lambda logs: dense_deviance(cells, logs), np.zeros(3), method="Nelder-Mead",
                     options={"xatol": 1e-5, "fatol": 1e-9, "maxiter": 4000})  # fmt: skip
    host, day, rest = np.exp(2 * found.x)
    fitted = fit_crossed(cells)
    assert fitted.host[0] == pytest.approx(host, rel=5e-3)
    assert fitted.day[0] == pytest.approx(day, rel=5e-3, abs=1e-3)
    assert fitted.rest == pytest.approx(rest, rel=5e-3)
    for axis, (_, low, high) in ((0, fitted.host), (1, fitted.day)):
        for end in (low, high):
            if end > 0:  # the profile there is as far down as it should be
                others = [at for at in range(3) if at != axis]

                def fixed(
                    rest: Floats, axis: int = axis, others: list[int] = others, end: float = end
                ) -> float:
                    logs = np.zeros(3)
                    logs[axis], logs[others] = np.log(end) / 2, rest
                    return dense_deviance(cells, logs)

                told = minimize(fixed, found.x[others], method="Nelder-Mead").fun - found.fun
                assert told == pytest.approx(chi2.ppf(0.9, 1), abs=0.05)


def test_what_was_seen_too_seldom_is_unknown() -> None:
    told = sources(fleet(5, hosts=2, days=2))
    assert isinstance(told["host"].sd, Unknown)
    assert isinstance(told["day"].sd, Unknown)
    assert isinstance(told["run"].sd, Estimate)
    alone = sources(arrange([[1.0], [2.0]], ["a", "a"], ["d", "d"]))
    assert all(isinstance(one.sd, Unknown) and one.share is None for one in alone.values())


def test_equal_numbers_are_no_noise() -> None:
    names = [("a", "1"), ("a", "2"), ("b", "1"), ("b", "2")] * 4
    runs = arrange([[3.0, 3.0]] * 16, [h for h, _ in names], [d for _, d in names])
    assert sources(runs)["run"].sd.value == 0
    told = compare_hosts(runs, UNIT)
    assert isinstance(told, Agreement)
    assert not told.differ
    same = compare_halves(runs, np.random.default_rng(1))
    assert isinstance(same, SameCode)
    assert same.passed


@pytest.mark.parametrize("of", [(0, 1, 0, 0, 0), (1, 0, 0, 0, 0), (1, 1, 0, 0, 0), (1, 1, 0, 1, 0)])
def test_hosts_that_move_together_leave_no_rest(of: Sequence[float]) -> None:
    """Days or hosts explain everything: the noise is theirs, and nothing breaks."""
    told = sources(fleet(21, of=of))
    for name, size in zip(("host", "day"), of, strict=False):
        assert isinstance(told[name].sd, Estimate)
        assert (told[name].sd.value > 0.2) == (size > 0)
        assert told[name].sd.high < 10


def test_one_mean_square_alone_has_the_exact_interval() -> None:
    value, low, high = combine(MeanSquare(4.0, 10), MeanSquare(1.0, 5), 2.0, 0.0)
    assert value == 8.0
    assert low == pytest.approx(2 * 40 / chi2.ppf(0.95, 10))
    assert high == pytest.approx(2 * 40 / chi2.ppf(0.05, 10))


@pytest.mark.parametrize("other", [-0.2, -0.5, 0.3])
def test_combined_mean_squares_hold_the_truth(other: float) -> None:
    rng = np.random.default_rng(6)
    first, second, truth = 2.0, 1.0, 2.0 + other
    held = 0
    for _ in range(2_000):
        squares = (first * rng.chisquare(6) / 6, second * rng.chisquare(40) / 40)
        _, low, high = combine(MeanSquare(squares[0], 6), MeanSquare(squares[1], 40), 1.0, other)
        held += low <= truth <= high
    assert 0.885 <= held / 2_000 <= 0.93


def test_heavy_tails_leave_fewer_degrees_of_freedom() -> None:
    runs = fleet(22, runs=10, of=(0, 0, 0, 1, 0))
    plain, told = between_runs(runs), between_runs_with_tails(runs)
    assert plain.value == told.value
    assert 0.8 * plain.freedom <= told.freedom <= plain.freedom
    value = runs.value.copy()
    value[7] += 30  # one run that is far off
    wild = between_runs_with_tails(replace(runs, value=value))
    assert wild.freedom < 5


def test_the_odd_host_is_named_and_the_others_are_compared_without_it() -> None:
    told = compare_hosts(moved(fleet(7, of=(0, 1, 0.3, 1, 0)), "h2", -3.0), UNIT)
    assert isinstance(told, Agreement)
    assert (told.named, told.differ) == ("h2", True)
    odd, *rest = told.standings
    assert odd.difference.low <= -3 <= odd.difference.high
    assert not any(one.disagrees for one in rest)
    assert told.chance_of == "what hosts do on single days"


def test_where_many_differ_nobody_is_named() -> None:
    runs = fleet(8, of=(0, 0, 0.1, 0.5, 0))
    for nr, host in enumerate(runs.hosts):
        runs = moved(runs, host, 5.0 * nr)
    told = compare_hosts(runs, UNIT)
    assert isinstance(told, Agreement)
    assert (told.named, told.differ) == ("", True)


def test_of_two_hosts_nobody_can_say_which() -> None:
    told = compare_hosts(moved(fleet(9, hosts=2, of=(0, 1, 0, 1, 0)), "h1", 4.0), UNIT)
    assert isinstance(told, Agreement)
    assert (told.named, told.differ) == ("", True)
    assert told.standings[0].p == pytest.approx(told.standings[1].p)


def test_two_hosts_on_one_day_are_students_test() -> None:
    runs = fleet(10, hosts=2, days=1, runs=6, of=(0, 0, 0, 1, 0))
    a, b = (runs.value[runs.host == h] for h in (0, 1))
    pooled = np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2 * 2 / 6)
    told = compare_hosts(runs, UNIT)
    assert isinstance(told, Agreement)
    assert told.standings[0].p == pytest.approx(
        2 * student.sf(abs(a.mean() - b.mean()) / pooled, 10)
    )


def test_one_host_agrees_with_nobody() -> None:
    assert isinstance(compare_hosts(fleet(11, hosts=1), UNIT), Unknown)
    two = arrange([[1.0], [2.0]], ["a", "b"], ["d", "d"])
    assert isinstance(compare_hosts(two, UNIT), Unknown)


def compares(runs: Runs) -> bool:
    """Whether shared days lead from each host to each other; else nothing compares them."""
    met = np.zeros((len(runs.hosts), len(runs.days)), dtype=int)
    met[runs.host, runs.day] = 1
    return bool(np.linalg.matrix_power(met @ met.T, len(runs.hosts)).all())


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(-50, 50))
def test_a_missing_host_takes_its_difference_along(seed: int, off: float) -> None:
    runs = fleet(seed, hosts=3, days=5, missing=0.2, of=(0, 1, 0, 0, 0))
    assume(compares(runs))
    host = runs.hosts[0]
    before, after = effect_free(runs)[0], effect_free(moved(runs, host, off))[0]
    assert np.ptp(after - before) < 1e-6


def test_warming_up_and_neighbours_fail_the_same_code_test() -> None:
    rng = np.random.default_rng(12)
    runs = fleet(12, runs=10, of=(1, 1, 0, 1, 0))
    assert compare_halves(runs, rng).passed  # type: ignore[union-attr]
    early = np.tile(np.arange(10) < 5, 32)
    assert not compare_halves(  # type: ignore[union-attr]
        replace(runs, value=runs.value + 1.5 * early), rng
    ).passed
    for days, runs_a_day, known in ((2, 4, False), (3, 4, True), (1, 6, False), (1, 7, True)):
        told = compare_halves(fleet(12, days=days, hosts=1, runs=runs_a_day), rng)
        assert isinstance(told, SameCode) is known


def test_the_smallest_change_is_that_of_the_power_function() -> None:
    """The noncentral t says the same power as the two quantiles that are added."""
    runs = fleet(13, hosts=3, days=12, of=(1, 1, 0, 1, 0))
    days = effect_free(runs)[0]
    for one in list_detectable(runs, UNIT, (5,)):
        assert isinstance(one.since_before, Estimate)
        error = np.std(days, ddof=1) * np.sqrt(1 + 1 / 12)
        shifted = nct(11, one.since_before.value / error)
        assert shifted.sf(student.ppf(0.975, 11)) == pytest.approx(0.8, abs=0.02)


def test_repetitions_help_against_runs_and_not_against_days() -> None:
    told = list_detectable(fleet(14, of=(1, 2, 0, 1, 0)), UNIT)
    beside = [one.side_by_side.value for one in told if isinstance(one.side_by_side, Estimate)]
    before = [one.since_before.value for one in told if isinstance(one.since_before, Estimate)]
    assert beside == sorted(beside, reverse=True)
    assert before == sorted(before, reverse=True)
    assert beside[0] > 10 * beside[-1]
    assert before[0] < 2 * before[-1]


def test_few_days_say_nothing_about_days() -> None:
    (one,) = list_detectable(fleet(15, days=3), UNIT, (5,))
    assert isinstance(one.since_before, Unknown)
    assert isinstance(one.side_by_side, Estimate)


def sessions(values: Sequence[float]) -> Runs:
    return arrange([[v] for v in values], ["a"] * len(values), [str(n) for n in range(len(values))])


def test_one_session_is_suspect_and_three_are_an_alarm() -> None:
    rng = np.random.default_rng(16)
    quiet = (100 + rng.standard_normal(20)).tolist()
    told = [compare_newest(sessions(quiet + [112.0] * n), UNIT) for n in range(4)]
    assert all(isinstance(one, Newest) for one in told)
    assert [one.alarm for one in told if isinstance(one, Newest)] == [False, False, False, True]
    assert isinstance(told[1], Newest)
    assert told[1].suspect
    assert told[1].difference.low > 8
    mixed = compare_newest(sessions([*quiet, 112.0, 88.0, 112.0]), UNIT)
    assert isinstance(mixed, Newest)
    assert not mixed.alarm
    assert isinstance(compare_newest(sessions(quiet[:3]), UNIT), Unknown)


def test_a_new_host_is_no_change() -> None:
    runs = fleet(17, hosts=2, days=6, of=(0, 0, 0, 1, 0))
    extra = arrange(
        [*([v] for v in runs.value), *([v] for v in (500.0, 501.0))],
        [*(runs.hosts[h] for h in runs.host), "new", "new"],
        [*(runs.days[d] for d in runs.day), "d5", "d5"],
    )
    plain, told = compare_newest(runs, UNIT), compare_newest(extra, UNIT)
    assert isinstance(plain, Newest)
    assert isinstance(told, Newest)
    assert told.difference.value == pytest.approx(plain.difference.value)


def judge(runs: Runs, failed: int = 0, wanted: float = 0.05) -> tuple[str, ...]:
    share = wanted * mean_of(runs)
    return assess(runs, failed, share, UNIT, np.random.default_rng(18)).to_do


def test_a_good_measurement_is_trusted_and_a_bad_one_told_what_to_do() -> None:
    good = fleet(18, of=(0, 0.5, 0.2, 1, 0.3))
    assert judge(good) == ()
    assert "repair" in judge(good, failed=30)[0]
    assert "4 at least" in judge(fleet(18, days=2))[0]
    assert any("repeat it 3 times" in line for line in judge(fleet(18, runs=1)))
    (odd,) = judge(moved(good, "h1", 30.0))
    assert odd.startswith("Host h1 disagrees: ")
    assert "leave it out" in odd
    (small,) = judge(good, wanted=0.0005)
    assert "no number of repetitions helps" in small
    (more,) = judge(fleet(19, runs=4, days=12, of=(0, 0.01, 0.01, 2, 0)), wanted=0.01)
    assert "repeat it" in more


@settings(max_examples=100, deadline=None)
@given(st.floats(0, 1), st.floats(0.05, 100))
def test_amdahls_law(share: float, speed_up: float) -> None:
    felt = weigh_speed_up((share, share, share), (speed_up, speed_up, speed_up), 0.9)
    whole = 1 / ((1 - share) + share / speed_up)
    assert felt.speed_up.value == pytest.approx(whole)
    assert felt.saved.value == pytest.approx(1 - 1 / whole)
    assert felt.saved.low == pytest.approx(felt.saved.high)
    assert felt.speed_up.value <= felt.at_most * (1 + 1e-9)


@settings(max_examples=100, deadline=None)
@given(st.floats(0.05, 0.9), st.floats(0.5, 20), st.floats(0, 0.05), st.floats(0, 0.4))
def test_what_is_felt_has_ends_between_the_extremes(
    share: float, speed_up: float, wide: float, fast: float
) -> None:
    told = weigh_speed_up(
        (share, share - wide, share + wide), (speed_up, speed_up - fast, speed_up + fast), 0.9
    )
    corners = [
        s * (1 - 1 / k)
        for s in (share - wide, share + wide)
        for k in (speed_up - fast, speed_up + fast)
    ]
    assert min(corners) - 1e-12 <= told.saved.low <= told.saved.value
    assert told.saved.value <= told.saved.high <= max(corners) + 1e-12


def test_what_is_felt_holds_the_truth_at_its_level() -> None:
    rng = np.random.default_rng(20)
    share, speed_up, held = 0.3, 2.5, 0
    for _ in range(2_000):
        s, k = share + 0.02 * rng.standard_normal(), speed_up + 0.15 * rng.standard_normal()
        told = weigh_speed_up((s, s - 0.0329, s + 0.0329), (k, k - 0.2467, k + 0.2467), 0.9)
        held += told.saved.low <= share * (1 - 1 / speed_up) <= told.saved.high
    assert 0.885 <= held / 2_000 <= 0.92


@pytest.mark.parametrize(
    ("share", "speed_up"), [((1.2, 1.1, 1.3), (2, 2, 2)), ((0.5, 0.4, 0.6), (1, 0, 2)),
                            ((0.5, 0.6, 0.7), (2, 2, 2))],
)  # fmt: skip
def test_what_cannot_be_is_refused(
    share: tuple[float, float, float], speed_up: tuple[float, float, float]
) -> None:
    with pytest.raises(ValueError, match=r"interval|speed-up"):
        weigh_speed_up(share, speed_up, 0.9)


def test_a_run_without_samples_is_refused() -> None:
    with pytest.raises(ValueError, match="no sample"):
        arrange([[]], ["a"], ["d"])
    with pytest.raises(ValueError, match="finite"):
        arrange([[np.nan]], ["a"], ["d"])


def test_the_limits_are_those_of_the_evidence() -> None:
    """What the code promises of false claims is what the study found."""
    found = json.loads(EVIDENCE.read_text())
    quiet = found["same_code"]["fails_though_nothing_is_wrong"]
    assert all(row["share"] <= 0.065 for row in quiet.values())
    agreeing = found["hosts"]["any_is_named_though_all_agree"]
    tails = {name for name in agreeing if "10 hosts" in name and ("Stud" in name or "log" in name)}
    assert all(agreeing[name]["share"] <= 0.065 for name in agreeing.keys() - tails)
    assert all(agreeing[name]["share"] <= 0.1 for name in tails)
    assert all(row["either"]["low"] <= 0.05 for row in found["checks"].values())
    assert found["alarm"] == ALARM
