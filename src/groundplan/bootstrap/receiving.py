"""Takes what servers push: checked, kept, and made facts of in the background."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from groundplan.bootstrap.connections import Connection, Connections
from groundplan.bootstrap.settings import utc_now
from groundplan.facts.ledger import Ledger
from groundplan.facts.raw import Raw, Told
from groundplan.sources.http.pushes import Push, Taken, receive
from groundplan.sources.http.sync import Source, shape_kept
from groundplan.terms.errors import BadInput, GroundplanError, NotFound, Refused
from groundplan.terms.progress import Progress

AGAIN_S: Final = 5.0  # after somebody else was at the source


def start_receiving(folder: Path, ledger: Ledger, progress: Progress) -> Receiver | None:
    """A receiver with its thread, of a workspace that is pushed to; None of one that is not."""
    if not any(each.hook for each in Connections(folder).load()):
        return None
    receiver = Receiver(folder, (ledger, Raw(folder / "raw.sqlite")), progress, utc_now)
    threading.Thread(target=receiver.shape_forever, daemon=True).start()
    return receiver


class Receiver:
    """What is pushed to one workspace; any thread may take.

    Errors of taking: those of the stores, and BadInput for a push that makes no sense.
    """

    def __init__(
        self,
        folder: Path,
        stores: tuple[Ledger, Raw],
        progress: Progress,
        clock: Callable[[], datetime],
    ) -> None:
        self._connections = Connections(folder)
        self._stores = stores
        self._progress = progress
        self._clock = clock
        self._waiting: dict[str, Source] = {}
        self._news = threading.Condition()

    def take(self, place: str, push: Push) -> Taken | None:
        """Keep a push; None where nothing is pushed to, or not by whoever knows the secret.

        At the place of an organisation it is for whichever of its repositories it is about; of one
        that is not read here nothing is kept.
        """
        own = self._connections.find_place(place, self._progress)
        if own is not None:
            return self._take(own[1], push) if self._is_theirs(*own, push) else None
        group = self._connections.find_group(place, self._progress)
        theirs = [source for each, source in group if self._is_theirs(each, source, push)]
        for source in theirs:
            with contextlib.suppress(BadInput):  # it is about another repository
                return self._take(source, push)
        return Taken(0, 0) if theirs else None

    def _is_theirs(self, connection: Connection, source: Any, push: Push) -> bool:
        """Whether a push shows the secret of a connection that takes pushes at all."""
        try:
            secret = self._connections.read_hook(connection)
        except (NotFound, Refused) as error:
            self._progress.note(f"{connection.address}: {error.message}")
            return False
        return hasattr(source, "is_theirs") and bool(source.is_theirs(push, secret))

    def _take(self, source: Any, push: Push) -> Taken:
        told = source.read_push(push, self._stores[1].state(source.source))
        kept = self._keep(source, told)
        if kept:
            with self._news:
                self._waiting[source.source] = source
                self._news.notify()
        return Taken(kept, len(told) - kept)

    def _keep(self, source: Source, told: Sequence[Told]) -> int:
        ledger, raw = self._stores
        erasure = ledger.last_erasure()  # first: what is erased now is covered below
        kept = receive(raw, source, told, ledger.mask(), self._clock())
        if ledger.last_erasure() != erasure:
            mask = ledger.mask()
            raw.erase(source.source, lambda reply: source.cover(reply.body, mask))
        return kept

    def shape_forever(self) -> None:
        """Make facts of what was kept, as it comes; for a thread of its own."""
        while True:
            with self._news:
                while not self._waiting:
                    self._news.wait()
            self.shape_waiting()

    def shape_waiting(self) -> int:
        """Make facts of what was kept and waits; the replies. What cannot be now waits on."""
        with self._news:
            waiting, self._waiting = self._waiting, {}
        shaped = 0
        for name, source in waiting.items():
            try:
                shaped += shape_kept(*self._stores, source, self._progress)
            except GroundplanError as error:
                self._progress.note(f"{source.name}: {error.message}")
                with self._news:
                    self._waiting.setdefault(name, source)
                    self._news.wait(AGAIN_S)
        return shaped
