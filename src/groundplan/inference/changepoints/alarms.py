"""How strong breaks look in series without any: simulated once, looked up ever after."""

from __future__ import annotations

from typing import Final

import numpy as np

from groundplan.inference.arrays import Floats

LEAST_POINTS: Final = 20
LEAST_PROBABILITY: Final = 0.001  # no rarer alarm was simulated
# For quiet series of so many points (longer ones as the longest), in how large a share of them the
# strongest break is worth more than this. Of the quiet worlds the one that alarms most:
# autoregression 0.6 under Student's t with three degrees of freedom, on slight growth
# (evidence/change_points). The last row is the mean of 100 and 200 points.
POINTS: Final = np.array([20, 30, 50])
SHARES: Final = np.array([0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001])
STRENGTHS: Final = np.array(
    [
        [3.7, 7.0, 9.3, 12.0, 15.6, 16.9, 18.8, 21.5, 23.2],
        [5.7, 8.9, 10.7, 12.7, 15.4, 17.4, 19.4, 22.0, 23.5],
        [8.2, 10.9, 12.6, 14.2, 15.8, 17.1, 19.6, 21.6, 22.5],
    ]
)


def alarm_probability(strength: float, points: int) -> float:
    """How likely a quiet series of so many points shows a break as strong as this [share].

    Between 0.001, which stands for all that is rarer, and 1.
    """
    known = np.concatenate([[0.0], _strengths(points)])
    chance = np.interp(strength, known, np.log(np.concatenate([[1.0], SHARES])))
    return float(np.exp(chance))


def price_of_break(alarm_rate: float, points: int) -> float:
    """What each break must be worth for this share of quiet series to show any [deviance]."""
    if not LEAST_PROBABILITY <= alarm_rate <= SHARES[1]:
        raise ValueError(f"an alarm rate lies between 0.001 and 0.2, not at {alarm_rate}")
    logs = np.log(SHARES)
    return float(np.interp(-np.log(alarm_rate), -logs, _strengths(points)))


def _strengths(points: int) -> Floats:
    place = np.log(points)
    return np.array([np.interp(place, np.log(POINTS), column) for column in STRENGTHS.T])
