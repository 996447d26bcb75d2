"""How fast a repository becomes facts, beside git's own log and beside PyDriller and Perceval.

python benchmarks/ingest/run.py REPOSITORY... [--rounds N] [--peers] [--out result.json]

Writes result.json as it goes, and its table into README.md. Three repositories of 60,000 to 110,000
commits in three rounds with peers take about half an hour on two idle cores.

Each repository is copied as a bare directory that borrows its objects and has one branch: HEAD less
its newest hundred commits, which are added at the end. Contents that a snapshot lacks get a
stand-in, since git's log dies without them. Each variant runs in a process of its own, one after
the other, round by round; result.json holds medians, and the load that the machine had.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from table import keep

SOURCE = Path(__file__).parents[2] / "src"
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "PYTHONPATH": os.pathsep.join([str(SOURCE), os.environ.get("PYTHONPATH", "")]),
    "HOME": os.devnull,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "safe.directory",
    "GIT_CONFIG_VALUE_0": "*",
    "LC_ALL": "C.UTF-8",
}
LOG = ("log", "--raw", "--numstat", "-M", "-l1000")
NEW_COMMITS = 100
SAMPLE = 300
LOOKS = 5

INGEST = """
import json, sys, time
from datetime import UTC, datetime
from pathlib import Path
from groundplan.facts.ledger import Ledger
from groundplan.sources.git import line_pass
from groundplan.sources.git.ingest import ingest
from groundplan.sources.git.trees import count_with_git
from groundplan.terms.progress import Silent

path, folder, variant, times = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
if variant == "git":
    line_pass.best_counter = lambda: count_with_git
clock = lambda: datetime.now(UTC)
ledger, took = Ledger(folder, clock), []
for _ in range(times):
    begun = time.perf_counter()
    done = ingest(ledger, path, folder / "shadow", Silent(), clock=clock, lines=variant != "names",
                  repo=path.stem)
    took.append(time.perf_counter() - begun)
    if _ == 0:
        first = done
print(json.dumps({"commits": first.commits_added, "changes": first.changes, "took_s": took}))
"""

CHECK = """
import json, sys
from datetime import UTC, datetime
from pathlib import Path
from groundplan.facts.ledger import Ledger
from groundplan.sources.git.check import check

folder = Path(sys.argv[1])
ledger = Ledger(folder, lambda: datetime.now(UTC))
found = check(ledger, ledger.sources()[0], folder / "shadow")
print(json.dumps({"differing": found.differing, "pending": found.pending}))
"""

COMMAND = "from groundplan.interfaces.cli.main import main; main()"

PYDRILLER = """
import sys
from pydriller import Repository
ids = sys.stdin.read().split()
rows = 0
for commit in Repository(sys.argv[1], only_commits=ids).traverse_commits():
    for file in commit.modified_files:
        rows += file.added_lines >= 0
print(rows)
"""

PERCEVAL = """
import sys
from perceval.backends.core.git import Git
print(sum(len(item["data"]["files"]) for item in Git(sys.argv[1], sys.argv[2]).fetch()))
"""


@dataclass(frozen=True)
class Measured:
    """One process with its children: wall and CPU [s], peak memory together [MiB], its output."""

    wall_s: float
    cpu_s: float
    peak_mib: float
    output: str


def git(directory: Path, *words: str, stdin: str = "") -> str:
    done = subprocess.run(
        ["git", f"--git-dir={directory}", *words],
        input=stdin,
        capture_output=True,
        text=True,
        check=True,
        env=ENVIRONMENT,
    )
    return done.stdout.strip()


def measure(command: Sequence[str], stdin: str = "", quiet: bool = False) -> Measured:
    """Run a command to its end."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    process = subprocess.Popen(
        list(command),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL if quiet else subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    )
    peak = [0.0]
    watcher = threading.Thread(target=watch, args=(process.pid, peak))
    watcher.start()
    output, complaint = process.communicate(stdin)
    wall = time.perf_counter() - begun
    watcher.join()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        raise SystemExit(f"{command[:4]}: {complaint[-2000:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Measured(wall, cpu, peak[0], output or "")


def watch(pid: int, peak: list[float]) -> None:
    """Keep the largest sum of proportional set sizes of a process and its descendants."""
    while True:
        total = 0
        try:
            for each in family(pid):
                text = Path(f"/proc/{each}/smaps_rollup").read_text()
                total += int(text.split("Pss:")[1].split()[0])
        except (OSError, IndexError):
            if not Path(f"/proc/{pid}/smaps_rollup").exists():
                return
        if not Path(f"/proc/{pid}/exe").exists():
            return
        peak[0] = max(peak[0], total / 1024)
        time.sleep(0.25)


def family(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += family(int(child))
    return found


def copy(source: Path, target: Path) -> tuple[str, str, int]:
    """A bare copy with one branch; the branch's older and newest commit, and the stand-ins made."""
    objects = next(p for p in (source / "objects", source / ".git/objects") if p.is_dir())
    subprocess.run(["git", "init", "-q", "--bare", str(target)], check=True, env=ENVIRONMENT)
    (target / "objects/info/alternates").write_text(f"{objects.resolve()}\n")
    newest = git(objects.parent, "rev-parse", "HEAD")
    older = newest
    for commit in git(target, "rev-list", "--first-parent", newest, f"-n{NEW_COMMITS}").split():
        older = commit
        if int(git(target, "rev-list", "--count", newest, f"^{commit}")) >= NEW_COMMITS:
            break
    listed = git(target, "rev-list", "--objects", "--missing=print", newest).splitlines()
    missing = [line[1:] for line in listed if line.startswith("?")]
    for name in missing:
        text = f"stand-in for {name}\n".encode()
        path = target / "objects" / name[:2] / name[2:]
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(zlib.compress(b"blob %d\0" % len(text) + text))
    git(target, "update-ref", "refs/heads/main", older)
    git(target, "symbolic-ref", "HEAD", "refs/heads/main")
    return older, newest, len(missing)


def say(*words: object) -> None:
    """One line of progress."""
    print(f"{datetime.now(UTC):%H:%M:%S}", *words, flush=True)


def ingest(path: Path, folder: Path, variant: str, times: int = 1) -> Measured:
    return measure([sys.executable, "-c", INGEST, str(path), str(folder), variant, str(times)])


def one_repository(source: Path, name: str, rounds: int, scratch: Path) -> dict[str, Any]:
    """All variants on one repository, interleaved."""
    path = scratch / f"{name}.git"
    say(name, "copying")
    _, newest, stand_ins = copy(source, path)
    variants = ["names", "git"]
    if importlib.util.find_spec("groundplan_linecount"):
        variants.append("native")
    runs: dict[str, list[Measured]] = {"log": [], **{variant: [] for variant in variants}}
    for nr in range(rounds):
        for variant, done in runs.items():
            folder = scratch / f"{name}-{variant}"
            shutil.rmtree(folder, ignore_errors=True)
            if variant == "log":
                done.append(measure(["git", f"--git-dir={path}", *LOG, "main"], quiet=True))
            else:
                done.append(ingest(path, folder, variant))
            ratio = done[-1].wall_s / runs["log"][-1].wall_s
            took = f"wall {done[-1].wall_s:.1f} s ({ratio:.2f}), CPU {done[-1].cpu_s:.1f} s"
            say(name, f"round {nr + 1} of {rounds}:", variant, took)
    folder = scratch / f"{name}-{variants[-1]}"
    checked = {variant: differing(scratch / f"{name}-{variant}") for variant in variants[1:]}
    say(name, "rows that differ from git's:", checked)
    facts = json.loads(runs[variants[-1]][0].output)
    git(path, "update-ref", "refs/heads/main", newest)
    added = ingest(path, folder, variants[-1], 1 + LOOKS)
    told = json.loads(added.output)
    say(name, "increment and nothing new [s]:", [round(took, 3) for took in told["took_s"]])
    command = [sys.executable, "-c", COMMAND, "ingest", str(path), "--workspace", str(folder)]
    commands = [measure(command).wall_s for _ in range(LOOKS)]
    say(name, "the command with nothing new [s]:", [round(took, 3) for took in commands])
    log = [(run.wall_s, run.cpu_s) for run in runs["log"]]
    result: dict[str, Any] = {
        "commits": facts["commits"],
        "changes": facts["changes"],
        "stand_ins": stand_ins,
        "differing_rows": checked,
        "log": summary(runs["log"], log),
        "increment_commits": told["commits"],
        "increment_s": round(told["took_s"][0], 3),
        "nothing_new_s": round(statistics.median(told["took_s"][1:]), 4),
        "nothing_new_command_s": round(statistics.median(commands), 3),
    }
    result |= {f"ingest_{variant}": summary(runs[variant], log) for variant in variants}
    return result


def differing(folder: Path) -> int:
    """Rows of an ingested workspace that git does not have, or the other way round."""
    found = json.loads(measure([sys.executable, "-c", CHECK, str(folder)]).output)
    return int(found["differing"]) + int(found["pending"])


def summary(runs: Sequence[Measured], log: Sequence[tuple[float, float]]) -> dict[str, float]:
    """Medians, and the medians of the ratios to git's log of the same round."""
    pairs = list(zip(runs, log, strict=True))
    return {
        "wall_s": round(statistics.median(run.wall_s for run in runs), 2),
        "cpu_s": round(statistics.median(run.cpu_s for run in runs), 2),
        "wall_ratio": round(statistics.median(run.wall_s / wall for run, (wall, _) in pairs), 3),
        "cpu_ratio": round(statistics.median(run.cpu_s / cpu for run, (_, cpu) in pairs), 3),
        "peak_mib": round(max(run.peak_mib for run in runs)),
    }


def name_of(path: Path) -> str:
    """What people call the repository at a path."""
    return (path.parent if path.name == "repo" else path).name.split("+")[-1]


def peers(source: Path, scratch: Path) -> dict[str, Any]:
    """PyDriller on a sample, Perceval on the whole of the first repository, beside git's log."""
    environment = scratch / "peers"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    python = str(environment / "bin/python")
    subprocess.run(
        [python, "-m", "pip", "install", "-q", "pydriller", "perceval"],
        check=True,
        stderr=subprocess.DEVNULL,
    )
    path = scratch / "peers.git"
    _, newest, _ = copy(source, path)
    sample = git(path, "rev-list", "--no-merges", newest, f"-n{SAMPLE}")
    words = ["log", "--raw", "--numstat", "-M", "-l1000"]
    few = measure(
        ["git", f"--git-dir={path}", *words, "--no-walk=unsorted", "--stdin"], sample, quiet=True
    )
    driller = measure([python, "-c", PYDRILLER, str(path)], sample)
    whole = measure(["git", f"--git-dir={path}", *words, "main"], quiet=True)
    packed = scratch / "packed.git"  # Perceval clones, and cannot from a directory that borrows
    git(path, "clone", "-q", "--bare", "--no-local", str(path), str(packed))
    perceval = measure([python, "-c", PERCEVAL, str(packed), str(scratch / "perceval")])
    about = {"repository": name_of(source)}
    return {
        "pydriller": {**about, "commits": SAMPLE, **summary([driller], [(few.wall_s, few.cpu_s)])},
        "perceval": {**about, **summary([perceval], [(whole.wall_s, whole.cpu_s)])},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("result.json"))
    asked = parser.parse_args()
    result: dict[str, Any] = {
        "at": datetime.now(UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "load_before": [round(load, 1) for load in os.getloadavg()],
        "git": git(Path(os.devnull), "--version").split()[2],
        "python": platform.python_version(),
        "repositories": {},
    }
    with tempfile.TemporaryDirectory() as folder:
        for path in asked.repositories:
            name = name_of(path)
            result["repositories"][name] = one_repository(path, name, asked.rounds, Path(folder))
            keep(result, asked.out)
        if asked.peers:
            say("peers: PyDriller and Perceval on", asked.repositories[0])
            try:
                result["peers"] = peers(asked.repositories[0], Path(folder))
            except (subprocess.CalledProcessError, SystemExit) as error:  # no registry, perhaps
                result["peers"] = {"not_measured": str(error)[:300]}
            keep(result, asked.out)
    say("written:", asked.out)


if __name__ == "__main__":
    main()
