"""Switching on what trackers export: what is set aside, what is a slip, and who may see it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.interruptions import Fate, Interruptions, read_fates, read_interruptions
from tests.items import NOW, Tracker, table

SOURCE = "items:board"
CHANGES = "key,date,field,to"
START = datetime(2026, 1, 5, 9)  # a Monday


def moves(item: str, *states: tuple[float, str]) -> list[list[object]]:
    """Changes of state, so many days after the start."""
    return [
        [item, (START + timedelta(days)).isoformat(), "status", state] for days, state in states
    ]


@pytest.fixture
def board(tmp_path: Path) -> Tracker:
    return Tracker(tmp_path)


def read(board: Tracker, *rows: list[list[object]], at: datetime = NOW) -> Interruptions:
    board.read(table(CHANGES, *[row for some in rows for row in some]))
    with board.mart() as mart:
        return read_interruptions(mart, SOURCE, {""}, at)


def test_a_week_aside_counts_and_a_slip_does_not(board: Tracker) -> None:
    told = read(
        board,
        moves("A", (0, "In Progress"), (7, "To Do"), (14, "In Progress"), (16, "Done")),
        moves("B", (0, "In Progress"), (1, "To Do"), (1.3, "In Progress"), (4, "Done")),
        moves("C", (0, "To Do"), (2, "In Progress"), (3, "To Do")),
        moves("D", (0, "In Progress"), (2, "Won't do")),
        moves("E", (0, "To Do"), (1, "Done")),
    )
    assert told.until == date(2026, 1, 21)
    assert told.work.days.tolist() == [5, 4, 1, 2]  # of A, B, C and D; E was never in work
    assert told.work.came.tolist() == [False, True, False, False]
    assert told.work.never.tolist() == [False, False, False, True]
    assert [(one.item_id, one.since, one.until, one.ended) for one in told.aside] == [
        ("A", date(2026, 1, 12), date(2026, 1, 19), "doing"),
        ("C", date(2026, 1, 8), None, ""),
    ]
    assert told.away.days.tolist() == [5, 9]  # C is watched until the tracker's last day
    assert told.away.came.tolist() == [True, False]
    assert told.left.days.tolist() == [2]
    assert told.left.before.tolist() == [5]


def test_what_waits_for_the_next_hands_is_in_work(board: Tracker) -> None:
    told = read(
        board,
        moves("A", (0, "In Progress"), (2, "Ready for review"), (9, "In review"), (11, "Done")),
        moves("B", (0, "In Progress"), (2, "On hold"), (14, "In Progress")),
    )
    assert [one.item_id for one in told.aside] == ["B"]
    assert [(one.item_id, one.since, one.days) for one in told.in_work] == [
        ("B", date(2026, 1, 19), 2.5)
    ]
    assert told.work.days.tolist() == [9, 2]


def test_what_was_done_and_reopened_was_not_set_aside(board: Tracker) -> None:
    told = read(board, moves("A", (0, "In Progress"), (3, "Done"), (9, "Reopened"), (11, "Done")))
    assert told.aside == ()
    assert told.work.came.tolist() == [True]


def test_a_past_day_knows_nothing_of_what_came_after(board: Tracker) -> None:
    rows = moves("A", (0, "In Progress"), (7, "To Do"), (28, "In Progress"), (29, "Done"))
    told = read(board, rows, at=START + timedelta(days=20))
    assert told.away.came.tolist() == [False]
    assert told.in_work == ()
    assert told.aside[0].until is None


def test_two_exports_of_the_present_show_what_was_set_aside_between(board: Tracker) -> None:
    header = "key,summary,created,started,state,updated"
    first = ["A", "Train", START, START + timedelta(1), "In Progress", START + timedelta(3)]
    later = ["A", "Train", START, START + timedelta(1), "Backlog", START + timedelta(30)]
    for row, days in ((first, 5), (later, 40)):
        board.read(table(header, row), modified_at=NOW - timedelta(days=100 - days))
    with board.mart() as mart:
        told = read_interruptions(mart, SOURCE, {""}, NOW)
    assert [(one.title, one.since, one.until) for one in told.aside] == [
        ("Train", (START + timedelta(30)).date(), None)
    ]


def test_what_may_not_be_read_is_not_there(board: Tracker) -> None:
    board.read(table(CHANGES, *moves("A", (0, "In Progress"), (7, "To Do"), (9, "Done"))))
    with board.mart() as mart:
        assert read_fates(mart, SOURCE, ["A", "B"], {""}) == {"A": Fate(date(2026, 1, 14), False)}
        mart.execute("update items set team = 'theirs'")
        assert read_fates(mart, SOURCE, ["A"], {""}) == {}
        assert read_interruptions(mart, SOURCE, {""}, NOW).aside == ()
        assert len(read_interruptions(mart, SOURCE, {"theirs"}, NOW).aside) == 1


def test_nothing_at_all_is_no_error() -> None:
    mart = DuckDB()
    for table_ in ("items", "item_events"):
        mart.execute(
            f"create table {table_} (source varchar, item_id varchar, title varchar, team varchar, "
            "person_id varchar, happened_at timestamp, stage varchar, what varchar, value varchar, "
            "run bigint, nr bigint)"
        )
    told = read_interruptions(mart, SOURCE, {""}, NOW)
    assert (told.aside, told.in_work, told.away.people) == ((), (), 0)
    assert len(told.work.days) == len(told.away.days) == len(told.left.days) == 0
    mart.close()
