"""The groups of a workspace with teams, and what of a signal's rows may be published of each.

The roster says who was on a team when; here it becomes groups of people in the facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from groundplan.inference.arrays import Floats, Integers
from groundplan.inference.suppression import Contributions, Stretch, publish
from groundplan.inference.suppression import Group as Watched
from groundplan.records.roster import INSIDE, Roster, Team, nested_in, parents_of
from groundplan.signals.samples import WEEK
from groundplan.signals.signal import Block, Rows, Signal
from groundplan.terms.people import Account

EVERYBODY: Final = ""
DAY: Final = np.timedelta64(1, "D")
LEAST_PATIENCE_WEEKS: Final = 13  # a block as long as a window says no more than the window


@dataclass(frozen=True, slots=True)
class Span:
    """A person of the facts belongs to a group from one day up to, not including, another."""

    person_id: str
    colleague: str
    since: date
    until: date


@dataclass(frozen=True, slots=True)
class Group:
    """A team as its numbers count it: its own people and those of the teams nested in it."""

    team_id: str
    founded_on: date
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Groups:
    """Every group whose numbers may be asked for; none until the day after the first was founded.

    teams: parents before the teams nested in them. colleagues: whose a person of the facts is;
    who is not named stands for themselves. repos: the only repositories that numbers are about.
    """

    repos: tuple[str, ...] = ()
    teams: tuple[Group, ...] = ()
    colleagues: tuple[tuple[str, str], ...] = ()


def groups_of(
    roster: Roster, people: Mapping[Account, str], on: date, repos: Sequence[str]
) -> Groups:
    """The groups of a roster as they may be read on a day.

    people: the person of the facts behind each account. A team takes part from the day after it
    was added: on that day its memberships and links may be entered with their past. What is
    entered later counts from the day of entering on, however far back it is dated, so that no
    correction can be subtracted from an older report.
    """
    teams = [team for team in roster.teams.values() if team.founded_on < on]
    teams.sort(key=lambda team: len(parents_of(roster, team.team_id)))
    return Groups(
        repos=tuple(sorted(repos)),
        teams=tuple(
            Group(t.team_id, t.founded_on, tuple(_spans(roster, people, t))) for t in teams
        ),
        colleagues=tuple(
            (people[link.account], link.person_id)
            for link in roster.links
            if link.account in people
        ),
    )


def _spans(roster: Roster, people: Mapping[Account, str], team: Team) -> Iterable[Span]:
    inside = nested_in(roster, team.team_id)
    for member in roster.memberships:
        if member.team_id not in inside or member.role not in INSIDE:
            continue
        since = _counted(member.since, member.began_on, team)
        until = date.max
        if member.until is not None and member.ended_on is not None:
            until = _counted(member.until, member.ended_on, team)
        for link in roster.links:
            if link.person_id == member.person_id and link.account in people:
                linked = _counted(date.min, link.since, team)
                span = max(since, linked), min(until, link.until or date.max)
                if span[0] < span[1]:
                    yield Span(people[link.account], member.person_id, *span)


def _counted(day: date, entered_on: date, team: Team) -> date:
    return day if entered_on <= team.founded_on else max(day, entered_on)


def may_ask(groups: Groups, repos: Sequence[str], team_id: str) -> bool:
    """Whether a group is one whose numbers may be asked for, over these repositories.

    Only over all of them: the answer for a part could be subtracted from the whole.
    """
    known = {group.team_id for group in groups.teams}
    return tuple(sorted(repos)) == groups.repos and bool(known) and team_id in known | {EVERYBODY}


def read_group(
    rows: Rows, signal: Signal, groups: Groups, team_id: str, end: date, floor: int
) -> tuple[Rows, list[Block]]:
    """The rows of a group ("" for everybody), with colleagues for persons, and its blocks.

    Adjacent blocks only, the newest ones: where a team was too small for a while, its older past
    is left out.
    """
    if not len(rows["week"]):
        return rows, []
    cast = _cast(rows, signal, groups, end)
    teams = [_watch(group, cast, floor) for group in groups.teams]
    everybody = Watched(
        np.ones(len(cast.person), dtype=bool),
        np.ones(len(cast.weeks), dtype=bool),
        min(team.known for team in teams),
    )
    names = [EVERYBODY, *(group.team_id for group in groups.teams)]
    nr = names.index(team_id)
    patience = max(signal.window_weeks, LEAST_PATIENCE_WEEKS)
    stretches = publish(cast.given, [everybody, *teams], floor, patience)[nr]
    mine = [everybody, *teams][nr].inside[cast.row]
    colleagues = np.array(cast.names, dtype=object)[cast.given.person][cast.row]
    kept = {name: column[mine] for name, column in {**rows, "person_id": colleagues}.items()}
    return kept, [_block(cast.weeks, *stretch) for stretch in _newest_run(stretches)]


@dataclass(frozen=True, slots=True)
class _Cast:
    """Who contributed in which week: a contribution for each week and person of the facts.

    person: the person of the facts behind each contribution, by the number that `number` gives
    them; names: the colleagues, by `given.person`; row: the contribution that each row is part of.
    """

    given: Contributions
    weeks: npt.NDArray[np.datetime64]
    person: Integers
    number: dict[str, int]
    names: list[str]
    row: Integers


def _cast(rows: Rows, signal: Signal, groups: Groups, end: date) -> _Cast:
    first = np.datetime64(rows["week"].min(), "D")
    weeks = np.arange(first, np.datetime64(end, "D"), WEEK)
    step = ((rows["week"] - first) // WEEK).astype(np.int64)
    seen = sorted(set(rows["person_id"].tolist()))
    number = {person: nr for nr, person in enumerate(seen)}
    persons = np.array([number[person] for person in rows["person_id"].tolist()], dtype=np.int64)
    pairs, row = np.unique(step * len(seen) + persons, return_inverse=True)
    colleague = dict(groups.colleagues)
    names = sorted({colleague.get(person, person) for person in seen})
    place = {name: nr for nr, name in enumerate(names)}
    whose = np.array([place[colleague.get(person, person)] for person in seen])
    given = Contributions(
        step=pairs // len(seen),
        person=whose[pairs % len(seen)],
        amount=np.bincount(row, weights=_amounts(rows, signal)).astype(np.float64),
        steps=len(weeks),
    )
    return _Cast(given, weeks, pairs % len(seen), number, names, row)


def _watch(group: Group, cast: _Cast, floor: int) -> Watched:
    week = cast.weeks[cast.given.step]
    inside = np.zeros(len(week), dtype=bool)
    members: list[set[str]] = [set() for _ in cast.weeks]
    for span in group.spans:
        since, until = np.datetime64(span.since, "D"), np.datetime64(span.until, "D")
        who = cast.number.get(span.person_id, -1)
        inside |= (cast.person == who) & (week >= since) & (week < until)
        for nr in np.flatnonzero((cast.weeks >= since) & (cast.weeks < until)).tolist():
            members[nr].add(span.colleague)
    enough = np.array([len(people) >= floor for people in members], dtype=bool)
    # on the day of its founding it is still being set up: it is known from the next one on
    known = np.datetime64(group.founded_on, "D") + DAY
    return Watched(inside, enough, float((known - cast.weeks[0]) / WEEK))


def _amounts(rows: Rows, signal: Signal) -> Floats:
    """What people contribute to a signal: what its sample is counted in, else rows."""
    counted = rows.get(signal.minimum_of.replace("-", "_"))
    if counted is None:
        return np.ones(len(rows["week"]))
    return np.asarray(np.ma.filled(counted, 0), dtype=np.float64)


def _newest_run(stretches: Sequence[Stretch]) -> Sequence[Stretch]:
    for nr in range(len(stretches) - 1, 0, -1):
        if stretches[nr - 1][1] != stretches[nr][0]:
            return stretches[nr:]
    return stretches


def _block(weeks: npt.NDArray[Any], start: int, end: int) -> Block:
    start_on = date.fromisoformat(str(weeks[start]))
    return Block(start_on, start_on + timedelta(weeks=end - start))
