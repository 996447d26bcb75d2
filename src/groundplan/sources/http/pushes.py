"""What servers push: whose it is, and what of it is kept until the next turn makes facts of it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Protocol
from urllib.parse import parse_qs

import msgspec

from groundplan.facts.erasure import Mask
from groundplan.facts.raw import Raw, Told
from groundplan.sources.http.secrets import Secret
from groundplan.sources.http.sync import Source
from groundplan.terms.errors import BadInput

# Texts that no fact is made of, and what says more of people than facts do; they are not kept.
_LEFT_OUT: Final = frozenset((
    "body", "body_html", "body_text", "description", "description_html", "note", "message",
    "diff_hunk", "st_diff", "patch", "email", "head_commit", "avatar_url",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Push:
    """One request that a server sent. headers: names in lower case."""

    headers: Mapping[str, str]
    body: bytes

    def header(self, name: str) -> str:
        """A header, "" if it is not there."""
        return self.headers.get(name, "")

    def read(self) -> dict[str, Any]:
        """The payload, without texts that are not kept. Errors: BadInput where it is no object."""
        body = self.body
        if self.header("content-type").startswith("application/x-www-form-urlencoded"):
            fields = parse_qs(body.decode("utf-8", "replace"))
            body = fields.get("payload", [""])[0].encode()
        try:
            found = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            found = None
        if not isinstance(found, dict):
            raise BadInput("payload", "no JSON object", "what the server sends")
        return {name: _without_texts(v) for name, v in found.items() if name not in _LEFT_OUT}


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a push. kept: its things that are news; known: that were pushed before."""

    kept: int
    known: int


class Receiving(Source, Protocol):
    """A source that is also pushed to. Pure; the server's secret is checked before it is read."""

    def is_theirs(self, push: Push, secret: Secret) -> bool:
        """Whether a push is from whoever knows the secret; in a time that tells nothing of it."""

    def read_push(self, push: Push, state: Mapping[str, Any]) -> Sequence[Told]:
        """What is to be kept of it; nothing of one that no fact is made of.

        state: how far the source was read. Errors: BadInput for a push that is not for it.
        """


def is_same(secret: Secret, told: str) -> bool:
    """Whether a token is the secret; in a time that tells neither letters nor length."""
    digests = (hashlib.sha256(text.encode()).digest() for text in (secret.reveal(), told))
    return hmac.compare_digest(*digests) and bool(secret)


def receive(raw: Raw, source: Source, told: Sequence[Told], mask: Mask, at: datetime) -> int:
    """Keep what was pushed; how many were news. The next turn makes facts of them."""
    covered = [replace(each, body=source.cover(each.body, mask)) for each in told]
    return raw.append(source.source, covered, at.isoformat())


def _without_texts(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: _without_texts(v) for name, v in data.items() if name not in _LEFT_OUT}
    return [_without_texts(each) for each in data] if isinstance(data, list) else data
