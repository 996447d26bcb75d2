"""A text as a row of hashed words and their neighbours: no vocabulary, no model to download.

What stands in a title, in a body or in code, or is known besides (a trait), are different words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final
from zlib import crc32

import numpy as np

from groundplan.inference.arrays import Floats, Integers

if TYPE_CHECKING:
    from scipy.sparse import csr_array
else:
    csr_array = Any

LONGEST_BODY: Final = 6_000  # letters that are read of a body
BUCKETS: Final = 2**20
OPENING: Final = 60  # words with which a body begins
# The fields of a text, each of length one, and what they count against each other: chosen in
# evidence/alignment/tune.py on training texts alone.
COUNT: Final = {
    "title": 0.7, "title pair": 0.7, "letters": 1.0, "trait": 1.0, "body": 1.4, "body pair": 1.4,
    "opening": 1.4, "line": 1.0, "code": 1.0, "shape": 0.5,
}  # fmt: skip
FIELDS: Final = tuple(COUNT)

_WORD: Final = re.compile(r"[a-z]+|\d+|[?!]")
_CODE: Final = re.compile(r"```.*?(?:```|\Z)|^(?: {4}|\t).*$", re.DOTALL | re.MULTILINE)
_COMMENT: Final = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_LINK: Final = re.compile(r"https?://\S+")
_TRACE: Final = re.compile(r"traceback|^\s+at \S+\(|exception|segfault|core dump", re.I | re.M)
_LENGTHS: Final = (0, 100, 300, 800, 2_000, 5_000)  # letters of a body


@dataclass(frozen=True, slots=True)
class Writing:
    """What is to be classified. traits: what is known of it besides its words, as words. place:
    where it comes from, such as a repository: texts of one place are nearer to each other.
    """

    title: str
    body: str = ""
    traits: tuple[str, ...] = ()
    place: str = ""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The tokens that count: bucket, ascending; how rare each is; its field; shapes (d,)."""

    bucket: Integers
    rarity: Floats
    field: Integers


def find_tokens(text: Writing) -> Iterator[tuple[str, str]]:
    """The tokens of a text, each after the field that it stands in."""
    title = _words(text.title)
    yield from (("title", word) for word in title)
    yield from (("title pair", pair) for pair in _pairs(["^", *title, "$"]))
    line = f" {' '.join(title)} "
    yield from (("letters", line[at : at + 4]) for at in range(len(line) - 3))
    yield from (("trait", trait) for trait in text.traits)
    if text.body:
        yield from _find_in_body(text.body[:LONGEST_BODY])


def _find_in_body(body: str) -> Iterator[tuple[str, str]]:
    body = _COMMENT.sub(" ", body)
    code = _CODE.findall(body)
    prose = _LINK.sub(" thelink ", _CODE.sub(" thecode ", body))
    words = _words(prose)
    yield from (("body", word) for word in words)
    yield from (("body pair", pair) for pair in _pairs(words))
    yield from (("opening", word) for word in words[:OPENING])
    yield from (("opening", pair) for pair in _pairs(words[:OPENING]))
    yield from (("line", " ".join(_words(line))) for line in body.splitlines() if line.strip())
    yield from (("code", word) for block in code for word in set(_words(block)))
    yield "shape", f"length {sum(len(body) > length for length in _LENGTHS)}"
    yield "shape", f"code {min(len(code), 3)}"
    yield "shape", f"asks {min(prose.count('?'), 4)}"
    yield "shape", f"trace {_TRACE.search(body) is not None}"


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _pairs(words: Sequence[str]) -> Iterator[str]:
    return map(" ".join, pairwise(words))


def count_tokens(texts: Sequence[Writing]) -> tuple[csr_array, Integers]:
    """Which tokens stand in each text, shape (texts, BUCKETS), and each bucket's field."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - 0.1 s

    columns: list[int] = []
    ends = [0]
    field: Integers = np.zeros(BUCKETS, dtype=np.int64)
    number = {name: nr for nr, name in enumerate(FIELDS)}
    for text in texts:
        for name, token in find_tokens(text):
            bucket = crc32(f"{name} {token}".encode()) % BUCKETS
            field[bucket] = number[name]
            columns.append(bucket)
        ends.append(len(columns))
    counts = csr_array((np.ones(len(columns)), columns, ends), shape=(len(texts), BUCKETS))
    counts.sum_duplicates()
    return counts, field


def choose_tokens(counts: csr_array, field: Integers, least: int = 2) -> Vocabulary:
    """The tokens of at least so many texts, with smoothed inverse document frequency."""
    of = counts.shape[0]
    texts = np.bincount(counts.indices, minlength=BUCKETS)
    bucket = np.flatnonzero(texts >= least)
    rarity = np.log((1 + of) / (1 + texts[bucket])) + 1
    return Vocabulary(bucket, rarity, field[bucket])


def weigh_tokens(counts: csr_array, known: Vocabulary) -> csr_array:
    """Each text as the weights of the tokens that count, shape (texts, d).

    What a token counts is its rarity, however often it stands there. Each field of a text has
    length one, times what the field counts, so that a long body does not drown a short title.
    """
    rows = counts[:, known.bucket].tocsr()
    field = known.field[rows.indices]
    weights = known.rarity[rows.indices]
    text = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    group = text * len(FIELDS) + field
    length = np.sqrt(np.bincount(group, weights**2, minlength=rows.shape[0] * len(FIELDS)))
    rows.data = weights / length[group] * np.array(list(COUNT.values()))[field]
    return rows
