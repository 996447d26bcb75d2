"""What the fixed commands take alike: repositories, the folder of their facts, how to answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from groundplan.bootstrap.settings import default_folder

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


def folder_of(paths: tuple[Path, ...], workspace: Path | None) -> Path:
    """The folder of the facts about these repositories, here if none is named."""
    return workspace or default_folder([p for p in paths if not is_address(p)] or (Path(),))


def is_address(path: Path) -> bool:
    """Whether what stands in place of a path is a host's repository: github:owner/name."""
    if ":" not in str(path) or path.exists():
        return False
    from groundplan.bootstrap.connections import list_sources  # noqa: PLC0415 - reads all sources

    return str(path).partition(":")[0] in list_sources()
