"""Do the reliability report's claims hold their rates, on fleets whose truth is known?

    python evidence/kpi_reliability/study.py [--only same_code hosts detectable components readings
        checks]

Writes result.json beside this file, part by part: figures only. No data needed; about half an hour.
"""

from __future__ import annotations

import argparse
import json
import sys
import zlib
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
from scipy.signal import lfilter
from scipy.special import stdtr, stdtrit

sys.path.insert(0, str(Path(__file__).parent))

from worlds import World, normal, skewed, student

from groundplan.inference.changepoints.detection import Changes, find_changes
from groundplan.inference.proportions import wilson_bounds
from groundplan.inference.reliability.components import decompose
from groundplan.inference.reliability.detectable import POWER, SIZE, list_detectable
from groundplan.inference.reliability.hosts import Agreement, compare_hosts
from groundplan.inference.reliability.newest import ALARM, Newest, compare_newest
from groundplan.inference.reliability.readings import assess_readings
from groundplan.inference.reliability.runs import Runs, arrange
from groundplan.inference.reliability.same_code import SameCode, compare_halves
from groundplan.terms.estimate import Estimate
from groundplan.terms.units import Style, Unit

TARGET = Path(__file__).parent / "result.json"
UNIT = Unit("ms", "ms", Style.RATE)
FLEETS, TESTS, YEARS, SESSIONS = 2_000, 1_000, 100, 100
FITTED = 150  # fleets whose sources of noise are told apart
Part = dict[str, object]
BASE = World()
CLAIMS = ("beside", "before")
SEEN = ("beside", "since the same days", "since new days")
DAYS = World(day=1.0, host=2.0, host_day=0.5)


def seeded(words: str) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(words.encode()))


def share(hits: int, of: int) -> dict[str, float]:
    """A share with its 95% Wilson interval."""
    low, high = wilson_bounds(hits / of, of, 0.95)
    return {
        "share": round(hits / of, 4),
        "low": round(float(low), 4),
        "high": round(float(high), 4),
        "of": of,
    }


def rate(says: str, world: World, claims: Callable[[Runs, np.random.Generator], bool]) -> Part:
    rng = seeded(says)
    told = share(sum(claims(world.make(rng), rng) for _ in range(FLEETS)), FLEETS)
    print(says, told, flush=True)
    return {says: told}


def same_code() -> Part:
    """How often the A/A test fails where nothing but chance is at work, and where more is."""

    def fails(runs: Runs, rng: np.random.Generator) -> bool:
        told = compare_halves(runs, rng)
        return isinstance(told, SameCode) and not told.passed

    quiet = {
        "A/A, normal": BASE,
        "A/A, hosts, days and hosts' days differ": DAYS,
        "A/A, Student's t with 3 degrees of freedom": DAYS.but(draw=student),
        "A/A, log-normal": DAYS.but(draw=skewed),
        "A/A, 1 host, 4 days, 4 runs": World(hosts=1, days=4, runs=4),
        "A/A, 20 runs a host and day": DAYS.but(days=2, runs=20),
    }
    loud = {
        "A/A, first run 3 deviations higher": DAYS.but(warm=3.0),
        "A/A, runs resemble their neighbours, 0.6": DAYS.but(resembling=0.6),
        "A/A, the same, 20 runs": DAYS.but(resembling=0.6, runs=20),
    }
    return {
        "fails_though_nothing_is_wrong": _all(quiet, fails),
        "fails_where_something_is": _all(loud, fails),
    }


def _all(worlds: dict[str, World], claims: Callable[[Runs, np.random.Generator], bool]) -> Part:
    told: Part = {}
    for says, world in worlds.items():
        told |= rate(says, world, claims)
    return told


def hosts() -> Part:
    """How often any host disagrees though all agree, and how often the odd one is named."""

    def any_differs(runs: Runs, _: np.random.Generator) -> bool:
        told = compare_hosts(runs, UNIT)
        return isinstance(told, Agreement) and told.differ

    def odd_named(runs: Runs, _: np.random.Generator) -> bool:
        told = compare_hosts(runs, UNIT)
        return isinstance(told, Agreement) and told.named == runs.hosts[-1]

    quiet = {
        f"{n} hosts agree, {what}": World(hosts=n, day=1.0, **extra)  # type: ignore[arg-type]
        for n in (2, 3, 10)
        for what, extra in (
            ("normal", {}),
            ("Student's t with 3 degrees of freedom", {"draw": student}),
            ("log-normal", {"draw": skewed}),
            ("hosts have good and bad days", {"host_day": 1.0}),
            ("a fifth of hosts' days missing", {"missing": 0.2}),
            ("one day only", {"days": 1}),
        )
    }
    odd = {
        f"1 of {n} hosts off by {off} deviations of a run": World(hosts=n, day=1.0, odd=off)
        for n in (3, 10)
        for off in (1.0, 2.0)
    }
    return {"any_is_named_though_all_agree": _all(quiet, any_differs),
            "the_odd_one_is_named": _all(odd, odd_named)}  # fmt: skip


def _truth(world: World, times: int, name: str) -> float:
    """The variance behind the true smallest detectable change."""
    run = world.run**2 + world.within**2 / world.samples
    if name == "beside":
        return 2 * run / (world.hosts * times)
    day = world.day**2 + world.host_day**2 / world.hosts + run / (world.hosts * times)
    return day * (1 + 1 / world.days)


def detectable() -> Part:
    """Whether the interval holds the true smallest change, and how often such a change is seen."""
    told: Part = {}
    for days in (5, 10, 20):
        for what, draw in (("normal", normal), ("Student's t with 3", student)):
            world = World(days=days, day=1.0, host=2.0, host_day=0.5, draw=draw)
            for times in (2, 5, 20):
                says = f"{days} days of 5 runs on 3 hosts, {what}; asked for {times} repetitions"
                told[says] = _see(says, world, times)
                print(says, told[says], flush=True)
    return told


def _see(says: str, world: World, times: int) -> Part:
    rng = seeded(says)
    longer = world.but(days=world.days + 1)
    held, seen = dict.fromkeys(CLAIMS, 0), dict.fromkeys(SEEN, 0)
    for _ in range(TESTS):
        every = longer.make(rng)  # the last day is not known yet
        runs = every.select(every.day < world.days)
        (one,) = list_detectable(runs, UNIT, (times,))
        for name, claim in zip(CLAIMS, (one.side_by_side, one.since_before), strict=True):
            assert isinstance(claim, Estimate)
            true = _factor(world, times, name) * np.sqrt(_truth(world, times, name))
            held[name] += claim.low <= true <= claim.high
            seen["beside"] += name == "beside" and _detects_beside(rng, world, times, claim.value)
            if name == "before":
                same = every if times == world.runs else None
                seen["since the same days"] += same is not None and _detects_since(
                    rng, world, times, claim.value, same
                )
                seen["since new days"] += _detects_since(rng, world, times, claim.value)
    if times != world.runs:
        del seen["since the same days"]
    return {
        "interval_of_90%_holds_it": {k: share(v, TESTS) for k, v in held.items()},
        "a_change_of_that_size_is_seen": {k: share(v, TESTS) for k, v in seen.items()},
        "promised": POWER,
    }


def _factor(world: World, times: int, name: str) -> float:
    """By how much the smallest change exceeds the standard error of a difference."""
    freedom = world.hosts * (2 * times - 1) - 1 if name == "beside" else world.days - 1
    return float(stdtrit(freedom, 1 - SIZE / 2) + stdtrit(freedom, POWER))


def _detects_beside(rng: np.random.Generator, world: World, times: int, change: float) -> bool:
    """A new session with both versions on each host, compared by least squares on hosts."""
    run = np.sqrt(world.run**2 + world.within**2 / world.samples)
    shape = (world.hosts, times)
    old = run * world.draw(rng, world.hosts * times).reshape(shape)
    new = change + run * world.draw(rng, world.hosts * times).reshape(shape)
    off = float(np.mean(new) - np.mean(old))
    both = np.hstack([old, new - off])
    freedom = world.hosts * (2 * times - 1) - 1
    error = np.sqrt(np.sum((both - both.mean(axis=1, keepdims=True)) ** 2) / freedom)
    error *= np.sqrt(2 / (world.hosts * times))
    return bool(2 * stdtr(freedom, -abs(off) / error) < SIZE)


def _detects_since(
    rng: np.random.Generator, world: World, times: int, change: float, days: Runs | None = None
) -> bool:
    """One more day after the change, beside the days that the claim rests on, or new ones."""
    runs = days or world.but(runs=times, days=world.days + 1).make(rng)
    last = runs.day == len(runs.days) - 1
    told = compare_newest(replace(runs, value=runs.value + change * last), UNIT)
    return isinstance(told, Newest) and told.p < SIZE


def components() -> Part:
    """How often the 90% intervals of the standard deviations hold the true ones."""
    told: Part = {}
    for what, world in {
        "3 hosts, 6 days": DAYS.but(within=0.5, samples=4),
        "5 hosts, 12 days": DAYS.but(hosts=5, days=12, within=0.5, samples=4),
        "5 hosts, 12 days, a tenth missing": DAYS.but(hosts=5, days=12, missing=0.1),
        "5 hosts, 12 days, days alike": DAYS.but(hosts=5, days=12, day=0.0),
        "1 host, 12 days": DAYS.but(hosts=1, days=12, host_day=0.0),
    }.items():
        rng, held, of = seeded(what), {}, {}
        true = {"within run": world.within, "run": world.run, "host's day": world.host_day,
                "day": world.day, "host": world.host}  # fmt: skip
        for _ in range(FITTED):
            for source in decompose(world.make(rng), UNIT):
                if isinstance(source.sd, Estimate):
                    of[source.name] = of.get(source.name, 0) + 1
                    held[source.name] = held.get(source.name, 0) + (
                        source.sd.low <= true[source.name] <= source.sd.high
                    )
        told[what] = {name: share(held[name], of[name]) for name in of}
        print(what, told[what], flush=True)
    return told


def readings() -> Part:
    """KPIs read from signals: windows of eight weeks, of which the newest eight are judged."""
    worlds: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
        "weeks independent": lambda rng: _windows(rng, 0.0),
        "weeks, autoregression 0.3": lambda rng: _windows(rng, 0.3),
        "weeks, autoregression 0.6": lambda rng: _windows(rng, 0.6),
        "counts a week, Poisson 12": lambda rng: rng.poisson(12, (9, 8)).mean(axis=1),
        "weeks, Student's t with 3 degrees of freedom": lambda rng: _windows(rng, 0.0, 3),
        "a drift of one deviation a window": lambda rng: _windows(rng, 0.0) + np.arange(9) / 8**0.5,
    }
    told: Part = {}
    for says, draw in worlds.items():
        rng, failed, seen = seeded(says), 0, 0
        for _ in range(TESTS):
            runs = _one_a_day(draw(rng))
            known = runs.select(runs.day < 8)
            found = assess_readings(known, 1.0, UNIT, rng)
            failed += isinstance(found.same_code, SameCode) and not found.same_code.passed
            sees = found.sees.since_before
            assert isinstance(sees, Estimate)
            moved = replace(runs, value=runs.value + sees.value * (runs.day == 8))
            newest = compare_newest(moved, UNIT)
            seen += isinstance(newest, Newest) and newest.p < SIZE
        told[says] = {"the A/A test fails": share(failed, TESTS),
                      "a change of the claimed size is seen": share(seen, TESTS)}  # fmt: skip
        print(says, told[says], flush=True)
    return told


def _windows(rng: np.random.Generator, phi: float, tail: int | None = None) -> np.ndarray:
    noise = rng.standard_t(tail, 122) if tail else rng.standard_normal(122)
    return np.asarray(100 + lfilter([1.0], [1.0, -phi], noise)[50:].reshape(9, 8).mean(axis=1))


def _one_a_day(values: np.ndarray) -> Runs:
    names = [str(at) for at in range(len(values))]
    return arrange(values[:, None].tolist(), ["facts"] * len(values), names)


def checks() -> Part:
    """Of quiet years of 100 sessions, checked after each: how many raise any alarm."""
    told: Part = {}
    for phi, tail in product((0.0, 0.3, 0.6), (None, 3)):
        what = f"autoregression {phi}, {f'Student t with {tail}' if tail else 'normal'}"
        rng, jumps, levels, both = seeded(what), 0, 0, 0
        for _ in range(YEARS):
            n = SESSIONS + 50
            noise = rng.standard_t(tail, n) if tail else rng.standard_normal(n)
            series = 100 + lfilter([1.0], [1.0, -phi], noise)[50:]
            jump = any(_jumps(series[:upto]) for upto in range(4, SESSIONS + 1))
            level = any(_changed(series[:upto]) for upto in range(20, SESSIONS + 1, 10))
            jumps, levels, both = jumps + jump, levels + level, both + (jump or level)
        told[what] = {
            "newest sessions": share(jumps, YEARS),
            "change of level, looked for after every tenth session": share(levels, YEARS),
            "either": share(both, YEARS),
        }
        print(what, told[what], flush=True)
    return told


def _jumps(series: np.ndarray) -> bool:
    names = [str(at) for at in range(len(series))]
    told = compare_newest(arrange(series[:, None].tolist(), ["here"] * len(series), names), UNIT)
    return isinstance(told, Newest) and told.alarm


def _changed(series: np.ndarray) -> bool:
    told = find_changes(series)
    return isinstance(told, Changes) and any(c.index >= len(series) - 10 for c in told.found)


PARTS = {"same_code": same_code, "hosts": hosts, "detectable": detectable,
         "components": components, "readings": readings, "checks": checks}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", nargs="*", choices=PARTS, default=list(PARTS))
    for name in parser.parse_args().only:
        told = PARTS[name]()
        known = json.loads(TARGET.read_text()) if TARGET.exists() else {}
        known |= {name: told, "alarm": ALARM}
        TARGET.write_text(json.dumps(known, indent=1) + "\n")


if __name__ == "__main__":
    main()
