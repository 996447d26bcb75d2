"""What git prints, as columns of facts. Pure: bytes in, arrays out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from groundplan.facts.code import CHANGES, COMMITS, MAILMAP, TRAILERS, TREE
from groundplan.facts.engines.duckdb import Columns, as_columns, empty_columns
from groundplan.facts.kinds import Column, FactKind, Type

_HEADER = ("%H", "%P", "%an", "%ae", "%at", "%ad", "%cn", "%ce", "%ct", "%cd", "%s", "%b")
LOG_FORMAT = "%x00".join((*_HEADER, "%(trailers:only=true,unfold=true)"))
LOG_FIELDS = 13
LATEST_S = 253_402_300_799  # the year 9999: later dates fit no calendar that reads the facts
FARTHEST_ZONE_MINUTES = 14 * 60

PAIRS = FactKind(
    name="git_pairs",
    version=1,
    grain="one row of changes whose lines are not counted yet, in the order of its segment",
    columns=(
        Column("repo", Type.TEXT, "the repository's id in this workspace"),
        Column("raw", Type.TEXT, "git's raw line: modes, blobs and status"),
    ),
    key=("repo", "raw"),
)

_ENTRIES = {"100": "file", "120": "link", "160": "submodule"}
_NO_NUMBER = float("nan")  # NumPy turns it into null a hundred times faster than None
_PERSON = re.compile(r"\s*(.*?)\s*<([^<>]*)>\s*")
_ESCAPES = {7: "a", 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r", 34: '"', 92: "\\"}
_UNESCAPES = {letter: code for code, letter in _ESCAPES.items()}
_ESCAPED = re.compile(r"\\([0-3][0-7]{2}|.)", re.DOTALL)
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
        pairs = {"repo": [self.repo] * len(self.raw), "raw": self.raw}
        kinds = ((COMMITS, self.commits), (TRAILERS, self.trailers), (CHANGES, self.changes))
        filled = [(kind, self._finish(kind, lists)) for kind, lists in kinds]
        return [*filled, (PAIRS, as_columns(PAIRS, pairs))]

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
        return np.array(values, dtype=object) if values else np.empty(0, dtype=object)
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
    fields = output.split(b"\0")
    end = len(fields) - 1
    at = 0
    ids: list[str] = []
    while at + LOG_FIELDS <= end and (most is None or len(ids) < most):
        commit_id = _add_commit(fields[at : at + LOG_FIELDS], into, damage)
        ids.append(commit_id)
        parent_nr = 1 if fields[at + 1] else 0
        at += LOG_FIELDS
        first = at
        while at < end and fields[at].startswith((b":", b"\n:")):
            at += 3 if fields[at][fields[at].rindex(b" ") + 1] in b"RC" else 2
        if at > first:
            _add_changes(fields[first : min(at, end)], into.changes, into.raw, commit_id, parent_nr)
    return ids


def _add_commit(head: Sequence[bytes], into: Names, damage: str | None) -> str:
    lists = into.commits
    commit_id = head[0].decode("ascii")
    parents = head[1].decode("ascii")
    lists["commit_id"].append(commit_id)
    lists["parents"].append(parents)
    lists["parent_count"].append(parents.count(" ") + 1 if parents else 0)
    lists["author_name"].append(text(head[2]))
    lists["author_email"].append(text(head[3]))
    lists["authored_at"].append(_seconds(head[4]))
    lists["author_offset_minutes"].append(_zone(head[5]))
    lists["committer_name"].append(text(head[6]))
    lists["committer_email"].append(text(head[7]))
    lists["committed_at"].append(_seconds(head[8]))
    lists["committer_offset_minutes"].append(_zone(head[9]))
    lists["subject"].append(text(head[10]))
    lists["body"].append(text(head[11]).rstrip("\n"))
    lists["boundary"].append(False)
    lists["damage"].append(damage)
    if head[12]:
        _add_trailers(text(head[12]), into.trailers, commit_id)
    return commit_id


def _add_trailers(block: str, lists: dict[str, list[Any]], commit_id: str) -> None:
    for nr, line in enumerate(line for line in block.split("\n") if line):
        token, _, value = line.partition(":")
        value = value.strip()
        person = _PERSON.fullmatch(value)
        lists["commit_id"].append(commit_id)
        lists["nr"].append(nr)
        lists["token"].append(token.strip().lower())
        lists["value"].append(value)
        lists["name"].append(person[1] if person else None)
        lists["email"].append(person[2] if person else None)


def _add_changes(
    fields: Sequence[bytes],
    lists: dict[str, list[Any]],
    raws: list[str],
    commit_id: str,
    parent_nr: int,
) -> None:
    at, end = 0, len(fields)
    while at + 1 < end:
        raw = fields[at].decode("ascii").lstrip("\n")
        status = raw[raw.rindex(" ") + 1 :]
        moved = status[0] in "RC"
        if moved and at + 2 >= end:
            return
        raws.append(raw)
        lists["commit_id"].append(commit_id)
        lists["parent_nr"].append(parent_nr)
        lists["status"].append(status[0])
        lists["source_path"].append(path_text(fields[at + 1]) if moved else None)
        lists["similarity"].append(int(status[1:]) if moved else _NO_NUMBER)
        lists["path"].append(path_text(fields[at + 2 if moved else at + 1]))
        lists["entry"].append(entry_of(raw[1:4] if status == "D" else raw[8:11]))
        at += 3 if moved else 2


def missing_commit(commit_id: str, into: Names, damage: str) -> None:
    """Add a commit of which nothing but its id could be read."""
    head = [commit_id.encode(), *[b""] * (LOG_FIELDS - 1)]
    _add_commit(head, into, damage)


def entry_of(mode: str) -> str:
    """What stands at a path of this mode: file, link or submodule."""
    return _ENTRIES.get(mode[:3], "file")


def text(raw: bytes) -> str:
    """A name or message: UTF-8, else Latin-1, in which every byte means something."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def path_text(raw: bytes) -> str:
    """A path as facts hold it: itself if it is UTF-8, else in git's quoted form."""
    try:
        path = raw.decode("utf-8")
    except UnicodeDecodeError:
        return _quoted(raw)
    return _quoted(raw) if path.startswith('"') else path


def path_bytes(path: str) -> bytes:
    """The bytes of a path that facts hold: the inverse of `path_text`."""
    if not (path.startswith('"') and path.endswith('"') and len(path) > 1):
        return path.encode("utf-8")
    plain = _ESCAPED.sub(_unescaped, path[1:-1])
    return plain.encode("latin-1")


def _unescaped(found: re.Match[str]) -> str:
    code = found[1]
    return chr(int(code, 8)) if len(code) == 3 else chr(_UNESCAPES[code])


def _quoted(raw: bytes) -> str:
    return '"' + "".join(_quoted_byte(byte) for byte in raw) + '"'


def _quoted_byte(byte: int) -> str:
    if byte in _ESCAPES:
        return "\\" + _ESCAPES[byte]
    return chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}"


def _seconds(raw: bytes) -> int | None:
    """A commit's time; git prints nothing for negative times and 2^64-1 for overflown ones."""
    if not raw.isdigit():
        return None
    seconds = int(raw)
    return seconds if seconds <= LATEST_S else None


def _zone(date: bytes) -> int | None:
    zone = date[date.rfind(b" ") + 1 :]
    known = _ZONES.get(zone)
    if known is not None or not re.fullmatch(rb"[+-]\d{4,6}", zone):
        return known
    value = int(zone[1:])
    minutes = value // 100 * 60 + value % 100
    if minutes > FARTHEST_ZONE_MINUTES:
        return None
    return -minutes if zone.startswith(b"-") else minutes


_ZONES: Mapping[bytes, int] = {b"+0000": 0, b"+0100": 60, b"+0200": 120, b"-0700": -420}


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
