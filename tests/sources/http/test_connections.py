"""Secrets where they may be, connections that hold none, and the command that reads them all."""

from __future__ import annotations

import json
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import keyring
import pytest
from click.testing import CliRunner
from keyring.backend import KeyringBackend

from groundplan.bootstrap.connections import Connection, Connections
from groundplan.bootstrap.secrets import read_secret
from groundplan.bootstrap.workspace import Workspace
from groundplan.facts.calendar import CALENDAR_KINDS, CALENDAR_WEEKS
from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.erasure import Traces
from groundplan.facts.host import HOST_KINDS
from groundplan.facts.ledger import Ledger
from groundplan.facts.raw import Raw
from groundplan.facts.work import WORK_KINDS
from groundplan.interfaces.cli.syncing import sync
from groundplan.terms.errors import BadInput, NotFound, Refused, SourceBroken
from groundplan.terms.people import Account
from groundplan.terms.progress import Silent
from tests.sources.github.github_builder import build_world
from tests.sources.http_server import Clock, serving
from tests.sources.ics.calendars import calendar, event

TOKEN = "ghp_plantedSecretPlantedSecretPlanted001"


def token_file(folder: Path, mode: int = 0o600, text: str = f"{TOKEN}\n") -> Path:
    path = folder / "token"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_secret_comes_from_the_environment_or_from_a_file_of_its_owner(tmp_path: Path) -> None:
    assert read_secret("env:A_TOKEN", {"A_TOKEN": TOKEN}).reveal() == TOKEN
    path = token_file(tmp_path)
    assert read_secret(f"file:{path}", {}).reveal() == TOKEN
    for mode in (0o640, 0o604, 0o644, 0o660):
        path.chmod(mode)
        with pytest.raises(Refused, match="chmod 600"):
            read_secret(f"file:{path}", {})


@pytest.mark.parametrize(
    ("where", "error"),
    [("env:NOT_SET", NotFound), ("env:EMPTY", NotFound), ("file:/nowhere/at/all", NotFound),
     ("file:/", Refused | BadInput), (TOKEN, BadInput), ("clipboard:", BadInput)],
)  # fmt: skip
def test_where_no_secret_is(where: str, error: Any) -> None:
    with pytest.raises(getattr(error, "__args__", error)) as raised:
        read_secret(where, {"EMPTY": " "})
    assert where == TOKEN or TOKEN not in str(raised.value)


def test_an_empty_file_and_one_that_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="empty"):
        read_secret(f"file:{token_file(tmp_path, text='')}", {})
    (tmp_path / "token").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match="a file of text"):
        read_secret(f"file:{tmp_path / 'token'}", {})


class InMemory(KeyringBackend):
    """The system's keyring as keyring itself lets one be written."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


def test_a_secret_comes_from_the_keyring() -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(InMemory())
    try:
        keyring.set_password("groundplan", "ann", TOKEN)
        assert read_secret("keyring:groundplan/ann", {}).reveal() == TOKEN
        with pytest.raises(NotFound, match="nothing for"):
            read_secret("keyring:groundplan/ben", {})
    finally:
        keyring.set_keyring(before)


def test_connections_are_kept_without_their_secrets(tmp_path: Path) -> None:
    known = Connections(tmp_path, {"GITHUB_TOKEN": TOKEN})
    assert known.load() == ()
    made = known.guess("github:ann/engine")
    assert made == Connection("github", "ann/engine", secret="env:GITHUB_TOKEN")
    known.add(made)
    known.add(Connection("github", "ann/other", api="https://git.example.org/api/v3"))
    again = Connections(tmp_path, {})
    assert again.find("ann/engine") == again.find("github:ann/engine") == made
    assert [each.name for each in again.load()] == ["ann/engine", "ann/other"]
    assert TOKEN not in (tmp_path / "connections.json").read_text()
    with pytest.raises(NotFound, match="not connected"):
        again.find("ann/nothing")
    with pytest.raises(BadInput, match="SOURCE:NAME"):
        again.guess("ann/engine")
    (tmp_path / "connections.json").write_text("[{}]")
    with pytest.raises(SourceBroken, match="no list of connections"):
        again.load()


def test_an_app_needs_its_key(tmp_path: Path) -> None:
    known = Connections(tmp_path, {})
    made = Connection("github", "ann/engine", secret=f"file:{token_file(tmp_path)}", app="7")
    source: Any = known.open(made, Silent())
    with pytest.raises(BadInput, match="private key"):
        source.client.auth.headers()
    with pytest.raises(NotFound, match="is not set"):
        known.open(Connection("github", "ann/engine", secret="env:NOT_SET"), Silent())


def test_the_command_connects_reads_and_reads_again(tmp_path: Path) -> None:
    world = build_world(pulls=20, issues=10, runs=0)
    world.token = TOKEN
    folder, runner = tmp_path / "workspace", CliRunner()
    with serving(world.answer) as server:
        more = ["--workspace", str(folder), "--quiet"]
        first = ["github:ann/engine", "--api", server.base, "--token", "env:PLANTED", *more]
        done = runner.invoke(sync, first, env={"PLANTED": TOKEN}, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        assert "ann/engine: " in done.output
        done = runner.invoke(sync, [*more, "--json"], env={"PLANTED": TOKEN})
        assert json.loads(done.stdout)["connections"][0]["replies"] == 0
        lost = runner.invoke(sync, more, env={"PLANTED": None})
        assert isinstance(lost.exception, NotFound)
        assert "PLANTED is not set" in str(lost.exception)
    nothing = runner.invoke(sync, ["--workspace", str(tmp_path / "other"), "--quiet"])
    assert isinstance(nothing.exception, BadInput)
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert TOKEN.encode() not in written
    assert TOKEN not in done.output


def test_an_erasure_reaches_the_raw_replies_of_every_connection(tmp_path: Path) -> None:
    world = build_world(pulls=20, issues=10, runs=0)
    clock = Clock()
    known = Connections(tmp_path, {"GITHUB_TOKEN": TOKEN})
    ledger, raw = Ledger(tmp_path, clock.now), Raw(tmp_path / "raw.sqlite")
    with serving(world.answer, clock=clock) as server:
        known.add(known.guess("github:ann/engine", server.base))
        known.sync(known.find("ann/engine"), (ledger, raw), Silent(), clock.now)
    ann = Account("ann", "100+ann@users.noreply.127.0.0.1")
    ledger.erase(Traces((ann,), (ann.email,)), (*HOST_KINDS, *WORK_KINDS))
    assert known.erase((ledger, raw), Silent()) > 0
    assert known.erase((ledger, raw), Silent()) == 0
    (source,) = raw.sources()
    assert all(b'"ann"' not in reply.body for reply in raw.read(source))
    assert known.rebuild(known.find("ann/engine"), (ledger, raw), Silent()) > 0
    raw.close()
    ledger.close()
    assert stat.S_IMODE((tmp_path / "raw.sqlite").stat().st_mode) & stat.S_IWOTH == 0


def test_an_erasure_of_a_workspace_reaches_its_raw_replies(tmp_path: Path) -> None:
    world = build_world(pulls=20, issues=10, runs=0)
    clock = Clock()
    opened = Workspace(tmp_path, Silent())
    known = Connections(tmp_path, {"GITHUB_TOKEN": TOKEN})
    with serving(world.answer, clock=clock) as server:
        known.add(known.guess("github:ann/engine", server.base))
        with closing(Raw(tmp_path / "raw.sqlite")) as raw:
            known.sync(known.find("ann/engine"), (opened.ledger, raw), Silent(), clock.now)
    ann = Account("ann", "100+ann@users.noreply.127.0.0.1")
    assert opened.erase(opened.scope(), "p1", Traces((ann,), (ann.email,))).segments > 0
    with closing(Raw(tmp_path / "raw.sqlite")) as raw:
        (source,) = raw.sources()
        assert all(b'"ann"' not in reply.body for reply in raw.read(source))
    opened.close()


@pytest.mark.parametrize(
    "made",
    [
        Connection("ics", "ann@example.com", secret="env:NOT_SET"),
        Connection("ics", "ann@example.com", "https://dav.example.com/ann/", "env:NOT_SET", "ann"),
        Connection("github", "ann/engine", secret="env:NOT_SET", app="7", installation="8"),
        Connection("jira", "EN", "https://team.atlassian.net", "env:NOT_SET", "ann@example.com"),
        Connection("gitlab", "ann/engine"),
        Connection("redmine", "engine", "https://redmine.example.com", "env:NOT_SET"),
        Connection("push", "ci", hook="env:NOT_SET"),
    ],
    ids=lambda made: f"{made.by} {made.user}",
)
def test_what_was_kept_is_shaped_without_any_secret(tmp_path: Path, made: Connection) -> None:
    known = Connections(tmp_path, {})
    known.add(made)
    assert known.load() == (made,)
    assert known.open_offline(made, Silent()).source
    with closing(Ledger(tmp_path, Clock().now)) as ledger, closing(Raw(tmp_path / "r")) as raw:
        assert known.rebuild(made, (ledger, raw), Silent()) == 0


def test_hooks_are_found_in_the_environment(tmp_path: Path) -> None:
    known = Connections(tmp_path, {"GROUNDPLAN_GITHUB_HOOK": TOKEN, "GROUNDPLAN_PUSH_TOKEN": TOKEN})
    assert known.guess("github:ann/engine").hook == "env:GROUNDPLAN_GITHUB_HOOK"
    assert known.guess("push:ci") == Connection("push", "ci", hook="env:GROUNDPLAN_PUSH_TOKEN")
    assert known.guess("gitlab:ann/engine").hook == ""


def test_a_calendar_of_whoever_was_erased_is_given_up_with_all_that_it_told(tmp_path: Path) -> None:
    clock, known = Clock(), Connections(tmp_path)
    ledger, raw = Ledger(tmp_path, clock.now), Raw(tmp_path / "raw.sqlite")
    path = tmp_path / "calendar.ics"
    path.write_bytes(calendar(event("DTSTART:20260302T100000Z", "DURATION:PT1H")))
    for owner in ("ann@example.com", "ben@example.com"):
        known.add(Connection("ics", owner, api=f"file:{path}"))
        known.sync(known.find(owner), (ledger, raw), Silent(), clock.now)
    ann = Account("Ann Example", "ann@example.com")
    ledger.erase(Traces((ann,), (ann.email,)), CALENDAR_KINDS)
    assert known.erase((ledger, raw), Silent()) > 0
    assert [each.name for each in known.load()] == ["ben@example.com"]
    assert len(raw.sources()) == len(ledger.sources()) == 1
    assert b"ann@example.com" not in (tmp_path / "connections.json").read_bytes()
    raw.close()
    ledger.close()


def test_a_calendar_is_connected_with_its_owners_hours(tmp_path: Path) -> None:
    path = tmp_path / "calendar.ics"
    yes = [f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{who}@example.com" for who in ("ann", "ben")]
    path.write_bytes(calendar(event(
        "DTSTART;TZID=Europe/Berlin:20251229T100000", "DURATION:PT4H", "RRULE:FREQ=WEEKLY", *yes,
    )))  # fmt: skip
    hours = ["--zone", "Europe/Berlin", "--opens", "08:00", "--closes", "12:00"]
    words = ["ics:ann@example.com", "--api", f"file:{path}", "--workspace", str(tmp_path / "w")]
    done = CliRunner().invoke(sync, [*words, *hours, "--quiet"], catch_exceptions=False)
    assert done.exit_code == 0
    (made,) = Connections(tmp_path / "w").load()
    assert (made.zone, made.opens, made.closes) == ("Europe/Berlin", "08:00", "12:00")
    with closing(Ledger(tmp_path / "w", Clock().now)) as ledger, closing(DuckDB()) as engine:
        weeks = ledger.snapshot().relation(CALENDAR_WEEKS)
        told = engine.rows(f"select distinct working_hours, meeting_hours from {weeks}")
    assert told == [(20.0, 2.0)]  # ten to twelve on its owner's clock


@pytest.mark.parametrize(
    "made",
    [Connection("github", "ann/engine", zone="Europe/Berlin"),
     Connection("ics", "ann@example.com", api="file:/x", zone="Nowhere/At"),
     Connection("ics", "ann@example.com", api="file:/x", opens="09:00", closes="10:00"),
     Connection("github", "engine")],
)  # fmt: skip
def test_what_makes_no_sense_is_not_kept(tmp_path: Path, made: Connection) -> None:
    known = Connections(tmp_path)
    with pytest.raises(BadInput):
        known.add(made)
    assert known.load() == ()
