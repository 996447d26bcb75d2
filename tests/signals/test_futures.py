"""Whose future may be told to whom: one's own, and that of enough people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from groundplan.facts.engines.duckdb import as_text
from groundplan.facts.trackers import EVERYTHING, Tracker
from groundplan.inference.forecasts.forecast import Forecast
from groundplan.signals.futures import check_people, foretell
from groundplan.terms.estimate import Unknown
from groundplan.terms.scope import Role, Scope
from tests.team_server import TeamServer, team_server

UNTIL = date(2025, 12, 31)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[TeamServer]:
    with team_server(tmp_path) as found:
        yield found


def track(people: Sequence[str]) -> Tracker:
    """A tracker of half a year in which people took turns, one item every other day."""
    done = np.datetime64(UNTIL) - 2 * np.arange(90)[::-1]
    persons = as_text([people[nr % len(people)] for nr in range(90)])
    nothing = np.zeros(90, dtype=bool)
    return Tracker("board", "items", UNTIL, done.astype("datetime64[us]"), nothing, persons, done)


def ask(server: TeamServer, scope: Scope, tracker: Tracker) -> Forecast | Unknown:
    return foretell(server.mart, server.roster, scope, tracker, EVERYTHING)


def test_what_is_ones_own_is_told_to_nobody_else(server: TeamServer) -> None:
    team = server.enter("add_team", name="Platform")
    ann, ben = (server.join(name, team) for name in ("ann", "ben"))
    lead = server.join("lea", team, Role.LEAD)
    mine = track(["ann"])
    assert isinstance(ask(server, server.scope(ann, team), mine), Forecast)
    for other in (ben, lead):
        withheld = ask(server, server.scope(other, team), mine)
        assert isinstance(withheld, Unknown)
        assert (withheld.have, withheld.need, withheld.of) == (1, 5, "people")


@pytest.mark.parametrize(("people", "told"), [(2, False), (4, False), (5, True)])
def test_among_a_few_nobody_learns_what_the_others_did(
    server: TeamServer, people: int, told: bool
) -> None:
    team = server.enter("add_team", name="Platform")
    names = ["ann", "ben", "cem", "dan", "eve"]
    members = [server.join(name, team) for name in names]
    tracker = track(names[:people])
    for member in members:
        scope = server.scope(member, team)
        assert isinstance(ask(server, scope, tracker), Forecast) == told


def test_once_somebody_else_finished_anything_it_is_no_longer_ones_own(server: TeamServer) -> None:
    ann = server.join("ann")
    scope = server.scope(ann)
    assert isinstance(ask(server, scope, track(["ann", ""])), Forecast)
    early = track(["ann"])
    early.person[0] = "ben"  # long before the weeks that a pace is read from
    assert isinstance(ask(server, scope, early), Unknown)


def test_where_nobody_is_named_everybody_may_know(server: TeamServer) -> None:
    ann = server.join("ann")
    unnamed = track([""])
    assert check_people(server.mart, server.roster, server.scope(ann), unnamed, "all", 1) is None
    assert isinstance(ask(server, server.scope(ann), unnamed), Forecast)
