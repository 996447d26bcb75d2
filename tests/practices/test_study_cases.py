"""The room has the shape of a practice, and its cases run as theirs do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from test_cases import World, run_step

import groundplan.experiments as room
from groundplan.experiments import PRACTICE

FOLDER = Path(room.__path__[0])
CASES = yaml.safe_load((FOLDER / "cases.yml").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case(case: dict[str, Any], tmp_path: Path) -> None:
    world = World(case.get("given", {}), tmp_path)
    for step in case["steps"]:
        run_step(PRACTICE, step, world)
    assert world.journal.verify() is None
    world.close()


def test_the_room_has_a_guide_and_pages() -> None:
    headings = re.findall(r"^## (.+)$", (FOLDER / "guide.md").read_text(), re.MULTILINE)
    assert headings == [
        "The trouble", "The practice", "When not to", "What would prove us wrong",
    ]  # fmt: skip
    assert {"page.html", "study.html", "cases.yml"} <= {path.name for path in FOLDER.iterdir()}
