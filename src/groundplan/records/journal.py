"""The journal's seam: append with the expected version, read in order. Nothing is ever changed.

Stores know nothing of who may read what: `access.py` stands between them and every use case.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol

ERASURES: Final = "erasures"  # the stream that records erasures


class Visibility(StrEnum):
    """Who may read an entry: its owner alone, its team, or the partners too."""

    PRIVATE = "private"
    TEAM = "team"
    PARTNERS = "partners"


@dataclass(frozen=True, slots=True)
class Saying:
    """What is to be appended.

    stream: what it is about ("identity", "promises/p1"); kind: what was said ("promises.made");
    form: the version of the body's form, from 1, so that old bodies can be read by newer code.
    by: who says it; owner: whose it is, the only reader of what is private. team: "" for all.
    """

    stream: str
    kind: str
    body: Mapping[str, Any]
    by: str
    owner: str
    team: str = ""
    visibility: Visibility = Visibility.TEAM
    form: int = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that somebody said.

    seq: position in the whole journal; version: position in its stream, from 1; digest: over this
    entry and the one before it in the stream, so that tampering shows. The rest as in `Saying`.
    An erased entry keeps its place and has no words: body is empty, by and owner are "".
    """

    seq: int
    stream: str
    version: int
    kind: str
    form: int
    at: datetime
    by: str
    owner: str
    team: str
    visibility: Visibility
    body: Mapping[str, Any]
    digest: str

    @property
    def erased(self) -> bool:
        """Whether its words were erased."""
        return not self.by


@dataclass(frozen=True, slots=True)
class Broken:
    """The first entry, in the order of writing, that is not what was appended, and why."""

    seq: int
    stream: str
    version: int
    reason: str


class Journal(Protocol):
    """An append-only journal on some store."""

    def append(self, saying: Saying, *, expected: int, key: str | None = None) -> Entry:
        """Append one entry as version `expected + 1`; Conflict if the stream has moved on.

        key: names the request; the same request under the same key is written once, and asked
        again is answered with the entry that was written.
        """

    def read(self, stream: str, after: int = 0) -> Sequence[Entry]:
        """The entries of `stream` with a version above `after`, in order, the erased ones too."""

    def news(self, stream: str, after: int) -> tuple[int, Sequence[Entry]]:
        """What `read` gives, and how many erasures there had been at that moment."""

    def read_all(self, after: int = 0, most: int = 10_000) -> Sequence[Entry]:
        """The entries of every stream with a seq above `after`, in order; at most `most`."""

    def version(self, stream: str) -> int:
        """The version of the newest entry of `stream`; 0 if there is none."""

    def streams(self, prefix: str = "") -> Sequence[str]:
        """The names of the streams that begin with `prefix`, in alphabetical order."""

    def find(self, key: str) -> Entry | None:
        """The first entry that was written under `key`, in any stream."""

    def erase(self, person: str, *, by: str, about: Collection[int] = ()) -> int:
        """Remove the words of every entry that `person` said or owns; how many entries [entries].

        about: the seq of entries of others that name them, which go too.

        The one sanctioned destruction: the chain still verifies, and the erasure is an entry of
        the stream "erasures" that names nobody but who did it.
        """

    def verify(self) -> Broken | None:
        """The first entry that was tampered with; None if every entry is as it was appended."""

    def close(self) -> None:
        """Release the store."""
