from __future__ import annotations

from pathlib import Path

import pytest
from git_builder import Built, Workspace

from groundplan.sources.git import line_pass
from groundplan.sources.git.counters import native_counter, native_package
from groundplan.sources.git.trees import count_with_git


@pytest.fixture
def built(tmp_path: Path) -> Built:
    return Built(tmp_path / "team")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


@pytest.fixture(params=["git", "native"])
def each_counter(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the test with either way of counting lines; both are what users get."""
    package = native_package()
    if request.param == "native" and package is None:
        pytest.skip("the optional package groundplan-linecount is not installed")
    counter = native_counter(package) if request.param == "native" and package else count_with_git
    monkeypatch.setattr(line_pass, "best_counter", lambda: counter)
