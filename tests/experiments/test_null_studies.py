"""Studies of nothing find nothing: the evidence in short, and what was published of it."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "evidence/null_studies"


def test_short_studies_of_nothing_find_nothing() -> None:
    found = runpy.run_path(str(FOLDER / "study.py"), run_name="short")["main"](20)
    assert found["false_alarms"]["of"] == 100
    assert found["false_alarms"]["alarms"] <= 12  # 99.9% of 100 at 5%
    hurt = sum(one["hurt"] for one in found["planted_40_percent"].values())
    helped = sum(one["helped"] for one in found["planted_40_percent"].values())
    assert helped > 10 * max(1, hurt) or helped >= 15


def test_what_is_published_keeps_its_bar() -> None:
    result = json.loads((FOLDER / "result.json").read_text("utf-8"))
    alarms = result["false_alarms"]
    assert alarms["of"] == 1_000
    assert alarms["alarms"] <= 65
    text = (FOLDER / "README.md").read_text("utf-8")
    assert f"{alarms['alarms']} said *helped* or *hurt*" in text
    for half in ("nothing", "planted_40_percent"):
        assert all(one["covered"] >= 0.93 for one in result[half].values())
