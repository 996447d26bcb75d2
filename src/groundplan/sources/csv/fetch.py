"""Reads a table from the disk, with the mapping that stands beside it."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from groundplan.sources.csv.item_columns import MAPPING_NAMES
from groundplan.terms.errors import BadInput, SourceDown

MOST_BYTES: Final = 500_000_000


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file as it is now. mapping: name and bytes of the mapping beside it, if there is one."""

    path: Path
    data: bytes
    modified_at: datetime
    mapping: tuple[str, bytes] | None


def read_file(path: Path) -> FileRead:
    """The file at `path`. Errors: BadInput if it is no file or too large, SourceDown otherwise."""
    try:
        real = path.resolve(strict=True)
        size = real.stat().st_size
        if not real.is_file() or size > MOST_BYTES:
            raise BadInput("file", str(path), f"a file of at most {MOST_BYTES:,} bytes")
        beside = [real.parent / name for name in MAPPING_NAMES]
        mapping = next(((each.name, each.read_bytes()) for each in beside if each.is_file()), None)
        modified = datetime.fromtimestamp(real.stat().st_mtime, UTC)
        return FileRead(real, _read(real), modified, mapping)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise BadInput("file", str(path), f"a file that is whole: {error}") from None
    except OSError as error:
        raise SourceDown(f"{path}: {error.strerror}", "Name a file that can be read.") from error


def _read(path: Path) -> bytes:
    """The bytes of a file, compressed by gzip or not."""
    if path.suffix != ".gz":
        return path.read_bytes()
    with gzip.open(path) as stream:
        found = stream.read(MOST_BYTES + 1)
    if len(found) > MOST_BYTES:
        raise BadInput("file", str(path), f"at most {MOST_BYTES:,} bytes")
    return found
