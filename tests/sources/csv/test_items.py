"""Exports of work items: what is guessed, what is kept, what is rejected on which line and why."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundplan.sources.csv.dates import read_dates
from groundplan.sources.csv.item_columns import Mapped, read_mapping
from groundplan.sources.csv.item_events import Export
from groundplan.sources.csv.items import read_items
from groundplan.terms.errors import BadInput
from tests.items import NOW, Tracker, table

HEADER = "Key,Summary,Status,Created,Started,Done"
SIX_DAYS = [f"2026-01-0{day}" for day in range(2, 8)]


def read(text: str, **mapped: Any) -> Export:
    return read_items(text, Mapped(**mapped), NOW)


def columns_of(export: Export) -> dict[str, str]:
    return {guess.role: guess.column for guess in export.guesses if guess.column}


def events(export: Export, item: str) -> list[tuple[str, datetime, str]]:
    rows = zip(
        export.events["what"].tolist(),
        export.events["happened_at"].tolist(),
        export.events["value"].tolist(),
        export.events["item_id"].tolist(),
        strict=True,
    )
    return [(what, at, value) for what, at, value, of in rows if of == item]


def times(export: Export, item: str, *whats: str) -> list[tuple[str, str]]:
    return sorted(
        (f"{at:%m-%d %H:%M}", what) for what, at, _ in events(export, item) if what in whats
    )


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        ("Issue Type,Issue key,Issue id,Summary,Assignee,Priority,Status,Resolution,Created,"
         "Updated,Resolved,Due Date,Parent id,Labels,Original estimate",
         "Task,A-1,10001,Do it,Ann Example,High,Done,Fixed,2026-01-05,2026-01-09,2026-01-09,"
         "2026-02-01,A-9,ui,28800",
         {"item": "Issue key", "title": "Summary", "type": "Issue Type", "state": "Status",
          "resolution": "Resolution", "created": "Created", "updated": "Updated",
          "done": "Resolved", "assignee": "Assignee", "priority": "Priority",
          "parent": "Parent id", "labels": "Labels", "estimate": "Original estimate"}),
        ("ID,Title,Status,Estimate,Priority,Assignee,Labels,Created,Updated,Started,Completed,"
         "Canceled,Parent issue,Closed by",
         "E-1,Do it,Done,3,High,ann@example.com,ui,2026-01-05T10:00:00Z,2026-01-09T10:00:00Z,"
         "2026-01-06T10:00:00Z,2026-01-09T10:00:00Z,,,",
         {"item": "ID", "title": "Title", "state": "Status", "estimate": "Estimate",
          "priority": "Priority", "assignee": "Assignee", "labels": "Labels",
          "created": "Created", "updated": "Updated", "started": "Started", "done": "Completed",
          "dropped": "Canceled", "parent": "Parent issue"}),
        ("number,title,state,created_at,closed_at,labels",
         "7,Do it,closed,2026-01-05T10:00:00Z,2026-01-09T10:00:00Z,bug",
         {"item": "number", "title": "title", "state": "state", "created": "created_at",
          "done": "closed_at", "labels": "labels"}),
    ],
)  # fmt: skip
def test_columns_are_guessed(header: str, row: str, expected: dict[str, str]) -> None:
    assert columns_of(read(f"{header}\n{row}\n")) == expected


def test_a_mapping_overrules_guesses() -> None:
    said = b"""
    source = "board"
    zone = "Europe/Paris"
    unit = "days"
    [columns]
    item = "Nr"
    done = "Shipped on"
    [stages]
    done = ["Parked in heaven"]
    [classes]
    research = ["Chore"]
    """
    mapped = read_mapping(said, "groundplan.items.toml")
    text = table(
        "ID,Nr,Type,Status,Done,Shipped on,Estimate",
        ("x", "1", "Chore", "Parked in heaven", "2026-01-01", "2026-01-05 10:00", "2"),
    )
    told = read_items(text, mapped, NOW)
    assert times(told, "1", "done") == [("01-05 09:00", "done")]
    assert ("class", "research") in [(what, value) for what, _, value in events(told, "1")]
    assert ("estimated", "2..2") in [(what, value) for what, _, value in events(told, "1")]
    assert told.events["stage"][told.events["what"] == "state"].tolist() == ["done"]


@pytest.mark.parametrize(
    "said",
    [b"colour = 'red'", b"zone = 'Nowhere/At all'", b"[stages]\nshipped = ['x']", b"columns = 3",
     b"unit = 'points'", b"complete = 'yes'", b"not toml", b"\xff"],
)  # fmt: skip
def test_a_mapping_that_says_nonsense_is_named(said: bytes) -> None:
    with pytest.raises(BadInput, match=r"groundplan\.items"):
        read_mapping(said, "groundplan.items.toml")


def test_a_role_or_column_that_is_not_there_is_named() -> None:
    with pytest.raises(BadInput, match="Shipped"):
        read(table(HEADER, ("A", "", "", "", "", "")), columns={"done": "Shipped"})
    with pytest.raises(BadInput, match="colour"):
        read(table(HEADER, ("A", "", "", "", "", "")), columns={"colour": "Key"})


def test_three_formats_and_two_zones_in_one_file() -> None:
    told = read(
        table(
            HEADER,
            ("A", "", "", "2026-01-05 09:00 +0200", "14/01/2026 10:30",
             "Jan 20, 2026 5:00 PM -0500"),
            ("B", "", "", "05.01.2026", "03/02/2026", "2026-02-04T08:00:00Z"),
        )
    )  # fmt: skip
    assert times(told, "A", "created", "started", "done") == [
        ("01-05 07:00", "created"), ("01-14 10:30", "started"), ("01-20 22:00", "done"),
    ]  # fmt: skip
    assert times(told, "B", "created", "started", "done") == [
        ("01-05 00:00", "created"), ("02-03 00:00", "started"), ("02-04 08:00", "done"),
    ]  # fmt: skip
    assert not told.rejected
    assert any("several ways" in note for note in told.notes)
    assert any("several zones" in note for note in told.notes)


def test_rows_that_cannot_be_kept_are_listed_and_the_others_kept() -> None:
    told = read(
        table(
            HEADER,
            ("A", "Fine", "Done", "2026-01-05", "2026-01-06", "2026-01-09"),
            ("B", "Backwards", "Done", "2026-01-05", "2026-01-20", "2026-01-10"),
            ("A", "Another", "Done", "2026-02-05", "", "2026-02-09"),
            ("", "Nameless", "Open", "2026-01-05", "", ""),
            ("C", "Unread", "Done", "2026-01-05", "", "soon"),
            ("D", "Future", "Done", "2026-01-05", "", "2031-01-05"),
            ("A", "Fine", "Done", "2026-01-05", "2026-01-06", "2026-01-09"),
            ("E", "Before it was there", "Done", "2026-03-05", "", "2026-01-09"),
            ("F", "Odd start", "Open", "2026-01-05", "yesterday", ""),
        )
    )
    assert told.items == ("A", "F")
    assert [(row.line, row.item_id) for row in told.rejected] == [
        (3, "B"), (4, "A"), (5, ""), (6, "C"), (7, "D"), (8, "A"), (9, "E"),
    ]  # fmt: skip
    reasons = [row.reason for row in told.rejected]
    assert "done on 2026-01-10, before it was started on 2026-01-20" in reasons
    assert "item 'A' already stands on line 2, created on another day" in reasons
    assert [(row.line, row.item_id) for row in told.unread] == [(10, "F")]


def test_a_day_without_a_time_is_not_before_what_happened_on_it() -> None:
    told = read(table(HEADER, ("A", "", "", "2026-01-05 08:00", "2026-01-05 09:00", "2026-01-05")))
    assert not told.rejected
    assert times(told, "A", "started", "done") == [
        ("01-05 09:00", "done"),
        ("01-05 09:00", "started"),
    ]


def test_a_fifth_of_the_dates_may_be_missing() -> None:
    rng = random.Random(4)
    rows = []
    for nr in range(500):
        day = datetime(2025, 1, 1) + timedelta(days=nr / 2)
        dates = [day, day + timedelta(days=1), day + timedelta(days=3)]
        cells = ["" if rng.random() < 0.2 else f"{at:%Y-%m-%d}" for at in dates]
        rows.append((f"A-{nr}", "x y", "", *cells))
    told = read(table(HEADER, *rows))
    assert len(told.items) == 500
    assert not told.rejected
    seen = told.events["what"].tolist().count("seen")
    assert seen == sum(row[3] == "" for row in rows)


@pytest.mark.parametrize(
    "text",
    [
        table("Key,Created,Done", *(("A", "2026-01-01", day) for day in SIX_DAYS)),
        table("Key,Created,Done", ("A", "2026-01-01", "; ".join(SIX_DAYS))),
        table("Key,Created" + 6 * ",Done", ("A", "2026-01-01", *SIX_DAYS)),
        table("Key,At,To", ("A", "2026-01-01", "Open"), *(
            ("A", f"{day} {hour}", state)
            for day in SIX_DAYS for hour, state in (("08:00", "Doing"), ("09:00", "Done")))),
    ],
    ids=["rows", "cells", "columns", "changes"],
)  # fmt: skip
def test_an_item_may_be_reopened_five_times(text: str, tmp_path: Path) -> None:
    tracker = Tracker(tmp_path)
    assert not tracker.read(text).rejected
    ((item, reopened, stage, done_at),) = tracker.items("item_id, reopened, stage, done_at")
    assert (item, reopened, stage, f"{done_at:%m-%d}") == ("A", 5, "done", "01-07")


def test_cyclic_parents_are_left_out_and_said() -> None:
    parts = zip("ABCDE", "BCADF", strict=True)
    told = read(table("Key,Created,Parent", *((k, "2026-01-01", p) for k, p in parts)))
    assert len(told.items) == 5
    assert [row.item_id for row in told.unread] == ["A", "B", "C", "D"]
    parents = [events(told, item)[-1][2] for item in "ABCDE"]
    assert parents == ["", "", "", "", "F"]


def test_one_item_is_enough_and_none_is_not() -> None:
    told = read("Key,Created\nA,2026-01-05\n")
    assert told.items == ("A",)
    with pytest.raises(BadInput, match="header"):
        read("Key,Created\n")
    told = read("Key,Created\n,2026-01-05\n", columns={"item": "Key"})
    assert (told.items, told.notes) == ((), ("No row could be kept.",))
    assert [row.line for row in told.rejected] == [2]


def test_without_ids_lines_stand_for_items() -> None:
    told = read("Type,Prioritised,Done\nBug,05/01/2026,13/01/2026\nBug,06/01/2026,\n")
    assert told.items == ("line 2", "line 3")
    assert any("lines stand for items" in note for note in told.notes)


def test_what_ends_undone_is_dropped() -> None:
    told = read(
        table(
            "Key,Status,Resolution,Created,Resolved",
            ("A", "Closed", "Won't Fix", "2026-01-05", "2026-01-06"),
            ("B", "Closed", "Fixed", "2026-01-05", "2026-01-06"),
            ("C", "Cancelled", "", "2026-01-05", "2026-01-06"),
        )
    )
    ended = {item: times(told, item, "done", "dropped")[0][1] for item in "ABC"}
    assert ended == {"A": "dropped", "B": "done", "C": "dropped"}


def test_changes_of_states_are_told_from_a_row_an_item() -> None:
    told = read(
        table(
            "key,at,author,field,from,to",
            ("A", "2026-01-05T10:00:00Z", "x", "status", "Open", "In Progress"),
            ("A", "2026-01-06T10:00:00Z", "x", "assignee", "", "Ann Example"),
            ("A", "2026-01-07T10:00:00Z", "x", "resolution", "", "Won't Fix"),
            ("A", "2026-01-07T10:00:00Z", "x", "status", "In Progress", "Closed"),
            ("A", "2026-01-07T10:00:00Z", "x", "Rank", "", "3"),
            ("B", "2026-01-08T10:00:00Z", "x", "status", "Open", "Closed"),
            ("B", "2026-01-08T10:00:00Z", "x", "status", "Open", "Closed"),
            ("B", "some day", "x", "status", "Open", "Closed"),
        )
    )
    assert told.form == "changes"
    assert [row.line for row in told.rejected] == [8, 9]
    stages = dict(zip(told.events["value"].tolist(), told.events["stage"].tolist(), strict=True))
    assert stages["In Progress"] == "doing"
    closed = [
        (item, stage)
        for item, value, stage in zip(
            told.events["item_id"], told.events["value"], told.events["stage"], strict=True
        )
        if value == "Closed"
    ]
    assert closed == [("A", "dropped"), ("B", "done")]
    assert any("Rank (1)" in note for note in told.notes)


def test_a_log_may_name_the_states_that_were_entered_alone() -> None:
    told = read(
        table(
            "Key,At,Status",
            ("A", "2026-01-05", "To Do"),
            ("A", "2026-01-06", "Done"),
            ("A", "2026-01-07", "Reopened"),
            ("A", "2026-01-09", "Done"),
        )
    )
    assert told.form == "changes"
    moved = sorted(zip(told.events["happened_at"], told.events["stage"], strict=True))
    assert [stage for _, stage in moved][-3:] == ["done", "todo", "done"]
    assert moved[-1][0] == datetime(2026, 1, 9)


def test_a_state_beside_both_ends_is_the_last_one_though_ids_repeat() -> None:
    told = read(
        table(
            "Key,When,Status,Created,Done",
            ("A", "2026-01-09", "Done", "2026-01-05", "2026-01-06"),
            ("A", "2026-01-09", "Done", "2026-01-05", "2026-01-06"),
        )
    )
    assert told.form == "snapshot"


@pytest.mark.parametrize(
    ("header", "cell", "expected"),
    [("Estimate (hours)", "12", "1.5..1.5"), ("Original estimate s", "28800", "1..1"),
     ("Estimate", "2 days", "2..2"), ("Estimate in weeks", "1,5", "7.5..7.5")],
)  # fmt: skip
def test_estimates_are_working_days(header: str, cell: str, expected: str) -> None:
    told = read(table(f"Key,Created,{header}", ("A", "2026-01-05", cell)))
    assert [value for what, _, value in events(told, "A") if what == "estimated"] == [expected]


def test_points_are_no_time() -> None:
    told = read(table("Key,Created,Story points", ("A", "2026-01-05", "5")))
    assert not [value for what, _, value in events(told, "A") if what == "estimated"]
    assert any("no time" in note for note in told.notes)


def test_a_range_is_an_estimate_from_low_to_high() -> None:
    told = read(table("Key,Created,Low days,High days", ("A", "2026-01-05", "5", "2")))
    assert [value for what, _, value in events(told, "A") if what == "estimated"] == ["2..5"]


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2026, 5, 1)),
    st.sampled_from(
        ["%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%d %b %Y %H:%M:%S", "%B %d, %Y %I:%M:%S %p",
         "%Y/%m/%dT%H:%M:%S", "%d/%b/%y %I:%M:%S %p"]
    ),
    st.sampled_from([None, -300, 0, 120, 345]),
)  # fmt: skip
def test_every_form_of_a_date_is_read_as_it_was_written(
    moment: datetime, form: str, minutes: int | None
) -> None:
    moment = moment.replace(microsecond=0)
    zone = "" if minutes is None else f" {'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:"
    zone += "" if minutes is None else f"{abs(minutes) % 60:02}"
    read_back, _ = read_dates({"x": [moment.strftime(form) + zone]}, NOW)
    expected = moment.replace(tzinfo=UTC) - timedelta(minutes=minutes or 0)
    assert read_back["x"].values[0] == expected.timestamp()


@given(st.lists(st.text(max_size=12), min_size=1, max_size=6))
def test_no_cell_breaks_the_reading_of_dates(cells: list[str]) -> None:
    read_dates({"x": cells}, NOW)


def test_two_hundred_thousand_items_take_seconds() -> None:
    start = datetime(2020, 1, 1)
    rows = "".join(
        f"A-{nr},Item {nr},Done,{start + timedelta(minutes=nr)},"
        f"{(start + timedelta(minutes=nr + 60)):%d/%m/%Y %H:%M},"
        f"{(start + timedelta(minutes=nr + 600)):%b %d %Y %H:%M},Person {nr % 40}\n"
        for nr in range(200_000)
    )
    begin = time.process_time()
    told = read(f"{HEADER},Assignee\n{rows}")
    assert time.process_time() - begin < 20
    assert len(told.items) == 200_000
    assert not told.rejected
