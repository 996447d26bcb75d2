"""The README of evidence/simulation claims what its result says, of the settings that ship."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from groundplan.sources.simulated.panels import PANEL_PACE, PanelWorld

FOLDER = Path(__file__).parents[3] / "evidence" / "simulation"
RESULT: dict[str, Any] = json.loads((FOLDER / "result.json").read_text())


def outside(part: str, simulated: str) -> set[str]:
    """Statistics that lie outside the range of histories that nothing was set by."""
    ranges: dict[str, list[float]] = RESULT[part]["real_unseen_range"]
    found = RESULT[part][simulated]
    return {name for name, (low, high) in ranges.items() if not low <= found[name] <= high}


def test_what_was_measured_is_what_ships() -> None:
    shipped = RESULT["weeks"]["shipped"]
    assert shipped == {
        "slow_sd": PANEL_PACE.slow_sd,
        "quick_sd": PANEL_PACE.quick_sd,
        "quick_lag": PANEL_PACE.quick_lag,
        "clumps": PanelWorld().clumps,
    }


def test_simulated_teams_lie_inside_the_range_of_real_ones_but_where_it_is_said() -> None:
    assert outside("repositories", "simulated") == {"on_weekends", "before_8_after_19"}
    assert outside("weeks", "simulated") - {"mean"} == {"lag_1"}
    assert outside("weeks", "simulated_teams") == set()
    assert outside("trackers", "simulated") == {"done_variation"}


@pytest.mark.parametrize("name", RESULT["recovery"])
def test_what_was_planted_lies_in_the_interval(name: str) -> None:
    found = RESULT["recovery"][name]
    assert found["low"] <= found["planted"] <= found["high"]


def test_it_is_fast_enough_to_be_used_in_studies() -> None:
    assert all(seconds < 2 for seconds in RESULT["speed"].values())
