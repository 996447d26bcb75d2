"""Reading a whole list of repositories: `groundplan ingest --list FILE --workers N`."""

from __future__ import annotations

from pathlib import Path

from groundplan.bootstrap.settings import default_folder
from groundplan.bootstrap.spreading import ListRead, ingest_list, read_list
from groundplan.interfaces.cli.terminal import Terminal, print_json, say
from groundplan.terms.errors import SourceBroken


def read_listed(
    listed: Path,
    paths: tuple[Path, ...],
    workspace: Path | None,
    workers: int,
    lines: bool,
    heard: Terminal,
    as_json: bool,
) -> None:
    """Read the repositories of a list, and `paths`, and say what became of them."""
    names = list(dict.fromkeys([*read_list(listed), *(str(path.resolve()) for path in paths)]))
    folder = workspace or default_folder([listed])
    done = ingest_list(folder, names, workers, heard, lines)
    if as_json:
        print_json({"workspace": folder, "repositories": len(names), "list": done})
    else:
        tell(done, len(names))
    if done.failures:
        raise SourceBroken(
            f"{len(done.failures):,} of {len(names):,} repositories could not be read",
            "Mend them or take them off the list, and run again; nothing is read twice.",
        )


def tell(done: ListRead, total: int) -> None:
    """The answer in words."""
    before = f", {done.already:,} of them before" if done.already else ""
    say(f"{done.done:,} of {total:,} repositories are read{before}.")
    for path, reason in done.failures:
        say(f"  {path}: {reason}")
