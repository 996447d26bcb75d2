"""The command that sends what somebody said yes to, and says by which server and rooms."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click

from groundplan.bootstrap.secrets import read_secret
from groundplan.bootstrap.settings import default_folder, utc_now
from groundplan.bootstrap.workspace import Workspace
from groundplan.interfaces.cli.opening import open_workspace
from groundplan.interfaces.cli.options import shared
from groundplan.interfaces.cli.terminal import print_json, say
from groundplan.interfaces.notices.courier import Courier, Round
from groundplan.interfaces.notices.rounds import Rounds
from groundplan.interfaces.notices.settings import (
    Form,
    MailServer,
    Security,
    Webhook,
    keep_chat,
    keep_every,
    keep_mail,
    read_settings,
)
from groundplan.records.updates.deliveries import Step
from groundplan.terms.errors import SourceDown

WHERE = "env:NAME, file:PATH (mode 600) or keyring:SERVICE/USER"
BAD = (Step.FAILED, Step.UNSURE)
FOLDER = click.option(
    "--workspace", type=click.Path(path_type=Path), help="Folder of the facts and the journal."
)


@click.group(help="Send the e-mails and chat posts that somebody said yes to.")
def notices() -> None:
    """The group's own callback has nothing to do."""


@notices.command()
@FOLDER
@click.option("--host", required=True, help="The mail server.")
@click.option("--port", default=587, show_default=True)
@click.option(
    "--security",
    type=click.Choice([one.value for one in Security]),
    default=Security.STARTTLS.value,
)
@click.option("--sender", required=True, help="Team <team@example.com>")
@click.option("--user", default="", help="Who signs in there.")
@click.option("--secret", default="", metavar="WHERE", help=f"Where the password is: {WHERE}.")
def mail(
    workspace: Path | None,
    host: str,
    port: int,
    security: str,
    sender: str,
    user: str,
    secret: str,
) -> None:  # fmt: skip
    """Set the mail server; the password stays where it is."""
    server = MailServer(host, sender, port, Security(security), user, secret)
    if secret:
        read_secret(secret, os.environ)
    keep_mail(_folder(workspace), server)
    say(f"E-mail goes out by {host}:{port}.")


@notices.command()
@click.argument("room")
@FOLDER
@click.option(
    "--form",
    type=click.Choice([one.value for one in Form]),
    default=Form.SLACK.value,
    show_default=True,
)
@click.option("--secret", required=True, metavar="WHERE", help=f"Where its address is: {WHERE}.")
def chat(room: str, workspace: Path | None, form: str, secret: str) -> None:
    """Give the chat room ROOM its webhook, whose address is a secret."""
    keep_chat(_folder(workspace), room, Webhook(Form(form), secret))
    read_secret(secret, os.environ)
    say(f"{room} is a {form} room.")


@notices.command()
@click.argument("seconds", type=float)
@FOLDER
def every(seconds: float, workspace: Path | None) -> None:
    """Let `serve` and `run` send what waits every SECONDS while they serve pages; 0: never."""
    keep_every(_folder(workspace), seconds)
    say(f"Whatever serves pages sends what waits every {seconds:g} seconds, from its next start on."
        if seconds else "Only `groundplan notices send` sends what waits.")  # fmt: skip


@notices.command()
@shared
@click.option("--every", default=0.0, metavar="SECONDS", help="Look again after so many seconds.")
def send(workspace: Path | None, quiet: bool, as_json: bool, every: float) -> None:
    """Send what waits and is due; what was sent is never sent again."""
    opened = open_workspace((Path(),), workspace, quiet)
    while True:
        done = _look(opened)
        _tell(done, as_json)
        if not every:
            break
        time.sleep(every)
    bad = [f"{done.count(step)} {step}" for step in BAD if done.count(step)]
    if done.troubles or bad:
        told = "; ".join([*done.troubles, *bad])
        raise SourceDown(told, "groundplan updates outbox says why.")


@contextmanager
def sending(opened: Workspace) -> Iterator[None]:
    """Send what waits meanwhile, where that was set; a letter on its way arrives before the end."""
    every_s = read_settings(opened.folder).every_s
    if not every_s:
        yield
        return
    rounds = Rounds(partial(_look, opened), every_s, opened.tracker.note)
    rounds.start()
    try:
        yield
    finally:
        rounds.end()


def _look(opened: Workspace) -> Round:
    settings = read_settings(opened.folder)
    secrets = partial(read_secret, environ=os.environ)
    return Courier(opened, settings, secrets, utc_now).deliver()


def _tell(done: Round, as_json: bool) -> None:
    counts = {step.value: done.count(step) for step in Step if step is not Step.CLAIM}
    if as_json:
        print_json({**counts, "troubles": done.troubles})
        return
    say(", ".join(f"{count} {step}" for step, count in counts.items()) + ".")


def _folder(workspace: Path | None) -> Path:
    return workspace or default_folder((Path(),))
