"""What reads sources into the facts of one folder, and opens nothing that only questions need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from groundplan.bootstrap.settings import utc_now
from groundplan.facts.ledger import Ledger
from groundplan.interfaces.tracking import Tracker
from groundplan.sources.git.ingest import Ingested, count_lines, ingest
from groundplan.terms.errors import NotFound
from groundplan.terms.progress import Progress

if TYPE_CHECKING:
    from groundplan.sources.csv.ingest import ItemsRead
    from groundplan.sources.git.check import Checked
    from groundplan.sources.http.sync import Synced


class Intake:
    """The facts of one folder, opened by one process to add to them; others may do so too."""

    def __init__(
        self, folder: Path, progress: Progress, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self.folder = folder
        self.tracker = Tracker(progress)
        self.clock = clock
        self.ledger = Ledger(folder, clock)

    @property
    def shadows(self) -> Path:
        """Where the borrowed git directories are."""
        return self.folder / "shadow"

    def read_names(self, path: Path, workers: int = 2) -> Ingested:
        """The first pass over a repository: everything but line counts."""
        return ingest(
            self.ledger,
            path,
            self.shadows,
            self.tracker,
            clock=self.clock,
            workers=workers,
            lines=False,
        )

    def read_lines(self, repo: str, workers: int = 2) -> int:
        """The second pass: the line counts that are still pending; the rows counted now."""
        return count_lines(self.ledger, repo, self.shadows, self.tracker, workers=workers)

    def read_items(self, path: Path, columns: Mapping[str, str] | None = None) -> ItemsRead:
        """What is new in an export of work items. columns: by role, where a guess is wrong."""
        from groundplan.sources.csv.ingest import ingest_items  # noqa: PLC0415 - loads NumPy

        return ingest_items(self.ledger, path, clock=self.clock, columns=columns or {})

    def read_host(self, address: str, api: str = "") -> Synced:
        """What is new at a host or tracker, which is connected if it is not yet."""
        from groundplan.bootstrap.connections import Connections  # noqa: PLC0415 - and its client
        from groundplan.facts.raw import Raw  # noqa: PLC0415

        known = Connections(self.folder)
        try:
            made = known.find(address)
        except NotFound:
            made = known.guess(address, api)
            known.add(made)
        with closing(Raw(self.folder / "raw.sqlite")) as raw:
            return known.sync(made, (self.ledger, raw), self.tracker, self.clock)

    def forget(self, repo: str) -> Path:
        """Drop the facts of a repository; the path to read them from again."""
        cursor = self.ledger.cursor(repo)
        if cursor is None:
            raise NotFound(f"no repository {repo!r} in {self.folder}")
        self.ledger.forget(repo)
        return Path(cursor.state["path"])

    def check(self, repo: str) -> Checked:
        """Compare the facts of a repository with git's own words."""
        from groundplan.sources.git.check import check  # noqa: PLC0415 - loads NumPy

        return check(self.ledger, repo, self.shadows, self.tracker)

    def close(self) -> None:
        """Release the facts."""
        self.ledger.close()
