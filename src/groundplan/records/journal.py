"""The journal's seam: append with the expected version, read in order. Nothing is ever changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that somebody said.

    seq: position in the whole journal; stream: what it is about ("identity");
    version: position in the stream, from 1; digest: over this entry and the one before it in
    the stream, so that tampering shows.
    """

    seq: int
    stream: str
    version: int
    kind: str
    at: datetime
    by: str
    body: Mapping[str, Any]
    digest: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The first entry, in the order of writing, that is not what was appended, and why."""

    seq: int
    stream: str
    version: int
    reason: str


class Journal(Protocol):
    """An append-only journal on some store."""

    def append(
        self,
        stream: str,
        kind: str,
        body: Mapping[str, Any],
        *,
        by: str,
        expected: int,
        key: str | None = None,
    ) -> Entry:
        """Append one entry as version `expected + 1`; Refused if the stream has moved on.

        key: names the request; the same request under the same key is written once, and asked
        again is answered with the entry that was written.
        """

    def read(self, stream: str, after: int = 0) -> Sequence[Entry]:
        """The entries of `stream` with a version above `after`, in order."""

    def verify(self) -> Broken | None:
        """The first entry that was tampered with; None if every entry is as it was appended."""
