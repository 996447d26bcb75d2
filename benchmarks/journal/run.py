"""How fast the journal takes words and gives them back, with many at once, on each engine.

python benchmarks/journal/run.py [--quick] [--entries N] [--seconds S] [--engines sqlite postgres]

One process with threads, as the server is one. Ten writers append without pause, each on streams
of its own; fifty readers fold random streams. Every append is durable when it returns. Writes
result.json and the table in README.md beside itself; a quick run prints only.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from groundplan.records.chain import Place, Row, canonical, seal  # noqa: E402
from groundplan.records.chained import ChainedJournal  # noqa: E402
from groundplan.records.folding import Fold, Folds  # noqa: E402
from groundplan.records.journal import Entry, Saying  # noqa: E402
from groundplan.records.opening import open_journal  # noqa: E402

WRITERS = 10
READERS = 50
ENTRIES_A_STREAM = 20
BARS = {
    "reads_p95_ms": 20.0,
    "appends_per_s": 300.0,
    "alone_appends_per_s": 1_500.0,
    "worst_wait_s": 1.0,
}


def count(state: tuple[int, float], entry: Entry) -> tuple[int, float]:
    return state[0] + 1, state[1] + entry.body["high"]


TOTALS: Fold[tuple[int, float]] = Fold("totals", (0, 0.0), count)


def body_of(number: int) -> dict[str, Any]:
    """About what a promise takes."""
    return {
        "title": f"Item {number}: what was promised, in a sentence of the usual length",
        "low": number % 7 + 1,
        "high": number % 7 + 5,
        "odds": 0.8,
    }


def now() -> datetime:
    return datetime.now(UTC)


def synthetic(entries: int, streams: int) -> Iterator[Row]:
    """A journal's worth of rows; a few streams are long, most are short."""
    rng = random.Random(1)
    heads: dict[str, tuple[str, int]] = {}
    at = now().isoformat(timespec="microseconds")
    for seq in range(1, entries + 1):
        stream = f"s{int(streams * rng.random() ** 2)}"
        previous, version = heads.get(stream, ("", 0))
        said = Saying(stream, "promises.made", body_of(seq), f"p{seq % 200}", f"p{seq % 200}")
        place = Place(previous, seq, version + 1, at)
        row = seal(said, None, canonical(said.body), rng.randbytes(16).hex(), place)
        heads[stream] = (row.digest, row.version)
        yield row


@dataclass
class Waits:
    """How long each act took [s], by all threads of one sort."""

    each: list[float] = field(default_factory=list)

    def told(self, seconds: float) -> dict[str, float]:
        spread = statistics.quantiles(self.each, n=1000)
        return {
            "per_s": round(len(self.each) / seconds, 1),
            "p50_ms": round(spread[499] * 1000, 2),
            "p95_ms": round(spread[949] * 1000, 2),
            "p99_ms": round(spread[989] * 1000, 2),
            "worst_ms": round(max(self.each) * 1000, 1),
        }


def run_threads(acts: dict[str, list[Callable[[], None]]], seconds: float) -> dict[str, Any]:
    """Run each act again and again in a thread of its own; what each sort of them waited."""
    end = time.perf_counter() + seconds
    waits = {sort: [Waits() for _ in sorted_acts] for sort, sorted_acts in acts.items()}
    failures: list[BaseException] = []

    def repeat(act: Callable[[], None], waited: Waits) -> None:
        try:
            while (begun := time.perf_counter()) < end:
                act()
                waited.each.append(time.perf_counter() - begun)
        except BaseException as error:
            failures.append(error)
            raise

    threads = [
        threading.Thread(target=repeat, args=pair)
        for sort in acts
        for pair in zip(acts[sort], waits[sort], strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise SystemExit(f"a thread failed: {failures[0]!r}")
    return {
        sort: Waits([wait for waited in each for wait in waited.each]).told(seconds)
        for sort, each in waits.items()
    }


def writer(journal: ChainedJournal, name: str) -> Callable[[], None]:
    """Appends to streams of its own, a new one after every few entries."""
    state = {"number": 0}

    def act() -> None:
        stream, version = divmod(state["number"], ENTRIES_A_STREAM)
        said = Saying(f"{name}/{stream}", "promises.made", body_of(version), name, name)
        key = f"{name}#{state['number']}"
        journal.append(said, expected=version, key=key)
        state["number"] += 1

    return act


def reader(folds: Folds, streams: int, seed: int) -> Callable[[], None]:
    """Folds a random stream: the first time all of it, later what is new."""
    rng = random.Random(seed)

    def act() -> None:
        folds.fold(f"s{int(streams * rng.random() ** 2)}", TOTALS)

    return act


def measure(place: str, entries: int, seconds: float) -> dict[str, Any]:
    """All figures of one engine."""
    journal = open_journal(place, now)
    streams = entries // ENTRIES_A_STREAM
    begun = time.perf_counter()
    journal.take_in(synthetic(entries, streams))
    filled_s = time.perf_counter() - begun
    folds = Folds(journal)
    result: dict[str, Any] = {
        "entries": entries,
        "filled_s": round(filled_s, 1),
        "flushes_per_s": flushes(Path(tempfile.gettempdir())),
    }
    result["alone"] = run_threads({"appends": [writer(journal, "alone")]}, seconds)
    result["writers"] = run_threads(
        {"appends": [writer(journal, f"first{nr}") for nr in range(WRITERS)]}, seconds
    )
    result["together"] = run_threads(
        {
            "appends": [writer(journal, f"second{nr}") for nr in range(WRITERS)],
            "reads": [reader(folds, streams, seed) for seed in range(READERS)],
        },
        seconds,
    )
    begun = time.perf_counter()
    broken = journal.verify()
    result["verify_s"] = round(time.perf_counter() - begun, 1)
    result["entries_after"] = journal.newest()
    journal.close()
    if broken is not None:
        raise SystemExit(f"the journal is broken: {broken}")
    return result


def flushes(folder: Path) -> float:
    """How many times in a second this disk flushes four kilobytes: what durability costs here."""
    with tempfile.TemporaryFile(dir=folder) as file:
        block, done, end = b"x" * 4096, 0, time.perf_counter() + 1.0
        while time.perf_counter() < end:
            os.pwrite(file.fileno(), block, 0)
            os.fdatasync(file.fileno())
            done += 1
    return float(done)


@contextmanager
def sqlite_place() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"{folder}/journal.sqlite"


@contextmanager
def postgres_place() -> Iterator[str]:
    from tests.records.postgres_server import PostgresServer, find_programs  # noqa: PLC0415

    programs = find_programs()
    if programs is None:
        raise SystemExit("no PostgreSQL server is installed: sh scripts/install-postgres")
    server = PostgresServer(programs)
    try:
        yield server.url()
    finally:
        server.remove()


PLACES = {"sqlite": sqlite_place, "postgres": postgres_place}


def verdicts(engines: dict[str, Any]) -> dict[str, dict[str, bool]]:
    """Which bars hold on which engine."""
    told = {}
    for name, found in engines.items():
        together = found["together"]
        worst = max(together[sort]["worst_ms"] for sort in together) / 1000
        told[name] = {
            "reads_p95_ms": together["reads"]["p95_ms"] <= BARS["reads_p95_ms"],
            "appends_per_s": together["appends"]["per_s"] >= BARS["appends_per_s"],
            "worst_wait_s": worst <= BARS["worst_wait_s"],
        }
        if name == "sqlite":
            alone = found["alone"]["appends"]["per_s"]
            told[name]["alone_appends_per_s"] = alone >= BARS["alone_appends_per_s"]
    return told


def table(result: dict[str, Any]) -> str:
    """The figures as a table of the README."""
    lines = [
        "| engine | load | acts a second | p50 ms | p95 ms | p99 ms | worst ms |",
        "|---|---|---|---|---|---|---|",
    ]
    loads = {
        ("alone", "appends"): "one writer",
        ("writers", "appends"): "ten writers",
        ("together", "appends"): "ten writers beside fifty readers",
        ("together", "reads"): "fifty readers beside ten writers",
    }
    for engine, found in result["engines"].items():
        for (run, sort), load in loads.items():
            row = found[run][sort]
            figures = [row[name] for name in ("per_s", "p50_ms", "p95_ms", "p99_ms", "worst_ms")]
            lines.append(f"| {engine} | {load} | {' | '.join(f'{n:,}' for n in figures)} |")
    return "\n".join(lines)


def write_readme(text: str) -> None:
    path = HERE / "README.md"
    before, _, rest = path.read_text().partition("<!-- figures -->\n")
    after = rest.partition("<!-- end -->")[2]
    path.write_text(f"{before}<!-- figures -->\n{text}\n<!-- end -->{after}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--entries", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--engines", nargs="+", choices=PLACES, default=list(PLACES))
    asked = parser.parse_args()
    entries = asked.entries or (20_000 if asked.quick else 200_000)
    seconds = asked.seconds or (3.0 if asked.quick else 20.0)
    result: dict[str, Any] = {
        "at": now().date().isoformat(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "load_before": [round(load, 1) for load in os.getloadavg()],
        "engines": {},
    }
    for name in asked.engines:
        with PLACES[name]() as place:
            result["engines"][name] = measure(place, entries, seconds)
        print(name, json.dumps(result["engines"][name], indent=1), flush=True)
    result["load_after"] = [round(load, 1) for load in os.getloadavg()]
    result["bars"] = {"wanted": BARS, "met": verdicts(result["engines"])}
    print(table(result), json.dumps(result["bars"]["met"]), sep="\n")
    if not asked.quick:
        (HERE / "result.json").write_text(json.dumps(result, indent=2) + "\n")
        write_readme(table(result))


if __name__ == "__main__":
    main()
