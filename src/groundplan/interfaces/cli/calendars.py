"""The commands that write focus blocks into somebody's own calendar, and take them back.

By hand and no use case: the password stays on the machine of whoever has it, and no server can be
made to call another one.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from groundplan.access import LOCAL_VIEWER
from groundplan.bootstrap.secrets import read_secret
from groundplan.bootstrap.settings import default_folder
from groundplan.bootstrap.workspace import Workspace
from groundplan.interfaces.catalogue import Asker, answer
from groundplan.interfaces.cli.asking import SERVER, SERVER_HELP
from groundplan.interfaces.cli.syncing import WORKS_WITH
from groundplan.interfaces.cli.terminal import Terminal, print_json, say
from groundplan.interfaces.team_page import find_use_case
from groundplan.practices.catalogue import discover
from groundplan.sources.caldav.fetch import take_back, write_blocks
from groundplan.sources.http.secrets import Password
from groundplan.terms.errors import NotFound
from groundplan.usecase import NoInputs

Command = Callable[..., Any]
FEED: Final = "focus_time.feed"


def _about(command: Command) -> Command:
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Answer as one JSON document."),
        click.option("--password", "secret", required=True, metavar="WHERE",
                     help=f"Where the password is: {WORKS_WITH}."),
        click.option("--user", required=True, help="Whose calendar it is, as its server says."),
        click.argument("url"),
    ):  # fmt: skip
        command = option(command)
    return command


@click.group()
def calendar() -> None:
    """Write your focus blocks into a calendar of yours, or take them back."""


@calendar.command()
@_about
@click.option("--server", envvar=SERVER, help=SERVER_HELP)
@click.option("--path", default=".", type=click.Path(path_type=Path),
              help="The repository whose workspace it is [default: here].")  # fmt: skip
@click.option("--workspace", type=click.Path(path_type=Path, file_okay=False),
              help="Folder of the workspace.")  # fmt: skip
def write(
    url: str,
    user: str,
    secret: str,
    as_json: bool,
    server: str | None,
    path: Path,
    workspace: Path | None,
) -> None:
    """Write the blocks of this week and the next into the calendar at URL (CalDAV).

    Nothing of yours is touched; what stands there already stays as it is.
    """
    auth = Password(user, read_secret(secret, os.environ))
    done = write_blocks(url, auth, _read_feed(server, workspace or default_folder((path,))))
    if as_json:
        print_json(done)
        return
    say(f"{len(done.written)} blocks are written; {done.already} stood there already.")
    if done.written:
        say("Take them back with: groundplan calendar undo, and the same address.")


@calendar.command()
@_about
def undo(url: str, user: str, secret: str, as_json: bool) -> None:
    """Remove the blocks that Groundplan wrote into the calendar at URL.

    What you have changed since stays, and is named.
    """
    done = take_back(url, Password(user, read_secret(secret, os.environ)))
    if as_json:
        print_json(done)
        return
    say(f"{done.removed} blocks are taken back.")
    for when in done.left:
        say(f"Left alone, because it was changed: the one of {when} UTC.")


def _read_feed(server: str | None, folder: Path) -> str:
    """One's own blocks, from here or from a team's server."""
    case = find_use_case(discover(), FEED)
    if case is None:
        raise NotFound("This workspace has no focus time.", "Update Groundplan.")
    asker = Asker(LOCAL_VIEWER)
    if server:
        from groundplan.interfaces.remote import find_server  # noqa: PLC0415 - 0.1 s

        return str(find_server(server).answer(case, asker, NoInputs())["ics"])
    opened = Workspace(folder, Terminal())
    return str(answer(opened, case, asker, NoInputs()).ics)
