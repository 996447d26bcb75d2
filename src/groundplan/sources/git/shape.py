"""What git prints, as columns of facts. Pure: bytes in, arrays out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from groundplan.facts.code import CHANGES, COMMITS, MAILMAP, TRAILERS, TREE
from groundplan.facts.engines.duckdb import Columns, as_columns, as_text, empty_columns
from groundplan.facts.kinds import FactKind, Type
from groundplan.sources.git.state import PAIRS
from groundplan.sources.git.text import path_text, text

_HEADER = ("%H", "%P", "%an", "%ae", "%at", "%ad", "%cn", "%ce", "%ct", "%cd", "%s", "%b")
LOG_FORMAT = "%x00".join((*_HEADER, "%(trailers:only=true,unfold=true)"))
LOG_FIELDS = 13
LATEST_S = 253_402_300_799  # the year 9999: later dates fit no calendar that reads the facts
FARTHEST_ZONE_MINUTES = 14 * 60

_ENTRIES = {"100": "file", "120": "link", "160": "submodule"}
_NO_NUMBER = float("nan")  # NumPy turns it into null a hundred times faster than None
_LETTERS = frozenset("ACDMRTUX")
_TRAILER = ("token", "value", "name", "email")
_ZONE = re.compile(r"[+-][0-9]{4,6}")
_PERSON = re.compile(r"\s*(.*?)\s*<([^<>]*)>\s*")
_MAILMAP_LINE = re.compile(r"([^<>#]*)<([^<>]*)>(?:([^<>]*)<([^<>]*)>)?")


@dataclass(slots=True)
class Names:
    """The commits of one chunk, with their trailers and changed paths, column by column."""

    repo: str
    commits: dict[str, list[Any]] = field(default_factory=lambda: empty_columns(COMMITS))
    trailers: dict[str, list[Any]] = field(default_factory=lambda: empty_columns(TRAILERS))
    changes: dict[str, list[Any]] = field(default_factory=lambda: empty_columns(CHANGES))
    raw: list[str] = field(default_factory=list)

    def columns(self) -> list[tuple[FactKind, Columns]]:
        """Everything read, ready to be written."""
        pairs = {"repo": np.full(len(self.raw), self.repo, dtype=object), "raw": as_text(self.raw)}
        kinds = ((COMMITS, self.commits), (TRAILERS, self.trailers), (CHANGES, self.changes))
        return [*((kind, self._finish(kind, lists)) for kind, lists in kinds), (PAIRS, pairs)]

    def _finish(self, kind: FactKind, lists: dict[str, list[Any]]) -> Columns:
        rows = len(lists["commit_id"])
        known: Columns = {"repo": np.full(rows, self.repo, dtype=object)}
        if kind is CHANGES:
            known["lines"] = np.full(rows, "pending", dtype=object)
            nothing = np.zeros(rows, dtype=np.int64)
            known["added"] = known["deleted"] = np.ma.masked_array(nothing, mask=True)
        return {
            column.name: known[column.name]
            if column.name in known
            else _array(column.type, lists[column.name])
            for column in kind.columns
        }


def _array(type_: Type, values: Sequence[Any]) -> npt.NDArray[Any]:
    """One column; numbers pass through floats, which turn None into NaN without a loop."""
    if type_ is Type.TEXT:
        return as_text(values)
    if type_ is Type.BOOLEAN:
        return np.array(values, dtype=bool)
    numbers = np.array(values, dtype=np.float64)
    unknown = np.isnan(numbers)
    if type_ is Type.TIMESTAMP:
        micros = np.where(unknown, 0, numbers).astype(np.int64) * 1_000_000
        return np.where(unknown, np.iinfo(np.int64).min, micros).view("datetime64[us]")
    whole = np.where(unknown, 0, numbers).astype(np.int32)
    return np.ma.masked_array(whole, mask=unknown) if unknown.any() else whole


def parse_log(
    output: bytes, into: Names, *, most: int | None = None, damage: str | None = None
) -> list[str]:
    """Add the commits that `git log -z --raw` printed in LOG_FORMAT; their ids.

    most: take no more than so many. damage: what is known to be missing of all of them.
    """
    fields, plain = _fields(output)
    end = len(fields) - 1
    at = 0
    heads: list[int] = []
    rows = _Rows()
    while at + LOG_FIELDS <= end and (most is None or len(heads) < most):
        heads.append(at)
        at = rows.take(fields, at + LOG_FIELDS, end)
    _add_commits(fields, heads, plain, into, damage)
    ids = [fields[at] for at in heads]
    _add_changes(rows, plain, ids, [1 if fields[at + 1] else 0 for at in heads], into)
    return ids


def _fields(output: bytes) -> tuple[list[str], bool]:
    """What stands between NULs, and whether all of it is UTF-8: other bytes become surrogates."""
    try:
        return output.decode("utf-8").split("\0"), True
    except UnicodeDecodeError:
        return output.decode("utf-8", "surrogateescape").split("\0"), False


def _bytes(field: str) -> bytes:
    return field.encode("utf-8", "surrogateescape")


@dataclass(slots=True)
class _Rows:
    """Changed paths as git printed them, and how many each commit has."""

    raws: list[str] = field(default_factory=list)
    sources: list[str | None] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)

    def take(self, fields: Sequence[str], at: int, end: int) -> int:
        """Take one commit's rows, which begin at field `at`; where they end."""
        before = len(self.raws)
        while at + 1 < end and (raw := fields[at]).startswith((":", "\n:")):
            if raw[-1] in _LETTERS:
                self.sources.append(None)
                at += 2
            elif at + 2 < end:
                self.sources.append(fields[at + 1])
                at += 3
            else:
                return end
            self.raws.append(raw)
            self.paths.append(fields[at - 1])
        self.counts.append(len(self.raws) - before)
        return at


def _add_commits(
    fields: Sequence[str], heads: Sequence[int], plain: bool, into: Names, damage: str | None
) -> None:
    def column(nr: int) -> list[str]:
        found = [fields[at + nr] for at in heads]
        return found if plain else [text(_bytes(value)) for value in found]

    lists = into.commits
    ids, parents = column(0), column(1)
    lists["commit_id"] += ids
    lists["parents"] += parents
    lists["parent_count"] += [those.count(" ") + 1 if those else 0 for those in parents]
    lists["author_name"] += column(2)
    lists["author_email"] += column(3)
    lists["authored_at"] += map(_seconds, column(4))
    lists["author_offset_minutes"] += map(_zone_of, column(5))
    lists["committer_name"] += column(6)
    lists["committer_email"] += column(7)
    lists["committed_at"] += map(_seconds, column(8))
    lists["committer_offset_minutes"] += map(_zone_of, column(9))
    lists["subject"] += column(10)
    lists["body"] += [body.rstrip("\n") for body in column(11)]
    lists["boundary"] += [False] * len(ids)
    lists["damage"] += [damage] * len(ids)
    _add_trailers(ids, column(12), into.trailers)


def _add_trailers(ids: Sequence[str], blocks: Sequence[str], lists: dict[str, list[Any]]) -> None:
    trailers: list[tuple[str, str, str | None, str | None]] = []
    for commit_id, block in zip(ids, blocks, strict=True):
        if block:
            before = len(trailers)
            trailers += [_trailer(line) for line in block.split("\n") if line]
            lists["commit_id"] += [commit_id] * (len(trailers) - before)
            lists["nr"] += range(len(trailers) - before)
    for nr, name in enumerate(_TRAILER):
        lists[name] += [trailer[nr] for trailer in trailers]


@lru_cache(maxsize=20_000)
def _trailer(line: str) -> tuple[str, str, str | None, str | None]:
    """Token, value, and the person whom it names; most lines stand under many commits."""
    token, _, value = line.partition(":")
    value = value.strip()
    person = _PERSON.fullmatch(value)
    return token.strip().lower(), value, *(person.groups() if person else (None, None))


def _add_changes(
    rows: _Rows, plain: bool, ids: Sequence[str], parent_nrs: Sequence[int], into: Names
) -> None:
    lists = into.changes
    raws = [raw.removeprefix("\n") for raw in rows.raws]
    into.raw += raws
    scores = raws[0].rindex(" ") + 2 if raws else 0
    for commit_id, parent_nr, count in zip(ids, parent_nrs, rows.counts, strict=True):
        lists["commit_id"] += [commit_id] * count
        lists["parent_nr"] += [parent_nr] * count
    letters = [raw[scores - 1] for raw in raws]
    lists["status"] += letters
    lists["similarity"] += [int(raw[scores:]) if len(raw) > scores else _NO_NUMBER for raw in raws]
    modes = [
        raw[1:4] if letter == "D" else raw[8:11] for raw, letter in zip(raws, letters, strict=True)
    ]
    lists["entry"] += map(entry_of, modes)
    lists["path"] += _path_texts(rows.paths, plain)
    moved = _path_texts([path or "" for path in rows.sources], plain)
    lists["source_path"] += [path or None for path in moved]


def _path_texts(paths: Sequence[str], plain: bool) -> Sequence[str]:
    if plain and not any(path.startswith('"') for path in paths):
        return paths
    return [path_text(_bytes(path)) for path in paths]


def missing_commit(commit_id: str, into: Names, damage: str) -> None:
    """Add a commit of which nothing but its id could be read."""
    _add_commits([commit_id, *[""] * (LOG_FIELDS - 1)], [0], True, into, damage)


def entry_of(mode: str) -> str:
    """What stands at a path of this mode: file, link or submodule."""
    return _ENTRIES.get(mode[:3], "file")


def _seconds(told: str) -> int | None:
    """A commit's time; git prints nothing for negative times and 2^64-1 for overflown ones."""
    if not (told.isascii() and told.isdigit()):
        return None
    seconds = int(told)
    return seconds if seconds <= LATEST_S else None


def _zone_of(date: str) -> int | None:
    return _zone(date[date.rfind(" ") + 1 :])


@lru_cache(maxsize=1000)
def _zone(zone: str) -> int | None:
    if not _ZONE.fullmatch(zone):
        return None
    value = int(zone[1:])
    minutes = value // 100 * 60 + value % 100
    if minutes > FARTHEST_ZONE_MINUTES:
        return None
    return -minutes if zone.startswith("-") else minutes


def parse_tree(listing: bytes, repo: str) -> Columns:
    """The columns of TREE from `git ls-tree -r -z`."""
    lists = empty_columns(TREE)
    for line in listing.split(b"\0"):
        if line:
            head, _, path = line.partition(b"\t")
            lists["repo"].append(repo)
            lists["path"].append(path_text(path))
            lists["entry"].append(entry_of(head[:6].decode("ascii")))
    return as_columns(TREE, lists)


def parse_mailmap(content: bytes, repo: str) -> Columns:
    """The columns of MAILMAP from the file's text; lines that say nothing are left out."""
    lists = empty_columns(MAILMAP)
    for nr, line in enumerate(text(content).splitlines()):
        found = _MAILMAP_LINE.match(line) if not line.startswith("#") else None
        if found is None:
            continue
        proper_name, first, commit_name, second = (part and part.strip() for part in found.groups())
        lists["repo"].append(repo)
        lists["nr"].append(nr)
        lists["proper_name"].append(proper_name or None)
        lists["proper_email"].append(first if second is not None else None)
        lists["commit_name"].append(commit_name or None)
        lists["commit_email"].append(second if second is not None else first)
    return as_columns(MAILMAP, lists)
