"""The commands about the journal: verify it, keep a copy elsewhere, move it between engines."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from groundplan.bootstrap.settings import default_folder, place_of_journal, utc_now
from groundplan.interfaces.cli.asking import print_view
from groundplan.interfaces.cli.terminal import print_json, say
from groundplan.records import archive, backups
from groundplan.records.chained import ChainedJournal
from groundplan.records.opening import open_journal
from groundplan.terms.errors import SourceBroken

Command = Callable[..., Any]

FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))


def _where(command: Command) -> Command:
    for option in (
        click.option("--path", default=".", type=click.Path(path_type=Path),
                     help="The repository whose workspace it is [default: here]."),
        click.option("--workspace", type=click.Path(path_type=Path, file_okay=False),
                     help="Folder of the workspace. GROUNDPLAN_DATABASE_URL names a database."),
    ):  # fmt: skip
        command = option(command)
    return command


def _about(command: Command) -> Command:
    told = click.option("--json", "as_json", is_flag=True, help="Answer as one JSON document.")
    return _where(told(command))


@contextmanager
def _opened(path: Path, workspace: Path | None) -> Iterator[ChainedJournal]:
    folder = workspace or default_folder((path,))
    folder.mkdir(parents=True, exist_ok=True)
    journal = open_journal(place_of_journal(folder), utc_now)
    try:
        yield journal
    finally:
        journal.close()


@click.group(help="What people said: verify it.")
def journal() -> None:
    """The group's own callback has nothing to do."""


@journal.command()
@_about
def verify(path: Path, workspace: Path | None, as_json: bool) -> None:
    """Name the first entry that is not as it was appended."""
    with _opened(path, workspace) as opened:
        broken = opened.verify()
        entries = opened.newest()
    if broken is not None:
        if as_json:
            print_json({"entries": entries, "broken": broken})
        else:
            print_view(broken)
        raise SourceBroken(
            f"entry {broken.seq} is broken: {broken.reason}", "Restore the journal from a backup."
        )
    if as_json:
        print_json({"entries": entries, "broken": None})
    else:
        say(f"All {entries:,} entries are as they were appended.")


@click.command()
@FILE
@_about
def backup(file: Path, path: Path, workspace: Path | None, as_json: bool) -> None:
    """Write the journal to FILE while others go on writing."""
    with _opened(path, workspace) as opened:
        _tell("Backed up", backups.backup(opened, file), as_json)


@click.command()
@FILE
@_about
def restore(file: Path, path: Path, workspace: Path | None, as_json: bool) -> None:
    """Fill an empty journal with the backup FILE."""
    with _opened(path, workspace) as opened:
        _tell("Restored", backups.restore(opened, file), as_json)


@click.command("export")
@_where
def export_journal(path: Path, workspace: Path | None) -> None:
    """Write the journal as JSON Lines to standard output."""
    with _opened(path, workspace) as opened:
        for line in archive.export_lines(opened):
            sys.stdout.write(line)


@click.command("import")
@_about
def import_journal(path: Path, workspace: Path | None, as_json: bool) -> None:
    """Fill an empty journal with JSON Lines from standard input."""
    with _opened(path, workspace) as opened:
        _tell("Imported", archive.import_lines(opened, sys.stdin), as_json)


def _tell(done: str, entries: int, as_json: bool) -> None:
    print_json({"entries": entries}) if as_json else say(f"{done}: {entries:,} entries.")
