"""Of 1,000 studies of interventions that do nothing, how many say that something happened?

Run: python evidence/null_studies/study.py [--short]  (a CPU minute; no data needed)

Each study goes the way of a sealed one: scale, design and the smallest effect worth having are set
as the room does, and the one analysis gives the verdict. The same studies with a planted effect of
+40% show how often it is found, and whether the intervals hold it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from groundplan.experiments.concluding import answer
from groundplan.experiments.material import Material
from groundplan.experiments.views import Verdict
from groundplan.inference.arrays import Integers
from groundplan.inference.panels.designs import Design, Rule
from groundplan.inference.panels.panel import NEVER, make_panel
from groundplan.inference.proportions import share_of
from groundplan.records.studies import Measure
from groundplan.sources.simulated.panels import PanelWorld, SimulatedPanel, simulate_panel
from groundplan.terms.estimate import Estimate

HERE = Path(__file__).parent
BEFORE, WORTH, PLANTED = 26, 10.0, 0.4
MEASURE = Measure("throughput", False, 1, True, WORTH, "rework", False, False, 10.0, "fine")
KINDS: dict[str, tuple[Rule, PanelWorld]] = {
    "draw half of 16": ("complete", PanelWorld(units=16, treated=8, weeks=40)),
    "matched pairs of 16": ("blocked", PanelWorld(units=16, treated=8, weeks=40)),
    "stepped wedge of 12": (
        "complete", PanelWorld(units=12, treated=12, weeks=42, starts=(26, 28, 30, 32, 34, 36)),
    ),
    "not drawn, 3 of 20": ("observed", PanelWorld(units=20, treated=3, weeks=40)),
    "not drawn, 1 of 20": ("observed", PanelWorld(units=20, treated=1, weeks=40)),
}  # fmt: skip


def conclude(rule: Rule, world: PanelWorld, change: float, seed: int) -> Verdict:
    """The verdict of one study."""
    rng = np.random.default_rng([seed, 7])
    made = simulate_panel(world, rng)
    starts, strata = made.treated_from, None
    if rule == "blocked":
        starts, strata = draw_pairs(made, rng)
    outcome = plant(made, starts, change, rng)
    panel = make_panel(made.units, made.periods, outcome, starts)
    design = Design(rule=rule, strata=strata, worth_percent=WORTH, planned=starts)
    return answer(Material(panel, design, ""), MEASURE, rng)


def draw_pairs(made: SimulatedPanel, rng: np.random.Generator) -> tuple[Integers, Integers]:
    """Of neighbours by their level before the start, one of two begins."""
    order = np.argsort(made.outcome[:, :BEFORE].mean(axis=1))
    strata, starts = np.empty(len(order), dtype=np.int64), np.full(len(order), NEVER)
    for nr in range(len(order) // 2):
        pair = order[2 * nr : 2 * nr + 2]
        strata[pair] = nr
        starts[pair[rng.integers(2)]] = BEFORE
    return starts, strata


def plant(
    made: SimulatedPanel, starts: Integers, change: float, rng: np.random.Generator
) -> np.ndarray:
    """The counts with an effect on what was treated, as more Poisson events."""
    if not change:
        return made.outcome
    weeks = np.arange(made.outcome.shape[1])
    treated = (starts[:, None] != NEVER) & (weeks >= starts[:, None])
    return made.outcome + np.where(treated, rng.poisson(change * made.outcome), 0)


def summarise(verdicts: list[Verdict], truth: float) -> dict[str, Any]:
    """How many verdicts of each word, and how often intervals hold the truth [share]."""
    words = [one.verdict for one in verdicts]
    low = [-np.inf if one.low is None else one.low for one in verdicts]
    high = [np.inf if one.high is None else one.high for one in verdicts]
    held = sum(a <= truth <= b for a, b in zip(low, high, strict=True))
    return {
        "studies": len(verdicts),
        **{word: words.count(word) for word in ("helped", "hurt", "no worthwhile effect",
                                                "cannot tell")},
        "covered": round(held / len(verdicts), 4),
    }  # fmt: skip


def main(each: int) -> dict[str, Any]:
    """Both halves of the study, with `each` studies of a kind."""
    result: dict[str, Any] = {"each": each, "nothing": {}, "planted_40_percent": {}}
    for name, (rule, world) in KINDS.items():
        for half, change in (("nothing", 0.0), ("planted_40_percent", PLANTED)):
            verdicts = [conclude(rule, world, change, seed) for seed in range(each)]
            result[half][name] = summarise(verdicts, 100 * change)
    wrong = sum(one["helped"] + one["hurt"] for one in result["nothing"].values())
    share = share_of(wrong, each * len(KINDS), "studies of nothing", level=0.95)
    assert isinstance(share, Estimate)
    ends = [round(value, 4) for value in (share.value, share.low, share.high)]
    result["false_alarms"] = {"of": share.n, "alarms": wrong, "share": ends}
    return result


if __name__ == "__main__":
    short = "--short" in sys.argv
    found = main(20 if short else 200)
    if not short:
        (HERE / "result.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=1))
