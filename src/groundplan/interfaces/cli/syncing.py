"""The command that reads hosts and trackers on the web."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from groundplan.bootstrap import default_folder, utc_now
from groundplan.bootstrap.connections import Connection, Connections
from groundplan.facts.ledger import Ledger
from groundplan.facts.raw import Raw
from groundplan.interfaces.cli.options import shared
from groundplan.interfaces.cli.terminal import Terminal, print_json, say
from groundplan.terms.errors import BadInput, NotFound

WORKS_WITH = "env:NAME, file:PATH (mode 600) or keyring:SERVICE/USER"


@click.command()
@click.argument("connections", nargs=-1, metavar="[SOURCE:NAME]...")
@shared
@click.option("--token", "secret", metavar="WHERE", help=f"Where the token is: {WORKS_WITH}.")
@click.option("--user", default="", help="Whose token it is, where the server wants to know.")
@click.option("--api", default="", metavar="URL", help="An own server, https://HOST/api/v3.")
@click.option("--app", default="", metavar="ID", help="Ask as a GitHub App; its key is --token.")
@click.option("--installation", default="", metavar="ID", help="The App's installation.")
def sync(
    connections: tuple[str, ...],
    workspace: Path | None,
    quiet: bool,
    as_json: bool,
    secret: str | None,
    user: str,
    api: str,
    app: str,
    installation: str,
) -> None:
    """Read what is new at hosts and trackers; github:owner/name connects one.

    Without names, everything that is connected. Killed at any point, the next run goes on.
    """
    folder = workspace or default_folder((Path(),))
    heard = Terminal(quiet)
    with closing(Ledger(folder, utc_now)) as ledger, closing(Raw(folder / "raw.sqlite")) as raw:
        known = Connections(folder)
        for address in connections:
            made = _made(known, address, api)
            given = {"secret": secret or made.secret, "user": user, "app": app}
            if secret or user or app or made not in known.load():
                given["installation"] = installation
                known.add(Connection(made.by, made.name, made.api, **given))
        chosen = [known.find(address) for address in connections] or list(known.load())
        if not chosen:
            raise BadInput("connections", "none", "SOURCE:NAME, such as github:owner/name")
        done = [known.sync(each, (ledger, raw), heard, utc_now) for each in chosen]
    if as_json:
        print_json({"workspace": folder, "connections": done})
        return
    for each in done:
        left = f", {each.rejected:,} things left out" if each.rejected else ""
        say(f"{each.name}: {each.replies:,} new replies{left}")


def _made(known: Connections, address: str, api: str) -> Connection:
    try:
        return known.find(address)
    except NotFound:
        return known.guess(address, api)
