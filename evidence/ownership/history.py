"""A repository's history as arrays, by plain git: the study must not depend on our ingest.

One row of `Touches` is one path changed by one non-merge commit, followed through renames.
"""

from __future__ import annotations

import os
import pickle
import re
import subprocess
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

BULK_FILES = 100  # as facts/mart_sql.py
_FORMAT = (
    "%x01%H%x00%P%x00%aN%x00%aE%x00%an%x00%ae%x00%at%x00%ct%x00%s%x00%(trailers:only,unfold)%x02"
)
_BOT = re.compile(
    r"\[bot\]|^(dependabot|renovate|pyup|pre-commit|github.actions|codecov|greenkeeper|"
    r"web-flow|optuna-?bot|copilot|claude|cursor ?agent|devin)|\bbot\b|-bot@|noreply@anthropic",
    re.IGNORECASE,
)
_PERSON = re.compile(r"^\s*\"?([^<\"]*)\"?\s*<([^>]+)>")
_HANDLE = re.compile(r"^(?:\d+\+)?([^@+]+)@users\.noreply\.github\.com$")
_PULL = re.compile(r"Merge pull request #\d+ from ([\w-]+)/")
_FIX = re.compile(r"\b(fix(e[sd]|ing)?|bug|regression|crash|revert)\b", re.IGNORECASE)


@dataclass
class History:
    """Commits in the order in which they were committed, their touched files, their people.

    Sorted by landing, so that everything a merge brought arrives at once, when it was merged.
    landing: which first-parent commit brought it; landed_at: its commit time.
    files: per commit, ids of the touched files; names_then: their paths in that commit.
    reviewers: trailers (reviewed-by); coauthors likewise; merger: author of the merge that
    brought the commit, -1 if none. paths: the newest path of each file id; alive likewise.
    """

    landing: np.ndarray
    landed_at: np.ndarray
    authored_at: np.ndarray
    author: np.ndarray
    human: np.ndarray
    fix: np.ndarray
    bulk: np.ndarray
    merger: np.ndarray
    reviewers: list[list[int]]
    coauthors: list[list[int]]
    files: list[list[int]]
    created: list[list[bool]]
    names_then: list[list[str]]
    paths: list[str]
    alive: np.ndarray
    names: list[str]
    emails: list[set[str]]
    handles: dict[str, int]


def load(repo: Path) -> History:
    """The history of `repo`'s main line, cached in the temporary folder by its newest commit."""
    tip = _git(repo, "rev-parse", "HEAD").decode().strip()
    cached = Path(tempfile.gettempdir()) / "groundplan-ownership" / f"{tip}-3.pickle"
    if cached.exists():
        return pickle.loads(cached.read_bytes())
    history = _extract(repo)
    cached.parent.mkdir(parents=True, exist_ok=True)
    cached.write_bytes(pickle.dumps(history))
    return history


def show_before(repo: Path, paths: list[str], moment: int) -> list[str]:
    """Files as the main line had them at `moment` (unix seconds); those that it had."""
    commit = _tip_before(repo, moment)
    asked = "".join(f"{commit}:{path}\n" for path in paths).encode()
    command = ["git", "-C", str(repo), "cat-file", "--batch"]
    reply = subprocess.run(command, check=True, capture_output=True, input=asked).stdout
    texts = []
    while reply:
        head, _, reply = reply.partition(b"\n")
        if not head.endswith(b"missing"):
            size = int(head.rsplit(b" ", 1)[1])
            texts.append(reply[:size].decode("utf-8", "replace"))
            reply = reply[size + 1 :]
    return texts


def _tip_before(repo: Path, moment: int) -> str:
    found = _git(repo, "rev-list", "-1", "--first-parent", f"--before={moment}", "HEAD")
    return found.decode().strip()


def _git(repo: Path, *arguments: str) -> bytes:
    environment = {**os.environ, "GIT_NO_LAZY_FETCH": "1", "GIT_NO_REPLACE_OBJECTS": "1"}
    command = ["git", "-C", str(repo), "-c", "core.quotePath=false", *arguments]
    return subprocess.run(command, check=True, capture_output=True, env=environment).stdout


def _log(repo: Path) -> bytes:
    log = (
        "log",
        "-z",
        "--use-mailmap",
        "--date-order",
        "--reverse",
        "--raw",
        f"--format={_FORMAT}",
    )
    try:
        return _git(repo, *log, "-M", "-l1000", "HEAD")
    except subprocess.CalledProcessError:  # a blob is missing: renames by identity only
        return _git(repo, *log, "-M100%", "HEAD")


class _People:
    """Accounts to persons: equal addresses, or equal full names, are one."""

    def __init__(self) -> None:
        self.parent: dict[str, str] = {}
        self.name: dict[str, str] = {}

    def _root(self, key: str) -> str:
        self.parent.setdefault(key, key)
        while self.parent[key] != key:
            self.parent[key] = self.parent[self.parent[key]]
            key = self.parent[key]
        return key

    def add(self, name: str, email: str) -> str:
        address = "e:" + email.strip().lower()
        words = name.strip().lower()
        if " " in words or "," in words:
            self.parent[self._root("n:" + words)] = self._root(address)
        self.name[address] = name.strip()
        return address

    def number(self) -> tuple[dict[str, int], list[str], list[set[str]]]:
        roots: dict[str, int] = {}
        names, emails, ids = [], [], {}
        for address, name in self.name.items():
            root = self._root(address)
            if root not in roots:
                roots[root] = len(names)
                names.append(name)
                emails.append(set())
            ids[address] = roots[root]
            emails[roots[root]].add(address[2:])
        return ids, names, emails


def _extract(repo: Path) -> History:
    people = _People()
    records = _log(repo).split(b"\x01")[1:]
    raw = [_parse(record.decode("utf-8", "replace"), people) for record in records]
    ids, names, emails = people.number()
    landings = _landings(repo, {row["id"]: row for row in raw})
    rows = [row for row in raw if len(row["parents"]) < 2 and row["id"] in landings]
    rows.sort(key=lambda row: landings[row["id"]][0])  # stable: parents stay first
    tree = set(
        _git(repo, "ls-tree", "-r", "-z", "--name-only", "HEAD")
        .decode("utf-8", "replace")
        .split("\0")
    )
    files, created, paths = _follow(rows)
    handles = _handles(raw, ids, emails)
    landed = [landings[row["id"]] for row in rows]
    landed_at = np.maximum.accumulate(np.array([one[1] for one in landed], dtype=np.int64))
    human = np.array(
        [not _BOT.search(f"{row['name']}") and not _BOT.search(row["email"][2:]) for row in rows]
    )
    return History(
        landing=np.array([one[0] for one in landed]),
        landed_at=landed_at,
        authored_at=np.minimum(np.array([row["at"] for row in rows], dtype=np.int64), landed_at),
        author=np.array([ids[row["email"]] for row in rows]),
        human=human,
        fix=np.array([bool(_FIX.search(row["subject"])) for row in rows]),
        bulk=np.array([len(row["paths"]) > BULK_FILES for row in rows]),
        merger=np.array([ids.get(one[2], -1) for one in landed]),
        reviewers=[[ids[key] for key in row["reviewers"]] for row in rows],
        coauthors=[[ids[key] for key in row["coauthors"]] for row in rows],
        files=files,
        created=created,
        names_then=[[path for _, path, _ in row["paths"]] for row in rows],
        paths=paths,
        alive=np.array([path in tree for path in paths]),
        names=names,
        emails=emails,
        handles=handles,
    )


def _handles(raw: list[dict], ids: dict[str, int], emails: list[set[str]]) -> dict[str, int]:
    """Account names to persons: by who wrote what `Merge ... from ann/branch` brought."""
    author = {row["id"]: ids[row["email"]] for row in raw}
    votes: dict[str, Counter[int]] = defaultdict(Counter)
    for row in raw:
        found = _PULL.match(row["subject"])
        if found and len(row["parents"]) == 2 and row["parents"][1] in author:
            votes[found.group(1).lower()][author[row["parents"][1]]] += 1
    handles = {handle: vote.most_common(1)[0][0] for handle, vote in votes.items()}
    for person, addresses in enumerate(emails):
        for address in addresses:
            if found := _HANDLE.match(address):
                handles[found.group(1).lower()] = person
    return handles


def _parse(record: str, people: _People) -> dict:
    head, _, changes = record.partition("\x02")
    fields = head.split("\0")
    commit_id, parents, name, email, raw_name, raw_email, at, ct, subject = fields[:9]
    key = people.add(name, email)
    if raw_email.lower() != email.lower():
        people.parent[people._root("e:" + raw_email.strip().lower())] = people._root(key)
        people.name.setdefault("e:" + raw_email.strip().lower(), name)
    reviewers, coauthors = [], []
    for line in fields[9].split("\n") if len(fields) > 9 else ():
        token, _, value = line.partition(":")
        token = token.strip().lower()
        kind = coauthors if token == "co-authored-by" else reviewers
        if token == "co-authored-by" or token.startswith("reviewed"):
            found = _PERSON.match(value)
            if found and not _BOT.search(value):
                kind.append(people.add(found.group(1), found.group(2)))
    return {
        "id": commit_id,
        "parents": parents.split(),
        "name": raw_name,
        "email": key,
        "at": int(at or 0),
        "ct": int(ct or 0),
        "subject": subject,
        "reviewers": reviewers,
        "coauthors": coauthors,
        "paths": _paths(changes),
    }


def _paths(changes: str) -> list[tuple[str, str, str | None]]:
    found = []
    tokens = iter(changes.strip("\0\n").split("\0"))
    for token in tokens:
        if not token.startswith(":"):
            continue
        status = token.rsplit(" ", 1)[1]
        path = next(tokens)
        if status[0] in "RC":
            found.append((status[0], next(tokens), path))
        else:
            found.append((status[0], path, None))
    return found


def _follow(rows: list[dict]) -> tuple[list[list[int]], list[list[bool]], list[str]]:
    """File ids through renames, in commit order."""
    current: dict[str, int] = {}
    paths: list[str] = []
    files, created = [], []
    for row in rows:
        ids, new = [], []
        for status, path, source in row["paths"]:
            if status == "R" and source in current:
                current[path] = current.pop(source)
                paths[current[path]] = path
            added = path not in current
            if added:
                current[path] = len(paths)
                paths.append(path)
            ids.append(current[path])
            new.append(added)
        files.append(ids)
        created.append(new)
    return files, created, paths


def _landings(repo: Path, rows: dict[str, dict]) -> dict[str, tuple[int, int, str]]:
    """For each commit: which main-line commit brought it, when, and who wrote that merge."""
    main = _git(repo, "rev-list", "--first-parent", "--reverse", "HEAD").decode().split()
    found: dict[str, tuple[int, int, str]] = {}
    for number, landing in enumerate(main):
        row = rows[landing]
        found[landing] = (number, row["ct"], "")
        merger = "" if _BOT.search(row["name"]) else row["email"]
        stack = list(row["parents"][1:])
        while stack:
            commit = stack.pop()
            if commit not in found and commit in rows:
                found[commit] = (number, row["ct"], merger)
                stack.extend(rows[commit]["parents"])
    return found


def paths_before(repo: Path, moment: int) -> list[str]:
    """The files of the main line at `moment` (unix seconds)."""
    listed = _git(repo, "ls-tree", "-r", "-z", "--name-only", _tip_before(repo, moment))
    return [path for path in listed.decode("utf-8", "replace").split("\0") if path]
