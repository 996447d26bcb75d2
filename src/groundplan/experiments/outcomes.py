"""What a study may count, and the outcomes of its units week by week.

Outcomes of units feed estimators and nothing else: no use case hands them on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from groundplan.facts.accounts import read_accounts
from groundplan.facts.engines.duckdb import as_text
from groundplan.inference.arrays import Floats, Integers
from groundplan.inference.panels.panel import NEVER, Panel, make_panel
from groundplan.records.studies import Units
from groundplan.signals import off_hours, rework, throughput, time_to_merge
from groundplan.signals.groups import Span, groups_of
from groundplan.signals.samples import WEEK
from groundplan.signals.signal import Rows, Signal
from groundplan.terms.errors import Refused
from groundplan.terms.scope import Scope
from groundplan.usecase import Context

GONE_WEEKS: Final = 8  # without anything at all: a unit that left, not one at zero
EVERYBODY: Final = "everybody"

Cell: TypeAlias = Callable[[Rows, Integers, int], Floats]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A signal that may be the outcome or the guardrail of a study.

    cell: the rows of each unit and week as one number; empty_is_zero: whether nothing in a week
    is a count of none. moved_by: words of interventions that change what is counted by definition.
    """

    signal: Signal
    cell: Cell
    more_is_better: bool
    empty_is_zero: bool
    moved_by: tuple[str, ...]
    caution: str = ""


@dataclass(frozen=True, slots=True)
class Observed:
    """The outcomes of units over weeks. people: who stands behind each unit; weeks: Mondays."""

    units: tuple[str, ...]
    weeks: tuple[date, ...]
    values: Floats = field(repr=False)
    people: tuple[frozenset[str], ...] = field(repr=False)

    def as_panel(self, starts: Mapping[str, date | None]) -> Panel:
        """The panel of the units that `starts` names, each from its first day on."""
        kept = [nr for nr, unit in enumerate(self.units) if unit in starts]
        names = [self.units[nr] for nr in kept]
        first = place_weeks(self.weeks, [starts[name] for name in names])
        periods = [week.isoformat() for week in self.weeks]
        return make_panel(names, periods, self.values[kept], first)

    def named(self, numbers: Mapping[str, str]) -> Observed:
        """The same with other names of units, where they have one."""
        return replace(self, units=tuple(numbers.get(unit, unit) for unit in self.units))

    def list_active(self) -> list[str]:
        """The units that showed something in the last eight weeks."""
        lately: list[bool] = [bool(np.isfinite(row[-GONE_WEEKS:]).any()) for row in self.values]
        return [unit for unit, active in zip(self.units, lately, strict=True) if active]

    def people_of(self, units: Iterable[str]) -> frozenset[str]:
        """Who stands behind some of the units."""
        wanted = set(units)
        pairs = zip(self.units, self.people, strict=True)
        return frozenset().union(*(people for unit, people in pairs if unit in wanted))


def place_weeks(weeks: Sequence[date], starts: Iterable[date | None]) -> Integers:
    """The week in which each start lies, NEVER for none within these weeks."""
    return np.array(
        [
            NEVER if on is None or on >= weeks[-1] + timedelta(weeks=1)
            else next(nr for nr, week in enumerate(weeks) if week + timedelta(weeks=1) > on)
            for on in starts
        ],
        dtype=np.int64,
    )  # fmt: skip


def _count(_: Rows, cell: Integers, cells: int) -> Floats:
    return np.bincount(cell, minlength=cells).astype(np.float64)


def _median(name: str) -> Cell:
    def cell_of(rows: Rows, cell: Integers, cells: int) -> Floats:
        values = np.ma.filled(np.ma.asarray(rows[name], dtype=np.float64), np.nan)
        found = np.full(cells, np.nan)
        order = np.argsort(cell, kind="stable")
        places, first = np.unique(cell[order], return_index=True)
        for place, group in zip(places, np.split(values[order], first[1:]), strict=True):
            found[place] = np.nanmedian(group) if np.isfinite(group).any() else np.nan
        return found

    return cell_of


def _share(part: str, whole: str) -> Cell:
    def cell_of(rows: Rows, cell: Integers, cells: int) -> Floats:
        sums = [
            np.bincount(cell, np.ma.filled(np.ma.asarray(rows[name], dtype=np.float64), 0.0), cells)
            for name in (part, whole)
        ]
        shares: Floats = np.divide(sums[0], sums[1], out=np.full(cells, np.nan), where=sums[1] > 0)
        return shares

    return cell_of


_BRANCHES: Final = ("squash", "rebase", "pull request", "merge queue", "trunk", "branch")
OUTCOMES: Final[Mapping[str, Outcome]] = {
    one.signal.name: one
    for one in (
        Outcome(
            time_to_merge.SIGNAL, _median("hours"), False, False, (*_BRANCHES, "amend"),
            "A change that is cut in two merges sooner: look at the size of changes too.",
        ),
        Outcome(
            throughput.SIGNAL, _count, True, True, (*_BRANCHES, "bot", "split", "small change"),
            "It counts changes, not work: smaller changes alone would raise it.",
        ),
        Outcome(
            rework.SIGNAL, _share("reworked", "lines"), False, False, ("reformat", "generated")
        ),
        Outcome(
            off_hours.SIGNAL, _share("off_commits", "commits"), False, False,
            ("working hours", "time zone", "office hours", "on-call", "on call"),
        ),
    )
}  # fmt: skip
EFFORT: Final = ("commit", "commits", "line", "lines", "loc", "churn", "sloc", "keystrokes")


def observe(
    context: Context, scope: Scope, outcome: Outcome, kind: Units, since: date, until: date
) -> Observed:
    """The outcomes of all units of a kind over the whole weeks from one Monday to another.

    Programs, and changes that the signal leaves out, are left out here too. A unit is observed
    from its first week on, and no more once it has shown nothing for eight weeks.
    """
    weeks = tuple(since + timedelta(weeks=nr) for nr in range((until - since).days // 7))
    if not weeks:
        raise Refused("There is no whole week to look at.", "Choose more weeks before the start.")
    labelled = list(_label(context, scope, outcome.signal, kind, since, until))
    units = tuple(sorted({str(unit) for _, units in labelled for unit in units}))
    place = {unit: nr for nr, unit in enumerate(units)}
    values = np.full((len(units), len(weeks)), np.nan)
    people: list[set[str]] = [set() for _ in units]
    for rows, labels in labelled:
        at = np.array([place[str(label)] for label in labels], dtype=np.int64)
        week = ((rows["week"] - np.datetime64(since, "D")) // WEEK).astype(np.int64)
        found = outcome.cell(rows, at * len(weeks) + week, values.size).reshape(values.shape)
        mine = np.unique(at)
        values[mine] = found[mine]
        for nr, who in zip(at.tolist(), rows["person_id"].tolist(), strict=True):
            people[nr].add(str(who))
        if outcome.empty_is_zero:
            _blank(values, mine)
    return Observed(units, weeks, values, tuple(map(frozenset, people)))


def _blank(values: Floats, units: Integers) -> None:
    """A count of none before somebody came, and after they left, is no outcome."""
    for nr in units.tolist():
        busy = np.flatnonzero(values[nr] > 0)
        values[nr, : busy[0]] = np.nan
        if values.shape[1] - busy[-1] > GONE_WEEKS:
            values[nr, busy[-1] + 1 :] = np.nan


def _label(
    context: Context, scope: Scope, signal: Signal, kind: Units, since: date, until: date
) -> Iterable[tuple[Rows, npt.NDArray[np.object_]]]:
    """The rows that a viewer's team stands behind, and the unit of each."""
    spans = _spans(context, scope)
    parts = [(r,) for r in scope.repos] if kind is Units.REPOSITORIES else [scope.repos]
    for repos in parts:
        rows = _select(context, signal, repos, since, until)
        if scope.team:
            inside = _belongs(rows, spans.get(scope.team, ()))
            rows = {name: column[inside] for name, column in rows.items()}
        if kind is Units.TEAMS:
            for team, mine in spans.items():
                inside = _belongs(rows, mine)
                some = {name: column[inside] for name, column in rows.items()}
                if len(some["week"]):
                    yield some, np.full(len(some["week"]), team, dtype=object)
            continue
        if not len(rows["week"]):
            continue
        own = np.asarray(rows["person_id"], dtype=object)
        one = repos[0] if kind is Units.REPOSITORIES else EVERYBODY
        yield rows, own if kind is Units.PEOPLE else np.full(len(own), one, dtype=object)


def _spans(context: Context, scope: Scope) -> dict[str, tuple[Span, ...]]:
    known = {account: who.person_id for account, who in read_accounts(context.mart).items()}
    groups = groups_of(context.roster, known, context.now.date(), scope.repos)
    return {group.team_id: group.spans for group in groups.teams}


def _belongs(rows: Rows, spans: Iterable[Span]) -> npt.NDArray[np.bool_]:
    inside = np.zeros(len(rows["week"]), dtype=bool)
    for span in spans:
        since, until = np.datetime64(span.since, "D"), np.datetime64(span.until, "D")
        mine = np.asarray(rows["person_id"] == span.person_id, dtype=bool)
        inside |= mine & (rows["week"] >= since) & (rows["week"] < until)
    return inside


def _select(
    context: Context, signal: Signal, repos: Sequence[str], since: date, until: date
) -> Rows:
    mart = context.mart
    mart.lend("scope_repos", {"repo": as_text(repos)})
    moments = {"since": datetime.combine(since, time()), "until": datetime.combine(until, time())}
    rows: Rows = dict(mart.query(signal.select, moments))
    known = ~np.ma.getmaskarray(rows["week"]) & ~np.ma.getmaskarray(rows["person_id"])
    if "excluded" in rows:
        known &= np.ma.getmaskarray(rows.pop("excluded"))
    rows["week"] = np.ma.getdata(rows["week"]).astype("datetime64[D]")
    known &= rows["week"] >= np.datetime64(since, "D")
    known &= rows["week"] < np.datetime64(until, "D")
    return {name: column[known] for name, column in rows.items()}
