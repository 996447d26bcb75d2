"""What the fixed commands take alike: repositories, the folder of their facts, how to answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from groundplan.bootstrap import Workspace, default_folder
from groundplan.interfaces.cli.terminal import Terminal
from groundplan.interfaces.team_page import TeamPage, compose
from groundplan.sources.csv.ingest import ItemsRead

Command = Callable[..., Any]


def shared(command: Command) -> Command:
    """The options that every command about repositories takes."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Answer as one JSON document."),
        click.option("--quiet", is_flag=True, help="No progress on standard error."),
        click.option(
            "--workspace",
            type=click.Path(path_type=Path, file_okay=False),
            help="Folder of the facts [default: one for each set of repositories, in your "
            "data folder; GROUNDPLAN_WORKSPACE].",
        ),
    ):
        command = option(command)
    return command


PATHS = click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
PATH = click.argument("path", default=".", type=click.Path(path_type=Path))


def open_workspace(paths: tuple[Path, ...], workspace: Path | None, quiet: bool) -> Workspace:
    """The workspace for these repositories, here if none is named."""
    places = [path for path in paths if not is_address(path)]
    folder = workspace or default_folder(places or (Path(),))
    return Workspace(folder, Terminal(quiet))


def is_address(path: Path) -> bool:
    """Whether what stands in place of a path is a host's repository: github:owner/name."""
    if ":" not in str(path) or path.exists():
        return False
    from groundplan.bootstrap.connections import list_sources  # noqa: PLC0415 - reads all sources

    return str(path).partition(":")[0] in list_sources()


def read_all(
    opened: Workspace, paths: tuple[Path, ...], lines: bool = True, api: str = ""
) -> list[str]:
    """Read every repository, names first, then lines, every file of items and every host; the ids
    of the repositories. api: the address of the hosts' own server, "" for the usual one.
    """
    for path in filter(Path.is_file, paths):
        tell_rejected(opened, opened.read_items(path))
    for path in filter(is_address, paths):
        opened.read_host(str(path), api)
    places = [p for p in paths or (Path(),) if not p.is_file() and not is_address(p)]
    repos = [opened.read_names(path).repo for path in places]
    for repo in repos if lines else ():
        opened.read_lines(repo)
    return repos


def tell_rejected(opened: Workspace, read: ItemsRead) -> None:
    """One line about rows that could not be kept, where nobody asked for the list."""
    if read.rejected:
        opened.tracker.note(
            f"{read.path.name}: {len(read.rejected):,} of {read.rows:,} rows are left out; "
            f"`groundplan ingest {read.path.name}` lists them."
        )


def compose_page(opened: Workspace) -> TeamPage:
    """The team page of what is read so far."""
    return compose(opened.context(), opened.scope(), opened.signals, opened.practices)
