from __future__ import annotations

from pathlib import Path

import pytest
from git_builder import Built, Workspace


@pytest.fixture
def built(tmp_path: Path) -> Built:
    return Built(tmp_path / "team")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")
