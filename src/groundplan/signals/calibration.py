"""How often each signal's interval held when the truth was known: the badge beside every number.

The figures are evidence/interval_coverage's; a law test compares them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Calibration:
    """In `runs` simulated histories with a known truth, intervals of `level` held in `covered`."""

    level: float
    covered: float
    runs: int

    def __str__(self) -> str:
        return (
            f"{self.level:.0%} intervals of this kind held in {self.covered:.0%} of "
            f"{self.runs:,} simulated histories"
        )


CALIBRATIONS = {
    "active_people": Calibration(0.9, 0.8825, 4_000),
    "change_failures": Calibration(0.9, 0.915, 2_000),
    "change_size": Calibration(0.9, 0.931, 2_000),
    "co_change": Calibration(0.9, 0.9225, 2_000),
    "context_switches": Calibration(0.9, 0.9, 2_000),
    "departures": Calibration(0.9, 0.9175, 2_000),
    "deployment_frequency": Calibration(0.9, 0.897, 4_000),
    "first_answer": Calibration(0.9, 0.9004, 1_967),
    "focus_hours": Calibration(0.9, 0.882, 2_000),
    "fragmentation": Calibration(0.9, 0.903, 2_000),
    "interruptions": Calibration(0.9, 0.9155, 2_000),
    "knowledge_spread": Calibration(0.9, 0.8865, 2_000),
    "lead_time": Calibration(0.9, 0.8895, 2_000),
    "meeting_load": Calibration(0.9, 0.883, 2_000),
    "newcomers": Calibration(0.9, 0.9092, 1_993),
    "off_hours": Calibration(0.9, 0.9005, 2_000),
    "pickup_time": Calibration(0.9, 0.9259, 1_997),
    "pulls_in_progress": Calibration(0.9, 0.8738, 4_000),
    "recovery_time": Calibration(0.9, 0.91, 2_000),
    "reopen_rate": Calibration(0.9, 0.9155, 2_000),
    "reprioritisations": Calibration(0.9, 0.8888, 4_000),
    "review_concentration": Calibration(0.9, 0.899, 2_000),
    "review_load": Calibration(0.9, 0.9045, 2_000),
    "review_time": Calibration(0.9, 0.8945, 2_000),
    "rework": Calibration(0.9, 0.884, 2_000),
    "throughput": Calibration(0.9, 0.8891, 8_000),
    "time_to_merge": Calibration(0.9, 0.9315, 2_000),
    "work_kinds": Calibration(0.9, 0.9162, 6_000),
}


def calibration_of(signal: str) -> Calibration | None:
    """The record of a signal's interval; None if nobody has checked it."""
    return CALIBRATIONS.get(signal)
