from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sources.http_server import Clock
from tests.sources.redmine.replies import Place, load


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path, Clock(load()[0].now))
    yield made
    made.close()
