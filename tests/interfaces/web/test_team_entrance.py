"""A team's server: the first admin, invitations, passwords, waits, and who may do what."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from groundplan.bootstrap.settings import utc_now
from groundplan.bootstrap.workspace import Workspace
from groundplan.interfaces.web.doors.doors import Doors
from groundplan.interfaces.web.doors.links import Purpose
from groundplan.interfaces.web.doors.settings import Settings
from groundplan.interfaces.web.doors.waits import FREE, Waits
from groundplan.records.roster import Roster
from tests.interfaces.web.conftest import BASE, OURS, browser, hire, open_doors, read

ANN = {"name": "Ann Example", "email": "ann@example.com", "password": "four plain words here"}
GOOD = "some other plain words"


@pytest.fixture
def workspace(history: object, tmp_path: Path) -> Iterator[Workspace]:
    opened = read(tmp_path / "workspace", history)  # type: ignore[arg-type]
    yield opened
    opened.close()


@pytest.fixture
def doors(workspace: Workspace, tmp_path: Path) -> Iterator[Doors]:
    opened = open_doors(workspace, tmp_path, Settings(BASE, team=True))
    yield opened
    opened.vault.close()


@pytest.fixture
def stranger(workspace: Workspace, doors: Doors) -> TestClient:
    return browser(workspace, doors, headers=OURS)


@pytest.fixture
def admin(workspace: Workspace, doors: Doors) -> TestClient:
    client = browser(workspace, doors, headers=OURS)
    link, _ = doors.invite(Purpose.FOUNDING)
    assert client.post(link, data=ANN).status_code == 200
    return client


def sign_in(client: TestClient, email: str, password: str, **more: str) -> int:
    form = {"email": email, "password": password, **more}
    return client.post("/sign-in", data=form, follow_redirects=False).status_code


def test_every_page_is_the_sign_in_page_to_somebody_unknown(stranger: TestClient) -> None:
    reply = stranger.get("/signals?x=1")
    assert reply.status_code == 401
    assert 'name="password"' in reply.text
    assert 'name="onward" value="/signals?x=1"' in reply.text
    assert "Throughput" not in reply.text


def test_the_first_link_makes_an_admin_once(
    workspace: Workspace, doors: Doors, stranger: TestClient
) -> None:
    link, _ = doors.invite(Purpose.FOUNDING)
    assert stranger.get(link).status_code == 200  # looking does not use it
    for wrong, field in (
        ({"name": ""}, "name"),
        ({"email": "nowhere"}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "Ann Example 12"}, "password"),
    ):
        reply = stranger.post(link, data=ANN | wrong)
        assert reply.status_code == 422
        assert f'id="f-{field}-error"' in reply.text
        assert "four plain" not in reply.text  # what was typed is kept, but no password
    assert stranger.post(link, data=ANN).status_code == 200
    assert "Ann Example" in stranger.get("/account").text
    assert stranger.get("/account/invitations").status_code == 200
    assert stranger.post(link, data=ANN).status_code == 410


def test_a_second_founder_is_refused(doors: Doors, admin: TestClient, stranger: TestClient) -> None:
    link, _ = doors.invite(Purpose.FOUNDING)
    reply = stranger.post(link, data=ANN | {"email": "other@example.com"})
    assert reply.status_code == 409
    assert stranger.get("/").status_code == 401


def test_an_invited_colleague_chooses_a_password_and_signs_in(
    workspace: Workspace, doors: Doors, admin: TestClient, stranger: TestClient
) -> None:
    ben = hire(workspace, admin, "Ben Example", "ben@example.com")
    shown = admin.post("/account/invitations", data={"person": ben}).text
    link = BASE + "/enter/" + shown.partition("/enter/")[2].partition("<")[0]
    assert "Welcome, Ben Example" in stranger.get(link).text
    assert stranger.post(link, data={"password": GOOD}).status_code == 200
    account = stranger.get("/account").text
    assert "Ben Example" in account
    assert "by Ann Example on" in account  # who made a link for somebody could have used it
    assert stranger.get("/account/invitations").status_code == 404
    assert stranger.post("/account/invitations", data={"person": ben}).status_code == 404
    assert sign_in(browser(workspace, doors, headers=OURS), "BEN@example.com ", GOOD) == 303


def test_a_lost_password_is_replaced_and_others_are_signed_out(
    workspace: Workspace, doors: Doors, admin: TestClient, stranger: TestClient
) -> None:
    person = doors.named(ANN["email"])[0].person_id
    link, _ = doors.invite(Purpose.INVITATION, person)
    assert stranger.post(link, data={"password": GOOD}).status_code == 200
    assert admin.get("/").status_code == 401
    other = browser(workspace, doors, headers=OURS)
    assert sign_in(other, ANN["email"], ANN["password"]) == 401
    assert sign_in(other, ANN["email"], GOOD) == 303


def test_wrong_passwords_and_unknown_addresses_look_the_same(
    admin: TestClient, stranger: TestClient
) -> None:
    told = []
    for email in (ANN["email"], "nobody@example.com"):
        form = {"email": email, "password": "a wrong password"}
        reply = stranger.post("/sign-in", data=form)
        told.append((reply.status_code, reply.text.replace(email, "")))
        assert email in reply.text  # what was typed is kept
        assert "a wrong password" not in reply.text
    assert told[0] == told[1]
    assert told[0][0] == 401


def test_guessing_has_to_wait_and_is_told_how_long(
    doors: Doors, admin: TestClient, stranger: TestClient
) -> None:
    now = utc_now()
    doors.waits = Waits(doors.vault, lambda: now)  # hashing alone would take up the first waits
    for _ in range(FREE["account"]):
        assert sign_in(stranger, ANN["email"], "a wrong password") == 401
    reply = stranger.post("/sign-in", data={"email": ANN["email"], "password": ANN["password"]})
    assert reply.status_code == 429
    assert int(reply.headers["retry-after"]) >= 1
    assert "Wait" in reply.text
    assert stranger.get("/").status_code == 401


def test_after_signing_in_one_is_where_one_wanted_to_be(
    admin: TestClient, stranger: TestClient
) -> None:
    form = {"email": ANN["email"], "password": ANN["password"], "onward": "/signals"}
    reply = stranger.post("/sign-in", data=form, follow_redirects=False)
    assert reply.headers["location"] == "/signals"
    form["onward"] = "//evil.example"
    reply = stranger.post("/sign-in", data=form, follow_redirects=False)
    assert reply.headers["location"] == "/"


def test_a_password_is_changed_by_who_knows_it(
    workspace: Workspace, doors: Doors, admin: TestClient, stranger: TestClient
) -> None:
    assert sign_in(stranger, ANN["email"], ANN["password"]) == 303
    for form, field in (
        ({"current": "a wrong password", "password": GOOD}, "current"),
        ({"current": ANN["password"], "password": "short"}, "password"),
    ):
        reply = admin.post("/account/password", data=form)
        assert reply.status_code == 422
        assert f'id="f-{field}-error"' in reply.text
    form = {"current": ANN["password"], "password": GOOD}
    assert admin.post("/account/password", data=form).status_code == 200
    assert admin.get("/").status_code == 200
    assert stranger.get("/").status_code == 401
    assert sign_in(stranger, ANN["email"], GOOD) == 303


def test_signing_in_again_replaces_the_session_of_the_browser(
    doors: Doors, admin: TestClient
) -> None:
    before = admin.cookies.get(doors.cookie)
    assert sign_in(admin, ANN["email"], ANN["password"]) == 303
    assert admin.cookies.get(doors.cookie) != before
    assert doors.sessions.find(str(before)) is None


def test_somebody_who_is_no_longer_on_the_roster_is_out(
    workspace: Workspace, doors: Doors, admin: TestClient
) -> None:
    doors.roster = Roster
    assert admin.get("/").status_code == 401


def test_by_https_the_cookie_is_bound_to_its_host(workspace: Workspace, tmp_path: Path) -> None:
    url = "https://plan.example.org"
    doors = open_doors(workspace, tmp_path, Settings(url, team=True))
    client = TestClient(browser(workspace, doors).app, base_url=url, headers=OURS | {"origin": url})
    link, _ = doors.invite(Purpose.FOUNDING)
    cookie = client.post(link, data=ANN, follow_redirects=False).headers["set-cookie"]
    assert cookie.startswith("__Host-")
    assert "Secure" in cookie
    assert client.get("/").status_code == 200
    assert client.get("/", headers={"host": "other.example.org"}).status_code == 421
