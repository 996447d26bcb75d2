"""Shares of time on a real history: what counts, who stands behind it, and what is withheld."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from groundplan.access import LOCAL_VIEWER, ScopedJournal
from groundplan.bootstrap.workspace import Workspace
from groundplan.practices.alignment import actions, rules
from groundplan.records.alignment import ALIGNMENT, STREAM
from groundplan.signals.engineering_time import TimeSplit, measure_time, part_of, share_of_goal
from groundplan.terms.estimate import Estimate, Unknown
from groundplan.terms.progress import Silent
from groundplan.terms.scope import Scope
from groundplan.usecase import Context, NoInputs
from tests.histories import BOT, History

MONDAY = datetime(2026, 1, 5, 9)
WEEKS = 17
PEOPLE = tuple(f"Person {nr} Example <p{nr}@example.com>" for nr in range(6))


def build(folder: Path, people: tuple[str, ...]) -> History:
    """Every week each person spends a day on refunds, and one half on refunds, half on fixes."""
    made = History(folder / "sample")
    for week in range(WEEKS):
        for nr, who in enumerate(people):
            at = MONDAY + timedelta(weeks=week, minutes=nr)
            made.commit({f"pay/p{nr}.py": f"{week}\n"}, "PAY-1 Refunds", by=who, at=at)
            later = at + timedelta(days=1)
            made.commit({f"pay/p{nr}.py": f"{week}a\n"}, "PAY-2 Refunds", by=who, at=later)
            again = later + timedelta(hours=1)
            made.commit({f"core/c{nr}.py": f"{week}\n"}, "Fix a crash", by=who, at=again)
    end = MONDAY + timedelta(weeks=WEEKS)
    made.commit({"core/bot.py": "1\n"}, "PAY-9 Bump", by=BOT, at=end)
    return made


def open_workspace(made: History, folder: Path) -> Workspace:
    opened = Workspace(folder, Silent())
    opened.read_names(made.path)
    return opened


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    return build(tmp_path_factory.mktemp("six"), PEOPLE)


@pytest.fixture
def opened(history: History, tmp_path: Path) -> Iterator[Workspace]:
    workspace = open_workspace(history, tmp_path / "workspace")
    yield workspace
    workspace.close()


def visit(workspace: Workspace) -> tuple[Context, Scope]:
    scope = workspace.scope(LOCAL_VIEWER, "")
    return workspace.context(scope, None), scope


def say_refunds(workspace: Workspace) -> None:
    context, scope = visit(workspace)
    assert isinstance(context.journal, ScopedJournal)
    actions.place(context, scope, rules.PlaceInputs("Refunds within a day"))
    actions.rule(context, scope, rules.RuleInputs("key", "PAY-", "K1"))


def test_days_are_split_over_what_was_done_on_them(opened: Workspace) -> None:
    say_refunds(opened)
    spent = actions.show_time(*visit(opened), NoInputs())
    assert isinstance(spent.unaligned, Estimate)
    assert spent.unaligned.value == pytest.approx(0.25, abs=1e-3)
    assert spent.unaligned.n == 13 * len(PEOPLE) * 2
    (goal,) = spent.goals
    assert (goal.key, goal.name) == ("K1", "Refunds within a day")
    assert goal.value.value == pytest.approx(0.75, abs=1e-3)  # type: ignore[union-attr]
    shares = {one.name: one.value for one in spent.kinds}
    assert shares["strategic"].value == pytest.approx(0.75, abs=1e-3)  # type: ignore[union-attr]
    assert sum(one.value for one in shares.values()) == pytest.approx(1)  # type: ignore[union-attr]
    assert len(spent.weeks) == 16
    assert spent.weeks[0].unaligned.value == pytest.approx(0.25, abs=1e-3)  # type: ignore[union-attr]


def test_nothing_said_is_unknown_and_not_zero(opened: Workspace) -> None:
    context, scope = visit(opened)
    spent = actions.show_time(context, scope, NoInputs())
    assert isinstance(spent.unaligned, Unknown)
    shares = {one.name: one.value for one in spent.kinds}
    assert isinstance(shares["strategic"], Unknown)
    assert isinstance(shares["unplanned"], Estimate)
    said = context.journal.fold(STREAM, ALIGNMENT)
    period = date(2026, 1, 5), date(2026, 7, 1)
    none = share_of_goal(context.mart, context.measure, scope, said, [], "K1", *period)
    assert isinstance(none, Unknown)
    assert none.of == "rules"


def test_a_goals_share_over_a_period(opened: Workspace) -> None:
    say_refunds(opened)
    context, scope = visit(opened)
    said = context.journal.fold(STREAM, ALIGNMENT)
    found = share_of_goal(
        context.mart, context.measure, scope, said, [], "K1", date(2026, 2, 2), date(2026, 5, 4)
    )
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(0.75, abs=1e-3)
    assert found.n == 13 * len(PEOPLE) * 2
    before = share_of_goal(
        context.mart, context.measure, scope, said, [], "K1", date(2020, 1, 6), date(2020, 7, 6)
    )
    assert isinstance(before, Unknown)


def test_a_correction_is_heard_at_once(opened: Workspace) -> None:
    say_refunds(opened)
    context, scope = visit(opened)
    board = actions.show_board(context, scope, NoInputs())
    assert {one.kind for one in board.asked} == {"unplanned"}
    one = board.asked[0]
    actions.correct(context, scope, rules.CorrectInputs(one.work, "support"))
    context, scope = visit(opened)
    said = context.journal.fold(STREAM, ALIGNMENT)
    (reading,) = measure_time(context.mart, context.measure, scope, said, [], 1)
    newest = [point.value for point in reading.series if isinstance(point.value, TimeSplit)]
    shares = [part_of(value, "kind:support") for value in newest]
    assert max(share.value for share in shares if isinstance(share, Estimate)) > 0.05
    assert one.work not in {
        each.work for each in actions.show_board(context, scope, NoInputs()).asked
    }


def test_four_people_are_no_team(tmp_path: Path) -> None:
    workspace = open_workspace(build(tmp_path, PEOPLE[:4]), tmp_path / "workspace")
    say_refunds(workspace)
    context, scope = visit(workspace)
    spent = actions.show_time(context, scope, NoInputs())
    for value in (spent.unaligned, *(one.value for one in spent.kinds)):
        assert isinstance(value, Unknown)
        assert value.need == 5
    assert spent.weeks == ()
    said = context.journal.fold(STREAM, ALIGNMENT)
    share = share_of_goal(
        context.mart, context.measure, scope, said, [], "K1", date(2026, 1, 5), date(2026, 7, 1)
    )
    assert isinstance(share, Unknown)
    workspace.close()
