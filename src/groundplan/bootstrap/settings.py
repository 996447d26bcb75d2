"""Where things are if nobody says, and what time it is."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

DATABASE: Final = "GROUNDPLAN_DATABASE_URL"


def utc_now() -> datetime:
    """The time now, aware, in UTC."""
    return datetime.now(UTC)


def default_folder(paths: Sequence[Path]) -> Path:
    """Where the workspace of these repositories lives if nobody says: one folder for each set."""
    if chosen := os.environ.get("GROUNDPLAN_WORKSPACE"):
        return Path(chosen)
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    real = sorted(str(path.resolve()) for path in paths)
    name = re.sub(r"[^\w.-]+", "-", "+".join(Path(path).name for path in real))[:60].strip(".-")
    digest = hashlib.sha256("\0".join(real).encode(errors="surrogateescape")).hexdigest()[:8]
    return Path(home) / "groundplan" / f"{name or 'workspace'}-{digest}"


def place_of_journal(folder: Path) -> str | Path:
    """Where what people said is kept: the team server's database, or a file of the workspace."""
    return os.environ.get(DATABASE) or folder / "journal.sqlite"
