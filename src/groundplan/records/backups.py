"""Backups of a journal: one file of exported lines, whole and checked, or none.

Both engines write the same form, so that a backup of either can be restored into either.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from groundplan.records.archive import checked, export_lines, import_lines
from groundplan.records.chained import ChainedJournal
from groundplan.terms.errors import BadInput, Refused, SourceBroken, SourceDown


def backup(journal: ChainedJournal, file: Path) -> int:
    """Write the journal as it is now to `file`, while others go on writing; how many [entries].

    The file is read back and checked before it gets its name; only its owner may read it. Refused
    if it exists, SourceBroken if the journal was tampered with.
    """
    if file.exists():
        raise Refused(f"{file} exists already", "Name a new file; nothing was overwritten.")
    part = file.with_name(f"{file.name}.part")
    try:
        with _written(part):
            with part.open("w", encoding="utf-8", newline="\n") as out:
                os.fchmod(out.fileno(), 0o600)
                out.writelines(export_lines(journal))
                out.flush()
                os.fsync(out.fileno())
            with _lines(part) as lines:
                entries = sum(1 for _ in checked(lines))
            part.replace(file)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
    return entries


def restore(journal: ChainedJournal, file: Path) -> int:
    """Fill an empty journal with a backup, of any engine; how many [entries].

    Nothing becomes visible before everything was checked. Errors as in `import_lines`; BadInput
    for a file that cannot be read.
    """
    try:
        with _lines(file) as lines:
            return import_lines(journal, lines)
    except OSError as error:
        raise BadInput("file", str(file), "a backup that can be read", f"{error.strerror}.") from (
            error
        )


@contextmanager
def _lines(file: Path) -> Iterator[Iterator[str]]:
    # bytes that are no text come through, and are told with the line they stand in
    with file.open(encoding="utf-8", errors="surrogateescape", newline="\n") as lines:
        yield lines


@contextmanager
def _written(part: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SourceDown(
            f"{part}: {error.strerror}", "Free some space or name another file; nothing was kept."
        ) from error
    except SourceBroken as error:
        raise SourceBroken(
            f"the journal is broken, and was not backed up: {error.message}",
            "Verify the journal; export writes what there is without checking it.",
        ) from error
