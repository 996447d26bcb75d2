"""The badges print what the evidence found, for every signal."""

from __future__ import annotations

import json
from pathlib import Path

from groundplan.signals.calibration import CALIBRATIONS
from groundplan.signals.catalogue import discover
from groundplan.signals.measure import CLAIMS_ON_A_PAGE

RESULT = Path(__file__).parents[2] / "evidence" / "interval_coverage" / "result.json"
LEAST_COVERED = 0.87  # of a 90% interval; a signal below it is not shown as calibrated


def test_badges_are_the_evidence() -> None:
    found = json.loads(RESULT.read_text())["signals"]
    assert {
        name: (badge.level, badge.covered, badge.runs) for name, badge in CALIBRATIONS.items()
    } == {name: (row["level"], row["covered"], row["runs"]) for name, row in found.items()}


def test_every_signal_has_been_checked() -> None:
    assert {signal.name for signal in discover()} == set(CALIBRATIONS)
    assert all(badge.covered >= LEAST_COVERED for badge in CALIBRATIONS.values())


def test_claims_leave_room_for_every_signal_on_a_page() -> None:
    assert len(discover()) <= CLAIMS_ON_A_PAGE
