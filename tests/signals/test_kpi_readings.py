"""KPIs that are read from signals: by the small-group rule, and by nothing but signals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pytest

from groundplan.access import local_scope
from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.mart_tables import create_tables
from groundplan.inference.reliability.verdicts import Reliability
from groundplan.records.measured import Kpi, Run
from groundplan.signals.kpis import (
    FACTS,
    WINDOW_WEEKS,
    Gauge,
    check_reads,
    evaluate,
    find_signals,
    gauge,
    look,
)
from groundplan.signals.measure import measure
from groundplan.signals.signal import Reading, Signal
from groundplan.terms.errors import BadInput
from groundplan.terms.estimate import Estimate, Unknown

MONDAY = date(2024, 1, 1)
WEEKS = 90
NOW = datetime.combine(MONDAY + timedelta(weeks=WEEKS), time(), UTC)


def build(people: int, weekly: list[int]) -> DuckDB:
    """A mart with so many landings a week, people taking turns."""
    mart = DuckDB()
    create_tables(mart)
    nr = 0
    for week, count in enumerate(weekly):
        for _ in range(count):
            at = datetime.combine(MONDAY + timedelta(weeks=week), time(9))
            mart.execute(
                "insert into landings (repo, landing_nr, commit_id, person_id, actor, landed_at, "
                "landed_week) values ('r', :nr, :id, :who, 'human', :at, week_of(:at))",
                {"nr": nr, "id": f"c{nr}", "who": f"p{nr % people}", "at": at},
            )
            mart.execute(
                "insert into credits (repo, commit_id, person_id, actor, part, authored_at, "
                "authored_week) values ('r', :id, :who, 'human', 'author', :at, week_of(:at))",
                {"id": f"c{nr}", "who": f"p{nr % people}", "at": at},
            )
            nr += 1
    return mart


class Reader:
    """Measures for the local viewer, and remembers what it was asked for."""

    def __init__(self, mart: DuckDB) -> None:
        self.mart = mart
        self.asked: list[Signal] = []

    def __call__(self, signal: Signal) -> Reading:
        self.asked.append(signal)
        return measure(self.mart, signal, local_scope(["r"]), NOW, 1)


@pytest.fixture
def steady() -> Iterator[Reader]:
    rng = np.random.default_rng(1)
    mart = build(6, [int(12 + n) for n in rng.integers(-2, 3, WEEKS)])
    yield Reader(mart)
    mart.close()


def kpi(how: str, unit: str = "changes/week") -> Kpi:
    made = Kpi("flow", unit, "higher", how, 0.2, 1, MONDAY)
    return replace(made, versions=check_reads(made.reads, unit))


def test_a_signal_is_read_over_short_windows_with_its_interval(steady: Reader) -> None:
    found = gauge(kpi("signal: throughput"), steady)
    assert isinstance(found, Gauge)
    assert found.is_read
    assert steady.asked[0].window_weeks == WINDOW_WEEKS
    assert steady.asked[0].about_people
    assert steady.asked[0].name != "throughput"  # readings are kept by name
    assert len(found.levels) == WEEKS // WINDOW_WEEKS
    assert found.runs.hosts == (FACTS,)
    assert found.levels[-1].on == NOW.date() - timedelta(days=1)
    for level in found.levels:
        assert level.low is not None
        assert level.high is not None
        assert level.low <= level.value <= level.high
    assert found.values().mean() == pytest.approx(12, abs=0.5)


def test_fewer_than_five_people_stand_behind_no_kpi() -> None:
    mart = build(4, [12] * WEEKS)
    for how in ("signal: throughput", "sql: throughput * 2"):
        found = gauge(kpi(how), Reader(mart))
        assert isinstance(found, Unknown)
        assert "people" in found.of
    mart.close()


def test_an_expression_of_signals_is_a_function_of_what_is_published(steady: Reader) -> None:
    found = gauge(kpi("sql: throughput / greatest(active_people, 1)", "a head"), steady)
    alone = gauge(kpi("signal: throughput"), steady)
    assert isinstance(found, Gauge)
    assert isinstance(alone, Gauge)
    assert {signal.name.split()[0] for signal in steady.asked[:2]} == {
        "throughput", "active_people",
    }  # fmt: skip
    assert found.levels[-1].low is None
    assert found.values() == pytest.approx(alone.values() / 6, rel=0.05)


def test_what_divides_by_nothing_has_no_value() -> None:
    told = evaluate("throughput / nullif(rework, 0)", {
        "throughput": np.array([4.0, 6.0]), "rework": np.array([2.0, 0.0]),
    })  # fmt: skip
    assert told[0] == 2
    assert np.isnan(told[1])


@pytest.mark.parametrize(
    "expression",
    [
        "", "1 + 1", "speed", "throughput; drop table windows", "(select max(email) from accounts)",
        "throughput || 'x'", "read_text('/etc/passwd')", "throughput -- x", "getenv('HOME')",
        'throughput + "email"', "throughput +", "abs(throughput", "sum(throughput)",
        "throughput /* x */", "throughput[1]", "windows.throughput",
    ],
)  # fmt: skip
def test_nothing_but_arithmetic_of_signals_can_be_asked(expression: str) -> None:
    with pytest.raises(BadInput, match="how"):
        check_reads(expression, "x")


def test_a_single_signal_is_measured_in_its_own_unit() -> None:
    assert check_reads("throughput", "changes/week") == {"throughput": 1}
    with pytest.raises(BadInput, match="changes/week, in which the signal is measured"):
        check_reads("throughput", "ms")
    assert [one.name for one in find_signals("rework * throughput + rework")] == [
        "rework", "throughput",
    ]  # fmt: skip


def test_another_version_of_a_signal_is_another_definition(steady: Reader) -> None:
    old = replace(kpi("signal: throughput"), versions={"throughput": 0})
    found = gauge(old, steady)
    assert isinstance(found, Unknown)
    assert "version 1 now, and flow was defined by version 0: define it anew" in found.reason
    assert steady.asked == []


def judge(mart: DuckDB, wanted: float | None = None) -> Reliability:
    flow = kpi("signal: throughput")
    told = look(gauge(flow, Reader(mart)), flow, np.random.default_rng(3), wanted).reliability
    mart.close()
    assert isinstance(told, Reliability)
    return told


def test_a_steady_signal_can_be_trusted_for_a_large_change_and_not_for_a_small_one() -> None:
    rng = np.random.default_rng(2)
    weekly = [int(12 + n) for n in rng.integers(-2, 3, WEEKS)]
    assert judge(build(6, weekly), 3.0).trustworthy
    small = judge(build(6, weekly), 0.05)
    assert not small.trustworthy
    assert "It sees a change from" in small.to_do[0]
    assert "is to show 0.05 changes/week" in small.to_do[0]


def test_what_moves_by_itself_fails_the_test_of_order() -> None:
    drifting = judge(build(6, [6 + week // 3 for week in range(WEEKS)]), 30.0)
    assert not drifting.trustworthy
    assert "it moves by itself" in drifting.to_do[0]
    short = judge(build(6, [12] * 40), 3.0)
    assert "needs 7 windows, and there are 5 so far" in short.to_do[0]


def test_runs_have_the_noise_of_their_session_as_interval() -> None:
    rng = np.random.default_rng(5)
    at = datetime(2026, 1, 5, 9, tzinfo=UTC)
    runs = tuple(
        Run(f"s{day}", f"h{host}", nr, at + timedelta(days=day), (float(100 + rng.normal()),),
            "", "command", {})
        for day in range(30) for host in range(2) for nr in range(1, 6)
    )  # fmt: skip
    made = Kpi("latency", "ms", "lower", "./measure", 0.1, 1, MONDAY, runs)
    found = gauge(made, lambda _: pytest.fail("nothing is read"))
    assert isinstance(found, Gauge)
    widths = [(one.high or 0) - (one.low or 0) for one in found.levels]
    assert widths == pytest.approx([2 * 1.65 / np.sqrt(10)] * 30, rel=0.2)
    held = [(one.low or 0) <= 100 <= (one.high or 0) for one in found.levels]
    assert 0.75 <= np.mean(held) <= 1
    told = look(found, made, rng)
    assert isinstance(told.reliability, Reliability)
    assert told.reliability.trustworthy
    assert isinstance(told.reliability.sees.since_before, Estimate)
