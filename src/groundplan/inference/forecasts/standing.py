"""How such promises did on other trackers: what stands beside a promise before it has its own past.

The figures are those of evidence/forecast_coverage/result.json; a test compares them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from groundplan.terms.estimate import Estimate, Unknown
from groundplan.terms.units import SHARE

Question = Literal["how many", "when"]

LEVEL: Final = 0.85
BOUNDS: Final = (0.82, 0.88)  # between which claims of 85% are said to hold
TRACKERS: Final = 17
# Of 85% claims, by weeks ahead: the share that came true, and its 90% interval over trackers.
MEASURED: Final[Mapping[Question, Mapping[int, tuple[float, float, float]]]] = {
    "how many": {
        2: (0.867, 0.852, 0.88),
        4: (0.873, 0.855, 0.886),
        8: (0.876, 0.851, 0.894),
        13: (0.876, 0.843, 0.901),
        26: (0.876, 0.828, 0.914),
    },
    "when": {
        2: (0.872, 0.853, 0.886),
        4: (0.872, 0.847, 0.89),
        8: (0.868, 0.827, 0.897),
        13: (0.858, 0.794, 0.901),
    },
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Of claims "85% sure" at this horizon on other trackers, the share that came true.

    holds: whether that share lies between 82% and 88%. A page shows no promise where it does not.
    """

    horizon_weeks: int
    share: Estimate
    holds: bool


def look_up(question: Question, weeks: float) -> Standing | Unknown:
    """The standing of promises so many weeks ahead; for "when", weeks that the work usually takes.

    The next longer horizon that was tested speaks for those below it. Unknown beyond the longest.
    """
    tested = MEASURED[question]
    longer = [horizon for horizon in tested if horizon >= weeks]
    if not longer:
        reason = "no promise this far ahead was tested"
        return Unknown(reason, max(tested), int(-(-weeks // 1)), "weeks")
    horizon = min(longer)
    share, low, high = tested[horizon]
    found = Estimate(
        share, low, high, 0.9, SHARE, TRACKERS, "trackers", "bootstrap that draws trackers"
    )
    return Standing(horizon, found, BOUNDS[0] <= share <= BOUNDS[1])
