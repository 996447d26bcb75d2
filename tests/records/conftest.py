"""Journals on real engines: a file of its own, and a schema of its own on a server of its own."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from groundplan.records.chained import ChainedJournal
from tests.records.places import Place, PostgresPlace, SQLitePlace
from tests.records.postgres_server import PostgresServer, find_programs

SCHEMAS = (f"t{nr}" for nr in itertools.count(1))
ON_POSTGRES = pytest.param("postgres", marks=pytest.mark.xdist_group("postgres"))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A server for the session; in CI its absence is a failure."""
    programs = find_programs()
    if programs is None:
        told = "no PostgreSQL server is installed; scripts/install-postgres tries to"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(told)
    server = PostgresServer(programs)
    yield server
    server.remove()


@pytest.fixture(params=["sqlite", ON_POSTGRES])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A place for a journal, on each engine in turn."""
    made: Place
    if request.param == "sqlite":
        made = SQLitePlace(tmp_path / "journal.sqlite")
    else:
        made = PostgresPlace(request.getfixturevalue("postgres_server"), next(SCHEMAS))
    yield made
    made.close()


@pytest.fixture
def sqlite_place(tmp_path: Path) -> Iterator[SQLitePlace]:
    """A place in a file."""
    made = SQLitePlace(tmp_path / "journal.sqlite")
    yield made
    made.close()


@pytest.fixture
def postgres_place(postgres_server: PostgresServer) -> Iterator[PostgresPlace]:
    """A place on the server."""
    made = PostgresPlace(postgres_server, next(SCHEMAS))
    yield made
    made.close()


@pytest.fixture
def postgres_url(postgres_place: PostgresPlace) -> str:
    """The address of a schema of its own on the server."""
    return postgres_place.url


@pytest.fixture
def journal(place: Place) -> ChainedJournal:
    """A journal on each engine in turn."""
    return place.open()
