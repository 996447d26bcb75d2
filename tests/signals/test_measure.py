"""The small-group rule: blocks of weeks, never fewer people than the floor, never subtractable."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from groundplan.access import local_scope
from groundplan.facts.engines.duckdb import DuckDB
from groundplan.signals.measure import measure, pool_weeks
from groundplan.signals.signal import Block, Sample, Signal
from groundplan.terms.estimate import Estimate, Measured, Unknown
from groundplan.terms.units import COMMITS

MONDAY = date(2026, 1, 5)
HISTORY = st.lists(st.sets(st.integers(0, 9), max_size=9), max_size=60)


def arrays(weeks: list[set[int]]) -> tuple[np.ndarray, np.ndarray]:
    pairs = [(week, person) for week, people in enumerate(weeks) for person in sorted(people)]
    week = np.array(
        [np.datetime64(MONDAY + timedelta(weeks=w), "D") for w, _ in pairs], dtype="datetime64[D]"
    )
    return week, np.array([f"p{person}" for _, person in pairs], dtype=object)


def people_in(weeks: list[set[int]], block: Block) -> set[int]:
    first = next(nr for nr, people in enumerate(weeks) if people)
    start = (block.start_on - MONDAY).days // 7
    end = (block.end_on - MONDAY).days // 7
    assert start >= first
    return set().union(*weeks[start:end])


@given(HISTORY, st.integers(1, 6))
def test_each_block_has_the_floor_and_blocks_adjoin(weeks: list[set[int]], floor: int) -> None:
    week, person = arrays(weeks)
    blocks = pool_weeks(week, person, MONDAY + timedelta(weeks=len(weeks)), floor)
    for block in blocks:
        assert len(people_in(weeks, block)) >= floor
    for one, two in itertools.pairwise(blocks):
        assert one.end_on == two.start_on


@given(HISTORY, HISTORY, st.integers(1, 6))
def test_later_weeks_never_move_an_earlier_block(
    before: list[set[int]], later: list[set[int]], floor: int
) -> None:
    """So yesterday's report and today's cannot be subtracted to find one person's week."""
    early = pool_weeks(*arrays(before), MONDAY + timedelta(weeks=len(before)), floor)
    both = before + later
    late = pool_weeks(*arrays(both), MONDAY + timedelta(weeks=len(both)), floor)
    assert late[: len(early)] == early


def test_no_rows_no_blocks() -> None:
    week, person = arrays([])
    assert pool_weeks(week, person, MONDAY, 5) == []


def total(sample: Sample) -> Measured:
    n = float(np.sum(sample.rows["n"]))
    return Estimate(n, n, n, 0.9, COMMITS, len(sample.weeks), "weeks", "a count, exact")


COUNTED = Signal(
    name="counted",
    title="Counted",
    version=1,
    says="How many commits?",
    unit=COMMITS,
    counts="commits",
    leaves_out="nothing",
    misuse="anything",
    source="none",
    model="none",
    select="select authored_week as week, person_id, count(*) as n from commits "
    "where repo in (select repo from scope_repos) and authored_at >= :since and "
    "authored_at < :until group by authored_week, person_id",
    minimum=1,
    minimum_of="weeks",
    estimate=total,
    speak=lambda reading: None,
    window_weeks=2,
)


def mart(weeks: list[set[int]]) -> DuckDB:
    engine = DuckDB()
    engine.execute(
        "create table commits (repo varchar, person_id varchar, authored_at timestamp, "
        "authored_week date)"
    )
    for nr, people in enumerate(weeks):
        day = MONDAY + timedelta(weeks=nr)
        for person in people:
            engine.execute(
                "insert into commits values ('r', :who, cast(:day as timestamp), :day)",
                {"who": f"p{person}", "day": day},
            )
    return engine


def read(weeks: list[set[int]], repos: tuple[str, ...] = ("r",)):
    as_of = datetime.combine(MONDAY + timedelta(weeks=len(weeks)), datetime.min.time())
    return measure(mart(weeks), COUNTED, local_scope(repos), as_of, 1)


def test_a_large_team_is_read_week_by_week() -> None:
    reading = read([{0, 1, 2, 3, 4}] * 6)
    assert isinstance(reading.now, Estimate)
    assert reading.now.value == 10
    assert reading.people == 5
    assert len(reading.series) == 3


def test_four_people_are_withheld_however_long() -> None:
    reading = read([{0, 1, 2, 3}] * 30)
    assert isinstance(reading.now, Unknown)
    assert (reading.now.have, reading.now.need) == (4, 5)
    assert reading.series == ()
    assert reading.rows == 0


def test_a_small_team_is_pooled_over_time() -> None:
    reading = read([{0, 1}, {2, 3}, {4}] * 4)
    assert isinstance(reading.now, Estimate)
    assert reading.window.weeks == 3
    assert reading.people == 5


def test_the_tail_that_is_too_small_is_withheld() -> None:
    reading = read([{0, 1, 2, 3, 4}] * 4 + [{0}])
    assert reading.window.end_on == MONDAY + timedelta(weeks=4)


def test_another_repository_is_not_in_scope() -> None:
    reading = read([{0, 1, 2, 3, 4}] * 4, repos=("other",))
    assert isinstance(reading.now, Unknown)
    assert "nothing of this kind" in reading.now.reason


def test_the_running_week_is_not_read() -> None:
    weeks = [{0, 1, 2, 3, 4}] * 4
    as_of = datetime.combine(MONDAY + timedelta(weeks=3, days=2), datetime.min.time())
    reading = measure(mart(weeks), COUNTED, local_scope(("r",)), as_of, 1)
    assert reading.window.end_on == MONDAY + timedelta(weeks=3)


def test_the_floor_is_five() -> None:
    assert local_scope(()).floor == 5
