"""What a mart costs as repositories grow: built here, built by a cluster, and asked by pages.

    python benchmarks/scale/marts.py --repository PATH --copies 16 160 --folder SCRATCH

The facts are those of one real repository, copied under other names; twenty copies share their
people. Writes result.json and the tables of the README.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from run import HERE, SPARK
from table import keep

from groundplan.facts.code import CHANGES, CODE_KINDS
from groundplan.facts.engines.duckdb import DuckDB, copy_parquet
from groundplan.facts.engines.parted import Parted
from groundplan.facts.engines.spark import Spark
from groundplan.facts.engines.spark_tables import tables_of
from groundplan.facts.kinds import FactKind
from groundplan.facts.ledger import Ledger
from groundplan.facts.manifest import Segment
from groundplan.facts.mart import RepoInfo, build
from groundplan.facts.mart_knowledge import AREA_PEOPLE
from groundplan.facts.mart_spread import build_spread
from groundplan.inference import go_to
from groundplan.sources.git.ingest import ingest
from groundplan.terms.progress import Silent

SHARING = 20  # so many copies have the same people
ASKED = 60  # questions of each kind, each about another repository
LARGEST_AREA = "(select area from areas where repo = :repo order by changes desc, area limit 1)"
# What pages ask for: of one repository, or of all.
QUESTIONS = {
    "an area's files": "select path, changes, first_at, last_at from files where repo = :repo "
    f"and area = {LARGEST_AREA} and alive order by changes desc, path limit 50",
    "an area's changes": "select f.path, count(*) from changes c join files f on f.repo = c.repo "
    f"and f.file_id = c.file_id where c.repo = :repo and c.area = {LARGEST_AREA} "
    "and f.alive group by f.path order by 2 desc, 1 limit 12",
    "who knows a repository": "select * from area_people where repo = :repo",
    "who knows its tests": AREA_PEOPLE.replace(":prefix", "'testing'"),
    "commits by a word": "select commit_id, subject from commits where repo = :repo "
    "and contains(lower(subject), 'fixture') order by order_nr desc limit 50",
    "all repositories": "select * from repos order by repo",
}


def now() -> datetime:
    """When marts are built: long after the last commit."""
    return datetime.now(UTC)


def copy_facts(base: Ledger, source: str, folder: Path, copies: int) -> None:
    """A workspace with the facts of one repository under so many names."""
    engine = DuckDB()
    with closing(Ledger(folder, now)) as ledger:
        for nr in range(copies):
            repo = f"r{nr:05}"
            if ledger.cursor(repo) is not None:
                continue
            (folder / "segments" / repo).mkdir(exist_ok=True)
            with ledger.run(repo) as run:
                written = [_copy(engine, base, source, kind, folder, nr) for kind in CODE_KINDS]
                run.commit("copied", written, {"name": repo})
    engine.close()


def _copy(
    engine: DuckDB, base: Ledger, source: str, kind: FactKind, folder: Path, nr: int
) -> Segment:
    repo = f"r{nr:05}"
    own = {"repo": f"'{repo}'"}
    own |= {
        column: f"case when {column} <> '' then '{nr // SHARING}.' || {column} else {column} end"
        for account in kind.accounts
        for column in account
    }
    chosen = ", ".join(f"{own[n]} as {n}" if n in own else n for n in kind.column_names)
    name = f"{repo}/{kind.name}.parquet"
    path = folder / "segments" / name
    relation = f"(select {chosen} from {base.snapshot().relation(kind, source)})"
    rows = copy_parquet(engine, kind, relation, path)
    return Segment(name, kind.name, kind.version, repo, "all", rows, path.stat().st_size)


class Weighed:
    """Work on a worker, with what it cost: CPU seconds, and the most memory so far [MiB]."""

    def __init__(self, work: Callable[[Any], Any]) -> None:
        self.work = work

    def __call__(self, task: Any) -> tuple[Any, float, int]:
        """The work's result and its costs."""
        before = time.process_time()
        found = self.work(task)
        return found, time.process_time() - before, _peak_mib()


def build_one(folder: Path, engine: str) -> dict[str, Any]:
    """Build the mart of a workspace; what it cost. In a process of its own."""
    with closing(Ledger(folder, now)) as ledger:
        snapshot = ledger.snapshot()
        infos = [RepoInfo(repo, repo, "main", shallow=False) for repo in ledger.sources()]
    path = folder / "mart" / f"{engine}.duckdb"
    given = snapshot, infos, (), now(), path, Silent(), go_to.settings()
    workers: list[tuple[float, int]] = []
    start, used = time.perf_counter(), time.process_time()
    if engine == "duckdb":
        build(*given)
    else:
        session = Spark("local[2]", str(folder / "scratch"), SPARK)
        start, used = time.perf_counter(), time.process_time()

        def spread(work: Callable[[Any], Any], tasks: Sequence[Any]) -> list[Any]:
            told = session.spread(Weighed(work), tasks)
            workers.extend((cpu_s, peak) for _, cpu_s, peak in told)
            return [found for found, _, _ in told]

        build_spread(*given, None, spread)
    cost = {
        "wall_s": round(time.perf_counter() - start, 1),
        "cpu_s": round(time.process_time() - used, 1),
        "peak_mib": _peak_mib(),
        "mart_mib": _mib([path]),
        "tables_mib": _mib(tables_of(path).rglob("*.parquet")),
        "parts": len(list((tables_of(path) / "changes").glob("*"))),
        "workers_cpu_s": round(sum(cpu_s for cpu_s, _ in workers), 1),
        "worker_peak_mib": max((peak for _, peak in workers), default=0),
    }
    if engine == "spark":
        session.close()
    return cost | {"ask_ms": ask(path)}


def ask(path: Path) -> dict[str, float]:
    """How long pages' questions take, each asked of one repository after another [ms, median]."""
    mart = Parted(path, tables_of(path))
    repos = [repo for (repo,) in mart.rows("select repo from repos order by repo")]
    found = {}
    for name, sql in QUESTIONS.items():
        times = []
        for nr in range(ASKED):
            start = time.perf_counter()
            mart.query(sql, {**go_to.settings(), "repo": repos[nr * 7919 % len(repos)]})
            times.append((time.perf_counter() - start) * 1000)
        found[name] = round(float(np.median(times)), 1)
    mart.close()
    return found


def _peak_mib() -> int:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _mib(paths: Iterable[Path]) -> float:
    size = sum(path.stat().st_size for path in paths)
    return round(size / 2**20, 1)


def main() -> None:
    """Copy, build on either engine, ask, write after each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repository", type=Path, required=True)
    parser.add_argument("--copies", type=int, nargs="+", default=[16, 160])
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--engines", nargs="+", default=["duckdb", "spark"])
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(build_one(given.folder, given.one)))
        return
    out = HERE / "result.json"
    result = json.loads(out.read_text()) if out.exists() else {"sizes": {}}
    with closing(Ledger(given.folder / "base", now)) as base:
        source = ingest(
            base, given.repository, given.folder / "base" / "shadow", Silent(), clock=now
        ).repo
        for copies in given.copies:
            folder = given.folder / f"{copies}-copies"
            copy_facts(base, source, folder, copies)
            with closing(Ledger(folder, now)) as ledger:
                rows = ledger.snapshot().rows(CHANGES)
            size = result.setdefault("marts", {}).setdefault(str(rows), {"repositories": copies})
            for engine in given.engines:
                words = ["--one", engine, "--folder", str(folder), "--repository", "."]
                done = subprocess.run(
                    [sys.executable, __file__, *words], stdout=subprocess.PIPE, check=True
                )
                size[engine] = json.loads(done.stdout.splitlines()[-1])
                print(rows, engine, size[engine], flush=True)
                keep(result, out)


if __name__ == "__main__":
    main()
