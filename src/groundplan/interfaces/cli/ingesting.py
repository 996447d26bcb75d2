"""The command that reads repositories and files. It runs often and mostly finds nothing new, so
what it does not always need is imported when it is needed.
"""

from __future__ import annotations

import os
from pathlib import Path

import click

from groundplan.bootstrap.intake import Intake
from groundplan.interfaces.cli.options import PATHS, folder_of, shared
from groundplan.interfaces.cli.terminal import Terminal, print_json, say


@click.command()
@PATHS
@shared
@click.option("--lines/--no-lines", default=True, help="Count lines too (the longer pass).")
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="ROLE=COLUMN",
    help="Of files of work items: what a column holds, such as done=Shipped; repeatable.",
)
@click.option(
    "--list",
    "listed",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Read the repositories that FILE names, one path a line. Stopped at any point, the same "
    "command goes on.",
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    default=os.cpu_count() or 1,
    show_default="processors",
    help="Of --list: how many repositories are read at once.",
)
def ingest(
    paths: tuple[Path, ...],
    workspace: Path | None,
    quiet: bool,
    as_json: bool,
    lines: bool,
    columns: tuple[str, ...],
    listed: Path | None,
    workers: int,
) -> None:
    """Read PATHS (default: here) into the workspace; only what is new is read.

    A path is a repository, or a CSV file of work items that a tracker exported.
    """
    if listed is not None:
        from groundplan.interfaces.cli.spreading import read_listed  # noqa: PLC0415

        read_listed(listed, paths, workspace, workers, lines, Terminal(quiet), as_json)
        return
    opened = Intake(folder_of(paths, workspace), Terminal(quiet))
    items = _read_items(opened, [path for path in paths if path.is_file()], columns, as_json)
    results = []
    for path in paths or (Path(),):
        if path.is_file():
            continue
        result = opened.read_names(path)
        counted = opened.read_lines(result.repo) if lines else 0
        pending = 0 if lines else result.pending
        results.append({"path": path, "ingested": result, "counted": counted, "pending": pending})
        if not as_json:
            say(
                f"{result.repo}: {result.commits_added:,} commits added, "
                f"{result.commits_lost:,} lost, {result.changes:,} changes, "
                f"lines of {counted:,} counted, {pending:,} to count"
            )
    if as_json:
        print_json({"workspace": opened.folder, "repositories": results, "items": items})


def _read_items(
    opened: Intake, files: list[Path], columns: tuple[str, ...], as_json: bool
) -> list[object]:
    """Files of work items, read and told."""
    if not files and not columns:
        return []
    from groundplan.interfaces.cli.item_files import print_items  # noqa: PLC0415 - with NumPy
    from groundplan.sources.csv.tables import read_columns  # noqa: PLC0415

    named = read_columns(columns)
    items = [opened.read_items(path, named) for path in files]
    for read in () if as_json else items:
        print_items(read)
    return [*items]
