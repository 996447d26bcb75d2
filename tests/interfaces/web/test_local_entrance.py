"""On one machine: a link lets one browser in, once; nobody else sees a fact."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from groundplan.bootstrap.workspace import Workspace
from groundplan.interfaces.web.doors.doors import Doors
from groundplan.interfaces.web.doors.links import Purpose
from groundplan.records.vault import Kind
from tests.interfaces.web.conftest import BASE, OURS, browser, enter, open_doors
from tests.interfaces.web.routes import list_routes, patterns

OPEN = {"/enter/{ticket}", "/static"}


@pytest.fixture
def doors(workspace: Workspace, tmp_path: Path) -> Iterator[Doors]:
    opened = open_doors(workspace, tmp_path)
    yield opened
    opened.vault.close()


@pytest.fixture
def stranger(workspace: Workspace, doors: Doors) -> TestClient:
    return browser(workspace, doors, headers=OURS)


def test_nobody_unknown_reads_a_fact(
    stranger: TestClient, workspace: Workspace, client: TestClient
) -> None:
    telling = {"core", "store/disk", "Example", "263", "Throughput", "Ownership"}
    assert any(word in client.get("/").text for word in telling)
    for address in [*list_routes(workspace, most=2), "/nothing", "/progress", "/signals/nothing"]:
        for form in ("", "json", "csv", "md"):
            joint = "&" if "?" in address else "?"
            reply = stranger.get(f"{address}{joint}format={form}" if form else address)
            assert reply.status_code == 401, address
            assert "groundplan serve" in reply.text, address
            assert not [word for word in telling if word in reply.text], address
            assert reply.headers["www-authenticate"].startswith("Bearer")


def test_every_route_is_closed_to_somebody_unknown(stranger: TestClient) -> None:
    """A route that somebody adds and forgets is closed too: this asks by the declarations."""
    for pattern in patterns(stranger.app) - OPEN - {"/api/v1"}:  # type: ignore[arg-type]
        if pattern.startswith("/sign-in"):
            continue
        address = pattern.replace("{area:path}", "x").replace("{", "").replace("}", "")
        if pattern.startswith("/feeds/"):  # its address is its key, and this one is none
            assert stranger.get(address).status_code == 404, pattern
            continue
        assert stranger.get(address).status_code == 401, pattern
        assert stranger.post(address, data={"a": "b"}).status_code == 401, pattern
    assert stranger.get("/sign-inside").status_code == 401
    for address in ("/sign-in/nothing", "/sign-in/../signals", "/enter/x/y", "/static/x"):
        assert stranger.get(address).status_code in (401, 404), address


def test_the_api_says_so_in_its_own_form(stranger: TestClient) -> None:
    reply = stranger.get("/api/v1/ownership/map")
    assert reply.status_code == 401
    assert reply.headers["content-type"] == "application/problem+json"


def test_a_link_lets_one_browser_in_and_cleans_the_address(
    workspace: Workspace, doors: Doors, stranger: TestClient
) -> None:
    link, _ = doors.invite(Purpose.LOCAL)
    assert link.startswith(f"{BASE}/enter/")
    reply = stranger.get(link, follow_redirects=False)
    assert (reply.status_code, reply.headers["location"]) == (303, "/")
    cookie = reply.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie  # 127.0.0.1 is not reached by HTTPS
    assert "Domain" not in cookie
    assert stranger.get("/").status_code == 200
    other = browser(workspace, doors)
    used = other.get(link)
    assert used.status_code == 410
    assert "This link was used" in used.text
    assert other.get("/").status_code == 401


def test_opening_the_used_link_again_is_no_trouble_for_who_is_in(
    doors: Doors, stranger: TestClient
) -> None:
    link, _ = doors.invite(Purpose.LOCAL)
    stranger.get(link)
    again = stranger.get(link, follow_redirects=False)
    assert (again.status_code, again.headers["location"]) == (303, "/")


@pytest.mark.parametrize("ahead", ["prefetch", "prefetch;prerender"])
def test_looking_ahead_does_not_use_the_link(
    doors: Doors, stranger: TestClient, ahead: str
) -> None:
    link, _ = doors.invite(Purpose.LOCAL)
    assert stranger.head(link).status_code == 204
    assert stranger.get(link, headers={"sec-purpose": ahead}).status_code == 204
    assert stranger.get("/").status_code == 401
    assert stranger.get(link).status_code == 200


@pytest.mark.parametrize("ticket", ["x", "0_0", "%00", "ä" * 500, "_"])
def test_a_made_up_link_opens_nothing(stranger: TestClient, ticket: str) -> None:
    reply = stranger.get(f"/enter/{ticket}")
    assert reply.status_code == 404
    assert "not one of ours" in reply.text
    assert stranger.post(f"/enter/{ticket}", data={"password": "x"}).status_code == 404


def test_a_session_outlives_the_server(
    workspace: Workspace, doors: Doors, stranger: TestClient, tmp_path: Path
) -> None:
    stranger.get(doors.invite(Purpose.LOCAL)[0])
    again = browser(workspace, open_doors(workspace, tmp_path))
    again.cookies = stranger.cookies
    assert again.get("/").status_code == 200


def test_two_servers_on_one_machine_do_not_share_a_cookie(
    workspace: Workspace, doors: Doors, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    other = open_doors(workspace, tmp_path / "other")
    assert other.cookie != doors.cookie


def test_signing_out_ends_the_session_on_the_server(doors: Doors, stranger: TestClient) -> None:
    stranger.get(doors.invite(Purpose.LOCAL)[0])
    kept = dict(stranger.cookies)
    reply = stranger.post("/sign-out")
    assert reply.status_code == 401
    assert not stranger.cookies
    assert doors.vault.list_of(Kind.SESSION, "local") == []
    stranger.cookies.update(kept)
    assert stranger.get("/").status_code == 401


def test_signing_out_needs_a_page_of_ours(doors: Doors, stranger: TestClient) -> None:
    stranger.get(doors.invite(Purpose.LOCAL)[0])
    reply = stranger.post("/sign-out", headers={"origin": "https://evil.example"})
    assert reply.status_code == 403
    assert stranger.get("/").status_code == 200


def test_a_token_is_shown_once_reads_and_stops(
    workspace: Workspace, doors: Doors, stranger: TestClient
) -> None:
    stranger.get(doors.invite(Purpose.LOCAL)[0])
    shown = stranger.post("/account/tokens", data={"name": "a script", "days": "30"})
    text = shown.text.partition("<code>gp_")[2].partition("<")[0]
    assert text
    assert shown.headers["cache-control"] == "no-store"
    account = stranger.get("/account").text
    assert "a script" in account
    assert text not in account
    script = browser(workspace, doors, headers={"authorization": f"Bearer gp_{text}"})
    assert script.get("/api/v1/signals/list").status_code == 200
    assert script.get("/signals?format=json").status_code == 200
    # a program sends no Origin; the token is proof enough, and it makes no tokens
    refused = script.post("/account/tokens", data={"name": "another"})
    assert refused.status_code == 409
    assert "last used" in stranger.get("/account").text
    key = doors.tokens.list_of("local")[0].key
    assert stranger.post("/account/tokens/revoke", data={"which": key}).status_code == 200
    assert script.get("/signals").status_code == 401
    assert stranger.post("/account/tokens/revoke", data={"which": key}).status_code == 404


def test_a_bad_token_is_not_helped_by_a_cookie(doors: Doors, stranger: TestClient) -> None:
    stranger.get(doors.invite(Purpose.LOCAL)[0])
    reply = stranger.get("/signals", headers={"authorization": "Bearer gp_0_0"})
    assert reply.status_code == 401
    written = stranger.post(
        "/identities/undo", data={"number": "1"}, headers={"authorization": "Bearer gp_0_0"}
    )
    assert written.status_code == 401


def test_a_name_that_is_missing_is_said_beside_its_field(
    doors: Doors, stranger: TestClient
) -> None:
    stranger.get(doors.invite(Purpose.LOCAL)[0])
    reply = stranger.post("/account/tokens", data={"name": "", "days": "30"})
    assert reply.status_code == 422
    assert 'id="f-name-error"' in reply.text
    assert 'aria-describedby="f-name-error"' in reply.text


def test_other_sessions_can_be_ended(workspace: Workspace, doors: Doors) -> None:
    one, two, three = (browser(workspace, doors, headers=OURS) for _ in range(3))
    for each in (one, two, three):
        each.get(doors.invite(Purpose.LOCAL)[0])
    assert one.get("/account").text.count("End it") == 2
    keys = [s["key"] for s in two.get("/account?format=json").json()["sessions"]]
    assert len(keys) == 3
    assert one.post("/account/sessions", data={"which": "no such"}).status_code == 404
    assert one.post("/account/sessions", data={"which": "others"}).status_code == 200
    assert [each.get("/").status_code for each in (one, two, three)] == [200, 401, 401]


def test_passwords_and_invitations_are_not_for_one_machine(
    workspace: Workspace, tmp_path: Path
) -> None:
    client = enter(workspace, tmp_path, headers=OURS)
    assert client.post("/account/password", data={"password": "x" * 20}).status_code == 404
    assert client.get("/account/invitations").status_code == 404
    assert client.get("/sign-in/openid").status_code == 404
    assert client.post("/sign-in", data={"email": "a", "password": "b"}).status_code == 404


def test_a_vault_that_cannot_be_read_lets_nobody_in(
    workspace: Workspace, doors: Doors, stranger: TestClient
) -> None:
    stranger.get(doors.invite(Purpose.LOCAL)[0])
    doors.vault.close()
    reply = stranger.get("/")
    assert reply.status_code == 500
    assert "core" not in reply.text
