"""A team server asked from a terminal: the answers are its own, and so are the errors."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from groundplan.bootstrap.workspace import Workspace
from groundplan.interfaces.api.app import PREFIX
from groundplan.interfaces.catalogue import Asker, answer, list_use_cases
from groundplan.interfaces.codec.inputs import read_inputs
from groundplan.interfaces.codec.views import write_view
from groundplan.interfaces.remote import TOKEN as VARIABLE
from groundplan.interfaces.remote import Remote, find_server
from groundplan.terms.errors import BadInput, NotFound, Refused, SourceBroken, SourceDown
from groundplan.terms.estimate import Estimate, Unknown
from tests.interfaces.api_workspace import PEOPLE, TOKEN, serve

CASES = {case.name: case for cases in list_use_cases().values() for case in cases}
HERE = Asker("local")


@pytest.fixture(scope="module")
def server(asked: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
    with serve(asked, tmp_path_factory.mktemp("server")) as (address, token):
        yield Remote(address.removesuffix(PREFIX), token)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("identities.list", {"most": 4, "about": "Person & ?=é"}),
        ("ownership.map", {}),
        ("signals.read", {"name": "throughput"}),
    ],
)
def test_the_answer_is_the_one_given_there(
    asked: Workspace, server: Remote, name: str, given: dict[str, object]
) -> None:
    case = CASES[name]
    inputs = read_inputs(case, given, text=False)
    assert write_view(server.answer(case, HERE, inputs)) == write_view(
        answer(asked, case, HERE, inputs)
    )


def test_estimates_arrive_as_themselves(server: Remote) -> None:
    case = CASES["signals.read"]
    view = server.answer(case, HERE, read_inputs(case, {"name": "throughput"}, text=False))
    assert isinstance(view["reading"]["now"], Estimate)
    assert isinstance(view["reading"]["change"], Estimate | Unknown)


def test_errors_arrive_as_themselves(server: Remote) -> None:
    def ask(case_name: str, asker: Asker = HERE, /, **given: object) -> object:
        case = CASES[case_name]
        return server.answer(case, asker, read_inputs(case, given, text=False))

    with pytest.raises(NotFound, match=r"signals\.list names all"):
        ask("signals.read", name="x")
    with pytest.raises(NotFound, match="no such team"):
        ask("signals.list", Asker("local", "no-team"))
    with pytest.raises(BadInput, match="1 to 10000 rows") as raised:
        ask("identities.list", most=0)
    assert raised.value.field == "most"
    said = {"verdict": "different", "account": PEOPLE[2], "other": PEOPLE[3]}
    first = ask("identities.decide", Asker("local", "", "remote-1"), **said)
    assert ask("identities.decide", Asker("local", "", "remote-1"), **said) == first
    with pytest.raises(Refused, match="holds already"):
        ask("identities.decide", Asker("local", "", "remote-2"), **said)


def test_a_server_that_cannot_answer(server: Remote) -> None:
    case = CASES["signals.list"]
    inputs = case.inputs()
    with pytest.raises(Refused, match="needs a session or a token"):
        Remote(server.address, "wrong").answer(case, HERE, inputs)
    with pytest.raises(SourceDown, match="does not answer"):
        Remote("http://127.0.0.1:9", TOKEN).answer(case, HERE, inputs)


class Elsewhere(BaseHTTPRequestHandler):
    """Sends everybody on; notes what was said to it."""

    heard: list[str | None] = []  # noqa: RUF012 - one list for all requests is what is wanted

    def do_GET(self) -> None:
        self.heard.append(self.headers["Authorization"])
        self.send_response(302)
        self.send_header("Location", f"http://localhost:{self.server.server_port}/caught")  # type: ignore[attr-defined]
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


def test_a_token_is_not_carried_elsewhere() -> None:
    server = HTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    case = CASES["signals.list"]
    with pytest.raises(SourceBroken, match="answered 302"):
        Remote(f"http://127.0.0.1:{server.server_port}", TOKEN).answer(case, HERE, case.inputs())
    server.shutdown()
    server.server_close()
    assert Elsewhere.heard == [f"Bearer {TOKEN}"]


@pytest.mark.parametrize("address", ["http://example.com", "ftp://127.0.0.1", "example.com", ""])
def test_a_token_is_sent_over_what_others_cannot_read(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, TOKEN)
    with pytest.raises(BadInput, match="https://"):
        find_server(address)


def test_commands_ask_the_server(server: Remote, tmp_path: Path) -> None:
    def groundplan(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "groundplan", *words],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env={**os.environ, "GROUNDPLAN_SERVER": server.address, **more},
        )

    done = groundplan("signals", "read", "throughput", **{VARIABLE: server.token})
    assert done.returncode == 0, done.stderr
    assert "changes/week (90%:" in done.stdout
    assert list(tmp_path.iterdir()) == []
    done = groundplan("signals", "list", **{VARIABLE: ""})
    assert done.returncode == 2
    assert "account page" in done.stderr
