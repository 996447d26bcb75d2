"""What an entry is made of on any store: its canonical text, and the digests that chain it.

An entry's digest covers its words only through a salted digest of their own, so that words can be
erased one day, and their salt with them, while the chain still verifies.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from groundplan.terms.errors import BadInput

MOST_BODY_BYTES = 1_000_000
MOST_NAME_CHARS = 200


def canonical(value: object) -> str:
    """The one JSON text of a value: sorted keys, no spaces, no NaN. BadInput if it has none."""
    _check_keys(value)
    try:
        text = json.dumps(
            value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        )
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
    fits = 0 < len(value) <= MOST_NAME_CHARS and value.isprintable() and value == value.strip()
    if not fits:
        raise BadInput(
            field, value[:40], f"1 to {MOST_NAME_CHARS} printable characters, no space around"
        )


def digest_words(salt: str, by: str, key: str | None, body: str) -> str:
    """SHA-256 over what somebody said and who they are; the salt keeps it from being guessed."""
    return _sha256(canonical([salt, by, key, body]))


def digest_entry(previous: str, words: str, place: tuple[int, str, int, str, str]) -> str:
    """SHA-256 over an entry and the digest of the one before it in its stream ("" at first).

    place: seq, stream, version, kind and time as text.
    """
    return _sha256(canonical([previous, words, *place]))


def as_body(text: str) -> dict[str, Any]:
    """The body that a canonical text stands for."""
    body = json.loads(text)
    if not isinstance(body, dict):
        raise ValueError("a body is a mapping")
    return body


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
