"""Do ranges hold as often as they say, on people and times that nothing was chosen on?

    python evidence/promises/study.py          # reads GROUNDPLAN_DATA, default ../shared/data

Writes result.json beside this file: figures only. Settings were chosen on the tuning part
(--tune prints its table); every other figure is of held-out people, projects or later years.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from methods import METHODS, Method, engine

from groundplan.inference.estimation_backtest import (
    BASELINE_NEEDS,
    SWEEP,
    MethodReport,
    Rows,
    holds,
    quantile_ranges,
    report,
    width_at,
)
from groundplan.inference.outcomes import Outcomes, find_past
from groundplan.inference.reference_ratios import ATOMS
from groundplan.terms.estimate import Estimate
from histories import FOLDER, HISTORIES

RENZO_TUNING = 4_000  # oldest of one person's items
BLOCK = 25  # items that follow each other, drawn together when the noise of widths is asked
DRAWS = 400
ENOUGH = 30  # items of a person, to count in the published reference
TRIED: dict[str, Method] = {
    "size_factor 1.5": engine(size_factor=1.5),
    "size_factor 3": engine(size_factor=3.0),
    "half_life 50": engine(half_life=50.0),
    "half_life 500": engine(half_life=500.0),
    "far 0.2": engine(far=0.2),
    "others_worth 20": engine(others_worth=20.0),
    "reference_worth 1": engine(reference_worth=1.0),
    "reference_worth 10": engine(reference_worth=10.0),
    "person_step 0.005": engine(person_step=0.005),
    "person_step 0.05": engine(person_step=0.05),
    "file_step 0": engine(file_step=0.0),
}


def part(name: str, tuning: bool, *, by_kind: bool = False) -> tuple[Outcomes, Rows]:
    """A set's items, and which of them are reported: the tuning ones or the others."""
    items, _ = HISTORIES[name](by_kind)
    if name == "sip":  # whole people: every other developer, however they are numbered
        labels, _ = HISTORIES[name](False)
        mine = (labels.person % 2 == 0) == tuning
        return items.select(np.flatnonzero(mine)), np.ones(int(mine.sum()), dtype=bool)
    if name == "renzo":  # one person: later years are judged, earlier ones are their history
        return items, (np.arange(len(items)) < RENZO_TUNING) == tuning
    return items, np.full(len(items), not tuning)


def figures(told: MethodReport) -> dict[str, object]:
    """What is published of one method on one set."""
    at = {}
    for one in told.at:
        if isinstance(one.coverage, Estimate):
            wide = one.equal_log_width
            at[f"{one.odds:.0%}"] = {
                "covered": round(one.coverage.value, 4),
                "wilson_90": [round(one.coverage.low, 4), round(one.coverage.high, 4)],
                "below": round(one.below, 4),
                "above": round(one.above, 4),
                "median_log_width": round(one.median_log_width, 3),
                "median_log_width_at_equal_coverage": (
                    round(wide, 3) if isinstance(wide, float) else None
                ),
            }
    people = told.by_person
    return {
        "n": told.n,
        "people": told.people,
        "bias_log_ratio": round(told.bias_log_ratio, 3),
        "people_quartiles_of_coverage_at_80": (
            [round(v, 3) for v in people] if isinstance(people, tuple) else None
        ),
        "at": at,
    }


def judge(name: str, methods: Mapping[str, Method], *, tuning: bool = False) -> dict[str, object]:
    """All methods on the same items of one set; first items apart, for the shipped method."""
    items, rows = part(name, tuning)
    own = find_past(items).own
    told: dict[str, object] = {}
    both = rows & (own >= BASELINE_NEEDS)
    for method, make in methods.items():
        started = time.process_time()
        low, high = make(items, SWEEP)
        seconds = time.process_time() - started
        usable = both & np.isfinite(low).all(axis=1)
        if usable.any():
            told[method] = figures(report(method, items, usable, (low, high)))
            line(name, method, told[method], seconds)
    return told


def line(name: str, method: str, told: object, seconds: float) -> None:
    assert isinstance(told, dict)
    at = told["at"]
    shares = " ".join(f"{odds} {at[odds]['covered']:.3f}" for odds in at)
    wide = [at[odds]["median_log_width_at_equal_coverage"] for odds in at]
    print(f"{name:11s} {method:48s} n {told['n']:5d}  {shares}  equal {wide}  {seconds:.1f} s")


def relative_widths(name: str) -> dict[str, object] | None:
    """Shipped over baseline, median log widths at equal coverage, with 90% block bootstrap."""
    items, rows = part(name, False)
    both = rows & (find_past(items).own >= BASELINE_NEEDS)
    if both.sum() < 4 * BLOCK:
        return None
    actual = items.actual[both][:, None]
    pairs = []
    for lows, highs in (engine()(items, SWEEP), quantile_ranges(items, SWEEP)):
        pairs.append((holds(actual, lows[both], highs[both]), np.log(highs[both] / lows[both])))
    rng = np.random.default_rng(2026)
    blocks = np.arange(BLOCK) + np.arange(0, both.sum() - BLOCK + 1)[:, None]
    whole = np.arange(both.sum())
    drawn = [
        blocks[rng.integers(0, len(blocks), len(whole) // BLOCK)].ravel() for _ in range(DRAWS)
    ]
    told: dict[str, object] = {"n": int(both.sum())}
    for odds in (0.8, 0.9):
        ratios = []
        for sample in (whole, *drawn):
            widths = [
                width_at(odds, held[sample].mean(axis=0), np.median(wide[sample], axis=0))
                for held, wide in pairs
            ]
            if all(isinstance(w, float) for w in widths):
                ratios.append(float(widths[0]) / float(widths[1]))  # type: ignore[arg-type]
        low, high = np.quantile(ratios[1:], [0.05, 0.95])
        told[f"{odds:.0%}"] = [round(float(v), 3) for v in (ratios[0], low, high)]
    return told


def tuning_table() -> dict[str, object]:
    """Coverage at 80% and widths at equal coverage (80%, 90%) on the tuning part."""
    table: dict[str, object] = {}
    for name in ("sip", "renzo"):
        for method, told in judge(name, METHODS | TRIED, tuning=True).items():
            assert isinstance(told, dict)
            at = told["at"]
            table[f"{name}: {method}"] = [
                at["80%"]["covered"],
                *(at[o]["median_log_width_at_equal_coverage"] for o in ("80%", "90%")),
            ]
    return table


def first_items() -> dict[str, object]:
    """The shipped method where a person has few settled items, all held-out work together."""
    found = []
    for name in HISTORIES:
        if name == "anchoring":  # a laboratory's first estimates, biased on purpose
            continue
        items, rows = part(name, False)
        low, high = engine()(items, SWEEP)
        own = find_past(items).own
        held = (items.actual[:, None] >= low - 1e-9) & (items.actual[:, None] <= high + 1e-9)
        found += list(zip(own[rows], held[rows], np.log(high / low)[rows], strict=True))
    told: dict[str, object] = {}
    for first, last in ((0, 0), (1, 2), (3, 4), (5, 9)):
        some = [row for row in found if first <= row[0] <= last]
        cover = np.mean([row[1] for row in some], axis=0)
        wide = np.median([row[2] for row in some], axis=0)
        told[f"{first} to {last} own items"] = {
            "n": len(some),
            **{f"covered_{o:.0%}": round(float(cover[SWEEP.index(o)]), 3) for o in (0.5, 0.8, 0.9)},
            "median_log_width_80": round(float(wide[SWEEP.index(0.8)]), 3),
        }
    return told


def in_the_laboratory() -> dict[str, object]:
    """93 students with three items each: the first on the reference alone, then on each other."""
    items, _ = part("anchoring", False)
    low, high = engine()(items, (0.8,))
    held = holds(items.actual, low[:, 0], high[:, 0])
    return {
        f"item {turn + 1}": {
            "n": int((items.tick == turn).sum()),
            "covered_80%": round(float(held[items.tick == turn].mean()), 3),
            "median_log_width_80": round(
                float(np.median(np.log(high / low)[items.tick == turn])), 3
            ),
        }
        for turn in range(3)
    }


def by_kind() -> dict[str, object]:
    """Does the kind of a task tell more? Each person's kinds as if they were people that borrow."""
    told: dict[str, object] = {}
    for name in ("sip", "renzo"):
        plain, rows = part(name, False)
        kinds, _ = part(name, False, by_kind=True)
        enough = rows & (find_past(plain).own >= BASELINE_NEEDS)
        told[name] = figures(
            report("kinds", plain, enough, engine(others_worth=10.0)(kinds, SWEEP))
        )
        line(name, "kinds of tasks as people that borrow", told[name], 0.0)
    return told


def reference() -> dict[str, object]:
    """The published reference: quantiles of log(actual / estimate), every person weighing the same.

    From the tuning part only, so that held-out figures do not know their own distribution. How far
    people's medians lie off is from all sets with people (it enters no range).
    """
    ratios, weights, errors = [], [], []
    for name in ("sip", "renzo"):
        items, rows = part(name, True)
        for person in np.unique(items.person[rows]):
            own = items.log_ratio[rows & (items.person == person)]
            if len(own) >= ENOUGH:
                ratios.append(own)
                weights.append(np.full(len(own), 1 / len(own)))
    for name in ("sip", "renzo", "project22"):
        items, _ = HISTORIES[name](False)
        for person in np.unique(items.person):
            own = items.log_ratio[items.person == person]
            if len(own) >= ENOUGH:
                errors.append(float(np.median(abs(own))))
    ratio, weight = np.concatenate(ratios), np.concatenate(weights)
    order = np.argsort(ratio)
    heap = np.cumsum(weight[order]) / weight.sum()
    shares = (np.arange(len(ATOMS)) + 0.5) / len(ATOMS)
    atoms = ratio[order][np.searchsorted(heap, shares)]
    return {
        "people": len(ratios),
        "items": len(ratio),
        "log_ratio_quantiles": [round(float(v), 3) for v in atoms],
        "people_with_median_errors": len(errors),
        "median_absolute_log_ratio_of_people": sorted(round(v, 2) for v in errors),
    }


def main() -> None:
    """Judge every method on every held-out part and write result.json."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tune", action="store_true", help="the tuning part only, write nothing")
    if not FOLDER.is_dir():
        sys.exit(f"skipped: no estimate histories at {FOLDER} (set GROUNDPLAN_DATA)")
    if parser.parse_args().tune:
        tuning_table()
        print(json.dumps(reference()))
        return
    left_out = {name: HISTORIES[name](False)[1] for name in HISTORIES}
    result = {
        "reference": reference(),
        "held_out": {name: judge(name, METHODS) for name in HISTORIES if name != "anchoring"},
        "width_over_baseline": {name: relative_widths(name) for name in HISTORIES},
        "tuning": tuning_table(),
        "kinds_of_tasks": by_kind(),
        "first_items": first_items(),
        "first_items_in_a_laboratory": in_the_laboratory(),
        "left_out_without_ratio": {name: left.total for name, left in left_out.items()},
    }
    target = Path(__file__).parent / "result.json"
    target.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
