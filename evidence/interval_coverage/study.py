"""How often a 90% interval holds the truth, signal by signal, in made-up teams.

    python evidence/interval_coverage/study.py [--runs 2000] [--only SIGNAL ...]

Writes result.json beside this file. Everything is drawn from fixed seeds.
"""

from __future__ import annotations

import argparse
import json
import sys
import zlib
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from generators import WORLDS as MAIN_WORLDS
from generators import World
from host_worlds import HOST_WORLDS

from groundplan.inference.change import compare
from groundplan.inference.standing_out import stands_out
from groundplan.signals.catalogue import discover
from groundplan.signals.measure import CLAIMS_ON_A_PAGE
from groundplan.signals.signal import Sample, Signal
from groundplan.terms.estimate import Estimate
from groundplan.terms.units import RATIO

WORLDS = MAIN_WORLDS | HOST_WORLDS
WINDOWS = 10  # of an unchanged history, the newest of which is compared with the one before
UNCOMPARED = ("newcomers", "departures", "knowledge_spread")  # their worlds are single windows


def windows(sample: Sample, weeks: int) -> list[Sample]:
    """Adjacent windows of one history, oldest first."""
    parts = []
    for start in range(0, len(sample.weeks), weeks):
        inside = sample.weeks[start : start + weeks]
        rows = (sample.rows["week"] >= inside[0]) & (sample.rows["week"] <= inside[-1])
        parts.append(Sample({name: column[rows] for name, column in sample.rows.items()}, inside))
    return parts


def measure(signal: Signal, world: World, weeks: int, runs: int) -> dict[str, object]:
    """Coverage of the value and of the change between adjacent windows, and false news."""
    rng = np.random.default_rng(zlib.crc32(f"{signal.name} {world.model} {weeks}".encode()))
    truth = world.truth()
    values = [signal.estimate(world.draw(rng, weeks)) for _ in range(runs)]
    told = [v for v in values if isinstance(v, Estimate)]
    changes: list[Estimate] = []
    claims = 0
    for _ in range(0 if signal.name in UNCOMPARED else runs // 2):
        series = [signal.estimate(w) for w in windows(world.draw(rng, WINDOWS * weeks), weeks)]
        change = compare(series[-1], series[-2])
        if isinstance(change, Estimate):
            changes.append(change)
            claims += stands_out(change, series[:-1], comparisons=CLAIMS_ON_A_PAGE)
    report: dict[str, object] = {
        "model": f"{world.model}; {weeks} weeks",
        "weeks": weeks,
        "runs": len(told),
        "unknown": runs - len(told),
        "covered": round(float(np.mean([v.low <= truth <= v.high for v in told])), 4),
        "too_low": round(float(np.mean([v.high < truth for v in told])), 4),
        "width": round(float(np.median([(v.high - v.low) / truth for v in told])), 3),
    }
    if changes:
        none = [1.0 if c.unit == RATIO else 0.0 for c in changes]
        held = [c.low <= n <= c.high for c, n in zip(changes, none, strict=True)]
        report["change_covered"] = round(float(np.mean(held)), 4)
        report["false_news"] = round(claims / len(changes), 4)
    return report


def run(runs: int, names: list[str] | None = None) -> dict[str, dict[str, object]]:
    """The whole study: for each signal all its worlds, and the first one as its badge."""
    signals: dict[str, object] = {}
    for signal in discover():
        if names and signal.name not in names:
            continue
        worlds = [
            measure(signal, world, weeks, runs)
            for world in WORLDS[signal.name]
            for weeks in world.weeks
        ]
        # the badge: all worlds of the signal's own window together, so that no world is chosen
        own = [w for w in worlds if w["weeks"] == signal.window_weeks] or worlds
        told = sum(int(str(w["runs"])) for w in own)
        covered = sum(float(str(w["covered"])) * int(str(w["runs"])) for w in own) / told
        signals[signal.name] = {
            "level": 0.9,
            "covered": round(covered, 4),
            "runs": told,
            "model": "; or ".join(str(w["model"]) for w in own),
            "worlds": worlds,
        }
        print(signal.name, round(covered, 3), *(f"\n   {w}" for w in worlds))
    return {"signals": signals}


def main() -> None:
    """Run and write result.json."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--only", nargs="*")
    arguments = parser.parse_args()
    result = run(arguments.runs, arguments.only)
    target = Path(__file__).parent / "result.json"
    if arguments.only:
        result["signals"] = json.loads(target.read_text())["signals"] | result["signals"]
    target.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
