"""Repositories with every oddity git allows, built with git itself, and git's own word on them."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from groundplan.facts.code import CHANGES, REACHABILITY
from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.kinds import FactKind
from groundplan.facts.ledger import Ledger
from groundplan.sources.git.check import Checked, check
from groundplan.sources.git.ingest import Ingested, ingest
from groundplan.sources.git.text import path_text
from groundplan.terms.progress import Silent

ANN = b"Ann Example <ann@example.com>"
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": os.devnull,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_AUTHOR_NAME": "Ann Example",
    "GIT_AUTHOR_EMAIL": "ann@example.com",
    "GIT_COMMITTER_NAME": "Ann Example",
    "GIT_COMMITTER_EMAIL": "ann@example.com",
    "GIT_AUTHOR_DATE": "1700000000 +0000",
    "GIT_COMMITTER_DATE": "1700000000 +0000",
    "GIT_ALLOW_PROTOCOL": "file",
}
NOW = datetime(2024, 1, 1, tzinfo=UTC)


def clock() -> datetime:
    return NOW


class Built:
    """One repository under construction."""

    def __init__(self, path: Path, *init: str) -> None:
        self.path = path
        if not path.exists():
            path.mkdir(parents=True)
            self.git("init", "-q", "-b", "main", *init)

    def git(self, *words: str | bytes, stdin: bytes = b"", check: bool = True) -> bytes:
        done = subprocess.run(
            ["git", *words],
            cwd=self.path,
            env=ENVIRONMENT,
            input=stdin,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0 or not check, done.stderr.decode()
        return done.stdout

    def ask(self, *words: str | bytes) -> str:
        return self.git(*words).decode().strip()

    def blob(self, content: bytes) -> str:
        return self.git("hash-object", "-w", "--stdin", stdin=content).decode().strip()

    def tree(self, files: dict[bytes, tuple[str, str]]) -> str:
        """A flat or nested tree of path: (mode, object id)."""
        index = self.path / "an-index"
        environment = ENVIRONMENT | {"GIT_INDEX_FILE": str(index)}
        lines = b"".join(
            b"%s %s\t%s\0" % (mode.encode(), name.encode(), path)
            for path, (mode, name) in files.items()
        )

        def plumb(*words: str, stdin: bytes = b"") -> str:
            done = subprocess.run(
                ["git", *words],
                cwd=self.path,
                env=environment,
                input=stdin,
                capture_output=True,
                check=True,
            )
            return done.stdout.decode().strip()

        plumb("read-tree", "--empty")
        plumb("update-index", "-z", "--index-info", stdin=lines)
        name = plumb("write-tree", "--missing-ok")
        index.unlink()
        return name

    def files(self, contents: dict[bytes, bytes]) -> str:
        return self.tree({path: ("100644", self.blob(text)) for path, text in contents.items()})

    def commit(
        self,
        tree: str,
        *parents: str,
        author: bytes = ANN + b" 1700000000 +0000",
        committer: bytes = ANN + b" 1700000000 +0000",
        message: bytes = b"A change\n",
        headers: bytes = b"",
        branch: str | None = "main",
    ) -> str:
        """A commit object, byte by byte; git is not asked whether it likes it."""
        lines = [b"tree " + tree.encode(), *(b"parent " + p.encode() for p in parents)]
        lines += [b"author " + author, b"committer " + committer]
        content = b"\n".join(lines) + b"\n" + headers + b"\n" + message
        name = self.git(
            "hash-object", "-w", "-t", "commit", "--literally", "--stdin", stdin=content
        )
        commit_id = name.decode().strip()
        if branch is not None:
            self.git("update-ref", f"refs/heads/{branch}", commit_id)
        return commit_id

    def forget_object(self, name: str) -> None:
        """Let an object be missing."""
        git_dir = Path(os.fsdecode(self.git("rev-parse", "--absolute-git-dir").rstrip(b"\n")))
        (git_dir / "objects" / name[:2] / name[2:]).unlink()


class Workspace:
    """A workspace folder, and short ways to ask it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ledger = Ledger(folder, clock)
        self.shadows = folder / "shadow"

    def ingest(self, built: Built | Path, **options: Any) -> Ingested:
        path = built.path if isinstance(built, Built) else built
        return ingest(self.ledger, path, self.shadows, Silent(), clock=clock, **options)

    def check(self, repo: str) -> Checked:
        return check(self.ledger, repo, self.shadows)

    def rows(self, kind: FactKind, repo: str | None = None) -> list[dict[str, Any]]:
        connection = DuckDB(threads=1)
        rows = connection.rows(f"select * from {self.ledger.snapshot().relation(kind, repo)}")
        connection.close()
        return [dict(zip(kind.column_names, row, strict=True)) for row in rows]

    def by_commit(self, kind: FactKind, commit_id: str) -> list[dict[str, Any]]:
        return [row for row in self.rows(kind) if row["commit_id"] == commit_id]

    def reachable(self) -> set[str]:
        """What the latest run said of each commit."""
        rows = sorted(self.rows(REACHABILITY), key=lambda row: row["run"])
        return {c for c, there in {r["commit_id"]: r["reachable"] for r in rows}.items() if there}

    def changes(self) -> Counter[tuple[Any, ...]]:
        """Each change as `told` has it."""
        return Counter(
            (r["commit_id"], r["status"], r["source_path"], r["path"], r["added"], r["deleted"])
            for r in self.rows(CHANGES)
        )


def told(built: Built, *tips: str) -> Counter[tuple[Any, ...]]:
    """Git's own rows: commit, status, source, path, added, deleted (null if binary).

    One process a commit and a command, names and numbers asked apart: slow and plain.
    """
    found: Counter[tuple[Any, ...]] = Counter()
    settings = ("-c", "diff.renameLimit=1000", "-c", "core.attributesFile=/dev/null")
    listed = built.ask("rev-list", "--no-merges", *(tips or ("--all",)))
    for commit in listed.split():
        show = (*settings, "diff-tree", "-r", "-z", "-M", "--root", "--no-commit-id", commit)
        names = _records(built.git(*show, "--name-status"))
        numbers = _records(built.git(*show, "--numstat"))
        counted = {
            key: (added, deleted) for (added, deleted), key in map(_number, _numbers(numbers))
        }
        for status, source, path in _names(names):
            added, deleted = counted.get((source, path), (0, 0))
            found[commit, status, source, path, added, deleted] += 1
    return found


def _records(output: bytes) -> list[bytes]:
    return output.split(b"\0")[:-1]


def _names(fields: list[bytes]) -> list[tuple[str, str | None, str]]:
    rows, waiting = [], iter(fields)
    for status in waiting:
        source = path_text(next(waiting)) if status[:1] in b"RC" else None
        rows.append((status[:1].decode(), source, path_text(next(waiting))))
    return rows


def _numbers(fields: list[bytes]) -> list[tuple[bytes, bytes, bytes | None, bytes]]:
    rows, waiting = [], iter(fields)
    for field in waiting:
        added, deleted, path = field.split(b"\t", 2)
        if path:
            rows.append((added, deleted, None, path))
        else:
            rows.append((added, deleted, next(waiting), next(waiting)))
    return rows


def _number(row: tuple[bytes, bytes, bytes | None, bytes]) -> tuple[tuple[Any, Any], Any]:
    added, deleted, source, path = row
    numbers = (None, None) if added == b"-" else (int(added), int(deleted))
    return numbers, (path_text(source) if source else None, path_text(path))
