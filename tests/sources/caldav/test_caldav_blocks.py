"""Blocks written into a calendar on a real server (Radicale), changed by a real client, undone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import caldav
import icalendar
import pytest
from click.testing import CliRunner

from groundplan.access import LOCAL_VIEWER
from groundplan.bootstrap.workspace import Workspace
from groundplan.interfaces.cli.calendars import calendar as command
from groundplan.interfaces.cli.main import cli
from groundplan.interfaces.web.app import create_app
from groundplan.practices.focus_time.rules import KeptFree, write_feed
from groundplan.sources.caldav.fetch import Written, take_back, write_blocks
from groundplan.sources.caldav.shape import find_own, seal_blocks
from groundplan.sources.http.secrets import Password, Secret
from groundplan.sources.ics.shape import read_events
from groundplan.terms.errors import BadInput, NotFound, Refused, SourceDown
from tests.interfaces.web.conftest import open_doors, own_workspace
from tests.interfaces.web.test_feeds import serving
from tests.sources.ics.calendars import ANN, calendar, event
from tests.sources.ics.radicales import serving_calendars

__all__ = ["own_workspace"]

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
DAY = timedelta(days=1)
BLOCKS = [
    KeptFree(START + nr * DAY, START + nr * DAY + timedelta(hours=2), "", f"reason, nr {nr}")
    for nr in range(3)
]
ICS = write_feed(BLOCKS, [(START, START + timedelta(hours=2))], "p1", date(2026, 1, 5))
MINE = calendar(event("DTSTART:20260106T100000Z", "DURATION:PT1H", "SUMMARY:Mine"))
AUTH = Password("ann", Secret("secret"))


class Server:
    """A calendar on a server, by another client than ours."""

    def __init__(self, base: str, client: caldav.DAVClient) -> None:
        self.base, self.client = base, client
        made = client.principal().make_calendar(name="work", cal_id="work")
        made.add_event(MINE.decode())
        self.calendar, self.url = made, str(made.url)

    def events(self) -> dict[str, Any]:
        return {str(e.icalendar_component["UID"]): e for e in self.calendar.events()}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with (
        serving_calendars(tmp_path) as base,
        caldav.DAVClient(base, username="ann", password="secret") as client,
    ):
        yield Server(base, client)


def test_blocks_are_written_once_and_taken_back(server: Server) -> None:
    before = {uid: e.data for uid, e in server.events().items()}
    first = write_blocks(server.url, AUTH, ICS)
    assert (len(first.written), first.already) == (3, 0)
    assert write_blocks(server.url, AUTH, ICS) == Written((), 3)
    found = server.calendar.search(start=START, end=START + 7 * DAY, event=True)
    own = [e.icalendar_component for e in found if "@groundplan" in e.data]
    assert sorted(e["DTSTART"].dt for e in own) == [b.starts_at for b in BLOCKS]
    assert {str(e["TRANSP"]) for e in own} == {"OPAQUE"}
    undone = take_back(server.url, AUTH)
    assert (undone.removed, undone.left) == (3, ())
    assert {uid: e.data for uid, e in server.events().items()} == before
    assert take_back(server.url, AUTH).removed == 0


def test_a_feed_opens_in_a_calendar_client(server: Server) -> None:
    """Subscribed to, a client puts it into a calendar of its own; here with another client."""
    made = server.client.principal().make_calendar(name="focus", cal_id="focus")
    for one in icalendar.Calendar.from_ical(ICS).walk("VEVENT"):
        whole = icalendar.Calendar()
        whole.add("VERSION", "2.0")
        whole.add("PRODID", "-//example//client")
        whole.add_component(one)
        made.add_event(whole.to_ical().decode())
    found = made.search(start=START, end=START + 7 * DAY, event=True)
    told = sorted((e.icalendar_component["DTSTART"].dt, e.icalendar_component["SUMMARY"])
                  for e in found)  # fmt: skip
    assert told == sorted(
        [*((b.starts_at, "Focus") for b in BLOCKS), (START, "Quiet in your team")]
    )


@pytest.mark.parametrize(
    "change",
    [
        {"SUMMARY": "Dentist"}, {"LOCATION": "Room 1"}, {"DESCRIPTION": "mine now"},
        {"dtstart": START + timedelta(hours=1)}, {"dtend": START + timedelta(hours=5)},
        {"TRANSP": "TRANSPARENT"}, {"ATTENDEE": "mailto:ben@example.com"}, {"STATUS": "TENTATIVE"},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_what_was_changed_since_is_left_alone_and_named(
    server: Server, change: dict[str, Any]
) -> None:
    write_blocks(server.url, AUTH, ICS)
    uid = min(uid for uid in server.events() if uid.endswith("@groundplan"))
    changed = server.events()[uid]
    component = changed.icalendar_component
    for name, value in change.items():
        component.pop(name, None)
        component.add(name, value)
    changed.save()
    undone = take_back(server.url, AUTH)
    assert undone.removed == 2
    assert len(undone.left) == 1
    assert set(server.events()) == {"one", uid}
    assert write_blocks(server.url, AUTH, ICS).already == 1


def test_stamps_and_alarms_of_the_server_are_no_change(server: Server) -> None:
    write_blocks(server.url, AUTH, ICS)
    for uid, one in server.events().items():
        if uid.endswith("@groundplan"):
            component = one.icalendar_component
            component.add("LAST-MODIFIED", START)
            component.add("SEQUENCE", 4)
            component.add("STATUS", "CONFIRMED")
            one.save()
    assert take_back(server.url, AUTH).removed == 3


def test_somebodys_event_that_looks_like_ours_is_not_ours(server: Server) -> None:
    server.calendar.add_event(
        calendar(event("DTSTART:20260107T100000Z", "DURATION:PT1H", uid="copy@groundplan")).decode()
    )
    write_blocks(server.url, AUTH, ICS)
    assert take_back(server.url, AUTH).removed == 3
    assert set(server.events()) == {"one", "copy@groundplan"}


def test_a_change_between_looking_and_removing_is_not_lost(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server refuses the removal of a state that it no longer has."""
    write_blocks(server.url, AUTH, ICS)
    request = caldav.DAVClient.request
    late: list[str] = []

    def change_before_delete(client: Any, url: str, method: str = "GET", *more: Any) -> Any:
        if method == "DELETE" and not late:
            late.append(str(url))
            body = request(client, url, "GET").raw.replace("SUMMARY:Focus", "SUMMARY:Mine now")
            request(client, url, "PUT", body, {"Content-Type": "text/calendar"})
        return request(client, url, method, *more)

    monkeypatch.setattr(caldav.davclient.DAVClient, "request", change_before_delete)
    undone = take_back(server.url, AUTH)
    assert (undone.removed, len(undone.left)) == (2, 1)
    assert sum("Mine now" in e.data for e in server.events().values()) == 1


def test_blocks_that_were_written_do_not_make_their_owner_busy(server: Server) -> None:
    write_blocks(server.url, AUTH, ICS)
    whole = "\r\n".join(e.data for e in server.events().values()).encode()
    told = read_events(whole, START - DAY, START + 7 * DAY, "UTC", (ANN,))
    assert [each.hours for each in told.events] == [1.0]
    assert told.rejected == ()


def test_errors_are_ours_and_hide_the_password(server: Server) -> None:
    with pytest.raises(Refused) as refused:
        write_blocks(server.url, Password("ann", Secret("wrong-4711")), ICS)
    assert "wrong-4711" not in str(refused.value)
    with pytest.raises(NotFound):
        take_back(f"{server.base}ann/none/", AUTH)
    with pytest.raises(BadInput, match="https"):
        write_blocks("http://calendar.example.com/ann/", AUTH, ICS)
    with pytest.raises(SourceDown):
        write_blocks("http://127.0.0.1:1/ann/", AUTH, ICS)


def test_the_command_writes_what_the_page_proposes_and_undoes_it(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALENDAR_PASSWORD", "secret")
    where = [server.url, "--user", "ann", "--password", "env:CALENDAR_PASSWORD", "--json"]
    workspace = tmp_path / "workspace"
    file = tmp_path / "ann.ics"
    file.write_bytes(calendar())

    def run(*words: str) -> Any:
        done = CliRunner().invoke(command, list(words), catch_exceptions=False)
        return json.loads(done.stdout)

    assert run("write", *where, "--workspace", str(workspace))["written"] == []
    bring(workspace, file)
    written = run("write", *where, "--workspace", str(workspace))["written"]
    assert len(written) >= 1
    assert run("undo", *where) == {"removed": len(written), "left": []}
    assert set(server.events()) == {"one"}


def test_the_command_asks_a_teams_server_for_the_blocks(
    server: Server, own_workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    doors = open_doors(own_workspace, tmp_path)
    file = tmp_path / "ann.ics"
    file.write_bytes(calendar())
    bring(own_workspace.folder, file)
    monkeypatch.setenv("CALENDAR_PASSWORD", "secret")
    monkeypatch.setenv("GROUNDPLAN_TOKEN", doors.tokens.make(LOCAL_VIEWER, "calendar", "30"))
    with serving(create_app(own_workspace, doors)) as port:
        done = CliRunner().invoke(
            command,
            ["write", server.url, "--user", "ann", "--password", "env:CALENDAR_PASSWORD",
             "--server", f"http://127.0.0.1:{port}"],
            catch_exceptions=False,
        )  # fmt: skip
    assert "blocks are written; 0 stood there already" in done.output
    own = [uid for uid in server.events() if uid.endswith("@groundplan")]
    assert done.output.startswith(f"{len(own)} blocks")
    assert own


def bring(workspace: Path, file: Path) -> None:
    words = ["focus_time", "bring", str(file), ANN, "--workspace", str(workspace)]
    done = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output


def test_a_text_that_is_no_calendar_is_nobodys() -> None:
    (first, *_) = seal_blocks(ICS)
    assert find_own(first.text) is not None
    for text in ("", "X-GROUNDPLAN-SEAL @groundplan", first.text[:150]):
        assert find_own(text) is None
