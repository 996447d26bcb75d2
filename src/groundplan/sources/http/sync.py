"""One turn at a source on the web: ask, keep the reply, and make facts of what was kept.

Asking and shaping have a checkpoint each, so a kill loses at most one page, and facts can be made
anew from what was kept, without the network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Protocol

from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.erasure import Mask
from groundplan.facts.host import REJECTED
from groundplan.facts.kinds import FactKind
from groundplan.facts.ledger import Ledger, Run
from groundplan.facts.raw import Raw, RawReply, Told
from groundplan.sources.http.batches import Batch
from groundplan.sources.http.shaped import Shaped
from groundplan.terms.errors import GroundplanError
from groundplan.terms.progress import Progress

SHAPED_EVERY: Final = 200  # pages; so much later than a page its facts are there


@dataclass(frozen=True, slots=True)
class Page:
    """One step of asking: what came, and where to go on if this is the last thing that happens.

    replies: none if the step brought no news. state: the whole place, JSON.
    """

    replies: Sequence[Told]
    state: Mapping[str, Any]


class Known(Protocol):
    """What a sweep may ask of the facts."""

    def __call__(self, sql: str, *kinds: FactKind) -> list[tuple[Any, ...]]:
        """Rows of a query in which `{name}` stands for the relation of each kind."""


class Source(Protocol):
    """What the folder of a source gives. Only `fetch` and `sweep` talk to the world."""

    @property
    def source(self) -> str:
        """The connection's id in the ledger and the raw store."""

    @property
    def name(self) -> str:
        """What people call it: `owner/name`."""

    @property
    def form(self) -> int:
        """Raised whenever the same replies would come to other rows; then all are shaped anew."""

    @property
    def kinds(self) -> Sequence[FactKind]:
        """The kinds that it brings; one of another version makes it be shaped anew, too."""

    def fetch(self, state: dict[str, Any]) -> Iterator[Page]:
        """Everything since `state`, a page at a time; empty: from the beginning."""

    def sweep(self, state: dict[str, Any], known: Known) -> Iterator[Page]:
        """What `fetch` cannot see, such as deletions: compares what is there with what is known.

        Cheap if there is nothing to do.
        """

    def shape(self, reply: RawReply) -> Shaped:
        """The rows of one reply. Pure; what makes no sense is rejected with its reason."""

    def cover(self, body: bytes, mask: Mask) -> bytes:
        """A reply with pseudonyms for whoever was erased; the very same one if it names none."""


@dataclass(frozen=True, slots=True)
class Synced:
    """What one turn came to. replies: kept; rejected: things left out since the beginning."""

    source: str
    name: str
    replies: int
    rejected: int


def sync(
    ledger: Ledger,
    raw: Raw,
    source: Source,
    progress: Progress,
    *,
    clock: Callable[[], datetime],
) -> Synced:
    """Bring raw replies and facts of a source up to date.

    Killed at any point, the next turn goes on: nothing twice, nothing lost. Errors: those of the
    source; what was kept before stays, and has become facts.
    """
    _forget_old_form(ledger, source)
    engine = DuckDB(threads=1)
    try:
        with ledger.run(source.source) as run:
            turn = _Turn(raw, run, source, engine, progress, clock)
            turn.shape()
            try:
                turn.keep(source.fetch(raw.state(source.source)))
                turn.shape()
                turn.keep(source.sweep(raw.state(source.source), turn.known))
            except GroundplanError:
                turn.shape()
                raise
            turn.shape()
            rejected = turn.known("select count(*) from {host_rejected}", REJECTED)[0][0]
            return Synced(source.source, source.name, turn.kept, rejected)
    finally:
        engine.close()


def rebuild(ledger: Ledger, raw: Raw, source: Source, progress: Progress) -> int:
    """Make the facts of a source anew from what was kept, without the network; the replies."""
    ledger.forget(source.source)
    return shape_kept(ledger, raw, source, progress)


def shape_kept(ledger: Ledger, raw: Raw, source: Source, progress: Progress) -> int:
    """Make facts of what was kept since the last turn, without the network; the replies."""
    _forget_old_form(ledger, source)
    engine = DuckDB(threads=1)
    try:
        with ledger.run(source.source) as run:
            return _Turn(raw, run, source, engine, progress, _no_clock).shape()
    finally:
        engine.close()


@dataclass(slots=True)
class _Turn:
    raw: Raw
    run: Run
    source: Source
    engine: DuckDB
    progress: Progress
    clock: Callable[[], datetime]
    kept: int = 0

    def keep(self, pages: Iterator[Page]) -> None:
        """Keep each page with the checkpoint after it."""
        mask = self.run.mask
        for nr, page in enumerate(pages, 1):
            replies = page.replies
            if mask.pseudonyms:
                cover = self.source.cover
                replies = [replace(told, body=cover(told.body, mask)) for told in replies]
            at = self.clock().isoformat()
            self.kept += self.raw.append(self.source.source, replies, at, page.state)
            if nr % SHAPED_EVERY == 0:
                self.shape()

    def shape(self) -> int:
        """Make facts of everything kept that is not shaped yet; how many replies."""
        cursor = self.run.cursor()
        after = int(cursor.state["shaped"]) if cursor else 0
        last = self.raw.newest(self.source.source)
        if last <= after:
            return 0
        batch, shaped = Batch(self.source.source), 0
        with self.progress.stage(f"{self.source.name}: shaping", None, "replies") as stage:
            for reply in self.raw.read(self.source.source, after):
                batch.add(reply.seq, self._shape(reply))
                shaped += 1
                stage.advance()
                if batch.full or reply.seq == last:
                    batch.write(self.engine, self.run, self._state(reply.seq))
                    batch = Batch(self.source.source)
                if reply.seq == last:
                    break
        return shaped

    def known(self, sql: str, *kinds: FactKind) -> list[tuple[Any, ...]]:
        """Rows of the facts of this source."""
        return self.engine.rows(sql.format(**{k.name: self.run.relation(k) for k in kinds}))

    def _shape(self, reply: RawReply) -> Shaped:
        try:
            return self.source.shape(reply)
        except Exception as error:  # one odd reply must not stop all that come after it
            shaped = Shaped()
            shaped.reject(reply.kind, "the whole reply", f"unexpected: {type(error).__name__}")
            return shaped

    def _state(self, seq: int) -> dict[str, Any]:
        return {"name": self.source.name, "shaped": seq, "form": _form(self.source)}


def _forget_old_form(ledger: Ledger, source: Source) -> None:
    cursor = ledger.cursor(source.source)
    if cursor is not None and cursor.state.get("form") != _form(source):
        ledger.forget(source.source)


def _form(source: Source) -> list[int]:
    return [source.form, *(kind.version for kind in source.kinds)]


def _no_clock() -> datetime:
    raise AssertionError("shaping needs no time")
