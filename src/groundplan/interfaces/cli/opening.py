"""What commands that ask share: the workspace, read up to date, and its team page."""

from __future__ import annotations

from pathlib import Path

from groundplan.bootstrap.workspace import Workspace
from groundplan.interfaces.cli.options import folder_of, is_address
from groundplan.interfaces.cli.terminal import Terminal
from groundplan.interfaces.team_page import TeamPage, compose
from groundplan.sources.csv.ingest import ItemsRead


def open_workspace(paths: tuple[Path, ...], workspace: Path | None, quiet: bool) -> Workspace:
    """The workspace for these repositories, here if none is named."""
    return Workspace(folder_of(paths, workspace), Terminal(quiet))


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
