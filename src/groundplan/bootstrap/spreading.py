"""Many repositories at once: worker processes that share a list, under leases.

A worker that dies is replaced, and what it had is read again; facts are appended once, whoever
reads them. A round that was cut short goes on with the same list.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.context import SpawnProcess
from pathlib import Path
from time import sleep
from typing import Final

from groundplan.bootstrap.adopting import read_first
from groundplan.bootstrap.engines import Engines
from groundplan.bootstrap.settings import utc_now
from groundplan.facts.jobs import LEASE_S, Jobs
from groundplan.facts.ledger import Ledger
from groundplan.sources.git.ingest import ingest
from groundplan.sources.git.spread import work_off
from groundplan.terms.errors import BadInput, SourceBroken, SourceDown
from groundplan.terms.progress import Progress, Silent

LOOK_S: Final = 0.2
MOST_DEATHS: Final = 5  # of worker processes in a row, while nothing else gets done


@dataclass(frozen=True, slots=True)
class ListRead:
    """What became of a list [repositories]. already: done before the round was cut short."""

    done: int
    already: int
    failures: tuple[tuple[str, str], ...]


def read_list(path: Path) -> list[str]:
    """The repositories that a file names, one path a line, relative to the file; `#` comments."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput("--list", str(path), f"a text file of paths ({error})") from error
    words = (line.strip() for line in lines)
    named = [word for word in words if word and not word.startswith("#")]
    if not named:
        raise BadInput("--list", str(path), "a text file that names repositories, one a line")
    places = (path.parent.resolve() / Path(word).expanduser() for word in named)
    return list(dict.fromkeys(os.path.normpath(place) for place in places))


def ingest_list(
    folder: Path, names: Sequence[str], workers: int, progress: Progress, lines: bool = True
) -> ListRead:
    """Bring the facts of many repositories up to date with `workers` processes.

    A cluster, if one is named (bootstrap/engines.py), reads those first that are new.
    """
    Ledger(folder, utc_now).close()  # makes the folder, once
    with closing(Engines(folder)) as engines:
        if engines.spread:
            read_first(folder, names, engines.session().spread, progress, lines)
    with closing(Jobs(jobs_of(folder), utc_now)) as jobs:
        before = jobs.begin(names)
        if before.done:
            progress.note(f"going on: {before.done:,} of {len(names):,} were read before")
        with (
            progress.stage("Reading", before.left, "repositories") as stage,
            _crew(folder, min(workers, max(1, before.left)), lines, jobs) as crew,
        ):
            told = 0
            while (now := jobs.counts()).left:
                ended = now.done + now.failed - before.done
                crew.watch(ended)
                stage.advance(ended - told)
                told = ended
                sleep(LOOK_S)
            stage.advance(now.done + now.failed - before.done - told)
        failures = tuple(jobs.failures())
    return ListRead(now.done, before.done, failures)


def jobs_of(folder: Path) -> Path:
    """Where a workspace keeps which repositories of a list are left."""
    return folder / "jobs.sqlite"


@dataclass(slots=True)
class _Crew:
    folder: Path
    lines: bool
    jobs: Jobs
    members: dict[str, SpawnProcess] = field(default_factory=dict)
    deaths: int = 0
    ended: int = 0

    def hire(self) -> None:
        mark = uuid.uuid4().hex[:8]  # another process may once get the same number
        process = multiprocessing.get_context("spawn").Process(
            target=_work, args=(self.folder, mark, self.lines, os.getpid()), daemon=True
        )
        process.start()
        self.members[f"{process.pid}-{mark}"] = process

    def watch(self, ended: int) -> None:
        """Replace whoever died; SourceBroken if that happens again and again."""
        if ended > self.ended:
            self.deaths, self.ended = 0, ended
        for name, process in list(self.members.items()):
            if process.is_alive():
                continue
            del self.members[name]
            self.jobs.release(name)
            if process.exitcode:  # who went home in peace found nothing to take any more
                self.deaths += 1
            if self.deaths > MOST_DEATHS:
                raise SourceBroken(
                    f"worker processes die again and again (exit code {process.exitcode})",
                    "Look for what ends them, such as the system's log; then run again.",
                )
            self.hire()


@contextmanager
def _crew(folder: Path, workers: int, lines: bool, jobs: Jobs) -> Iterator[_Crew]:
    crew = _Crew(folder, lines, jobs)
    try:
        for _ in range(workers):
            crew.hire()
        yield crew
    finally:
        for name, process in crew.members.items():
            process.terminate()
            process.join()
            jobs.release(name)


def _work(folder: Path, mark: str, lines: bool, parent: int) -> None:
    """What a worker process does from birth to death."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who hired it
    worker = f"{os.getpid()}-{mark}"
    gone = threading.Event()
    with (
        closing(Jobs(jobs_of(folder), utc_now)) as jobs,
        closing(Ledger(folder, utc_now)) as ledger,
    ):

        def hold_on() -> None:
            while not gone.wait(LEASE_S / 4):
                jobs.renew(worker)

        def read(path: Path) -> None:
            shadows = folder / "shadow"
            ingest(ledger, path, shadows, Silent(), clock=utc_now, workers=1, lines=lines)

        heart = threading.Thread(target=hold_on, daemon=True)
        heart.start()
        try:
            work_off(jobs, worker, read, lambda: os.getppid() == parent, partial(sleep, LOOK_S))
        except SourceDown as error:
            sys.exit(error.message)
        finally:
            gone.set()
            heart.join()
