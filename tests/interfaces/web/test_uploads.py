"""Files that browsers send with a form: read as they are, answered, and kept nowhere."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from starlette.testclient import TestClient

from groundplan.bootstrap.workspace import Workspace
from groundplan.interfaces.web.uploads import read_parts
from tests.items import table

FIRST = date(2025, 1, 6)
ROWS = [
    [f"T-{nr}", f"Part {nr}", FIRST + timedelta(2 * nr), FIRST + timedelta(2 * nr + 5)]
    for nr in range(120)
]
OPEN = [[f"O-{nr}", f"Späte Arbeit {nr}", FIRST + timedelta(240), ""] for nr in range(1, 5)]
EXPORT = table("Schlüssel,Titel,Erstellt,Erledigt", *ROWS, *OPEN)


def test_parts_are_read_by_their_names() -> None:
    body = (
        b'--x"y\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n'
        b"Content-Type: text/csv\r\n\r\na;b\r\n\xfcber;--x\r\n\r\n"
        b'--x"y\r\nContent-Disposition: form-data; name="columns"\r\n\r\ndone=b\r\n'
        b'--x"y\r\nContent-Disposition: form-data; name="file"\r\n\r\n\r\n--x"y--\r\n'
    )
    assert read_parts(body.replace(b'x"y', b"xy"), "multipart/form-data; boundary=xy") == {
        "file": "a;b\r\nüber;--x\r\n", "columns": "done=b",
    }  # fmt: skip
    assert read_parts(b"a=b", "application/x-www-form-urlencoded") is None
    for broken in (b"", b"--xy", b"\r\n\r\n--xy\r\n\r\n--xy--", body):
        assert read_parts(broken, "multipart/form-data; boundary=xy") == {}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_an_export_becomes_timelines_with_their_record(
    own_client: TestClient, own_workspace: Workspace, encoding: str
) -> None:
    before = own_workspace.ledger.sources()
    sent = {"file": ("board.csv", EXPORT.encode(encoding), "text/csv")}
    page = own_client.post("/timelines/forecast", files=sent)
    assert page.status_code == 200
    for words in (
        "Three versions", "Its own past, forecast week by week", "124 items from 124 rows",
        "Späte Arbeit 3", "its name says &#39;erledigt&#39;", "came true",
    ):  # fmt: skip
        assert words in page.text
    assert own_workspace.ledger.sources() == before


def test_a_plan_of_a_file_is_changed_by_sending_it_again(own_client: TestClient) -> None:
    sent = {"file": EXPORT, "part": "plan", "move": "O-4=1"}
    page = own_client.post("/timelines/forecast", data=sent)
    assert "3 items pay" in page.text
    assert "Its own past" not in page.text
    rows = page.text.partition('id="plan-rows"')[2]
    assert rows.index("O-4") < rows.index("O-1")


def test_a_file_that_is_no_table_of_items_keeps_what_was_sent(own_client: TestClient) -> None:
    sent = {"file": ("a.csv", b"what,when\nA,B\n", "text/csv")}
    page = own_client.post("/timelines/forecast", files=sent)
    assert page.status_code == 422
    assert "on which day each item was done" in page.text
    assert "what,when" in page.text


def test_any_use_case_that_takes_a_file_answers_to_a_form(own_client: TestClient) -> None:
    sent = {"history": ("board.csv", EXPORT.encode(), "text/csv")}
    page = own_client.post("/timelines/backtest", files=sent)
    assert page.status_code == 200
    assert "came true" in page.text
    assert 'enctype="multipart/form-data"' in page.text


def test_what_takes_no_file_is_not_asked_by_post(own_client: TestClient) -> None:
    assert own_client.post("/signals/rework", data={}).status_code in (404, 405)
    assert own_client.post("/intake/list", data={}).status_code == 404


def test_nothing_of_a_file_is_remembered(own_client: TestClient, own_workspace: Workspace) -> None:
    for _ in range(2):
        own_client.post("/timelines/forecast", data={"file": EXPORT})
    desk = next(
        cell.cell_contents
        for route in own_client.app.routes  # type: ignore[attr-defined]
        if getattr(route, "path", "") == "/progress"
        for cell in route.endpoint.__closure__
    )
    assert not any("Späte Arbeit" in repr(key) for key in desk.memory._kept)
