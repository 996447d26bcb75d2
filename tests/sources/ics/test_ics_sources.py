"""Calendars behind links, in files and on a real CalDAV server, read into a real ledger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import caldav
import pytest

from groundplan.facts.calendar import CALENDAR_KINDS, HELD_EVENTS
from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.erasure import Traces
from groundplan.facts.host import REJECTED
from groundplan.facts.ledger import Ledger
from groundplan.facts.raw import Raw
from groundplan.sources.http.secrets import Nobody, Password, Secret
from groundplan.sources.http.sync import Synced, rebuild, sync
from groundplan.sources.ics.fetch import Calendar, connect, days_told, show_token
from groundplan.terms.errors import BadInput, NotFound, Refused
from groundplan.terms.people import Account
from groundplan.terms.progress import Silent
from tests.sources.http_server import Answer, Asked, Clock, serving
from tests.sources.ics.calendars import ANN, calendar, event
from tests.sources.ics.radicales import serving_calendars

HIDDEN_PATH = "/private-3f9c1d/basic.ics"
MEETING = event("DTSTART:20260302T100000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=3",
                "SUMMARY:Salary talk", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ben@example.com",
                f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ANN}")  # fmt: skip
OTHER = event("DTSTART:20260310T100000Z", "DURATION:PT2H", uid="two")


class Workspace:
    """A workspace folder with its stores."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.clock = clock
        self.ledger = Ledger(folder, clock.now)
        self.raw = Raw(folder / "raw.sqlite")

    def close(self) -> None:
        self.raw.close()
        self.ledger.close()

    def sync(self, source: Calendar) -> Synced:
        return sync(self.ledger, self.raw, source, Silent(), clock=self.clock.now)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        snapshot = self.ledger.snapshot()
        kinds = {kind.name: snapshot.relation(kind) for kind in (*CALENDAR_KINDS, REJECTED)}
        with closing(DuckDB(threads=1)) as engine:
            return engine.rows(sql.format(held=HELD_EVENTS.format(**kinds), **kinds))


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    made = Workspace(tmp_path / "workspace", Clock())
    yield made
    made.close()


def connect_link(base: str, clock: Clock) -> Calendar:
    link = show_token(Secret(base + HIDDEN_PATH))
    return connect(ANN, link, Silent(), now=clock.now, sleep=clock.sleep, timeout_s=2.0)


def test_a_link_is_read_whole_and_asked_only_for_news(workspace: Workspace) -> None:
    served = [calendar(MEETING, OTHER)]

    def answer(asked: Asked) -> Answer:
        if asked.headers.get("If-None-Match") == f'"{len(served[0])}"':
            return Answer(b"", 304)
        return Answer(served[0], headers={"ETag": f'"{len(served[0])}"'})

    with serving(answer, clock=workspace.clock) as server:
        source = connect_link(server.base, workspace.clock)
        assert workspace.sync(source).replies == 1
        assert workspace.sync(source).replies == 0
        assert workspace.rows("select count(*) from ({held})") == [(4,)]
        served[0] = calendar(MEETING)
        assert workspace.sync(source).replies == 1
        source.client.close()
    assert workspace.rows("select count(*), min(accepted), min(answer) from ({held})") == [
        (3, 2, "accepted")
    ]
    before = workspace.rows("select * from ({held}) order by nr")
    assert rebuild(workspace.ledger, workspace.raw, source, Silent()) == 2
    assert workspace.rows("select * from ({held}) order by nr") == before


def test_a_month_later_days_before_are_still_known(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "calendar.ics"
    path.write_bytes(calendar(MEETING))
    source = connect(ANN, Nobody(), Silent(), api=f"file:{path}", now=workspace.clock.now)
    assert workspace.sync(source).replies == 1
    assert workspace.sync(source).replies == 0
    workspace.clock.sleep(300 * 86_400)
    path.write_bytes(calendar())
    assert workspace.sync(source).replies == 1
    since, _ = days_told(workspace.clock.now())
    assert f"{since:%Y-%m}" == "2026-06"
    assert workspace.rows("select count(*) from ({held})") == [(3,)]


def test_neither_words_nor_addresses_nor_the_link_are_written(workspace: Workspace) -> None:
    with serving(lambda _: Answer(calendar(MEETING)), clock=workspace.clock) as server:
        source = connect_link(server.base, workspace.clock)
        workspace.sync(source)
        source.client.close()
    (reply,) = workspace.raw.read(source.source)
    told = repr((reply, workspace.raw.state(source.source), workspace.ledger.cursor(source.source)))
    for secret in ("Salary", "ben@example.com", "private-3f9c1d"):
        assert secret not in told


@pytest.mark.parametrize(("status", "error"), [(404, NotFound), (401, Refused)])
def test_errors_hide_the_link(workspace: Workspace, status: int, error: type[Exception]) -> None:
    with serving(lambda _: Answer(b"", status), clock=workspace.clock) as server:
        source = connect_link(server.base, workspace.clock)
        with pytest.raises(error) as caught:
            workspace.sync(source)
        source.client.close()
    assert "private-3f9c1d" not in str(caught.value)


@pytest.mark.parametrize("name", ["ann", ""])
def test_a_calendar_is_named_by_its_owner(name: str) -> None:
    with pytest.raises(BadInput, match="address"):
        connect(name, Nobody(), Silent(), api="file:calendar.ics")


def test_of_whoever_was_erased_no_calendar_is_kept(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "calendar.ics"
    path.write_bytes(calendar(MEETING))
    source = connect(ANN.upper(), Nobody(), Silent(), api=f"file:{path}", now=workspace.clock.now)
    traces = Traces((Account("Ann Example", ANN),), (ANN,))
    mask = workspace.ledger.mask().add(traces, "erased-1")
    assert source.cover(calendar(MEETING), mask) == b""
    other = connect("ben@example.com", Nobody(), Silent(), api=f"file:{path}")
    assert other.cover(calendar(OTHER), mask) == calendar(OTHER)
    workspace.sync(source)
    assert workspace.rows("select count(*) from ({held})") == [(3,)]
    workspace.ledger.erase(traces, CALENDAR_KINDS)
    workspace.raw.erase(source.source, lambda reply: source.cover(reply.body, mask))
    rebuild(workspace.ledger, workspace.raw, source, Silent())
    assert workspace.rows("select count(*) from {calendar_events}") == [(0,)]
    assert workspace.rows("select count(*) from {calendar_weeks}") == [(0,)]
    path.write_bytes(calendar(MEETING, OTHER))
    workspace.sync(source)  # the connection still stands
    assert workspace.rows("select count(*) from {calendar_events}") == [(0,)]


def test_a_calendar_on_a_caldav_server(workspace: Workspace, tmp_path: Path) -> None:
    with serving_calendars(tmp_path) as base:
        client = caldav.DAVClient(base, username="ann", password="secret")
        made = client.principal().make_calendar(name="work", cal_id="work")
        for body in (calendar(MEETING), calendar(OTHER)):
            made.add_event(body.decode())
        auth = show_token(Secret("secret"), "ann")
        url = str(made.url)
        source = connect(ANN, auth, Silent(), api=url, now=workspace.clock.now)
        assert workspace.sync(source).replies == 1
        assert workspace.sync(source).replies == 0
        assert workspace.rows("select count(*), max(accepted) from ({held})") == [(4, 2)]
        wrong = connect(ANN, Password("ann", Secret("no")), Silent(), api=url,
                        now=workspace.clock.now)  # fmt: skip
        with pytest.raises(Refused):
            wrong.client.read("")
        gone = connect(ANN, auth, Silent(), api=f"{base}ann/none/", now=workspace.clock.now)
        with pytest.raises(NotFound):
            gone.client.read("")
        client.close()
