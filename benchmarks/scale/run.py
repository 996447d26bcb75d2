"""What each signal costs on both engines as rows grow, and where a cluster starts to pay.

    python benchmarks/scale/run.py --rows 1000000 10000000 --folder SCRATCH

Writes result.json and the tables of the README. Each signal is measured as a page does it
(`signals.measure`), over all repositories, from the same Parquet tables; on DuckDB in a process of
its own, so that its peak of memory is its own; on Spark in one session, as a server keeps one.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from many import CHANGES_A_REPOSITORY, write_tables
from table import keep

from groundplan.access import local_scope
from groundplan.facts.engines.duckdb import Columns, DuckDB, read_parquet
from groundplan.facts.engines.engine import Engine
from groundplan.facts.engines.spark import Spark
from groundplan.facts.engines.spark_tables import show_tables
from groundplan.facts.mart_tables import TABLES
from groundplan.signals.catalogue import discover
from groundplan.signals.measure import measure

HERE = Path(__file__).parent
MEMORY_GB = 4  # for either engine
CORES = 2
SPARK = {
    "spark.driver.memory": f"{MEMORY_GB}g",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": "16",
}
TICKS = os.sysconf("SC_CLK_TCK")
# Signals of hosts, calendars and trackers select from tables that stay small beside these.
GROWING = re.compile(r"\b(?:from|join) (?:changes|commits|credits|landings|area_weeks)\b")
SIGNALS = [signal.name for signal in discover() if GROWING.search(signal.select)]


class Timed:
    """An engine that remembers how long its questions took [seconds], and how many rows came."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.query_s = 0.0
        self.selected = 0

    def query(self, sql: str, params: Mapping[str, object] | None = None) -> Columns:
        """Run one SQL text."""
        start = time.perf_counter()
        found = self.engine.query(sql, params)
        self.query_s += time.perf_counter() - start
        self.selected += len(next(iter(found.values())))
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self.engine, name)


def open_duckdb(tables: Path) -> DuckDB:
    """The tables in DuckDB, without copying them."""
    engine = DuckDB(threads=CORES)
    engine.execute(f"set memory_limit = '{MEMORY_GB}GB'")
    engine.execute(f"set temp_directory = '{tables / 'spill'}'")
    for table in TABLES:
        files = read_parquet(sorted((tables / table.name).glob("*.parquet")), table)
        engine.execute(f"create view {table.name} as select * from {files}")
    return engine


def measure_one(engine: Engine, name: str) -> dict[str, Any]:
    """One reading of one signal over all repositories."""
    timed = Timed(engine)
    signal = next(signal for signal in discover() if signal.name == name)
    repos = [repo for (repo,) in engine.rows("select repo from repos order by repo")]
    as_of = engine.rows("select max(as_of) from repos")[0][0].replace(tzinfo=UTC)
    start = time.perf_counter()
    reading = measure(timed, signal, local_scope(repos), as_of, 1)
    return {
        "wall_s": round(time.perf_counter() - start, 2),
        "query_s": round(timed.query_s, 2),
        "selected": timed.selected,
        "value": getattr(reading.now, "value", None),
    }


def on_duckdb(tables: Path, names: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Signals, each with what it cost this process."""
    for name in names:
        before = time.process_time()
        found = measure_one(open_duckdb(tables), name)
        used = time.process_time() - before
        yield name, {**found, "cpu_s": round(used, 2), "peak_mib": peak_of(os.getpid())}


def on_spark(tables: Path, names: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every signal in one session on this machine, with what it cost Java and this process."""
    start = time.perf_counter()
    session = Spark(f"local[{CORES}]", str(tables / "scratch"), SPARK)
    show_tables(session, tables)
    session.rows("select count(*) from repos")
    yield "session", {"wall_s": round(time.perf_counter() - start, 2)}
    java = java_process()
    for name in names:
        before = cpu_of(java) + time.process_time()
        found = measure_one(session.cursor(), name)
        used = cpu_of(java) + time.process_time() - before
        yield name, {**found, "cpu_s": round(used, 2), "peak_mib": peak_of(java)}
    session.close()


def java_process() -> int:
    """The Java process that this one started."""
    told = subprocess.run(
        ["ps", "-o", "pid=,comm=", "--ppid", str(os.getpid())], capture_output=True, text=True,
        check=True,
    ).stdout  # fmt: skip
    return next(int(line.split()[0]) for line in told.splitlines() if "java" in line)


def cpu_of(process: int) -> float:
    """CPU time of a process so far [seconds]."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def peak_of(process: int) -> int:
    """The most memory that a process ever had [MiB]."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return round(int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024)


def in_process(engine: str, tables: Path, names: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What a process of its own measures, signal by signal; it ends where that one fails."""
    words = ["--one", engine, "--folder", str(tables), "--signals", *names]
    with subprocess.Popen(
        [sys.executable, __file__, *words], stdout=subprocess.PIPE, text=True
    ) as process:
        for line in process.stdout or ():
            name, found = json.loads(line)
            yield name, found


def in_processes(engine: str, tables: Path) -> Callable[[list[str]], Iterable[Any]]:
    """DuckDB has a process for each signal, Spark one session for all."""
    if engine == "spark":
        return lambda names: in_process(engine, tables, names)
    return lambda names: chain.from_iterable(in_process(engine, tables, [n]) for n in names)


def main() -> None:
    """Generate, measure, write after each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--folder", type=Path, required=True, help="where tables are generated")
    parser.add_argument("--engines", nargs="+", default=["duckdb", "spark"])
    parser.add_argument("--signals", nargs="+", default=SIGNALS)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        told = on_spark if given.one == "spark" else on_duckdb
        for pair in told(given.folder, given.signals):
            print(json.dumps(pair), flush=True)
        return
    out = HERE / "result.json"
    result = json.loads(out.read_text()) if out.exists() else {"sizes": {}}
    result |= {
        "at": datetime.now(UTC).date().isoformat(),
        "machine": f"{platform.machine()}, {CORES} cores, {MEMORY_GB} GB for each engine",
        "changes_a_repository": CHANGES_A_REPOSITORY,
    }
    for rows in given.rows:
        tables = given.folder / str(rows)
        if not tables.exists():
            write_tables(tables, rows)
        size = result["sizes"].setdefault(str(rows), {})
        size["parquet_mib"] = round(
            sum(path.stat().st_size for path in tables.rglob("*.parquet")) / 2**20
        )
        size["load_before"] = round(os.getloadavg()[0], 1)
        for engine in given.engines:
            for name, found in in_processes(engine, tables)(given.signals):
                size.setdefault(engine, {})[name] = found
                print(rows, engine, name, found, flush=True)
                keep(result, out)


if __name__ == "__main__":
    main()
