"""Do goals come true as often as their chances said?

    GROUNDPLAN_DATA=... python evidence/goal_chances/study.py [--fit]

Writes result.json beside this file: figures only. --fit tries settings on the half of the real
series that judges nothing, and prints them. One process, a few minutes.
"""

from __future__ import annotations

import argparse
import json
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path

import numpy as np
from scipy.special import stdtr

sys.path.insert(0, str(Path(__file__).parent))

from courses import WORLDS, Floats, read_real

from groundplan.inference import goal_chances
from groundplan.inference.goal_chances import Aim, End, look_ahead, settle

TARGET = Path(__file__).parent / "result.json"
WEEK = 7.0
HISTORIES = (8, 13, 26, 52, 104)  # sessions before the chance is said, one a week
HORIZONS = (4, 9, 13, 22, 26)  # weeks until the period ends
GAPS = (0.02, 0.05, 0.1, 0.2, 0.4)  # target away from the level of the last four, of its size
SPREADS = (0.5, 1.0, 2.0)  # the same, of the history's standard deviation
CUTS = np.array([0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0])
PLACES = 24  # of each real series: histories and horizons, drawn
DRAWS = 150  # courses of each made-up world

Said = Callable[[Floats, Floats, Aim], float]


@dataclass(frozen=True)
class Case:
    """A history, what came after it, and where the period ends."""

    name: str
    past: Floats
    days: Floats
    came: float
    end_day: float
    weeks_left: int


def cut(name: str, series: Floats, rng: np.random.Generator) -> Case | None:
    """A history of some length and what came; None where the series is too short, or still."""
    history, horizon = int(rng.choice(HISTORIES)), int(rng.choice(HORIZONS))
    if len(series) < history + horizon:
        return None
    begin = int(rng.integers(0, len(series) - history - horizon + 1))
    window = series[begin : begin + history + horizon]
    days = WEEK * np.arange(history + horizon)
    if np.ptp(window[:history]) == 0:
        return None
    came = settle(days, window, Aim(0.0, True, float(days[-1])))
    assert isinstance(came, float)
    return Case(name, window[:history], days[:history], came, float(days[-1]), horizon)


def aims(case: Case) -> Iterator[Aim]:
    """Targets below and above the level of the last four sessions."""
    level, spread = float(case.past[-4:].mean()), float(case.past.std())
    far = [abs(level) * gap for gap in GAPS] + [spread * times for times in SPREADS]
    for way, gap in product((-1, 1), far):
        if gap > 0:
            yield Aim(level + way * gap, way < 0, case.end_day)


def ours(days: Floats, past: Floats, aim: Aim) -> float:
    """What Groundplan says."""
    return _end(days.tobytes(), past.tobytes(), aim.end_day).chance(aim)


@lru_cache(1)
def _end(days: bytes, past: bytes, end_day: float) -> End:
    at, values = np.frombuffer(days), np.frombuffer(past)
    told = look_ahead(at, values, end_day, float(at[-1]))
    assert isinstance(told, End)
    return told


def by_line(days: Floats, past: Floats, aim: Aim) -> float:
    """A line drawn through the history, as spreadsheets do: Student's t of its prediction."""
    n, x = len(past), days - days.mean()
    slope = float(x @ past / (x @ x))
    rest = past - past.mean() - slope * x
    at = aim.end_day - 14 - days.mean()
    sigma = np.sqrt(rest @ rest / max(n - 2, 1))
    scale = max(float(sigma * np.sqrt(1 / n + at**2 / (x @ x) + 0.25)), 1e-12)
    return _side(float(stdtr(n - 2, (aim.target - past.mean() - slope * at) / scale)), aim)


def by_wandering(days: Floats, past: Floats, aim: Aim) -> float:
    """A random walk from the last value, as wide as its past steps."""
    steps = np.diff(past)
    scale = max(float(np.sqrt(np.mean(steps**2) * (aim.end_day - 14 - days[-1]) / WEEK)), 1e-12)
    return _side(float(stdtr(len(steps), (aim.target - past[-1]) / scale)), aim)


def by_staying(_days: Floats, past: Floats, aim: Aim) -> float:
    """The mean of the history, give or take its spread: nothing changes."""
    n = len(past)
    scale = max(float(past.std(ddof=1) * np.sqrt(0.25 + 1 / n)), 1e-12)
    return _side(float(stdtr(n - 1, (aim.target - past.mean()) / scale)), aim)


def _side(below: float, aim: Aim) -> float:
    chance = below if aim.lower_is_better else 1 - below
    return min(max(chance, 0.02), 0.98)


SAID: dict[str, Said] = {
    "ours": ours, "line": by_line, "wandering": by_wandering, "staying": by_staying,
}  # fmt: skip


def judge(cases: list[Case], says: Said) -> tuple[Floats, Floats]:
    """Every chance said, and whether it came; each case weighs the same, whatever its targets."""
    told = [(says(case.days, case.past, aim), aim.is_met(case.came))
            for case in cases for aim in aims(case)]  # fmt: skip
    chance, came = np.array(told, dtype=float).T
    return chance, came


def brier(chance: Floats, came: Floats) -> float:
    """The mean squared error of chances."""
    return float(np.mean((chance - came) ** 2))


def reliability(chance: Floats, came: Floats) -> list[dict[str, float]]:
    """For each stretch of chances: how many, what was said on average, and how often it came."""
    place = np.clip(np.searchsorted(CUTS, chance, side="right") - 1, 0, len(CUTS) - 2)
    rows = []
    for at in range(len(CUTS) - 1):
        inside = place == at
        if inside.any():
            rows.append({
                "said": round(float(chance[inside].mean()), 3),
                "came": round(float(came[inside].mean()), 3), "n": int(inside.sum()),
            })  # fmt: skip
    return rows


def error(rows: list[dict[str, float]]) -> float:
    """The expected calibration error of a reliability table [share]."""
    total = sum(row["n"] for row in rows)
    return sum(row["n"] * abs(row["said"] - row["came"]) for row in rows) / total


def held(cases: list[Case]) -> float:
    """How often the 90% range of the level at the end holds it."""
    inside = 0
    for case in cases:
        low, _, high = _end(case.days.tobytes(), case.past.tobytes(), case.end_day).ends()
        inside += low <= case.came <= high
    return inside / len(cases)


def row(cases: list[Case], names: tuple[str, ...] = tuple(SAID)) -> dict[str, object]:
    """All that is published of some cases."""
    found: dict[str, object] = {"cases": len(cases)}
    for name in names:
        chance, came = judge(cases, SAID[name])
        rows = reliability(chance, came)
        found[name] = {"brier": round(brier(chance, came), 4), "error": round(error(rows), 4)}
        if name == "ours":
            found |= {"chances": len(chance), "came": round(float(came.mean()), 3)}
            found["reliability"] = rows
    found["held_of_90"] = round(held(cases), 3)
    return found


def simulated(name: str) -> list[Case]:
    """Cases of a made-up world."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    drawn = (cut(name, WORLDS[name](rng, 160), rng) for _ in range(DRAWS))
    return [case for case in drawn if case is not None]


def real(fitting: bool) -> list[Case]:
    """Cases of the real series that fit, or of those that judge: a series is never in both."""
    cases = []
    for name, series in read_real().items():
        if (zlib.crc32(name.encode()) % 2 == 0) is fitting:
            rng = np.random.default_rng(zlib.crc32(f"{name} places".encode()))
            cases += [case for _ in range(PLACES) if (case := cut(name, series, rng)) is not None]
    return cases


def try_settings() -> None:
    """Print how settings do on the series that judge nothing."""
    cases = real(fitting=True)
    print(len(cases), "cases")
    for steady, fades, tails in product((0.5, 0.8, 0.9, 0.97), (0.1, 0.25, 0.5), (2, 3, 5, 200)):
        goal_chances.NO_DRIFT, goal_chances.FADES_IN, goal_chances.TAILS = steady, fades, tails
        _end.cache_clear()
        chance, came = judge(cases, ours)
        off = error(reliability(chance, came))
        print(steady, fades, tails, f"brier {brier(chance, came):.4f} error {off:.4f}",
              f"held {held(cases):.3f}", flush=True)  # fmt: skip


def main() -> None:
    """The made-up worlds, and the real series that chose nothing."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--fit", action="store_true")
    if parser.parse_args().fit:
        try_settings()
        return
    judged = real(fitting=False)
    groups = sorted({case.name.partition("/")[0] for case in judged})
    told = {
        "simulated": {name: row(simulated(name)) for name in WORLDS},
        "real": {
            "all": row(judged) | {"series": len({case.name for case in judged})},
            **{name: row([c for c in judged if c.name.startswith(name)]) for name in groups},
        },
        "settings": {name: getattr(goal_chances, name.upper())
                     for name in ("no_drift", "fades_in", "tails", "most_sure")},
    }  # fmt: skip
    TARGET.write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
