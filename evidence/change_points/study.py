"""Do alarms hold their rate on quiet series, and are marked changes found?

    python evidence/change_points/study.py [--only calibration quiet steps tcpd nab]

Writes result.json beside this file, part by part: figures only. Reads GROUNDPLAN_DATA (default
../shared/data) for the marked series, and needs `ruptures` for the peers.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from labelled import FOLDER, MARGIN, Labelled, covering, f1, read_nab, read_tcpd
from peers import run_peers
from quiet import QUIET, resembling, slightly_growing

from groundplan.inference.changepoints.alarms import SHARES
from groundplan.inference.changepoints.choice import weigh
from groundplan.inference.changepoints.detection import Changes, find_changes

TARGET = Path(__file__).parent / "result.json"
CALIBRATED = {20: 2_000, 30: 2_000, 50: 2_500, 100: 1_000, 200: 300}  # points: series
RUNS = {52: 300, 104: 200, 365: 100, 2_000: 100}
PEER_RUNS = 40
OURS = "find_changes"
STEPS = ((100, 0.0, 1.5), (100, 0.3, 2.0), (100, 0.6, 3.0), (365, 0.3, 1.5), (60, 0.0, 2.0))
Part = dict[str, object]


def seeded(words: str) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(words.encode()))


def calibration() -> Part:
    """The strengths of alarms.py: the world of QUIET that alarms most, by length."""
    told: Part = {}
    for n, runs in CALIBRATED.items():
        rng = seeded(f"calibration {n}")
        strengths = [weigh(slightly_growing(rng, n), 3).strength() for _ in range(runs)]
        told[str(n)] = [round(float(q), 1) for q in np.quantile(strengths, 1 - SHARES)]
        print(n, told[str(n)], flush=True)
    return told


def quiet() -> Part:
    """The share of quiet series with any alarm, world by world, and the peers' on some."""
    told: Part = {}
    for world in QUIET:
        for n, runs in RUNS.items():
            rng = seeded(f"{world.says} {n}")
            alarms = 0
            for _ in range(runs):
                found = find_changes(world.draw(rng, n))
                alarms += isinstance(found, Changes) and bool(found.found)
            share = {"promised": world.promised, "runs": runs, "any_alarm": round(alarms / runs, 4)}
            told[f"{world.says}; {n} points"] = share
            print(world.says, n, share, flush=True)
    return told


def peers_on_quiet() -> Part:
    """The same for the peers, on 104 points."""
    told: Part = {}
    for world in QUIET[:3]:
        rng = seeded(f"peers {world.says}")
        alarms: dict[str, int] = {}
        for _ in range(PEER_RUNS):
            for name, found in run_peers(world.draw(rng, 104)).items():
                alarms[name] = alarms.get(name, 0) + bool(found)
        told[world.says] = {name: round(count / PEER_RUNS, 3) for name, count in alarms.items()}
        print(world.says, told[world.says], flush=True)
    return told


def steps() -> Part:
    """Made-up steps: how often found, and how often the intervals hold place and size."""
    told: Part = {}
    for n, phi, height in STEPS:
        rng = seeded(f"step {n} {phi} {height}")
        draw = resembling(phi)
        found = near = several = held = sized = 0
        runs = 300 if n <= 100 else 80
        for _ in range(runs):
            at = int(rng.integers(n // 5, n - n // 5))
            changes = find_changes(draw(rng, n) + height * (np.arange(n) >= at))
            assert isinstance(changes, Changes)
            if not changes.found:
                continue
            change = min(changes.found, key=lambda c: abs(c.index - at))
            found += 1
            near += abs(change.index - at) <= MARGIN
            several += len(changes.found) > 1
            held += change.low <= at <= change.high
            sized += change.size.low <= height <= change.size.high
        told[f"{height} innovation widths, AR {phi}, {n} points"] = {
            "runs": runs,
            "found": round(found / runs, 3),
            "within_5_of_found": round(near / max(found, 1), 3),
            "more_than_one": round(several / max(found, 1), 3),
            "place_held_90": round(held / max(found, 1), 3),
            "size_held_90": round(sized / max(found, 1), 3),
        }
        print(n, phi, height, told[f"{height} innovation widths, AR {phi}, {n} points"], flush=True)
    return told


def against_peers(series: list[Labelled]) -> Part:
    """Means of F1 and covering over the series that every method could do, best F1 first."""
    scores: dict[str, dict[str, tuple[float, float, int]]] = {}
    for one in series:
        started = time.process_time()
        ours = find_changes(one.values)
        assert isinstance(ours, Changes)
        all_found = {OURS: [c.index for c in ours.found], **run_peers(one.values)}
        for name, found in all_found.items():
            told = (f1(one.marks, found), covering(one.marks, found, len(one.values)), len(found))
            scores.setdefault(name, {})[one.name] = told
        print(
            one.name, scores[OURS][one.name], f"{time.process_time() - started:.1f} s", flush=True
        )
    means: Part = {}
    for name, by in sorted(scores.items(), key=lambda kv: -np.mean([s[0] for s in kv[1].values()])):
        ours_there = [scores[OURS][key] for key in by]
        means[name] = {
            "series": len(by),
            "f1": round(float(np.mean([s[0] for s in by.values()])), 3),
            "covering": round(float(np.mean([s[1] for s in by.values()])), 3),
            "changes": round(float(np.mean([s[2] for s in by.values()])), 1),
            "ours_there": [round(float(np.mean([s[at] for s in ours_there])), 3) for at in (0, 1)],
        }
    return {
        "means": means,
        "halves": choose_on_halves(scores),
        "ours": {k: [round(v, 3) for v in s] for k, s in scores[OURS].items()},
    }


def choose_on_halves(scores: dict[str, dict[str, tuple[float, float, int]]]) -> Part:
    """The best setting of all peers on one half of the series, told on the other; ours there.

    Every second series is a half, and each half is told once.
    """
    names = sorted(scores[OURS])
    halves = names[::2], names[1::2]
    peers = {name: by for name, by in scores.items() if name != OURS and len(by) == len(names)}
    told: Part = {}
    for at, score in enumerate(("f1", "covering")):
        for chosen, other in (halves, halves[::-1]):
            best = max(peers, key=lambda name: np.mean([peers[name][one][at] for one in chosen]))
            told[f"{score}, told on {len(other)} series from {other[0]} on"] = {
                "peer": best,
                "peer_there": round(float(np.mean([peers[best][one][at] for one in other])), 3),
                "ours_there": round(float(np.mean([scores[OURS][one][at] for one in other])), 3),
            }
    return told


PARTS: dict[str, Callable[[], Part]] = {
    "calibration": calibration,
    "quiet": quiet,
    "steps": steps,
    "tcpd": lambda: against_peers(read_tcpd()),
    "nab": lambda: against_peers(read_nab()),
    "peers_on_quiet": peers_on_quiet,
}


def main() -> None:
    """Run the parts that are asked for and put them into result.json."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    for part in parser.parse_args().only:
        if part in ("tcpd", "nab") and not FOLDER.is_dir():
            print(f"skipped: no marked series at {FOLDER} (set GROUNDPLAN_DATA)")
            continue
        told = PARTS[part]()
        result = json.loads(TARGET.read_text()) if TARGET.exists() else {}
        result[part] = told
        TARGET.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
