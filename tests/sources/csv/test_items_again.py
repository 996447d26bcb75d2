"""Exports of one tracker, one after the other: nothing twice, what is new in any order."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundplan.facts.erasure import Traces
from groundplan.facts.work import WORK_KINDS
from groundplan.terms.people import Account
from tests.items import NOW, Tracker, table

START = datetime(2026, 1, 5, 9)
HEADER = "Key,Summary,Status,Created,Started,Done,Updated,Assignee"
PEOPLE = ("Ann Example", "Ben Example", "")


@pytest.fixture
def tracker(tmp_path: Path) -> Tracker:
    return Tracker(tmp_path)


def on(day: float) -> datetime:
    return START + timedelta(days=day)


@dataclass(frozen=True)
class Row:
    """An item as a tracker holds it."""

    key: str
    summary: str = "Build it"
    status: str = "Open"
    created: datetime | None = None
    started: datetime | None = None
    done: datetime | None = None
    updated: datetime | None = None
    assignee: str = ""


def export(*rows: Row, header: str = HEADER) -> str:
    return table(
        header,
        *(
            (r.key, r.summary, r.status, r.created or "", r.started or "", r.done or "",
             r.updated or "", r.assignee)
            for r in rows
        ),
    )  # fmt: skip


A = Row("A", created=on(0))


def test_the_same_export_twice_adds_nothing(tracker: Tracker) -> None:
    text = export(A, replace(A, key="B", done=on(3), status="Done"))
    assert tracker.read(text).events_added > 0
    again = tracker.read(text)
    assert (again.events_added, again.events_taken_back, again.items) == (0, 0, 2)
    assert tracker.read(text + "\n").events_added == 0


def test_a_later_export_adds_only_what_is_new(tracker: Tracker) -> None:
    tracker.read(export(A, replace(A, key="B")), on(5))
    read = tracker.read(export(A, replace(A, key="B", done=on(6), status="Done")), on(7))
    assert read.events_added == 2
    assert tracker.items("item_id, stage, done_at") == [("A", "todo", None), ("B", "done", on(6))]


def test_what_an_export_no_longer_has_was_deleted_and_may_come_back(tracker: Tracker) -> None:
    rows = [replace(A, key=key) for key in "ABCDEFGH"]
    tracker.read(export(*rows), on(5))
    gone = tracker.read(export(*rows[1:], replace(A, key="I", created=on(6))), on(7))
    assert gone.deleted == ("A",)
    assert tracker.items("item_id", "deleted") == [("A",)]
    tracker.read(export(*rows, replace(A, key="I", created=on(6), updated=on(8))), on(9))
    assert tracker.items("item_id", "deleted") == []


def test_an_export_of_a_part_deletes_nothing_unless_it_says_that_it_is_all(
    tracker: Tracker,
) -> None:
    rows = [replace(A, key=key) for key in "ABCDEFGH"]
    tracker.read(export(*rows), on(5))
    read = tracker.read(export(*rows[:2]), on(7))
    assert read.deleted == ()
    assert any("6 known items" in note for note in read.notes)
    (tracker.folder / "groundplan.items.toml").write_text("complete = true")
    assert len(tracker.read(export(*rows[:2]), on(8)).deleted) == 6


def test_what_was_done_and_is_open_again_was_reopened(tracker: Tracker) -> None:
    tracker.read(export(replace(A, done=on(3), status="Done")), on(5))
    tracker.read(export(replace(A, status="In Progress", updated=on(6))), on(7))
    assert tracker.items("stage, done_at, reopened") == [("doing", None, 1)]
    tracker.read(export(replace(A, status="Done", done=on(9), updated=on(9))), on(10))
    assert tracker.items("stage, done_at, reopened") == [("done", on(9), 1)]


def test_without_a_column_of_states_the_dates_tell_who_was_reopened(tracker: Tracker) -> None:
    header = "Key,Created,Done"
    seen = []
    for day, done in ((5, on(3)), (7, ""), (10, on(9)), (13, on(12)), (14, on(12))):
        tracker.read(table(header, ("A", on(0), done), ("B", on(day - 1), "")), on(day))
        seen += tracker.items("stage, done_at, reopened", "item_id = 'A'")
    assert seen == [
        ("done", on(3), 0), ("todo", None, 1), ("done", on(9), 1), ("done", on(12), 2),
        ("done", on(12), 2),
    ]  # fmt: skip


@pytest.mark.parametrize(("began", "begins"), [(on(1), on(1)), ("", on(6)), ("", "")])
def test_what_is_open_again_is_as_far_as_its_dates_tell(
    tracker: Tracker, began: object, begins: object
) -> None:
    header = "Key,Created,Started,Done"
    other = ("B", on(4), "", "")
    tracker.read(table(header, ("A", on(0), began, on(3)), other), on(5))
    tracker.read(table(header, ("A", on(0), begins, ""), other, ("C", on(6.5), "", "")), on(7))
    expected = ("doing" if begins else "todo", None, 1)
    assert tracker.items("stage, done_at, reopened", "item_id = 'A'") == [expected]


def test_what_was_done_last_of_all_may_be_open_again(tracker: Tracker) -> None:
    header = "Key,Created,Started,Done"
    tracker.read(table(header, ("A", on(0), on(1), on(3))), on(5))
    tracker.read(table(header, ("A", on(0), on(1), "")), on(7))
    assert tracker.items("stage, done_at, reopened") == [("doing", None, 1)]


def test_a_state_that_stays_the_same_counts_after_what_happened_since(tracker: Tracker) -> None:
    working = replace(A, status="In Progress", updated=on(2))
    tracker.read(export(working), on(5))
    tracker.read(export(replace(working, done=on(4), updated=on(6))), on(7))
    assert tracker.items("stage, done_at, reopened") == [("doing", None, 1)]


def test_a_date_that_was_wrong_is_taken_back(tracker: Tracker) -> None:
    tracker.read(export(replace(A, started=on(1), done=on(9), status="Done")), on(10))
    read = tracker.read(export(replace(A, started=on(2), done=on(3), status="Done")), on(11))
    assert read.events_taken_back == 2
    assert tracker.items("started_at, done_at, reopened") == [(on(2), on(3), 0)]


def test_another_tracker_of_the_same_name_is_another_source(tracker: Tracker) -> None:
    tracker.read(export(A))
    other = tracker.folder / "other"
    other.mkdir()
    read = Tracker.read(tracker, export(replace(A, key="Z")), name="other/board.csv")
    assert read.source == "items:board-2"
    later = tracker.read(export(A, replace(A, key="B")), name="board 2026-05-01 (1).csv")
    assert later.source == "items:board"


def test_whoever_was_erased_stays_so_in_later_exports(tracker: Tracker) -> None:
    tracker.read(export(replace(A, assignee="Ann Example <ann@example.com>")), on(5))
    ann = Account("Ann Example", "ann@example.com")
    tracker.ledger.erase(Traces((ann,), (ann.email,)), WORK_KINDS)
    again = replace(A, key="B", assignee="Ann Example <ann@example.com>")
    tracker.read(export(A, again), on(6))
    with tracker.mart() as engine:
        names = {name for (name,) in engine.rows("select name from accounts")}
    assert len(names) == 1
    assert "Ann Example" not in names


def what(tracker: Tracker) -> list[tuple[Any, ...]]:
    """The items as they stand, but for what only who was there earlier can know."""
    with tracker.mart() as engine:
        return engine.rows(
            "select i.item_id, i.title, i.class, i.created_at, i.started_at, i.done_at, i.state, "
            "i.stage, p.name from items i left join people p using (person_id) "
            "where not i.deleted order by i.item_id"
        )


@st.composite
def histories(draw: st.DrawFn) -> tuple[str, str]:
    """Two exports of one tracker: everything, and everything some days later."""
    earlier, later = [], []
    for nr in range(draw(st.integers(1, 6))):
        row = Row(f"A-{nr}", created=on(nr / 24))
        seen, begun = row, False
        for day in range(1, 9):
            now = on(day + nr / 24)
            act = draw(st.sampled_from(["", "", "start", "finish", "reopen", "rename", "assign"]))
            if act == "start" and row.done is None:
                row = replace(row, status="In Progress", started=now if not begun else row.started)
                begun = True
            elif act == "finish" and row.done is None:
                row = replace(row, status="Done", done=now)
            elif act == "reopen" and row.done is not None:
                row = replace(row, status="Reopened", done=None)
            elif act == "rename":
                row = replace(row, summary=draw(st.sampled_from(["Research it", "Paint it"])))
            elif act == "assign":
                row = replace(row, assignee=draw(st.sampled_from(PEOPLE)))
            else:
                now = row.updated or on(nr / 24)
            row = replace(row, updated=now)
            seen = row if day <= 4 else seen
        gone = draw(st.sampled_from([None, None, None, 2, 6]))
        earlier += [seen] if gone != 2 else []
        later += [row] if gone is None else []
    stamp = Row("Z", created=on(-1))  # an export is never empty
    header = HEADER
    for name in draw(st.sampled_from([(), ("Updated",), ("Status",), ("Updated", "Status")])):
        header = header.replace(name, "Unsaid")
    return export(stamp, *earlier, header=header), export(stamp, *later, header=header)


@given(histories(), st.sampled_from(["AB", "BA", "ABAB", "BAB"]))
@settings(max_examples=12, deadline=None)
def test_any_order_of_two_exports_gives_the_items_of_the_later_one(
    exports: tuple[str, str], order: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        alone, both = Tracker(Path(folder) / "alone"), Tracker(Path(folder) / "both")
        for tracker in (alone, both):
            (tracker.folder / "groundplan.items.toml").write_text("complete = true")
        alone.read(exports[1], on(9))
        for letter in order:
            both.read(exports["AB".index(letter)], on(5 if letter == "A" else 9))
        assert what(both) == what(alone)


@given(st.data())
@settings(max_examples=12, deadline=None)
def test_any_order_of_two_exports_of_changes_gives_the_same_history(data: st.DataObject) -> None:
    rows = [
        (item, f"{on(day + 0.1)}", "Open", data.draw(st.sampled_from(["Doing", "Done", "Open"])))
        for day in range(6)
        for item in "ABC"
        if data.draw(st.booleans()) or day == 0
    ]
    cut = data.draw(st.integers(3, len(rows)))
    exports = {"A": table("Key,At,From,To", *rows[:cut]), "B": table("Key,At,From,To", *rows)}
    with tempfile.TemporaryDirectory() as folder:
        found = []
        for order in ("B", data.draw(st.sampled_from(["AB", "BA", "ABA"]))):
            tracker = Tracker(Path(folder) / order)
            (tracker.folder / "groundplan.items.toml").write_text("form = 'changes'")
            for letter in order:
                tracker.read(exports[letter], NOW)
            found.append(tracker.items("* exclude (source)"))
        assert found[0] == found[1]
