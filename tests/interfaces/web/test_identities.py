"""Deciding who is who: by a form, from our own page, kept and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from groundplan.interfaces.web.answering import LONGEST_FORM
from tests.histories import History
from tests.interfaces.web.conftest import OURS, START, enter, read

ONE, TWO = "Ann Example <ann@example.com>", "Ben Example <ben@example.org>"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    made = History(tmp_path / "sample")
    for nr, who in enumerate([ONE, TWO] * 3):
        at: datetime = START + timedelta(days=nr)
        made.commit({f"core/part{nr}.py": "1\n"}, "Add", by=who, at=at)
    workspace = read(tmp_path / "workspace", made)
    yield enter(workspace, tmp_path, headers=OURS)
    workspace.close()


def people(client: TestClient) -> int:
    return int(client.get("/identities?format=json").json()["people"])


def test_a_decision_is_kept_counts_and_can_be_taken_back(client: TestClient) -> None:
    assert people(client) == 2
    said = {"verdict": "same", "account": ONE, "other": TWO}
    reply = client.post("/identities/decide", data=said, follow_redirects=False)
    assert reply.status_code == 303
    assert reply.headers["location"] == "/identities"
    assert people(client) == 1
    assert "Take back" in client.get("/identities").text
    number = client.get("/identities?format=json").json()["decisions"][0]["number"]
    client.post("/identities/undo", data={"number": str(number)})
    assert people(client) == 2


def test_the_same_decision_twice_is_refused_in_words(client: TestClient) -> None:
    said = {"verdict": "same", "account": ONE, "other": TWO}
    client.post("/identities/decide", data=said)
    again = client.post("/identities/decide", data=said)
    assert again.status_code == 409
    assert "holds already" in again.text


@pytest.mark.parametrize(
    ("verb", "form", "status"),
    [
        ("decide", {}, 422),
        ("decide", {"verdict": "perhaps", "account": ONE}, 422),
        ("decide", {"verdict": "same", "account": "Nobody <no@example.com>", "other": TWO}, 404),
        ("undo", {"number": "first"}, 422),
        ("undo", {"number": "99"}, 404),
        ("drop", {}, 404),
        ("decide", {"verdict": "x" * (LONGEST_FORM + 1)}, 422),
    ],
)
def test_a_bad_form_changes_nothing(
    client: TestClient, verb: str, form: dict[str, str], status: int
) -> None:
    reply = client.post(f"/identities/{verb}", data=form)
    assert reply.status_code == status
    assert "<h1" in reply.text
    assert people(client) == 2


def test_a_practice_that_only_reads_takes_no_writes(client: TestClient) -> None:
    assert client.post("/ownership/map", data={}).status_code == 404
