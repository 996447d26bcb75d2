"""The commands that serve pages: `run` reads first, `serve` does not."""

from __future__ import annotations

import socket
import sys
import threading
import webbrowser
from pathlib import Path
from typing import Final

import click

from groundplan.bootstrap.workspace import Workspace
from groundplan.interfaces.cli.opening import compose_page, open_workspace, read_all
from groundplan.interfaces.cli.options import PATHS, shared
from groundplan.interfaces.cli.terminal import print_json, say
from groundplan.interfaces.readings import view_team_page
from groundplan.interfaces.terminal_page import terminal_page
from groundplan.terms.errors import BadInput, GroundplanError, Refused

FIRST_LOOK_S: Final = 8.0  # line counts that come within this are waited for before the first page
HOST: Final = "127.0.0.1"


@click.command()
@PATHS
@shared
@click.option("--port", default=8088, show_default=True, help="First port to try on 127.0.0.1.")
@click.option("--serve/--no-serve", default=True, help="Serve the pages after printing them.")
@click.option("--open/--no-open", "show", default=None, help="Open the browser.")
@click.option("--api", default="", metavar="URL", help="Of a host in PATHS: its own server.")
def run(
    paths: tuple[Path, ...],
    workspace: Path | None,
    quiet: bool,
    as_json: bool,
    port: int,
    serve: bool,
    show: bool | None,
    api: str,
) -> None:
    """Read PATHS (default: here), print the team page, and serve it on 127.0.0.1.

    A path is a repository, a file of work items, or a code host's repository: github:owner/name.
    """
    opened = open_workspace(paths, workspace, quiet)
    repos = read_all(opened, paths, lines=False, api=api)
    opened.context()
    counting = _Counting(opened, repos)
    counting.start()
    counting.join(FIRST_LOOK_S if serve else None)
    _print_page(opened, as_json)
    if serve:
        _serve(opened, port, show, False, counting)
    counting.fail_loudly()


class _Counting(threading.Thread):
    """Counts lines beside the pages; its failure is told, not swallowed."""

    def __init__(self, opened: Workspace, repos: list[str]) -> None:
        super().__init__(name="count-lines", daemon=True)
        self._opened = opened
        self._repos = repos
        self._error: GroundplanError | None = None

    def run(self) -> None:
        try:
            for repo in self._repos:
                self._opened.read_lines(repo)
            self._opened.refresh(warm=True)
        except GroundplanError as error:
            self._error = error
            self._opened.tracker.note(str(error))

    def fail_loudly(self) -> None:
        """Raise what went wrong, if anything."""
        if self._error is not None:
            raise self._error


@click.command()
@PATHS
@shared
@click.option("--port", default=8088, show_default=True, help="First port to try on 127.0.0.1.")
@click.option("--open/--no-open", "show", default=None, help="Open the browser.")
@click.option("--team", is_flag=True, help="Serve a team: everybody signs in (docs/server.md).")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="With --team: where to listen."
)
@click.option("--url", default="", help="With --team: its address for browsers [GROUNDPLAN_URL].")
def serve(
    paths: tuple[Path, ...],
    workspace: Path | None,
    quiet: bool,
    as_json: bool,
    port: int,
    show: bool | None,
    team: bool,
    host: str,
    url: str,
) -> None:
    """Serve the pages of what was read before, without reading anything new."""
    opened = open_workspace(paths, workspace, quiet)
    if not opened.ledger.sources() and not team:
        hint = "Run: groundplan run PATH, or: groundplan ingest EXPORT.csv"
        raise Refused(f"{opened.folder} holds nothing yet", hint)
    _serve(opened, port, show, as_json, team=(host, url) if team else None)


def _print_page(opened: Workspace, as_json: bool) -> None:
    page = compose_page(opened)
    print_json(view_team_page(page)) if as_json else say(terminal_page(page))


def _serve(
    opened: Workspace,
    port: int,
    show: bool | None,
    as_json: bool,
    counting: _Counting | None = None,
    team: tuple[str, str] | None = None,
) -> None:
    from groundplan.interfaces.cli.notices import sending  # noqa: PLC0415 - smtplib
    from groundplan.interfaces.web import serving  # noqa: PLC0415 - the pages cost 0.2 seconds

    if team is None:
        server = serving.prepare_local(opened, opened.folder, _free_port(port))
    else:
        from groundplan.bootstrap.receiving import start_receiving  # noqa: PLC0415 - httpx

        receiver = start_receiving(opened.folder, opened.ledger, opened.tracker)
        server = serving.prepare_team(
            opened, opened.folder, team[0], port, team[1], receiver=receiver
        )
    if as_json:
        print_json({"address": server.address, "link": server.link, "workspace": opened.folder})
    elif server.link:
        whose = "Your way in" if team is None else "The first admin's way in"
        say(f"\n{whose}, once: {server.link}  (stop with Ctrl-C)")
    else:
        say(f"\nThe team's pages: {server.address}  (stop with Ctrl-C)")
    sys.stdout.flush()
    if team is None and (show if show is not None else sys.stdout.isatty()):
        webbrowser.open(server.link)
    if counting is not None and counting.is_alive():
        threading.Thread(target=_tell_when_counted, args=(opened, counting), daemon=True).start()
    with sending(opened):
        server.serve()


def _tell_when_counted(opened: Workspace, counting: _Counting) -> None:
    counting.join()
    say("\nAll lines are counted.\n")
    say(terminal_page(compose_page(opened)))
    sys.stdout.flush()


def _free_port(first: int) -> int:
    if not 0 < first < 65536:
        raise BadInput("--port", first, "1 to 65535")
    for port in range(first, min(first + 20, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise Refused(f"ports {first} to {first + 19} are all in use", "Choose another with --port.")
