"""Attacks on team numbers through the product: other teams, other days, people who come and go.

What a reader learns from a published value is taken to be its exact rows; readers share all.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from groundplan.signals.groups import Groups
from groundplan.signals.measure import measure
from groundplan.signals.signal import Sample, Signal
from groundplan.terms.estimate import Estimate, Measured, Unknown
from groundplan.terms.scope import Role
from groundplan.terms.units import COMMITS
from tests.differencing import isolate
from tests.team_server import MONDAY, REPOS, TeamServer, team_server

Cells = frozenset[tuple[str, str, int]]


class Reader:
    """Remembers which rows stood behind every value that was published."""

    def __init__(self) -> None:
        self.seen: set[Cells] = set()
        self.signal = Signal(
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
            select="select authored_week as week, person_id, order_nr from commits where repo in "
            "(select repo from scope_repos) and authored_at >= :since and authored_at < :until",
            minimum=1,
            minimum_of="weeks",
            estimate=self.learn,
            speak=lambda reading: None,
            window_weeks=1,
        )

    def learn(self, sample: Sample) -> Measured:
        rows = sample.rows
        cells = zip(
            rows["person_id"].tolist(),
            np.datetime_as_string(rows["week"]).tolist(),
            rows["order_nr"].tolist(),
            strict=True,
        )
        self.seen.add(frozenset(cells))
        n = float(len(rows["week"]))
        return Estimate(n, n, n, 0.9, COMMITS, len(sample.weeks), "weeks", "a count, exact")

    def isolated(self, floor: int) -> tuple[str, ...] | None:
        cells = sorted(frozenset().union(*self.seen))
        people = sorted({cell[0] for cell in cells})
        sums = np.array([[cell in seen for cell in cells] for seen in self.seen], dtype=np.int64)
        person = np.array([people.index(cell[0]) for cell in cells])
        found = isolate(sums.reshape(len(self.seen), len(cells)), person, floor)
        return None if found is None else tuple(people[nr] for nr in found)


@pytest.fixture
def server(tmp_path: Path):
    with team_server(tmp_path) as opened:
        yield opened


def work(server: TeamServer, name: str, week: int, times: int = 1, repo: str = "r") -> None:
    day = MONDAY + timedelta(weeks=week)
    for nr in range(times):
        server.mart.execute(
            "insert into commits (repo, order_nr, person_id, authored_at, authored_week) "
            "values (:repo, :nr, :who, cast(:day as timestamp), :day)",
            {"repo": repo, "who": name, "day": day, "nr": nr},
        )


def look(server: TeamServer, reader: Reader, viewer: str, teams: list[str]) -> None:
    """Everything that a colleague can ask on a day, in every team that they may act in."""
    for team in teams:
        reading = server.measure(reader.signal, server.scope(viewer, team))
        assert isinstance(reading.now, Estimate | Unknown)


def found_teams(server: TeamServer, sizes: dict[str, int], parent: str = "") -> dict[str, str]:
    """Teams of people named `<team><nr>`; the ids of the teams."""
    ids = {}
    for team, size in sizes.items():
        ids[team] = server.enter("add_team", name=team, parent=parent)
        for nr in range(size):
            server.join(f"{team}{nr}", ids[team], since=date(2025, 1, 6))
    return ids


def everybody_works(server: TeamServer, weeks: range) -> None:
    for person in server.roster.people.values():
        for week in weeks:
            work(server, person.name, week)


def value(server: TeamServer, viewer: str, team: str = "") -> Measured:
    return server.measure(Reader().signal, server.scope(viewer, team)).now


def test_a_team_reads_its_own_rows_and_no_others(server: TeamServer) -> None:
    teams = found_teams(server, {"a": 6, "b": 5})
    everybody_works(server, range(4))
    server.today = MONDAY + timedelta(weeks=4)
    assert value(server, server.join("lead", role=Role.LEAD), teams["a"]).value == 6
    seen = server.measure(Reader().signal, server.scope("p2", teams["a"]))
    assert (seen.people, seen.rows, len(seen.series)) == (6, 6, 4)


def test_a_team_of_four_has_no_number_and_its_parent_has(server: TeamServer) -> None:
    outer = found_teams(server, {"a": 5})["a"]
    inner = found_teams(server, {"b": 4}, parent=outer)["b"]
    everybody_works(server, range(4))
    server.today = MONDAY + timedelta(weeks=4)
    lead = server.join("lead", outer, Role.LEAD)
    assert value(server, lead, outer).value == 9
    withheld = value(server, lead, inner)
    assert isinstance(withheld, Unknown)
    assert (withheld.have, withheld.need, withheld.of) == (4, 5, "people")


def test_a_parent_is_withheld_where_it_would_show_its_lead(server: TeamServer) -> None:
    outer = server.enter("add_team", name="outer")
    inner = found_teams(server, {"a": 5, "b": 5}, parent=outer)
    lead = server.join("lead", outer, Role.LEAD, since=date(2025, 1, 6))
    for nr in range(6):
        server.mart.execute("insert into people values (:p, :p, 'human', '')", {"p": f"guest{nr}"})
        for week in range(4):
            work(server, f"guest{nr}", week)
    everybody_works(server, range(4))
    server.today = MONDAY + timedelta(weeks=4)
    assert isinstance(value(server, lead, outer), Unknown)
    assert "stand behind no other" in value(server, lead, outer).reason
    assert value(server, lead, inner["a"]).value == 5
    assert value(server, lead, "").value == 17


def test_one_who_makes_most_of_it_is_pooled_or_withheld(server: TeamServer) -> None:
    team = found_teams(server, {"a": 6})["a"]
    everybody_works(server, range(4))
    work(server, "a0", 0, times=9)
    server.today = MONDAY + timedelta(weeks=4)
    reading = server.measure(Reader().signal, server.scope("p2", team))
    assert [point.block.weeks for point in reading.series] == [3, 1]


def test_numbers_begin_the_day_after_a_team_was_added(server: TeamServer) -> None:
    team = found_teams(server, {"a": 6})["a"]
    everybody_works(server, range(-4, 0))
    assert isinstance(value(server, "p2", team), Unknown)
    assert "the day after" in value(server, "p2", team).reason
    server.today += timedelta(days=1)
    assert value(server, "p2", team).value == 6


def test_who_joins_or_leaves_with_a_day_in_the_past_counts_from_now_on(
    server: TeamServer,
) -> None:
    team = found_teams(server, {"a": 6})["a"]
    server.join("late")
    everybody_works(server, range(10))
    server.today = MONDAY + timedelta(weeks=4)
    before = server.measure(Reader().signal, server.scope("p2", team))
    server.enter("join", person="late", team=team, since=MONDAY)
    server.enter("end_membership", number=3, until=MONDAY)
    after = server.measure(Reader().signal, server.scope("p5", team))
    assert after.series == before.series
    assert {point.value.value for point in after.series} == {6.0}
    server.today = MONDAY + timedelta(weeks=6)
    server.enter("unlink", person="a1", name="a1", email="a1@example.com")
    server.today = MONDAY + timedelta(weeks=8)
    newest = server.measure(Reader().signal, server.scope("p5", team))
    assert newest.series[:4] == before.series
    assert [point.value.value for point in newest.series] == [6.0] * 6 + [5.0] * 2


def test_only_whole_teams_over_all_repositories_are_questions(server: TeamServer) -> None:
    team = found_teams(server, {"a": 6})["a"]
    everybody_works(server, range(4))
    server.today = MONDAY + timedelta(weeks=4)
    scope, now, signal = server.scope("p2", team), server.now, Reader().signal
    assert isinstance(measure(server.mart, signal, scope, now, 1).now, Unknown)
    assert isinstance(measure(server.mart, signal, scope, now, 1, Groups()).now, Unknown)
    both = server.groups(("r", "s"))
    assert isinstance(measure(server.mart, signal, scope, now, 1, both).now, Unknown)
    known = server.groups(REPOS)
    assert isinstance(measure(server.mart, signal, scope, now, 1, known).now, Estimate)


def test_two_accounts_of_one_colleague_are_one_person(server: TeamServer) -> None:
    team = found_teams(server, {"a": 5})["a"]
    server.mart.execute("insert into people values ('home', 'a0', 'human', '')")
    server.mart.execute("insert into accounts values ('a0', 'home@example.com', 'home')")
    server.enter("link", person="a0", name="a0", email="home@example.com")
    for person in ("a0", "a1", "a2", "a3", "home"):
        for week in range(4):
            work(server, person, week)
    server.today = MONDAY + timedelta(weeks=4)
    withheld = value(server, "p2", team)
    assert isinstance(withheld, Unknown)
    assert withheld.have == 4


@pytest.mark.parametrize("seed", [0, 1, 3, 7, 8, 11])
def test_readers_who_share_all_they_see_isolate_nobody(server: TeamServer, seed: int) -> None:
    """Nested teams, read on many days, while people and teams come and go."""
    chance = random.Random(seed)
    outer = server.enter("add_team", name="outer")
    boss = server.join("boss", "", Role.LEAD)
    teams = [outer, *found_teams(server, {"a": chance.randint(4, 6)}, parent=outer).values()]
    for nr in range(chance.randint(0, 6)):
        server.join(f"direct{nr}", outer)
    for nr in range(chance.randint(0, 3)):
        server.mart.execute("insert into people values (:p, :p, 'human', '')", {"p": f"guest{nr}"})
    reader = Reader()
    for week in range(9):
        server.today = MONDAY + timedelta(weeks=week)
        look(server, reader, boss, ["", *teams])
        happen(server, chance, teams)
        look(server, reader, boss, ["", *teams])
        for (name,) in server.mart.rows("select person_id from people order by 1"):
            if name != "boss" and chance.random() < 0.85:
                work(server, name, week, times=chance.randint(1, 2))
    server.today = MONDAY + timedelta(weeks=9)
    look(server, reader, boss, ["", *teams])
    assert reader.seen
    assert reader.isolated(5) is None


def happen(server: TeamServer, chance: random.Random, teams: list[str]) -> None:
    """Somebody joins, leaves or moves, dated back or not; a team is founded."""
    today = server.today
    back = today - timedelta(weeks=chance.choice([0, 0, 2, 5]))
    running = [m for m in server.roster.memberships if m.team_id and m.holds(today)]
    match chance.choice(["nothing", "join", "end", "move", "found"]):
        case "join":
            server.join(f"new{len(server.roster.people)}", chance.choice(teams), since=back)
        case "end" if running:
            gone = chance.choice(running)
            server.enter("end_membership", number=gone.number, until=max(back, gone.since))
        case "move" if running:
            mover = chance.choice(running).person_id
            team = chance.choice(teams)
            if team not in {m.team_id for m in running if m.person_id == mover}:
                server.enter("join", person=mover, team=team, since=back)
        case "found" if len(teams) < 4:
            teams.append(
                server.enter("add_team", name=f"team{len(teams)}", parent=chance.choice(teams))
            )
            for mover in {m.person_id for m in running if chance.random() < 0.5}:
                server.enter("join", person=mover, team=teams[-1], since=back)


def test_the_attack_would_find_somebody(server: TeamServer) -> None:
    """Two reports of everybody, without the roster's groups, with one of them gone between."""
    found_teams(server, {"a": 6})
    everybody_works(server, range(2))
    server.today = MONDAY + timedelta(weeks=2)
    reader = Reader()
    scope = server.scope("p2", "")
    measure(server.mart, reader.signal, scope, server.now, 1)
    server.mart.execute("delete from commits where person_id = 'a5'")
    measure(server.mart, reader.signal, scope, server.now, 1)
    assert "a5" in (reader.isolated(5) or ())
