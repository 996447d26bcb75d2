"""A server of a team with nested teams, their leads, a partner, an admin, and a stranger."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from groundplan.records.journal import Visibility
from groundplan.terms.scope import Role
from tests.team_server import TeamServer, team_server

HOME = {
    "self": "inner", "mate": "inner", "lead": "inner", "above": "outer", "elsewhere": "other",
    "partner": "inner", "admin": "",
}  # fmt: skip
ROLES = {
    "lead": Role.LEAD, "above": Role.LEAD, "elsewhere": Role.LEAD, "partner": Role.PARTNER,
    "admin": Role.ADMIN,
}  # fmt: skip
WORDS = {
    Visibility.PRIVATE: "kept-to-myself",
    Visibility.TEAM: "told-my-team",
    Visibility.PARTNERS: "told-partners",
}


@dataclass(frozen=True)
class Company:
    """Who is who: ids by what they are, and the ids of the teams in which they act."""

    server: TeamServer
    people: dict[str, str]
    home: dict[str, str]


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a server whose roster is written."""
    folder = tmp_path_factory.mktemp("founded")
    with team_server(folder) as server:
        server.enter("add_team", name="outer")
        server.enter("add_team", name="inner", parent="outer")
        server.enter("add_team", name="other")
        for who, team in HOME.items():
            server.join(who, team, ROLES.get(who, Role.ENGINEER))
        plant_words(server)
    return folder


def plant_words(server: TeamServer) -> None:
    """Words of each visibility in the inner team: its engineer's, and the lead's to partners."""
    people = {person.name: id_ for id_, person in server.roster.people.items()}
    inner = next(t.team_id for t in server.roster.teams.values() if t.name == "inner")
    for share, what in WORDS.items():
        who = "lead" if share is Visibility.PARTNERS else "self"
        scope = server.scope(people[who], inner)
        server.ask("promises.make", scope, what=what, low_days=1.0, high_days=3.0, share=share)


@contextmanager
def open_company(founded: Path, folder: Path) -> Iterator[Company]:
    """A copy of it, with everybody seen in the facts."""
    shutil.copytree(founded, folder)
    with team_server(folder) as server:
        teams = {team.name: team.team_id for team in server.roster.teams.values()} | {"": ""}
        people = {person.name: id_ for id_, person in server.roster.people.items()}
        for name in people:
            server.see(name)
        home = {who: teams[team] for who, team in HOME.items()}
        yield Company(server, {**people, "stranger": "p999"}, {**home, "stranger": ""})


@pytest.fixture
def company(founded: Path, tmp_path: Path) -> Iterator[Company]:
    with open_company(founded, tmp_path / "company") as opened:
        yield opened
