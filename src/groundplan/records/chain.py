"""What an entry is made of on any store: its canonical text, and the digests that chain it.

An entry's digest covers its words only through a salted digest of their own, so that words can be
erased one day, and their salt with them, while the chain still verifies.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from groundplan.records.journal import Entry, Saying, Visibility
from groundplan.terms.errors import BadInput, Refused, SourceBroken

MOST_BODY_BYTES: Final = 1_000_000
MOST_NAME_CHARS: Final = 200
MOST_FORM: Final = 10_000

_AS_JSON: Final = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
).encode


class Row(NamedTuple):
    """An entry as a store keeps it; by, owner, key, body and salt are null once it was erased.

    words: the salted digest of by, owner, key and body; digest: over the rest, that digest, and
    the digest of the entry before it in the stream.
    """

    seq: int
    stream: str
    version: int
    kind: str
    form: int
    at: str
    team: str
    visibility: str
    by: str | None
    owner: str | None
    key: str | None
    body: str | None
    salt: str | None
    words: str
    digest: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry goes: after which digest of its stream ("" at first), and when."""

    previous: str
    seq: int
    version: int
    at: str


def canonical(value: object) -> str:
    """The one JSON text of a value: sorted keys, no spaces, no NaN. BadInput if it has none."""
    _check_keys(value)
    try:
        text = _AS_JSON(value)
        size = len(text.encode())
    except (TypeError, ValueError, RecursionError) as error:
        raise BadInput("body", str(error), "text, finite numbers, lists and mappings") from error
    if size > MOST_BODY_BYTES:
        raise BadInput("body", f"{size:,} bytes", f"at most {MOST_BODY_BYTES:,} bytes as JSON")
    return text


def _check_keys(value: object) -> None:
    # json.dumps would turn a key 1 into "1" in silence, and what is read were not what was said
    waiting = [value]
    seen = 0
    while waiting:
        item = waiting.pop()
        seen += 1
        if seen > MOST_BODY_BYTES:
            raise BadInput("body", "a value without end", f"at most {MOST_BODY_BYTES:,} parts")
        if isinstance(item, Mapping):
            wrong = [key for key in item if not isinstance(key, str)]
            if wrong:
                raise BadInput("body", wrong[0], "mappings whose keys are text")
            waiting.extend(item.values())
        elif isinstance(item, list | tuple):
            waiting.extend(item)


def check_name(field: str, value: str) -> None:
    """BadInput unless `value` can name a stream, a kind, a person or a request."""
    fits = (
        isinstance(value, str)
        and 0 < len(value) <= MOST_NAME_CHARS
        and value.isprintable()
        and value == value.strip()
    )
    if not fits:
        got = value[:40] if isinstance(value, str) else value
        raise BadInput(field, got, f"1 to {MOST_NAME_CHARS} printable characters, no space around")


def check_saying(saying: Saying, key: str | None) -> None:
    """BadInput that names the first field of a saying that cannot be kept; the body aside."""
    named = {"stream": saying.stream, "kind": saying.kind, "by": saying.by, "owner": saying.owner}
    if saying.team:
        named["team"] = saying.team
    if key is not None:
        named["key"] = key
    for field, value in named.items():
        check_name(field, value)
    if saying.visibility not in tuple(Visibility):
        raise BadInput("visibility", saying.visibility, ", ".join(Visibility))
    if type(saying.form) is not int or not 1 <= saying.form <= MOST_FORM:
        raise BadInput("form", saying.form, f"a whole number from 1 to {MOST_FORM:,}")
    if not isinstance(saying.body, Mapping):
        raise BadInput("body", type(saying.body).__name__, "a mapping")


def seal(saying: Saying, key: str | None, text: str, salt: str, place: Place) -> Row:
    """The row that says `saying`, whose body has the canonical text `text`, at `place`."""
    words = digest_words(salt, saying.by, saying.owner, key, text)
    row = Row(
        seq=place.seq,
        stream=saying.stream,
        version=place.version,
        kind=saying.kind,
        form=saying.form,
        at=place.at,
        team=saying.team,
        visibility=str(saying.visibility),
        by=saying.by,
        owner=saying.owner,
        key=key,
        body=text,
        salt=salt,
        words=words,
        digest="",
    )
    return row._replace(digest=digest_row(place.previous, row))


def digest_words(salt: str | None, by: str | None, owner: str | None, key: str | None,
                 body: str | None) -> str:  # fmt: skip
    """SHA-256 over what somebody said and who they are; the salt keeps it from being guessed."""
    return _sha256([salt, by, owner, key, body])


def digest_row(previous: str, row: Row) -> str:
    """SHA-256 over a row's place and words, and over the digest before it in its stream."""
    place = (row.seq, row.stream, row.version, row.kind, row.form, row.at)
    return _sha256([previous, row.words, *place, row.team, row.visibility])


def fault(nr: int, row: Row, head: tuple[str, int]) -> str | None:
    """What is wrong with the `nr`-th row of a journal; None if it is as it was appended.

    head: digest and version of the row before it in its stream, ("", 0) at first.
    """
    previous, last = head
    if row.seq != nr:
        return f"entry {nr} is missing before it"
    if row.version != last + 1:
        return f"version {last + 1} of its stream is missing before it"
    said = (row.salt, row.by, row.owner, row.key, row.body)
    erased = all(part is None for part in said)
    if not erased and digest_words(*said) != row.words:
        return "its words are not those that were appended"
    if digest_row(previous, row) != row.digest:
        return "its digest does not follow from the entry before it"
    return None


def entry_of(row: Row) -> Entry:
    """The entry that a row keeps; SourceBroken names the row that keeps none."""
    try:
        body = {} if row.body is None else json.loads(row.body)
        if not isinstance(body, dict):
            raise ValueError("its body is not a mapping")
        return Entry(
            seq=row.seq,
            stream=row.stream,
            version=row.version,
            kind=row.kind,
            form=row.form,
            at=datetime.fromisoformat(row.at),
            by=row.by or "",
            owner=row.owner or "",
            team=row.team,
            visibility=Visibility(row.visibility),
            body=body,
            digest=row.digest,
        )
    except (TypeError, ValueError) as error:
        raise SourceBroken(
            f"journal entry {row.seq} ({row.stream}, version {row.version}) cannot be read: "
            f"{error}",
            "Restore the journal from a backup; verifying it names the first broken entry.",
        ) from error


def same_request(known: Row, saying: Saying, text: str) -> Entry:
    """The entry that `known` keeps, if it says `saying`; Refused if its key said something else."""
    asked = (saying.kind, saying.form, saying.by, saying.owner, saying.team, text)
    if (known.kind, known.form, known.by, known.owner, known.team, known.body) != asked or (
        known.visibility != saying.visibility
    ):
        raise Refused(
            f"the key {known.key!r} was used for another entry (version {known.version})",
            "Use a new key for a new request.",
        )
    return entry_of(known)


def _sha256(parts: list[Any]) -> str:
    # text and whole numbers only: what `canonical` checks cannot happen here
    return hashlib.sha256(_AS_JSON(parts).encode()).hexdigest()
