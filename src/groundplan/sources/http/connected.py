"""What the sources of hosts and trackers have in common, as far as they are alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar
from urllib.parse import urlsplit

from groundplan.facts.erasure import Mask
from groundplan.facts.host import HOST_PREFIX
from groundplan.facts.kinds import FactKind
from groundplan.facts.raw import RawReply
from groundplan.sources.http.fetch import Client
from groundplan.sources.http.shaped import Shaped
from groundplan.sources.http.sync import Page
from groundplan.terms.errors import BadInput, NotFound, Refused
from groundplan.terms.progress import Progress


@dataclass(frozen=True, slots=True)
class Shaping:
    """What becomes of replies, as `Source` in sync.py says it. cover: also takes the host."""

    form: int
    kinds: Sequence[FactKind]
    shape: Callable[[RawReply], Shaped]
    cover: Callable[[bytes, Mask, str], bytes]


def read_address(
    told: str, api: str, on_the_web: re.Pattern[str], alone: re.Pattern[str], wanted: str
) -> tuple[str, str]:
    """What a project is called, and its server: told by its address on the web, or both apart.

    on_the_web: finds the server and the name in an address. wanted: in the words of BadInput.
    """
    match = on_the_web.fullmatch(told.strip())
    if match is not None:
        return match[2], api or match[1]
    if api and alone.fullmatch(told.strip()):
        return told.strip(), api
    raise BadInput("project", told, wanted)


@dataclass(slots=True)
class Connected:
    """One thing on a server that is read.

    asked: what it was called when it was connected, which its id is made of; name: as it is now.
    host: where its accounts are known, the server if not said.
    """

    shaping: ClassVar[Shaping]

    client: Client
    progress: Progress
    asked: str
    host: str = ""
    name: str = field(init=False, default="")

    def __post_init__(self) -> None:
        self.name = self.asked
        self.host = self.host or self.client.host

    @property
    def source(self) -> str:
        """The connection's id: by the name it was connected with, which stays."""
        where = self.host + urlsplit(self.client.base).path.replace("/", "-")
        return f"{HOST_PREFIX}{where}-{self.asked}".lower()

    @property
    def form(self) -> int:
        """The version of the shape."""
        return self.shaping.form

    @property
    def kinds(self) -> Sequence[FactKind]:
        """What is told of."""
        return self.shaping.kinds

    def shape(self, reply: RawReply) -> Shaped:
        """The rows of one reply."""
        return self.shaping.shape(reply)

    def cover(self, body: bytes, mask: Mask) -> bytes:
        """A reply with pseudonyms for whoever was erased."""
        return self.shaping.cover(body, mask, self.host)

    def rename(self, before: str, now: str) -> None:
        """Take the name that it has now; a note where it was known by another one."""
        if before not in ("", now):
            self.progress.note(f"{before} is called {now} now; it is the same here")
        self.name = now

    def perhaps(self, what: str, pages: Iterator[Page]) -> Iterator[Page]:
        """Pages of a part; one that the token may not read is left out with a note."""
        try:
            yield from pages
        except (NotFound, Refused) as error:
            self.progress.note(f"{self.name}: {what} are not read: {error.message}")
