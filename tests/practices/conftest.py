"""What several practices are tried on."""

from __future__ import annotations

import pytest

from tests.histories import History
from tests.offices import build_history


@pytest.fixture(scope="session")
def six_people(tmp_path_factory: pytest.TempPathFactory) -> History:
    """A repository of six people; only read."""
    return build_history(tmp_path_factory.mktemp("six") / "sample")
