"""Why is this number empty, or different from last week's: followed back on real histories."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from groundplan.bootstrap.settings import utc_now
from groundplan.bootstrap.workspace import Workspace
from groundplan.facts.raw import Raw
from groundplan.interfaces.cli.opening import compose_page
from groundplan.interfaces.readings import ReadInputs, explain_signal
from groundplan.interfaces.report import html_report
from groundplan.signals import throughput
from groundplan.signals.why import Source, Trace, Why, explain, tell
from groundplan.sources.http.secrets import Nobody
from groundplan.sources.http.sync import sync
from groundplan.sources.ics.fetch import connect
from groundplan.terms.estimate import Estimate
from groundplan.terms.progress import Silent
from tests.histories import History
from tests.sources.ics.calendars import calendar, event

PEOPLE = [f"Person {letter} <{letter.lower()}@example.com>" for letter in "ABCDEF"]
START = datetime(2025, 1, 6, 9, tzinfo=UTC)


@pytest.fixture
def history(tmp_path: Path) -> History:
    made = History(tmp_path / "sample")
    for nr in range(240):
        work(made, nr, START + timedelta(hours=28 * nr))
    return made


@pytest.fixture
def workspace(history: History, tmp_path: Path) -> Iterator[Workspace]:
    opened = Workspace(tmp_path / "w", Silent())
    opened.read_names(history.path)
    yield opened
    opened.close()


def work(made: History, nr: int, at: datetime, by: str = "") -> None:
    made.commit({f"part{nr % 9}.py": f"{nr}\n"}, "Add", by=by or PEOPLE[nr % 6], at=at)


def why(workspace: Workspace, name: str = "throughput") -> Why:
    workspace.refresh()
    return explain_signal(workspace.context(), workspace.scope(), ReadInputs(name))


def told_days_ago(workspace: Workspace, days: int, **changed: Any) -> None:
    """Date back what was told, as if it had been told then, and change columns of it."""
    with closing(sqlite3.connect(workspace.folder / "told.sqlite")) as file, file:
        file.execute("update told set told_on = date(told_on, ?)", (f"-{days} days",))
        for name, value in changed.items():
            file.execute(f"update told set {name} = ?", (value,))


def test_a_number_names_its_rows_its_sources_and_that_nothing_was_told_before(
    workspace: Workspace,
) -> None:
    found = why(workspace)
    assert isinstance(found.now, Estimate)
    assert found.says[0] == f"Throughput rests on {found.rows:,} rows."
    assert (
        found.says[-1]
        == "It was not told on an earlier day, so there is nothing to compare it with."
    )
    [source] = found.sources
    assert source.name == "sample"
    assert source.read_at is not None
    assert source.changed_at is not None
    assert found.steps == ()


def test_a_look_that_found_nothing_is_a_look(history: History, workspace: Workspace) -> None:
    [before] = why(workspace).sources
    workspace.read_names(history.path)
    [after] = why(workspace).sources
    assert after.changed_at == before.changed_at
    assert after.read_at is not None
    assert before.read_at is not None
    assert after.read_at > before.read_at


def test_what_was_told_a_week_ago_and_still_holds_is_said_to(workspace: Workspace) -> None:
    why(workspace)
    told_days_ago(workspace, 8)
    found = why(workspace)
    assert any(said.startswith("It is what was told on") for said in found.says)
    assert found.steps == ()


def test_new_weeks_move_the_window_and_nothing_else(history: History, workspace: Workspace) -> None:
    first = why(workspace).now
    told_days_ago(workspace, 8)
    for nr in range(240, 400):
        work(history, nr, START + timedelta(hours=28 * 240 + 7 * (nr - 240)))
    workspace.read_names(history.path)
    found = why(workspace)
    [step] = found.steps
    assert step.says.startswith("the window moved")
    assert isinstance(first, Estimate)
    assert isinstance(found.now, Estimate)
    assert step.before == first.unit.say(first.value)
    assert step.after == found.now.unit.say(found.now.value)


def test_facts_that_came_late_are_told_from_the_window(
    history: History, workspace: Workspace
) -> None:
    why(workspace)
    told_days_ago(workspace, 8)
    history.git("switch", "-q", "-c", "late", "HEAD~40")
    for nr in range(12):
        work(history, nr, START + timedelta(hours=28 * 201 + 28 * nr))
    history.git("switch", "-q", "main")
    history.git("merge", "-q", "-s", "ours", "--no-ff", "-m", "Merge", "late")
    rebased = history.git("rev-parse", "late")
    history.git("reset", "-q", "--hard", rebased)  # the main line was rewritten, weeks back
    workspace.read_names(history.path)
    found = why(workspace)
    assert found.steps[0].says.startswith("facts of those weeks came later, or were corrected")
    assert [step.before for step in found.steps[1:]] == [step.after for step in found.steps[:-1]]


def test_another_definition_is_named_as_the_reason(workspace: Workspace) -> None:
    why(workspace)
    told_days_ago(workspace, 8, version=0, value=99.0, low=90.0, high=110.0)
    found = why(workspace)
    [step] = found.steps
    assert step.says.startswith("the definition changed from version 0 to 1")
    assert any("outside the interval" in said for said in found.says)


def test_a_number_of_a_team_that_moved_within_its_window_says_so(workspace: Workspace) -> None:
    workspace.refresh()
    context = workspace.context()
    reading = context.measure(throughput.SIGNAL, workspace.scope())
    told = replace(tell(reading, START.date(), START), value=1.0)
    trace = Trace((Source("sample", START, START),), told)  # of teams nothing is read again
    [step] = explain(throughput.SIGNAL, reading, trace, context.as_of.date()).steps
    assert step.says == "facts of those weeks came later, or were corrected"
    moved = replace(told, start_on=told.start_on - timedelta(weeks=1))
    [step] = explain(
        throughput.SIGNAL, reading, replace(trace, told=moved), context.as_of.date()
    ).steps
    assert step.says.startswith("the window moved")
    assert step.says.endswith("or facts of those weeks came later, or were corrected")


def connect_calendars(workspace: Workspace, folder: Path, people: range) -> None:
    for nr in people:
        path = folder / f"{nr}.ics"
        path.write_bytes(calendar(event("DTSTART:20250303T090000Z", "DURATION:PT1H", uid="a")))
        source = connect(
            f"{'abcdef'[nr]}@example.com", Nobody(), Silent(), api=f"file:{path}", now=utc_now
        )
        with closing(Raw(workspace.folder / "raw.sqlite")) as raw:
            sync(workspace.ledger, raw, source, Silent(), clock=utc_now)


def test_of_a_few_calendars_not_even_when_they_were_read_is_told(
    workspace: Workspace, tmp_path: Path
) -> None:
    connect_calendars(workspace, tmp_path, range(4))
    [few] = why(workspace, "meeting_load").sources
    assert few == Source("fewer than 5 calendars", None, None)
    connect_calendars(workspace, tmp_path, range(4, 5))
    [enough] = why(workspace, "meeting_load").sources
    assert enough.name == "5 calendars"
    assert enough.read_at is not None


def test_only_what_others_tell_of_is_said_to_wait_for_them(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Lines that are still being counted are nothing that a tracker could bring."""

    def silent() -> set[str]:
        workspace.refresh()
        return {o.signal.name for o in compose_page(workspace).overviews if o.is_silent}

    before = silent()
    assert {"lead_time", "interruptions", "meeting_load"} <= before
    assert not {"rework", "change_size", "throughput", "departures"} & before
    export = tmp_path / "board.csv"
    export.write_text("id,created,started,done\nA-1,2025-03-03,2025-03-04,2025-03-05\n")
    workspace.read_items(export)
    assert before - silent() == {"interruptions", "reprioritisations"}
    text = html_report(compose_page(workspace))
    said = text.partition("Nothing was read yet for")[2].partition("</p>")[0]
    assert "Lead time" in said
    assert "Rework" not in said


def test_what_nothing_was_read_for_says_what_to_read(workspace: Workspace) -> None:
    found = why(workspace, "interruptions")
    assert found.sources == ()
    assert "no source was read" in found.says[0]
    assert "groundplan ingest FILE.csv" in found.says[1]
    assert "github:" in why(workspace, "lead_time").says[1]
    assert why(workspace, "change_failures").sources == ()  # it says `changes` of something else
    assert "ics:" in why(workspace, "meeting_load").says[1]


def test_too_little_is_said_with_what_it_needs(tmp_path: Path) -> None:
    made = History(tmp_path / "small")
    for nr in range(6):
        work(made, nr, START + timedelta(days=7 * nr), PEOPLE[nr % 2])
    opened = Workspace(tmp_path / "w", Silent())
    opened.read_names(made.path)
    found = why(opened)
    assert "a team number needs 5 people behind it (have 2 people, need 5)" in found.says[0]
    opened.close()
