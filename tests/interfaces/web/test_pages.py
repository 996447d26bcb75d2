"""Every page answers in every form, says what to do when it is empty, and never leaks a person."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from groundplan.bootstrap.workspace import Workspace
from groundplan.interfaces.charts.svg import show_hidden
from tests.interfaces.web.conftest import HOSTILE_PATHS, PEOPLE
from tests.interfaces.web.routes import list_routes, patterns

FORMS = {"json": "application/json", "csv": "text/csv", "md": "text/markdown"}


def test_every_route_is_on_the_list(client: TestClient) -> None:
    known = {
        "/", "/signals", "/signals/{name}", "/areas", "/areas/{repo}/{area:path}", "/ask", "/find",
        "/identities", "/about/trust", "/about/keys", "/progress", "/static", "/{practice}",
        "/{practice}/{verb}", "/enter/{ticket}", "/sign-in", "/sign-in/openid",
        "/sign-in/openid/back", "/sign-out", "/account", "/account/sessions", "/account/tokens",
        "/account/tokens/revoke", "/account/password", "/account/passkeys",
        "/account/passkeys/offer", "/account/passkeys/remove",
        "/sign-in/passkey", "/sign-in/passkey/offer",
        "/account/invitations", "/account/team", "/api/v1", "/focus_time/subscribe",
        "/feeds/{person}/{ticket}.ics",
    }  # fmt: skip
    assert patterns(client.app) == known  # type: ignore[arg-type]


def test_every_page_answers_in_every_form(client: TestClient, workspace: Workspace) -> None:
    for address in list_routes(workspace):
        page = client.get(address)
        assert page.status_code == 200, address
        assert page.headers["content-type"].startswith("text/html"), address
        check_html(page.text, address)
        for form, kind in FORMS.items():
            joint = "&" if "?" in address else "?"
            reply = client.get(f"{address}{joint}format={form}")
            assert reply.status_code == 200, (address, form)
            assert reply.headers["content-type"].startswith(kind), (address, form)
            check_form(form, reply.text, address)


def test_every_page_has_an_empty_state(
    empty_client: TestClient, empty_workspace: Workspace
) -> None:
    for address in list_routes(empty_workspace):
        page = empty_client.get(address)
        assert page.status_code in (200, 404), address
        check_html(page.text, address)
    for address in ("/", "/signals", "/areas", "/ask", "/identities"):
        assert "groundplan ingest" in empty_client.get(address).text, address


def test_the_team_page_says_what_and_from_what(client: TestClient) -> None:
    view = client.get("/?format=json").json()
    assert 1 <= len(view["findings"]) <= 6
    assert view["repositories"][0]["commits"] == 263
    page = html.unescape(client.get("/").text)
    for found in view["findings"]:
        assert show_hidden(found["finding"]["sentence"]) in page
    assert len({found["finding"]["sentence"] for found in view["findings"]}) == len(
        view["findings"]
    )


def test_every_link_of_every_page_leads_somewhere(client: TestClient, workspace: Workspace) -> None:
    seen: set[str] = set()
    for address in list_routes(workspace):
        for href in Links.of(client.get(address).text):
            assert href.startswith(("/", "#")), (address, href)
            path = href.partition("#")[0]
            if path and path not in seen:
                seen.add(path)
                assert client.get(path).status_code == 200, (address, href)
    assert len(seen) > 30


def test_a_signal_that_nothing_was_read_for_says_what_to_read(client: TestClient) -> None:
    told = {name: client.get(f"/signals/{name}").text for name in ("lead_time", "interruptions")}
    for text in told.values():
        assert "Nothing was read yet that tells of it." in text
        assert "A longer history" not in text
    assert "groundplan sync github:OWNER/NAME" in told["lead_time"]
    assert "groundplan ingest FILE.csv" in told["interruptions"]
    assert "Nothing was read yet" not in client.get("/signals/departures").text


def test_rows_behind_a_number_name_no_person(client: TestClient, workspace: Workspace) -> None:
    names = [person.split(" <")[0] for person in PEOPLE]
    mails = [person.split("<")[1].rstrip(">") for person in PEOPLE]
    for signal in workspace.signals:
        for query in ("", "?format=json", "?format=csv&rows=all", "?format=md"):
            text = client.get(f"/signals/{signal.name}{query}").text
            assert not [word for word in (*names, *mails) if word in text], signal.name
            assert "person_id" not in text, signal.name


def test_who_is_who_is_the_only_page_with_addresses(
    client: TestClient, workspace: Workspace
) -> None:
    for address in list_routes(workspace):
        if not address.startswith("/identities"):
            assert "@example.com" not in client.get(address).text, address


def test_areas_hold_every_living_file(client: TestClient, repo: str) -> None:
    view = client.get("/areas?format=json").json()
    assert sum(area["files"] for area in view) == sum(
        len(client.get(f"/areas/{repo}/{a}?format=json").json()["files"]["rows"])
        for a in (quote(area["area"]) for area in view)
    )


def quote(area: str) -> str:
    from urllib.parse import quote as percent  # noqa: PLC0415

    return "" if area == "." else percent(area)


def test_rows_are_paged(client: TestClient, workspace: Workspace) -> None:
    found = [s.name for s in workspace.signals if "page=2" in client.get(f"/signals/{s.name}").text]
    for name in found:
        first = client.get(f"/signals/{name}?format=json").json()["rows"]
        second = client.get(f"/signals/{name}?page=2&format=json").json()["rows"]
        assert first["table"]["rows"] != second["table"]["rows"]
        assert first["total"] == second["total"] > first["size"]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/nothing", 404),
        ("/nothing/at/all", 404),
        ("/signals/nothing", 404),
        ("/areas/nothing/core", 404),
        ("/?format=pdf", 422),
        ("/signals?format=", 422),
        ("/signals/throughput?page=0", 422),
        ("/signals/throughput?page=-1", 422),
        ("/signals/throughput?page=%D9%A1", 422),
        ("/signals/throughput?page=99999999999999999999999", 422),
        ("/ask?q=" + "x" * 600, 422),
        ("/static/nothing.css", 404),
        ("/static/../app.py", 404),
        ("/static/%2e%2e/app.py", 404),
    ],
)
def test_what_is_not_there_is_said_with_care(client: TestClient, address: str, status: int) -> None:
    reply = client.get(address)
    assert reply.status_code == status
    check_html(reply.text, address)
    assert "Traceback" not in reply.text
    assert "<h1" in reply.text


def test_an_unknown_repository_looks_like_a_forbidden_one(client: TestClient) -> None:
    first = client.get("/areas/other/core?format=json")
    second = client.get("/areas/another/core?format=json")
    assert first.status_code == second.status_code == 404
    assert first.json() == second.json()


def test_a_page_far_behind_the_last_is_empty_not_broken(client: TestClient, repo: str) -> None:
    assert client.get(f"/areas/{repo}/core?page=999").status_code == 200
    assert client.get("/signals/throughput?page=999").status_code == 200


def test_asking_by_fragment_gives_the_same_answer(client: TestClient) -> None:
    whole = client.get("/ask?q=core/part0.py").text
    assert 'id="answer"' in whole
    assert "Whom to ask" in whole


def test_links_to_other_forms_stay_here(client: TestClient, repo: str) -> None:
    for href in Links.of(client.get("//evil.example/x").text):
        assert not href.startswith("//")
    odd = HOSTILE_PATHS[2].rpartition("/")[0]
    found = client.get(f"/areas/{repo}/{quote(odd)}")
    assert found.status_code == 200
    markdown = next(href for href in Links.of(found.text) if "format=md" in href)
    assert odd in client.get(markdown).text.replace("\\#", "#").replace("&amp;", "&")


def test_spreadsheets_do_not_run_what_a_repository_wrote(client: TestClient, repo: str) -> None:
    view = client.get("/areas?format=json").json()
    area = next(a["area"] for a in view if "=" in a["area"] or a["area"] == ".")
    text = client.get(f"/areas/{repo}/{quote(area)}?format=csv").text
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert any(HOSTILE_PATHS[3] in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def check_form(form: str, text: str, address: str) -> None:
    if form == "json":
        json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} in {address}"))
    elif form == "csv":
        rows = list(csv.reader(io.StringIO(text)))
        assert len({len(row) for row in rows}) == 1, address
    else:
        assert text.startswith("# "), address
        assert "<script" not in text, address


def check_html(text: str, address: str) -> None:
    """Well formed, no inline script or style, nothing loaded from elsewhere, no hidden letters."""
    Balanced.check(text, address)
    scripts = re.findall(r"<script\b[^>]*>", text)
    assert all('src="/static/' in tag for tag in scripts), address
    assert not re.search(r"<[^>]*\s(?:style|on[a-z]+)=", strip_values(text)), address
    assert "<style" not in text, address
    assert not re.search(r'(?:src|href)="(?:https?:)?//', text), address
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b-\u200f]", text), address
    assert "<img" not in text, address


def strip_values(text: str) -> str:
    """The page without attribute values, which may hold anything."""
    return re.sub(r'="[^"]*"', '=""', text)


class Links(HTMLParser):
    """The addresses of a page's links."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found += [value or "" for name, value in attrs if name == "href"]

    @classmethod
    def of(cls, text: str) -> list[str]:
        parser = cls()
        parser.feed(text)
        return parser.found


class Balanced(HTMLParser):
    """Whether every element is closed where it should be."""

    VOID = frozenset("meta link input br hr img".split())

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        return

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, (self.address, tag, self.open[-3:])
        self.open.pop()

    @classmethod
    def check(cls, text: str, address: str) -> None:
        parser = cls(address)
        parser.feed(text)
        assert not parser.open, (address, parser.open)
