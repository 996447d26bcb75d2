"""The link to one's blocks: real clients on a real server; it is read until it is taken back."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import icalendar
import pytest
import uvicorn
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from groundplan.access import LOCAL_VIEWER
from groundplan.bootstrap.workspace import Workspace
from groundplan.facts.ledger import Ledger
from groundplan.facts.raw import Raw
from groundplan.interfaces.web.doors.links import Purpose
from groundplan.interfaces.web.doors.settings import Settings
from groundplan.records.journal import Saying, Visibility
from groundplan.sources.http.secrets import Secret
from groundplan.sources.http.sync import sync
from groundplan.sources.ics.fetch import connect, show_token
from groundplan.terms.progress import Silent
from tests.interfaces.web.conftest import BASE, OURS, browser, hire, open_doors
from tests.sources.ics.calendars import ANN, calendar, event

LINK = re.compile(r"http://127\.0\.0\.1:8088(/feeds/local/[\w-]+\.ics)")


def bring(client: TestClient, *events: list[str]) -> None:
    reply = client.post(
        "/focus_time/bring",
        data={"calendar": calendar(*events).decode(), "address": ANN, "zone": "Europe/Berlin"},
        headers=OURS,
    )
    assert reply.status_code == 200, reply.text


def make_link(client: TestClient) -> str:
    shown = client.post("/focus_time/subscribe", headers=OURS)
    assert shown.status_code == 200
    (path,) = set(LINK.findall(shown.text))
    return str(path)


@pytest.fixture
def owner(own_workspace: Workspace, tmp_path: Path) -> TestClient:
    doors = open_doors(own_workspace, tmp_path)
    value = doors.sessions.start(LOCAL_VIEWER, "link", "A browser")
    return browser(own_workspace, doors, cookies={doors.cookie: value})


@pytest.fixture
def stranger(own_workspace: Workspace, tmp_path: Path) -> TestClient:
    """A calendar program: no cookie, no page of ours behind it."""
    return browser(own_workspace, open_doors(own_workspace, tmp_path))


def test_a_link_is_followed_without_signing_in(owner: TestClient, stranger: TestClient) -> None:
    bring(owner)
    link = make_link(owner)
    reply = stranger.get(link)
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "text/calendar; charset=utf-8"
    assert reply.headers["cache-control"] == "private, no-cache"
    events = icalendar.Calendar.from_ical(reply.content).walk("VEVENT")
    page = owner.get("/focus_time").text
    assert events
    assert page.count("without a meeting in your working hours") == len(events)
    head = stranger.head(link)
    assert head.status_code == 200
    assert head.content == b""


def test_what_has_not_changed_is_not_sent_again(owner: TestClient, stranger: TestClient) -> None:
    bring(owner)
    link = make_link(owner)
    etag = stranger.get(link).headers["etag"]
    for asked in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = stranger.get(link, headers={"If-None-Match": asked})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert stranger.get(link, headers={"If-None-Match": '"other"'}).status_code == 200
    now = datetime.now(UTC)
    every = event(
        f"DTSTART:{now:%Y%m%d}T000000Z", "DURATION:P21D", "X-MICROSOFT-CDO-BUSYSTATUS:OOF"
    )
    bring(owner, [*every[:2], f"DTSTART;VALUE=DATE:{now - timedelta(days=9):%Y%m%d}",
                  f"DTEND;VALUE=DATE:{now + timedelta(days=20):%Y%m%d}", *every[4:]])  # fmt: skip
    changed = stranger.get(link, headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert icalendar.Calendar.from_ical(changed.content).walk("VEVENT") == []


def test_a_new_link_ends_the_old_one_and_taken_back_none_works(
    owner: TestClient, stranger: TestClient
) -> None:
    bring(owner)
    first = make_link(owner)
    second = make_link(owner)
    assert first != second
    assert stranger.get(first).status_code == 404
    assert stranger.get(second).status_code == 200
    assert owner.post("/focus_time/unsubscribe", headers=OURS).status_code == 200
    gone, never = stranger.get(second), stranger.get("/feeds/nobody/something.ics")
    assert (gone.status_code, gone.text) == (never.status_code, never.text)
    assert gone.status_code == 404
    assert second not in owner.get("/focus_time").text


def test_the_link_is_kept_as_a_digest_and_shown_once(
    owner: TestClient, stranger: TestClient, tmp_path: Path
) -> None:
    bring(owner)
    link = make_link(owner)
    secret = link.rpartition("/")[2].removesuffix(".ics").encode()
    stranger.get(link)
    for stored in tmp_path.rglob("*"):
        if stored.is_file():
            assert secret not in stored.read_bytes(), stored
    assert secret.decode() not in owner.get("/focus_time").text


@pytest.mark.parametrize(
    "path",
    ["/feeds/local/.ics", "/feeds/local/x_y.ics", "/feeds/local/x", "/feeds/", "/feeds/local",
     "/feeds/%2e%2e/x.ics", "/feeds/local/" + "a" * 5000 + ".ics", "/feeds/local/\u00e9.ics"],
)  # fmt: skip
def test_whatever_else_is_asked_is_not_there(
    owner: TestClient, stranger: TestClient, path: str
) -> None:
    make_link(owner)
    assert stranger.get(path).status_code == 404


def test_other_pages_stay_closed_and_a_foreign_page_makes_no_link(stranger: TestClient) -> None:
    assert stranger.get("/focus_time").status_code in (401, 403)
    foreign = {"origin": "http://elsewhere.example", "sec-fetch-site": "cross-site"}
    assert stranger.post("/focus_time/subscribe", headers=foreign).status_code == 403


def test_asking_twice_with_one_key_never_shows_a_link_that_does_not_work(
    owner: TestClient, stranger: TestClient
) -> None:
    key = {"idempotency_key": "one-and-the-same"}
    (path,) = set(LINK.findall(owner.post("/focus_time/subscribe", data=key, headers=OURS).text))
    again = owner.post("/focus_time/subscribe", data=key, headers=OURS)
    assert again.status_code == 409
    assert LINK.findall(again.text) == []
    assert stranger.get(path).status_code == 200


def test_a_calendar_that_is_not_known_any_further_asks_to_be_brought_again(
    own_workspace: Workspace, owner: TestClient
) -> None:
    bring(owner)
    assert "Bring it again" in owner.get("/focus_time").text
    known = own_workspace.journal.read("calendars/local")[0]
    body = {**known.body, "until_on": "2026-01-05"}
    told = Saying(known.stream, known.kind, body, known.by, known.owner, "", Visibility.PRIVATE)
    own_workspace.journal.append(told, expected=1)
    page = owner.get("/focus_time").text
    assert "Your calendar is not known any further" in page
    assert "than up to 5 Jan 2026" in page


@contextmanager
def serving(app: ASGIApp) -> Iterator[int]:
    """An application on a real port."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield int(server.servers[0].sockets[0].getsockname()[1])
    server.should_exit = True
    thread.join(10)


def test_a_calendar_program_subscribes_and_asks_only_for_news(
    owner: TestClient, tmp_path: Path
) -> None:
    """Our own client of private links: a real one, with ETags, on a real port."""
    bring(owner)
    link = make_link(owner)
    with serving(owner.app) as port:
        secret = Secret(f"http://127.0.0.1:{port}{link}")
        source = connect(ANN, show_token(secret), Silent())
        folder = tmp_path / "program"
        with (
            closing(Ledger(folder, source.now)) as ledger,
            closing(Raw(folder / "raw.sqlite")) as raw,
        ):
            first = sync(ledger, raw, source, Silent(), clock=source.now)
            again = sync(ledger, raw, source, Silent(), clock=source.now)
        source.client.close()
    assert (first.replies, again.replies) == (1, 0)
    assert first.rejected == 0
    assert BASE not in str(first)


def test_on_a_teams_server_a_link_is_one_persons_and_ends_when_they_leave(
    own_workspace: Workspace, tmp_path: Path
) -> None:
    doors = open_doors(own_workspace, tmp_path, Settings(BASE, team=True))
    admin = browser(own_workspace, doors, headers=OURS)
    link, _ = doors.invite(Purpose.FOUNDING)
    founder = {"name": "Ann Example", "email": ANN, "password": "four plain words here"}
    assert admin.post(link, data=founder).status_code == 200
    ben = hire(own_workspace, admin, "Ben Example", "ben@example.com")
    value = doors.sessions.start(ben, "link", "A browser")
    owner = browser(own_workspace, doors, cookies={doors.cookie: value}, headers=OURS)
    bring(owner)
    shown = owner.post("/focus_time/subscribe").text
    (path,) = set(re.findall(rf"{BASE}(/feeds/{ben}/[\w-]+\.ics)", shown))
    stranger = browser(own_workspace, doors)
    assert stranger.get(path).status_code == 200
    (me,) = [person for person in own_workspace.roster().people if person != ben]
    assert stranger.get(path.replace(ben, me)).status_code == 404
    assert "/feeds/" not in admin.get("/focus_time").text
    assert admin.post("/people/leave", data={"person": ben}).status_code == 200
    assert stranger.get(path).status_code == 404
