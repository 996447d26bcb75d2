"""What every estimate of an effect must do, whatever the data: errors of coding break one of these.

Estimates that lose their fixed effects move with what units and periods have in common; treatments
coded backwards move against an effect that is planted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from groundplan.inference.panels.panel import Panel

Estimator = Callable[[Panel], float]
CLOSE = 1e-6  # relative to the spread of outcomes


LAWS = {
    "units": "what a unit always has passes for an effect: unit effects are lost",
    "periods": "what all have in a period passes for an effect: period effects are lost",
    "planted": "a planted effect is not found as it is: the treatment is coded wrongly",
    "order": "the order of units matters",
}


def broken_laws(estimate: Estimator, panel: Panel, spared: tuple[str, ...] = ()) -> list[str]:
    """The laws that an estimator breaks on a panel, in words; none if it is coded right.

    spared: laws that it breaks by design. Synthetic control has no unit effects; the ridge of
    synthetic difference-in-differences grows with all innovations, common ones among them.
    """
    rng = np.random.default_rng(7)
    spread = float(np.nanstd(panel.outcome))
    units, periods = panel.outcome.shape
    before = estimate(panel)

    def moved(outcome: np.ndarray) -> float:
        return (estimate(replace(panel, outcome=outcome)) - before) / spread

    own = 3 * spread * rng.standard_normal((units, 1))
    shared = 3 * spread * rng.standard_normal(periods)
    reordered = estimate(panel.select(rng.permutation(units)))
    off = {
        "units": moved(panel.outcome + own),
        "periods": moved(panel.outcome + shared),
        "planted": moved(panel.outcome + spread * panel.is_treated()) - 1,
        "order": (reordered - before) / spread,
    }
    return [LAWS[law] for law in LAWS if law not in spared and abs(off[law]) > CLOSE]
