"""The command that reads hosts and trackers on the web, and takes what they push."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import click

from groundplan.bootstrap.connections import Connection, Connections, places_of
from groundplan.bootstrap.settings import default_folder, utc_now
from groundplan.bootstrap.workspace import Workspace
from groundplan.facts.ledger import Ledger
from groundplan.facts.raw import Raw
from groundplan.interfaces.cli.options import shared
from groundplan.interfaces.cli.terminal import Terminal, print_json, say
from groundplan.terms.errors import BadInput, NotFound, Refused
from groundplan.terms.progress import Progress

WORKS_WITH = "env:NAME, file:PATH (mode 600) or keyring:SERVICE/USER"


@click.command()
@click.argument("connections", nargs=-1, metavar="[SOURCE:NAME]...")
@shared
@click.option("--token", "secret", default="", metavar="WHERE", help=f"Token: {WORKS_WITH}.")
@click.option("--user", default="", help="Whose token it is, where the server wants to know.")
@click.option("--api", default="", metavar="URL", help="An own server, https://HOST/api/v3.")
@click.option("--app", default="", metavar="ID", help="Ask as a GitHub App; its key is --token.")
@click.option("--installation", default="", metavar="ID", help="The App's installation.")
@click.option("--hook", default="", metavar="WHERE", help="What pushes are signed with, likewise.")
@click.option("--zone", default="", help="Of a calendar: where its owner works, Europe/Berlin.")
@click.option("--opens", default="", metavar="TIME", help="When their day begins, 09:00.")
@click.option("--closes", default="", metavar="TIME", help="When it ends, 17:00.")
@click.option("--days-off", default="", metavar="DAYS", help="2026-12-24 2026-12-27..2026-12-31.")
@click.option("--listen", type=int, metavar="PORT", help="Then take pushes until it is stopped.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
def sync(
    connections: tuple[str, ...],
    workspace: Path | None,
    quiet: bool,
    as_json: bool,
    api: str,
    listen: int | None,
    host: str,
    **given: str,
) -> None:
    """Read what is new at hosts and trackers; github:owner/name connects one.

    Without names, everything that is connected. Killed at any point, the next run goes on.
    """
    folder = workspace or default_folder((Path(),))
    heard = Terminal(quiet)
    with closing(Ledger(folder, utc_now)) as ledger, closing(Raw(folder / "raw.sqlite")) as raw:
        chosen = _choose(Connections(folder), connections, api, given)
        stores = (ledger, raw)
        done = [Connections(folder).sync(each, stores, heard, utc_now) for each in chosen]
        if as_json:
            print_json({"workspace": folder, "connections": done})
        for each in () if as_json else done:
            left = f", {each.rejected:,} things left out" if each.rejected else ""
            say(f"{each.name}: {each.replies:,} new replies{left}")
        if listen is not None:
            _listen(folder, stores, heard, (host, listen))


def _choose(
    known: Connections, addresses: Sequence[str], api: str, given: dict[str, str]
) -> list[Connection]:
    """The connections that were named, made where they are new; without names all there are."""
    told = {name: value for name, value in given.items() if value}
    for address in addresses:
        made = _made(known, address, api)
        if told or made not in known.load():
            known.add(replace(made, **told))
    chosen = [known.find(address) for address in addresses] or list(known.load())
    if not chosen:
        raise BadInput("connections", "none", "SOURCE:NAME, such as github:owner/name")
    return chosen


def _made(known: Connections, address: str, api: str) -> Connection:
    try:
        return known.find(address)
    except NotFound:
        return known.guess(address, api)


def _listen(
    folder: Path, stores: tuple[Ledger, Raw], heard: Progress, where: tuple[str, int]
) -> None:
    """Take pushes until it is stopped, and make facts of them as they come."""
    import uvicorn  # noqa: PLC0415 - a quarter second that reading need not pay

    from groundplan.bootstrap.receiving import Receiver  # noqa: PLC0415
    from groundplan.interfaces.web.hooks import create_hooks  # noqa: PLC0415

    receiver, known = Receiver(folder, stores, heard, utc_now), Connections(folder)
    taking = [each for each in known.load() if each.hook]
    if not taking:
        raise Refused("nothing here takes pushes", f"Name a secret: --hook {WORKS_WITH}.")
    host, port = where
    at, shared = f"http://{host}:{port}", set[str]()
    for each in taking:
        own, group = places_of(each, known.open_offline(each, heard))
        shared.add(group)
        say(f"{each.address} is pushed to {at}/{own}")
    for group in sorted(shared - {""}):
        say(f"An organisation's webhook, for all of these that it has: {at}/{group}")
    threading.Thread(target=receiver.shape_forever, daemon=True).start()
    uvicorn.run(
        create_hooks(receiver), host=host, port=port, log_level="warning", access_log=False,
        lifespan="off",
    )  # fmt: skip


def rebuild_hosts(opened: Workspace) -> dict[str, int]:
    """Make the facts of every connection anew from the replies that were kept; how many of each."""
    known = Connections(opened.folder)
    if not known.load():
        return {}
    with closing(Raw(opened.folder / "raw.sqlite")) as raw:
        stores = (opened.ledger, raw)
        return {each.address: known.rebuild(each, stores, opened.tracker) for each in known.load()}
