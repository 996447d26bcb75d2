"""Timelines of a real workspace: whose items are counted, and behind whom nobody can look."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from groundplan.bootstrap.workspace import Workspace
from groundplan.practices.timelines import actions, rules
from groundplan.terms.estimate import Unknown
from groundplan.terms.progress import Silent
from groundplan.terms.scope import Scope
from groundplan.usecase import Context
from tests.histories import ANN, History
from tests.interfaces.web.conftest import read
from tests.items import table

FIRST = date(2025, 1, 6)
LAST = FIRST + timedelta(days=2 * 119 + 5)
HEADER = "key,type,summary,created,started,resolved,state,assignee"
Made = Callable[..., Workspace]


def rows(people: int, spikes: int = 0) -> list[list[object]]:
    """Items that so many people finished, every other day one; spikes: of the last ones."""
    return [
        [f"T-{nr}", "Spike" if nr >= 120 - spikes else "Task", f"Part {nr}",
         FIRST + timedelta(2 * nr), "", FIRST + timedelta(2 * nr + 5), "Done",
         f"Person {nr % people} Example <p{nr % people}@example.com>" if people else ""]
        for nr in range(120)
    ]  # fmt: skip


OPEN: list[list[object]] = [
    ["O-1", "Task", "Waits longest", FIRST, "", "", "To do", ""],
    ["O-2", "Task", "Begun", FIRST + timedelta(9), FIRST + timedelta(20), "", "In progress", ""],
    ["O-3", "Task", "Given up", FIRST, "", "", "Won't do", ""],
    ["O-4", "Spike", "Waits", FIRST + timedelta(3), "", "", "To do", ""],
]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Made]:
    """Reads exports into a workspace of its own."""
    opened = Workspace(tmp_path / "workspace", Silent())

    def made(*items: list[object], name: str = "board.csv") -> Workspace:
        export = tmp_path / name
        export.write_text(table(HEADER, *items))
        opened.read_items(export)
        opened.refresh()
        return opened

    yield made
    opened.close()


def look(workspace: Workspace, **inputs: object) -> rules.Timelines:
    scope = workspace.scope()
    return actions.look_ahead(
        workspace.context(scope),
        scope,
        rules.ForecastInputs(**inputs),  # type: ignore[arg-type]
    )


def test_begun_items_come_first_and_given_up_ones_are_no_work(make: Made) -> None:
    workspace = make(*rows(6), *OPEN)
    scope = workspace.scope()
    plan = actions.what_if(workspace.context(scope), scope, rules.WhatIfInputs())
    assert [one.item_id for one in plan.places] == ["O-2", "O-1", "O-4"]
    assert plan.until == LAST
    assert plan.places[0].on_85 is not None


@pytest.mark.parametrize(("people", "told"), [(0, True), (1, False), (4, False), (5, True)])
def test_a_pace_of_fewer_than_five_people_is_withheld(make: Made, people: int, told: bool) -> None:
    outlook = look(make(*rows(people), *OPEN))
    assert [one.known for one in outlook.counts] == [told] * 3
    if not told:
        withheld = outlook.dates[1].on
        assert isinstance(withheld, Unknown)
        assert (withheld.need, withheld.of) == (5, "people")
        assert outlook.paces[0].finished is None
        assert outlook.fan == ()
        assert outlook.tracks == ()
    assert bool(actions.find_sentences(*_asking(make(*rows(people), *OPEN)))) == told


def test_classes_are_withheld_one_by_one(make: Made) -> None:
    outlook = look(make(*rows(6, spikes=3), *OPEN))
    assert [(pace.name, pace.a_week is None) for pace in outlook.paces] == [
        ("engineering", False), ("research", True),
    ]  # fmt: skip
    assert [pace.open for pace in outlook.paces] == [2, 1]


def test_a_file_that_is_brought_along_is_its_readers_own(make: Made) -> None:
    workspace = make(*rows(6), *OPEN)
    outlook = look(workspace, file=table(HEADER, *rows(1)))
    assert outlook.tracker == "file"
    assert outlook.counts[0].known
    assert look(workspace).tracker == "board"


def test_the_busiest_tracker_is_meant_unless_another_is_named(make: Made) -> None:
    few = [[f"X-{row[0]}", *row[1:]] for row in rows(6)[:40]]
    make(*few, name="help.csv")
    workspace = make(*rows(6), *OPEN)
    assert look(workspace).tracker == "board"
    assert look(workspace, tracker="help").paces[0].finished == 40


def test_landed_changes_stand_in_where_there_is_no_tracker(tmp_path: Path) -> None:
    made = History(tmp_path / "sample")
    for nr in range(60):
        who = ANN if nr % 6 == 0 else f"Person {nr % 6} Example <p{nr % 6}@example.com>"
        at = datetime(2025, 1, 6, 9, tzinfo=UTC) + timedelta(3 * nr)
        made.commit({"part.py": f"{nr}\n"}, f"Part {nr}", by=who, at=at)
    workspace = read(tmp_path / "workspace", made)
    outlook = look(workspace)
    assert (outlook.tracker, outlook.counted) == ("landings", "landed changes")
    assert outlook.until == FIRST + timedelta(3 * 59)
    assert outlook.paces[0].finished == 60
    assert outlook.counts[1].known
    assert actions.find_sentences(*_asking(workspace)) == []
    workspace.close()


def _asking(workspace: Workspace) -> tuple[Context, Scope]:
    scope = workspace.scope()
    return workspace.context(scope), scope
