"""How often a 90% interval holds the truth, signal by signal, in made-up teams.

    python evidence/interval_coverage/study.py [--runs 2000]

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

from generators import WORLDS, World

from groundplan.inference.change import compare
from groundplan.signals.catalogue import discover
from groundplan.signals.sentences import is_news
from groundplan.signals.signal import Sample, Signal
from groundplan.terms.estimate import Estimate, Measured
from groundplan.terms.units import RATIO


def halves(sample: Sample) -> tuple[Sample, Sample]:
    """Two adjacent windows of one history."""
    middle = len(sample.weeks) // 2
    cut = sample.weeks[middle]
    early = sample.rows["week"] < cut
    first = {name: column[early] for name, column in sample.rows.items()}
    second = {name: column[~early] for name, column in sample.rows.items()}
    return Sample(first, sample.weeks[:middle]), Sample(second, sample.weeks[middle:])


def measure(signal: Signal, world: World, weeks: int, runs: int) -> dict[str, object]:
    """Coverage of the value and of the change between adjacent windows, and false news."""
    rng = np.random.default_rng(zlib.crc32(f"{signal.name} {world.model} {weeks}".encode()))
    truth = world.truth()
    values = [signal.estimate(world.draw(rng, weeks)) for _ in range(runs)]
    told = [v for v in values if isinstance(v, Estimate)]
    changes: list[Measured] = []
    if signal.name not in ("newcomers", "departures", "knowledge_spread"):
        for _ in range(runs // 2):
            early, late = halves(world.draw(rng, 2 * weeks))
            changes.append(compare(signal.estimate(late), signal.estimate(early)))
    known = [c for c in changes if isinstance(c, Estimate)]
    report: dict[str, object] = {
        "model": f"{world.model}; {weeks} weeks",
        "weeks": weeks,
        "runs": len(told),
        "unknown": runs - len(told),
        "covered": round(float(np.mean([v.low <= truth <= v.high for v in told])), 4),
        "too_low": round(float(np.mean([v.high < truth for v in told])), 4),
        "width": round(float(np.median([(v.high - v.low) / truth for v in told])), 3),
    }
    if known:
        none = [1.0 if c.unit == RATIO else 0.0 for c in known]
        held = [c.low <= n <= c.high for c, n in zip(known, none, strict=True)]
        report["change_covered"] = round(float(np.mean(held)), 4)
        report["false_news"] = round(float(np.mean([is_news(c) for c in known])), 4)
    return report


def run(runs: int, names: list[str] | None = None) -> dict[str, object]:
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
    if not arguments.only:
        text = json.dumps(result, indent=1) + "\n"
        (Path(__file__).parent / "result.json").write_text(text)


if __name__ == "__main__":
    main()
