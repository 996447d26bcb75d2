"""Forms made of declarations: what is shown, what is read back, what happens when it is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

import pytest
from starlette.testclient import TestClient

from groundplan.bootstrap.workspace import Workspace
from groundplan.interfaces.codec.inputs import read_inputs
from groundplan.interfaces.web.forms import KEY, draw_form, read_sent
from groundplan.terms.errors import BadInput, Conflict, Refused
from groundplan.terms.scope import Role
from groundplan.terms.units import FileText, WorkingDays
from groundplan.usecase import NoInputs, UseCase


class Kind(StrEnum):
    """What it is."""

    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Inputs:
    """One field of every sort."""

    what: str = field(metadata={"help": "in a sentence"})
    kind: Kind
    high_days: WorkingDays
    low_days: WorkingDays = 0.5
    on: date | None = None
    people: tuple[str, ...] = ()
    loud: bool = False
    history: FileText = ""


CASE: UseCase[Any, Any] = UseCase(
    "demo.say", "Say something.", Inputs, NoInputs, frozenset(Role), lambda *_: None, writes=True
)
SENT = {"what": "a\r\nb", "kind": "bad", "high_days": "2.5", "people": "ann\r\n\r\n ben ", "on": ""}


def test_every_sort_of_field_has_its_control() -> None:
    form = draw_form(CASE, {})
    assert form.action == "/demo/say"
    assert {e.name: e.sort for e in form.entries} == {
        "what": "text", "kind": "choices", "high_days": "number", "low_days": "number",
        "on": "date", "people": "lines", "loud": "box", "history": "lines",
    }  # fmt: skip
    named = {e.name: e for e in form.entries}
    assert named["high_days"].unit == "working days"
    assert named["low_days"].value == "0.5"
    assert named["kind"].choices == ("good", "bad")
    assert named["what"].help == "in a sentence"


def test_what_a_form_sends_is_what_was_meant() -> None:
    found = read_inputs(CASE, read_sent(CASE, SENT), text=True)
    assert found == Inputs("a\nb", Kind.BAD, 2.5, people=("ann", "ben"))
    assert read_inputs(CASE, read_sent(CASE, SENT | {"loud": "true"}), text=True).loud


def test_an_error_stands_beside_its_field_and_the_rest_is_kept() -> None:
    with pytest.raises(BadInput) as error:
        read_inputs(CASE, read_sent(CASE, SENT | {"high_days": "soon"}), text=True)
    form = draw_form(CASE, SENT | {"high_days": "soon", KEY: "the key"}, error.value)
    named = {e.name: e for e in form.entries}
    assert "soon" in named["high_days"].error
    assert named["high_days"].value == "soon"
    assert named["people"].value == SENT["people"]
    assert [e.name for e in form.entries if e.error] == ["high_days"]
    assert form.trouble == ""
    assert form.key == "the key"


def test_what_was_refused_is_said_above_and_is_a_new_request() -> None:
    refused = draw_form(CASE, SENT | {KEY: "the key"}, Refused("Not so.", "Do it otherwise."))
    assert (refused.trouble, refused.hint) == ("Not so.", "Do it otherwise.")
    assert refused.key != "the key"
    faster = draw_form(CASE, SENT | {KEY: "the key"}, Conflict("Somebody was faster."))
    assert faster.key == "the key"
    assert len({draw_form(CASE, {}).key for _ in range(50)}) == 50


def test_a_form_sent_twice_is_carried_out_once(own_client: TestClient) -> None:
    form = {"what": "Describe it", "low_days": "1", "high_days": "3", KEY: "one-request"}
    for _ in range(2):
        reply = own_client.post("/promises/make", data=form, follow_redirects=False)
        assert (reply.status_code, reply.headers["location"]) == (303, "/promises")
    assert len(own_client.get("/promises?format=json").json()["open"]) == 1


def test_a_wrong_form_comes_back_with_everything_in_it(own_client: TestClient) -> None:
    form = {"what": "<b>Describe</b> it", "low_days": "9", "high_days": "3", KEY: "request-2"}
    reply = own_client.post("/promises/make", data=form)
    assert reply.status_code in (409, 422)
    assert "&lt;b&gt;Describe&lt;/b&gt; it" in reply.text
    assert 'value="9"' in reply.text
    assert 'role="alert"' in reply.text
    assert own_client.get("/promises?format=json").json()["open"] == []


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/promises/nothing", 404),
        ("/nothing/make", 404),
        ("/promises/list", 404),  # it reads; a form changes nothing there
    ],
)
def test_only_what_writes_takes_a_form(own_client: TestClient, address: str, status: int) -> None:
    assert own_client.post(address, data={"what": "x"}).status_code == status


@pytest.mark.parametrize("key", ["with space", "x" * 201, "ä"])
def test_a_request_has_a_plain_name(own_client: TestClient, key: str) -> None:
    form = {"what": "Describe it", "low_days": "1", "high_days": "3", KEY: key}
    assert own_client.post("/promises/make", data=form).status_code == 422


def test_onward_stays_here(own_client: TestClient) -> None:
    form = {"what": "Describe it", "low_days": "1", "high_days": "3", "onward": "//evil.example"}
    reply = own_client.post("/promises/make", data=form, follow_redirects=False)
    assert reply.headers["location"] == "/"


def test_every_act_can_be_found(own_client: TestClient, own_workspace: Workspace) -> None:
    found = {place["href"] for place in own_client.get("/find?format=json").json()}
    acts = [c for p in own_workspace.practices for c in p.use_cases if c.writes]
    for case in acts:
        assert f"/{case.name.replace('.', '/')}" in found
