"""A host in front of the server: the official SDK's client, a process of its own, real pipes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from anyio.from_thread import start_blocking_portal
from jsonschema import Draft202012Validator
from mcp import Client, MCPError, StdioServerParameters, types

from groundplan.bootstrap.workspace import Workspace
from groundplan.interfaces.api.app import PREFIX
from groundplan.interfaces.catalogue import list_use_cases
from groundplan.interfaces.mcp.envelope import NOTICE
from groundplan.interfaces.mcp.tools import KEY_ARGUMENT, name_tool
from tests.histories import ANN, BEN, History
from tests.interfaces.api_workspace import ORDER, PEOPLE, serve

CASES = [case for cases in list_use_cases().values() for case in cases]
Call: TypeAlias = Callable[..., types.CallToolResult]
Start: TypeAlias = Callable[..., AbstractContextManager[tuple[Any, Client]]]


@pytest.fixture(scope="module")
def start(asked_history: History, tmp_path_factory: pytest.TempPathFactory) -> Start:
    """Starts a server and greets it in one of the protocol's two ways."""
    folder = tmp_path_factory.mktemp("mcp") / "workspace"
    words = ["-m", "groundplan", "mcp", str(asked_history.path), "--workspace", str(folder)]

    @contextmanager
    def started(mode: str, **more: str) -> Iterator[tuple[Any, Client]]:
        env = {**os.environ, **more}
        server = StdioServerParameters(command=sys.executable, args=words, env=env)
        with (
            start_blocking_portal() as portal,
            portal.wrap_async_context_manager(Client(server, mode=mode)) as client,
        ):
            yield portal, client

    return started


@pytest.fixture(scope="module")
def call(start: Start) -> Iterator[Call]:
    """Calls a tool of one server that stays up."""
    with start("auto") as (portal, client):
        yield lambda tool, /, **given: portal.call(client.call_tool, tool, given)


def text_of(result: types.CallToolResult) -> str:
    (block,) = result.content
    assert isinstance(block, types.TextContent)
    return block.text


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_tool_for_each_use_case(start: Start, mode: str) -> None:
    with start(mode) as (portal, client):
        assert NOTICE in (client.instructions or "")
        tools = portal.call(client.list_tools).tools
    assert [(tool.name, tool.title) for tool in tools] == [(name_tool(c), c.name) for c in CASES]
    for tool, case in zip(tools, CASES, strict=True):
        assert tool.description == case.says
        Draft202012Validator.check_schema(tool.input_schema)
        Draft202012Validator.check_schema(tool.output_schema)
        assert (KEY_ARGUMENT in tool.input_schema["properties"]) is case.writes
        assert tool.annotations.read_only_hint is not case.writes
        assert tool.annotations.destructive_hint is False
        assert tool.annotations.open_world_hint is False


def test_an_answer_is_data_and_says_so(call: Call) -> None:
    """The client itself holds each answer against the tool's output schema."""
    result = call("identities_list", most=5)
    assert not result.is_error
    assert result.structured_content["notice"] == NOTICE
    assert result.structured_content["use_case"] == "identities.list"
    assert result.structured_content["data"]["people"] == len(PEOPLE) + 1


def test_text_of_others_cannot_leave_its_envelope(call: Call) -> None:
    text = text_of(call("ownership_map", prefix="core"))
    assert ORDER.split(" </")[0] in text
    assert text.startswith(f"{NOTICE}\n<untrusted-data>\n")
    assert text.endswith("\n</untrusted-data>")
    assert text.count("</untrusted-data>") == 1


def test_what_is_hidden_in_text_is_written_out(call: Call) -> None:
    result = call("ownership_ask", what="hidden.py")
    assert result.structured_content["data"]["places"][0]["path"] == (
        "core/\\u202e\\U000e0041hidden.py"
    )
    assert not {"\u202e", "\U000e0041"} & set(text_of(result))


@pytest.mark.parametrize(
    ("name", "given", "status", "field"),
    [
        ("identities_list", {"most": "many"}, 400, "most"),
        ("identities_list", {"mots": 3}, 400, "mots"),
        ("identities_list", {"most": 0}, 422, "most"),
        ("signals_read", {"name": "x"}, 404, None),
        ("identities_undo", {"number": 1, KEY_ARGUMENT: "a b"}, 400, "Idempotency-Key"),
        ("identities_undo", {"number": 1, KEY_ARGUMENT: 7}, 400, "Idempotency-Key"),
    ],
)
def test_an_error_is_an_answer_that_can_be_mended(
    call: Call, name: str, given: dict[str, Any], status: int, field: str | None
) -> None:
    result = call(name, **given)
    assert result.is_error
    assert result.structured_content["status"] == status
    assert result.structured_content.get("field") == field
    assert result.structured_content["detail"] in text_of(result).replace('\\"', '"')


def test_there_is_no_other_tool(call: Call) -> None:
    with pytest.raises(MCPError, match="no tool 'identities_erase'"):
        call("identities_erase")


def test_a_call_repeated_under_one_key_is_carried_out_once(call: Call) -> None:
    said = {"verdict": "different", "account": ANN, "other": BEN}
    first, again, other = (
        call("identities_decide", **said, **{KEY_ARGUMENT: key}) for key in ("a", "a", "b")
    )
    assert not first.is_error
    assert first.structured_content == again.structured_content
    assert other.structured_content["type"] == "urn:groundplan:refused"


def test_a_team_server_answers_in_place_of_a_folder(
    asked: Workspace, start: Start, tmp_path: Path
) -> None:
    with serve(asked, tmp_path) as (address, token):
        here = {"GROUNDPLAN_SERVER": address.removesuffix(PREFIX), "GROUNDPLAN_TOKEN": token}
        with start("auto", **here) as (portal, client):
            page = portal.call(client.call_tool, "team_page", {})
            missing = portal.call(client.call_tool, "signals_read", {"name": "x"})
    assert page.structured_content["data"]["repositories"][0]["commits"] == 71
    assert missing.structured_content["status"] == 404


def test_without_the_sdk_the_command_says_what_to_install() -> None:
    program = (
        "import sys; sys.modules['mcp'] = None\n"
        "from groundplan.interfaces.cli.main import main; sys.argv = ['groundplan', 'mcp']; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 4
    assert "pip install groundplan[mcp]" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_host_that_hangs_up_at_once_leaves_a_readable_workspace(
    start: Start,
) -> None:
    with start("auto"):
        pass
    with start("auto") as (portal, client):
        result = portal.call(client.call_tool, "team_page", {})
    assert result.structured_content["data"]["repositories"][0]["commits"] == 71
