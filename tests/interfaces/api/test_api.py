"""Requests to the API, as a client makes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from starlette.requests import Request
from starlette.testclient import TestClient

from groundplan.bootstrap.workspace import Workspace
from groundplan.interfaces.api.app import PREFIX
from groundplan.interfaces.api.requests import LARGEST_BODY
from groundplan.interfaces.catalogue import list_use_cases, must_post
from groundplan.terms.errors import SourceDown
from groundplan.terms.progress import Silent
from tests.histories import ANN, BEN
from tests.interfaces.api_workspace import PEOPLE, TOKEN, mount

CASES = {case.name: case for cases in list_use_cases().values() for case in cases}
DECIDE = f"{PREFIX}/identities/decide"


def path_of(name: str) -> str:
    return f"{PREFIX}/{name.replace('.', '/', 1)}"


def assert_problem(answer: Any, status: int, kind: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert (told["status"], told["type"]) == (status, f"urn:groundplan:{kind}")
    assert told["title"]
    assert told["detail"]
    return told


def test_the_description_has_every_use_case(api: TestClient) -> None:
    paths = api.get(f"{PREFIX}/openapi.json", headers={"Authorization": ""}).json()["paths"]
    described = {
        operation["operationId"]: (path, method)
        for path, methods in paths.items()
        for method, operation in methods.items()
    }
    assert described.pop("openapi") == (f"{PREFIX}/openapi.json", "get")
    assert described == {
        name: (path_of(name), "post" if must_post(case) else "get") for name, case in CASES.items()
    }


def test_the_schemas_are_schemas(api: TestClient) -> None:
    document = api.get(f"{PREFIX}/openapi.json").json()
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("name", sorted(CASES))
def test_nobody_is_told_nothing(api: TestClient, name: str) -> None:
    method = "POST" if must_post(CASES[name]) else "GET"
    for header in ("", "Bearer wrong", f"Basic {TOKEN}"):
        answer = api.request(method, path_of(name), headers={"Authorization": header})
        assert_problem(answer, 401, "unauthenticated")
        assert answer.headers["www-authenticate"] == "Bearer"


def test_reading(api: TestClient) -> None:
    answer = api.get(path_of("identities.list"), params={"most": "3"})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["people"] == len(PEOPLE) + 1


def test_a_signal_comes_with_its_definition_and_interval(api: TestClient) -> None:
    names = [one["name"] for one in api.get(path_of("signals.list")).json()["signals"]]
    answer = api.get(path_of("signals.read"), params={"name": "throughput"}).json()
    assert "throughput" in names
    assert answer["definition"]["counts"]
    assert answer["trouble"] == ""
    now = answer["reading"]["now"]
    assert now["low"] <= now["value"] <= now["high"]
    assert now["unit"]["name"] == "changes_per_week"


def test_times_say_that_they_are_utc(api: TestClient) -> None:
    page = api.get(path_of("team.page")).json()
    assert page["as_of"].endswith("Z")
    assert page["repositories"][0]["as_of"] == page["as_of"]


def test_writing_once_under_one_key(api: TestClient, asked: Workspace) -> None:
    said = {"verdict": "different", "account": ANN, "other": BEN}
    before = asked.journal.version("identity")
    first = api.post(DECIDE, json=said, headers={"Idempotency-Key": "once"})
    again = api.post(DECIDE, json=said, headers={"Idempotency-Key": "once"})
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert asked.journal.version("identity") == before + 1
    other = api.post(DECIDE, json=said, headers={"Idempotency-Key": "twice"})
    assert "holds already" in assert_problem(other, 409, "refused")["detail"]


@pytest.mark.parametrize(
    ("name", "given", "status", "field", "allowed"),
    [
        ("identities.list", {"most": "many"}, 400, "most", "a whole number"),
        ("identities.list", {"most": "1e3"}, 400, "most", "a whole number"),
        ("identities.list", {"most": "99999999999999999999"}, 400, "most", "a whole number"),
        ("identities.list", {"mots": "3"}, 400, "mots", "only about, certainty, most"),
        ("identities.list", {"about": ["a", "b"]}, 400, "about", "one value"),
        ("identities.list", {"about": "a" * 10_001}, 400, "about", "at most 10,000 letters"),
        ("identities.list", {"about": "a\x00"}, 400, "about", "text"),
        ("identities.list", {"most": "0"}, 422, "most", "1 to 10000"),
        ("identities.list", {"certainty": "sure"}, 422, "certainty", "likely"),
        ("signals.read", {}, 400, "name", "signals.list"),
        ("signals.list", {"name": "x"}, 400, "name", "no inputs"),
        ("identities.undo", {"number": "3"}, 400, "number", "a whole number"),
        ("identities.undo", {"number": True}, 400, "number", "a whole number"),
        ("identities.undo", {"number": None}, 400, "number", "a whole number"),
        ("identities.undo", {"number": 1.5}, 400, "number", "a whole number"),
        ("identities.decide", {"verdict": "bot"}, 400, "account", "an account"),
        ("identities.decide", {"verdict": "x", "account": ANN}, 422, "verdict", "same"),
    ],
)
def test_bad_input_names_the_field(
    api: TestClient, name: str, given: dict[str, Any], status: int, field: str, allowed: str
) -> None:
    send = {"json": given} if must_post(CASES[name]) else {"params": given}
    method = "POST" if must_post(CASES[name]) else "GET"
    told = assert_problem(api.request(method, path_of(name), **send), status, "bad-input")
    assert told["field"] == field
    assert allowed in told["allowed"]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'"x"', b"{", b"\xff", b'{"number": NaN}', b"[" * 100_000]
)
def test_a_body_that_is_no_object(api: TestClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = api.post(path_of("identities.undo"), content=body, headers=headers)
    assert assert_problem(answer, 400, "bad-input")["field"] == "body"


@pytest.mark.parametrize("key", ["", "a b", "a" * 201, "a\u00e9"])
def test_a_key_that_is_none(api: TestClient, key: str) -> None:
    headers = {"Idempotency-Key": key.encode("latin-1")}
    answer = api.post(DECIDE, json={"verdict": "bot", "account": ANN}, headers=headers)  # type: ignore[arg-type]
    assert assert_problem(answer, 400, "bad-input")["field"] == "Idempotency-Key"


def test_what_the_protocol_refuses(api: TestClient) -> None:
    assert_problem(api.get(f"{PREFIX}/nothing/here"), 404, "not-found")
    answer = api.get(DECIDE)
    assert_problem(answer, 405, "wrong-method")
    assert answer.headers["allow"] == "POST"
    assert_problem(api.post(DECIDE, data={"verdict": "bot"}), 415, "wrong-media-type")


def test_a_body_is_read_up_to_the_limit(api: TestClient) -> None:
    read = 0

    def endless() -> Any:
        nonlocal read
        while read < 100 * LARGEST_BODY:
            read += 65_536
            yield b" " * 65_536

    headers = {"Content-Type": "application/json"}
    assert_problem(
        api.post(DECIDE, content=b" " * (LARGEST_BODY + 1), headers=headers), 413, "too-large"
    )
    assert_problem(api.post(DECIDE, content=endless(), headers=headers), 413, "too-large")


def test_what_is_not_there_and_what_is_hidden_look_the_same(api: TestClient) -> None:
    told = assert_problem(api.get(path_of("signals.read"), params={"name": "x"}), 404, "not-found")
    assert told["hint"]
    answer = api.get(path_of("team.page"), headers={"Groundplan-Team": "no-such-team"})
    assert_problem(answer, 404, "not-found")


def test_somebody_who_has_no_place_here(asked: Workspace) -> None:
    client = TestClient(mount(asked, lambda _: "somebody-else"))
    assert_problem(client.get(path_of("signals.list")), 404, "not-found")


def test_doors_that_cannot_be_opened_now(asked: Workspace) -> None:
    def locked(_: Request) -> str:
        raise SourceDown("The vault is locked.", "Try again.", 1.2)

    answer = TestClient(mount(asked, locked)).get(path_of("signals.list"))
    assert assert_problem(answer, 503, "unavailable")["retry_after_s"] == 1.2
    assert answer.headers["retry-after"] == "2"


def test_a_mistake_of_ours_tells_no_details(tmp_path: Path) -> None:
    closed = Workspace(tmp_path / "closed", Silent())
    closed.refresh()
    closed.close()
    headers = {"Authorization": f"Bearer {TOKEN}"}
    client = TestClient(mount(closed), headers=headers, raise_server_exceptions=False)
    told = assert_problem(client.get(path_of("team.page")), 500, "mistake")
    assert str(tmp_path) not in str(told)


def test_an_empty_workspace_answers(tmp_path: Path) -> None:
    empty = Workspace(tmp_path / "empty", Silent())
    client = TestClient(mount(empty), headers={"Authorization": f"Bearer {TOKEN}"})
    assert client.get(path_of("team.page")).json()["repositories"] == []
    reading = client.get(path_of("signals.read"), params={"name": "throughput"})
    assert reading.status_code == 200
    empty.close()
