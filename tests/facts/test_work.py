"""Work items: what words say of them, and what they are or were after their events."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundplan.facts.mart_work import items_as_of
from groundplan.facts.work import (
    ATTRIBUTES,
    ITEM_EVENTS,
    ORDER,
    STAGES,
    class_of,
    find_cycles,
    is_items,
    repositories,
    stage_of,
)
from tests.items import NOW, Tracker, table

START = datetime(2026, 1, 5, 9)


def on(day: float) -> datetime:
    return START + timedelta(days=day)


@pytest.fixture
def tracker(tmp_path: Path) -> Tracker:
    return Tracker(tmp_path)


@pytest.mark.parametrize(
    ("state", "stage"),
    [
        ("Done", "done"), ("Closed", "done"), ("RESOLVED", "done"), ("Released", "done"),
        ("In Progress", "doing"), ("in_progress", "doing"), ("In Review", "doing"),
        ("Code review", "doing"), ("To Do", "todo"), ("TODO", "todo"), ("Backlog", "todo"),
        ("Not started", "todo"), ("Ready for development", "todo"), ("Selected", "todo"),
        ("Reopened", "todo"), ("Unresolved", "todo"), ("Won\u2019t Fix", "dropped"),
        ("Cancelled", "dropped"), ("Duplicate", "dropped"), ("Not planned", "dropped"),
        ("7", None), ("", None), ("Sprint 4", None),
    ],
)  # fmt: skip
def test_states_are_told_by_their_words(state: str, stage: str | None) -> None:
    assert stage_of(state) == stage
    assert stage_of(state, {state.casefold(): "done"}) == "done"


@pytest.mark.parametrize(
    ("kind", "labels", "title", "expected"),
    [
        ("Spike", "", "", "research"), ("Task", "research, ml", "", "research"),
        ("Task", "", "Investigate the leak", "research"),
        ("Task", "", "Fix the leak", "engineering"),
        ("", "", "Fix the leak", "unknown"), ("", "", "Research hinges", "research"),
        ("Task", "", "Publish our research", "engineering"),
    ],
)  # fmt: skip
def test_classes_are_told_by_type_label_and_title(
    kind: str, labels: str, title: str, expected: str
) -> None:
    assert class_of(kind, labels, title) == expected


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh")))
def test_cycles_are_exactly_the_items_above_themselves(parents: dict[str, str]) -> None:
    def above(item: str) -> set[str]:
        found: set[str] = set()
        while (item := parents.get(item, "")) and item not in found:
            found.add(item)
        return found

    assert find_cycles(parents) == {item for item in parents if item in above(item)}


def test_a_long_chain_of_parents_is_walked_once() -> None:
    chain = {str(nr): str(nr + 1) for nr in range(200_000)}
    assert find_cycles(chain) == frozenset()
    assert len(find_cycles(chain | {"200000": "0"})) == 200_001


def test_declarations_agree() -> None:
    assert set(ATTRIBUTES) < set(ORDER)
    (meaning,) = [column.meaning for column in ITEM_EVENTS.columns if column.name == "stage"]
    assert all(stage in meaning for stage in STAGES)
    assert is_items("items:board")
    assert repositories(["items:board", "tool"]) == ["tool"]


def changes(*rows: tuple[str, float, str]) -> str:
    return table("Key,At,From,To", *((key, on(day), "", to) for key, day, to in rows))


def test_items_follow_their_changes(tracker: Tracker) -> None:
    tracker.read(
        changes(
            ("A", 0, "Open"), ("A", 1, "In Progress"), ("A", 3, "Resolved"), ("A", 4, "Closed"),
            ("B", 0, "Open"), ("B", 1, "Done"), ("B", 2, "Doing"), ("B", 5, "Done"),
            ("C", 0, "Open"), ("C", 1, "Cancelled"),
            ("D", 0, "Open"), ("D", 6, "In Progress"),
        )
    )  # fmt: skip
    found = tracker.items("item_id, stage, started_at, done_at, dropped_at, reopened, state")
    assert found == [
        ("A", "done", on(1), on(3), None, 0, "Closed"),
        ("B", "done", on(2), on(5), None, 1, "Done"),
        ("C", "dropped", None, None, on(1), 0, "Cancelled"),
        ("D", "doing", on(6), None, None, 0, "In Progress"),
    ]


def test_as_of_a_day_only_what_happened_before_is_known(tracker: Tracker) -> None:
    tracker.read(changes(("B", 0, "Open"), ("B", 1, "Done"), ("B", 2, "Doing"), ("C", 3, "Open")))
    with tracker.mart() as mart:
        seen = []
        for day in (0.5, 1.5, 2.5, 3.5):
            found = items_as_of(mart, on(day).replace(tzinfo=UTC))
            seen.append(list(zip(found["item_id"].tolist(), found["stage"].tolist(), strict=True)))
        now = items_as_of(mart, NOW)
        stands = mart.rows("select item_id, stage, reopened, known_at from items order by item_id")
    assert seen == [
        [("B", "todo")], [("B", "done")], [("B", "doing")], [("B", "doing"), ("C", "todo")],
    ]  # fmt: skip
    assert stands == list(
        zip(*(now[c].tolist() for c in ("item_id", "stage", "reopened", "known_at")), strict=True)
    )


def test_an_export_says_how_things_are_since_it_was_made(tracker: Tracker) -> None:
    header = "Key,Summary,Priority,Status,Created,Done,Updated"
    tracker.read(table(header, ("A", "Paint", "low", "Open", on(0), "", on(4))))
    tracker.read(table(header, ("A", "Paint it", "high", "Done", on(0), on(6), on(6))))
    with tracker.mart() as mart:
        known = {
            day: [
                items_as_of(mart, on(day))[column].tolist()[0]
                for column in ("title", "priority", "stage")
            ]
            for day in (1, 5, 7)
        }
    assert known == {
        1: ["Paint", None, "todo"],  # nobody can tell what its priority was then
        5: ["Paint", "low", "todo"],
        7: ["Paint it", "high", "done"],
    }


def test_an_item_done_on_a_day_that_nobody_tells_is_done(tracker: Tracker) -> None:
    tracker.read(table("Key,Status,Created,Done", ("A", "Closed", on(0), "")))
    assert tracker.items("stage, done_at") == [("done", None)]


def test_parents_in_a_circle_over_two_exports_are_none(tracker: Tracker) -> None:
    header = "Key,Created,Parent"
    tracker.read(table(header, ("A", on(0), "B"), ("B", on(0), ""), ("C", on(0), "A")))
    part = tracker.read(table(header, ("B", on(0), "A")))
    assert (part.deleted, part.unread) == ((), ())
    assert tracker.items("item_id, parent_id") == [("A", None), ("B", None), ("C", "A")]
    with tracker.mart() as mart:
        assert items_as_of(mart, NOW)["parent_id"].tolist() == [None, None, "A"]


def test_assignees_are_people_and_bots_are_bots(tracker: Tracker) -> None:
    tracker.read(
        table(
            "Key,Created,Assignee",
            ("A", on(0), "Ann Example <ann@example.com>"),
            ("B", on(0), "Ann Example"),
            ("C", on(0), "renovate[bot]"),
            ("D", on(0), ""),
        )
    )
    with tracker.mart() as mart:
        found = mart.rows(
            "select i.item_id, p.name, p.actor from items i left join people p using (person_id) "
            "order by i.item_id"
        )
    assert found == [
        ("A", "Ann Example", "human"), ("B", "Ann Example", "human"),
        ("C", "renovate[bot]", "bot"), ("D", None, None),
    ]  # fmt: skip
