"""All practices have one shape, and the documents name everything that can be asked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from groundplan.interfaces.catalogue import list_use_cases
from groundplan.interfaces.reference import reference
from groundplan.practices.catalogue import discover
from groundplan.signals.catalogue import discover as signals

ROOT = Path(__file__).parents[2]
FOLDERS = sorted(
    path
    for path in (ROOT / "src/groundplan/practices").iterdir()
    if (path / "__init__.py").exists()
)
SHAPE = {"__init__.py", "rules.py", "actions.py", "guide.md", "page.html", "cases.yml"}
HEADINGS = ["The trouble", "The practice", "When not to", "What would prove us wrong"]
MOST_LINES = 500


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_folder_shape(folder: Path) -> None:
    files = {path.name for path in folder.iterdir() if path.is_file()}
    assert files == SHAPE
    lines = sum(path.read_text().count("\n") for path in folder.glob("*.py"))
    assert lines <= MOST_LINES, f"{folder.name}: {lines} lines of Python"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_guide_headings(folder: Path) -> None:
    found = re.findall(r"^## (.+)$", (folder / "guide.md").read_text(), re.MULTILINE)
    assert found == HEADINGS


def test_every_folder_is_discovered() -> None:
    assert [practice.name for practice in discover()] == [folder.name for folder in FOLDERS]


def test_documents_name_every_use_case_and_signal() -> None:
    text = "".join(path.read_text() for path in (ROOT / "docs").rglob("*.md"))
    names = [case.name for cases in list_use_cases().values() for case in cases]
    names += [signal.name for signal in signals()]
    missing = [name for name in names if f"`{name}`" not in text]
    assert missing == []


def test_the_reference_is_as_the_declarations_are() -> None:
    written = (ROOT / "docs" / "reference.md").read_text()
    assert written == reference(), "run: python -m groundplan.interfaces.reference"
