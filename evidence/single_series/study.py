"""How often does one interrupted series claim something, where nothing or something happened?

    GROUNDPLAN_DATA=... python evidence/single_series/study.py [--runs 1000]

Writes result.json beside this file: figures only. Real histories are read from GROUNDPLAN_DATA and
left out without it. One process, a few minutes.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import os
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter
from scipy.special import stdtr

from groundplan.inference.panels.autoregression import degrees_of_freedom, fit_autoregressions
from groundplan.inference.panels.effects import Effect
from groundplan.inference.panels.interrupted import cut_windows, interrupted_effect
from groundplan.terms.estimate import Unknown

TARGET = Path(__file__).parent / "result.json"
FOLDER = Path(os.environ.get("GROUNDPLAN_DATA", "../shared/data")) / "experiments/weekly_commits"
AFTER = 26
EARLIER = (52, 104, 156)  # weeks before the study's own 26
REAL_WEEKS = 104 + 52
Series = npt.NDArray[np.float64]
World = Callable[[np.random.Generator, int], Series]


def resembling(rng: np.random.Generator, weeks: int, resemblance: float) -> Series:
    noise = rng.standard_normal(weeks + 200)
    return np.asarray(lfilter([1.0], [1.0, -resemblance], noise)[200:])


def counts(rng: np.random.Generator, weeks: int, drift: float = 0.0) -> Series:
    """Logs of weekly counts, variance about nine times the mean, whose rate resembles itself."""
    level = 0.32 * resembling(rng, weeks, 0.6) + drift * np.cumsum(rng.standard_normal(weeks))
    return np.log1p(rng.poisson(12 * np.exp(level) * rng.gamma(3, 1 / 3, weeks)))


def seasonal(rng: np.random.Generator, weeks: int) -> Series:
    at = np.arange(weeks) + rng.integers(52)
    return resembling(rng, weeks, 0.3) + np.sin(2 * np.pi * at / 52)


def wandering(rng: np.random.Generator, weeks: int) -> Series:
    return 0.3 * np.cumsum(rng.standard_normal(weeks)) + rng.standard_normal(weeks)


def heavy(rng: np.random.Generator, weeks: int) -> Series:
    return np.asarray(lfilter([1.0], [1.0, -0.4], rng.standard_t(3, weeks + 200))[200:])


WORLDS: dict[str, World] = {
    "independent": lambda rng, weeks: resembling(rng, weeks, 0.0),
    "autoregression 0.6": lambda rng, weeks: resembling(rng, weeks, 0.6),
    "autoregression 0.8": lambda rng, weeks: resembling(rng, weeks, 0.8),
    "autoregression 0.95": lambda rng, weeks: resembling(rng, weeks, 0.95),
    "heavy tails, autoregression 0.4": heavy,
    "counts": counts,
    "drifting counts": lambda rng, weeks: counts(rng, weeks, 0.05),
    "level wanders under noise": wandering,
    "year's wave as high as the noise": seasonal,
}


def judge(series: Series) -> tuple[bool, bool, Effect] | None:
    """Whether the model alone claims, whether we do, and what we say; None if we refuse."""
    start = len(series) - AFTER
    told = interrupted_effect(series, start)
    if isinstance(told, Unknown) or told.p is None or told.se is None:
        return None
    cut = cut_windows(series, start)
    assert not isinstance(cut, Unknown)
    fit = fit_autoregressions(cut.design, cut.real[None, :] - cut.real.mean())
    freedom = degrees_of_freedom(cut.design, float(fit.resemblance[0]), 2)
    alone = 2 * stdtr(freedom, -abs(told.estimate) / told.se) <= 0.05
    return bool(alone), told.is_significant, told


def claims(
    draw: Callable[[np.random.Generator], Series], words: str, runs: int, effect: float = 0.0
) -> dict[str, float]:
    """Shares of runs with a claim, by the model alone and by ours, and the interval's coverage."""
    rng = np.random.default_rng(zlib.crc32(words.encode()))
    alone = ours = held = told = 0
    for _ in range(runs):
        series = draw(rng)
        judged = judge(series + effect * (np.arange(len(series)) >= len(series) - AFTER))
        if judged is not None:
            told += 1
            alone += judged[0]
            ours += judged[1]
            held += judged[2].low <= effect <= judged[2].high
    shares = {"model_alone": alone, "ours": ours, "covered": held}
    return {"runs": told} | {key: round(count / told, 4) for key, count in shares.items()}


def real_series(name: str, unit: str) -> list[Series]:
    """Logs of weekly counts of each repository, or of each author with some in most weeks."""
    with gzip.open(FOLDER / name) as packed:
        rows = list(csv.DictReader(io.TextIOWrapper(packed)))
    units = {label: at for at, label in enumerate(sorted({row[unit] for row in rows}))}
    found = np.zeros((len(units), max(int(row["week"]) for row in rows) + 1))
    for row in rows:
        found[units[row[unit]], int(row["week"])] += float(row["commits"])
    return list(found)


def draw_real(all_series: list[Series]) -> Callable[[np.random.Generator], Series]:
    """Windows of real histories in which at least half of the weeks have a commit."""

    def draw(rng: np.random.Generator) -> Series:
        while True:
            series = all_series[rng.integers(len(all_series))]
            begin = int(rng.integers(0, len(series) - REAL_WEEKS + 1))
            window = series[begin : begin + REAL_WEEKS]
            if np.mean(window > 0) >= 0.5:
                return np.log1p(window)

    return draw


def main() -> None:
    """Nothing and something, in made-up worlds and in real histories."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=1_000)
    runs = parser.parse_args().runs
    told: dict[str, object] = {}
    for weeks in EARLIER:
        for name, world in WORLDS.items():
            says = f"nothing; {name}; {weeks} earlier weeks"

            def draw(rng: np.random.Generator, world: World = world, weeks: int = weeks) -> Series:
                return world(rng, weeks + 26 + AFTER)

            told[says] = claims(draw, says, runs)
            print(says, told[says], flush=True)
            if weeks == 104 and "counts" in name:
                says = f"doubling; {name}; {weeks} earlier weeks"
                told[says] = claims(draw, says, runs, float(np.log(2)))
                print(says, told[says], flush=True)
    if FOLDER.is_dir():
        for name, unit in (("repo_weeks.csv.gz", "repo"), ("author_weeks.csv.gz", "author")):
            draw_one = draw_real(real_series(name, unit))
            for words, effect in (("nothing", 0.0), ("doubling", float(np.log(2)))):
                says = f"{words}; real, by {unit}; 104 earlier weeks"
                told[says] = claims(draw_one, says, runs, effect)
                print(says, told[says], flush=True)
    TARGET.write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
