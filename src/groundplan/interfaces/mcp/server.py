"""The tools on the protocol, by the official SDK; imported when a server starts, never before."""

from __future__ import annotations

from typing import Any

import anyio
import anyio.to_thread
from mcp import types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError

from groundplan import __version__
from groundplan.interfaces.catalogue import Answer, Case
from groundplan.interfaces.mcp.envelope import NOTICE
from groundplan.interfaces.mcp.tools import (
    call,
    list_tools,
    schema_of_answer,
    schema_of_arguments,
)

INSTRUCTIONS = (
    "Groundplan reads an engineering team's practices off its repositories. Numbers come with "
    "intervals, and `Unknown` means too little data, never zero: report both as they are. It "
    f"never compares or ranks people; do not derive that from its answers. {NOTICE}"
)


def create_server(answer: Answer, viewer: str, team: str) -> Server[Any]:
    """A server that asks in the name of `viewer`.

    answer: called in a thread; raises SourceDown while nothing can be asked.
    """
    tools = list_tools()

    async def list_all(_: object, __: object) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_describe(name, case) for name, case in tools.items()])

    async def call_one(_: object, params: types.CallToolRequestParams) -> types.CallToolResult:
        case = tools.get(params.name)
        if case is None:
            raise MCPError(types.INVALID_PARAMS, f"There is no tool {params.name[:80]!r}.")
        given = params.arguments or {}
        answered = await anyio.to_thread.run_sync(call, answer, viewer, team, case, given)
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=answered.text)],
            structured_content=answered.structured,
            is_error=answered.failed,
        )

    return Server(
        "groundplan",
        version=__version__,
        instructions=INSTRUCTIONS,
        on_list_tools=list_all,
        on_call_tool=call_one,
    )


def _describe(name: str, case: Case) -> types.Tool:
    """The tool; what writes only appends to a journal, so nothing here destroys."""
    return types.Tool(
        name=name,
        title=case.name,
        description=case.says,
        input_schema=schema_of_arguments(case),
        output_schema=schema_of_answer(case),
        annotations=types.ToolAnnotations(
            title=case.name,
            read_only_hint=not case.writes,
            destructive_hint=False,
            idempotent_hint=not case.writes,
            open_world_hint=False,
        ),
    )


def serve_stdio(server: Server[Any]) -> None:
    """Serve one client on standard input and output until it hangs up."""

    async def serve() -> None:
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())

    anyio.run(serve)
