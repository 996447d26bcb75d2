"""The only file of this source that touches the world: it writes a simulated team to the disk."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from groundplan.sources.simulated.simulation import Simulated, generator_of
from groundplan.terms.errors import Refused, SourceBroken, SourceDown
from groundplan.terms.progress import Progress

TRUTH: Final = "truth.json"
WEEKS: Final = "weeks.csv"
SOURCES: Final = "simulated"  # the folder of what is read into the facts
_QUIET: Final = {
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
    "LC_ALL": "C",
    "MALLOC_TOP_PAD_": str(16 << 20),  # glibc gave memory back after each object: half of the time
}  # fmt: skip
_IMPORT: Final = (
    "-c", "core.compression=1", "-c", "fastimport.unpackLimit=0",
    "fast-import", "--quiet", "--depth=0", "--date-format=raw",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """Where a world is. weeks: a panel of its teams; repositories, trackers: one a team."""

    truth: Path
    weeks: Path
    repositories: tuple[Path, ...]
    trackers: tuple[Path, ...]


def write(simulated: Simulated, folder: Path, progress: Progress) -> Written:
    """Write a world into a folder that is empty or not there yet; the truth last.

    Refused for any other folder. SourceDown, SourceBroken: the disk or git would not.
    """
    places = folder / SOURCES
    repositories, trackers = [], []
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise Refused(f"{folder} is not empty", "Name a new folder: --out FOLDER.")
        places.mkdir(parents=True)
        with progress.stage("Writing", len(simulated.teams), "teams") as stage:
            for nr, team in enumerate(simulated.teams):
                repository, tracker = places / f"{team.name}.git", places / f"{team.name}.csv"
                rng = generator_of(simulated.truth["seed"], nr)
                _make_repository(repository, team.history(simulated.world, rng))
                tracker.write_text(team.tracker(simulated.world), encoding="utf-8")
                repositories.append(repository)
                trackers.append(tracker)
                stage.advance()
        (folder / WEEKS).write_text(simulated.weeks(), encoding="utf-8")
        _write_truth(folder / TRUTH, simulated.truth)
    except OSError as error:
        raise SourceDown(
            f"{folder}: {error.strerror}", "Name a folder you may write to."
        ) from error
    return Written(folder / TRUTH, folder / WEEKS, tuple(repositories), tuple(trackers))


def _make_repository(path: Path, stream: Iterable[bytes]) -> None:
    environment = {**os.environ, **_QUIET}
    _git(environment, "init", "--quiet", "--bare", "--initial-branch=main", str(path))
    with subprocess.Popen(
        ["git", "-C", str(path), *_IMPORT],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    ) as importing:
        assert importing.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # git says below what it did not like
            importing.stdin.writelines(stream)
        _, said = importing.communicate()
        if importing.returncode:
            raise SourceBroken(f"git fast-import: {said.decode(errors='replace').strip()}")


def _git(environment: dict[str, str], *words: str) -> None:
    done = subprocess.run(
        ["git", *words], env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if done.returncode:
        raise SourceBroken(f"git {words[0]}: {done.stderr.decode(errors='replace').strip()}")


def _write_truth(path: Path, truth: dict[str, Any]) -> None:
    path.write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")
