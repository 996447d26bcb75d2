"""Repositories that a cluster reads: each in a workspace of its own, adopted when it is whole.

The manifest is a file of one machine; workers on others cannot write to it. So they write beside
it, and this process moves what they wrote and shows it in one transaction. Only the first reading
of a repository is worth that: what comes later is little.
"""

from __future__ import annotations

import shutil
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from groundplan.bootstrap.settings import utc_now
from groundplan.facts.engines.engine import Spread
from groundplan.facts.ledger import Ledger
from groundplan.facts.manifest import Segment
from groundplan.sources.git import fetch
from groundplan.sources.git.ingest import ingest
from groundplan.sources.git.naming import choose_id
from groundplan.terms.errors import GroundplanError, Refused
from groundplan.terms.progress import Progress, Silent

AT_ONCE: Final = 64  # readings between two looks at how far it is


@dataclass(frozen=True, slots=True)
class Errand:
    """One repository to read. folder: the workspace that it will be part of."""

    repo: str
    path: Path
    folder: Path
    lines: bool


@dataclass(frozen=True, slots=True)
class Brought:
    """What a worker wrote, in a workspace of its own at `folder`; trouble: why it did not."""

    repo: str
    folder: Path
    segments: tuple[Segment, ...]
    state: Mapping[str, Any]
    trouble: str = ""


def read_first(
    folder: Path, names: Sequence[str], spread: Spread, progress: Progress, lines: bool
) -> int:
    """Let a cluster read those of `names` that nobody has read yet; how many it did.

    What goes wrong is only noted: whoever reads the list next tries it again and tells. Nothing
    is read where somebody was erased, as workers know nothing of whom to cover.
    """
    done = 0
    with closing(Ledger(folder, utc_now)) as ledger:
        errands = [] if ledger.last_erasure() else list(_errands(ledger, names, lines))
        with progress.stage("Reading on the cluster", len(errands), "repositories") as stage:
            for first in range(0, len(errands), AT_ONCE):
                some = errands[first : first + AT_ONCE]
                for brought in spread(read_apart, some):
                    done += adopt(ledger, brought)
                    if brought.trouble:
                        progress.note(f"{brought.repo}: {brought.trouble}")
                stage.advance(len(some))
    shutil.rmtree(_apart(folder), ignore_errors=True)  # of workers that were lost
    return done


def _errands(ledger: Ledger, names: Sequence[str], lines: bool) -> Iterator[Errand]:
    found: dict[str, tuple[str, Path]] = {}
    for name in names:
        try:
            repository = fetch.find(Path(name))
        except GroundplanError:
            continue  # whoever reads the list says so
        found[name] = (choose_id(ledger, repository), repository.path)
    times = Counter(repo for repo, _ in found.values())
    for name, (repo, _) in found.items():
        if times[repo] == 1 and ledger.cursor(repo) is None:
            yield Errand(repo, Path(name), ledger.folder, lines)


def read_apart(errand: Errand) -> Brought:
    """Read a repository into a workspace of its own; on a worker, who may do it twice."""
    mine = _apart(errand.folder) / f"{errand.repo}-{uuid.uuid4().hex}"
    with closing(Ledger(mine, utc_now)) as ledger:
        try:
            ingest(
                ledger,
                errand.path,
                mine / "shadow",
                Silent(),
                clock=utc_now,
                workers=1,
                lines=errand.lines,
                repo=errand.repo,
            )
        except GroundplanError as error:
            return Brought(errand.repo, mine, (), {}, error.message)
        cursor = ledger.cursor(errand.repo)
        state = cursor.state if cursor else {}
        return Brought(errand.repo, mine, ledger.snapshot().segments, state)


def adopt(ledger: Ledger, brought: Brought) -> bool:
    """Make what a worker wrote part of the workspace, all of it or nothing; whether it was."""
    try:
        return bool(brought.state) and not ledger.last_erasure() and _take_over(ledger, brought)
    except Refused:  # another process is reading it here
        return False
    finally:
        shutil.rmtree(brought.folder, ignore_errors=True)


def _take_over(ledger: Ledger, brought: Brought) -> bool:
    with ledger.run(brought.repo) as run:
        if run.cursor() is not None:
            return False  # somebody else was faster
        for segment in brought.segments:
            place = ledger.folder / "segments" / segment.path
            place.parent.mkdir(parents=True, exist_ok=True)
            (brought.folder / "segments" / segment.path).replace(place)
        run.commit("adopted", brought.segments, brought.state)
    return True


def _apart(folder: Path) -> Path:
    return folder / "apart"
