"""The command `groundplan mcp`: an MCP server that one person's host starts."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import click

from groundplan.access import LOCAL_VIEWER
from groundplan.bootstrap.settings import default_folder
from groundplan.bootstrap.workspace import Workspace
from groundplan.interfaces.catalogue import Asker, Case, answer
from groundplan.interfaces.cli.asking import SERVER, SERVER_HELP
from groundplan.interfaces.cli.opening import read_all
from groundplan.interfaces.cli.terminal import Terminal
from groundplan.interfaces.remote import find_server
from groundplan.terms.errors import GroundplanError, Refused, SourceDown

PARTING_S = 1.0  # hosts end a server that has not left some two seconds after they hung up
PATIENCE_S = 20.0  # a first reading that ends within this time is waited for; hosts wait longer


class Preparation(threading.Thread):
    """Reads the repositories beside the server, so that a host is greeted at once."""

    def __init__(self, opened: Workspace, paths: tuple[Path, ...]) -> None:
        super().__init__(name="prepare", daemon=True)
        self._opened = opened
        self._paths = paths
        self._names_read = threading.Event()
        self._error: GroundplanError | None = None

    def run(self) -> None:
        try:
            repos = read_all(self._opened, self._paths, lines=False)
            self._names_read.set()
            for repo in repos:
                self._opened.read_lines(repo)
        except GroundplanError as error:
            self._error = error
            self._opened.tracker.note(str(error))
        finally:
            self._names_read.set()

    def answer(self, case: Case, asker: Asker, inputs: Any) -> Any:
        """What the use case answers; SourceDown while the history is being read."""
        if not self._names_read.wait(PATIENCE_S):
            raise SourceDown("The history is still being read.", "Ask again.", PATIENCE_S)
        if self._error is not None:
            raise self._error
        return answer(self._opened, case, asker, inputs)


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--workspace", type=click.Path(path_type=Path, file_okay=False), help="Folder of the facts."
)
@click.option("--server", envvar=SERVER, help=SERVER_HELP)
@click.option("--as-team", default="", help="The team in whose name to ask.")
def mcp(paths: tuple[Path, ...], workspace: Path | None, server: str | None, as_team: str) -> None:
    """Answer a model's tool calls about PATHS (default: here) on standard input and output."""
    try:
        from groundplan.interfaces.mcp.server import create_server, serve_stdio  # noqa: PLC0415
    except ImportError as error:  # the official SDK is an extra
        raise Refused(
            f"the MCP server is not installed ({error})", "pip install groundplan[mcp]"
        ) from None
    if server:
        serve_stdio(create_server(find_server(server).answer, LOCAL_VIEWER, as_team))
        return
    paths = paths or (Path(),)
    opened = Workspace(workspace or default_folder(paths), Terminal(quiet=True))
    preparation = Preparation(opened, paths)
    preparation.start()
    serve_stdio(create_server(preparation.answer, LOCAL_VIEWER, as_team))
    preparation.join(PARTING_S)
    if preparation.is_alive():  # a reading that is cut off left nothing that anybody sees
        os._exit(0)
    opened.close()
