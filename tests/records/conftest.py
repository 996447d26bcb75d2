"""A journal in a file of its own, at noon."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from groundplan.records.sqlite import SQLiteJournal
from tests.journals import NOON


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


@pytest.fixture
def journal(path: Path) -> Iterator[SQLiteJournal]:
    opened = SQLiteJournal(path, lambda: NOON)
    yield opened
    opened.close()
