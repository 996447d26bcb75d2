"""Many small repositories, made quickly, and what their facts must be after any reading of them."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

from groundplan.facts.code import CODE_KINDS, COMMITS
from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.ledger import Ledger
from groundplan.sources.git.check import check
from groundplan.terms.progress import Silent

REPOSITORIES, COMMITS_EACH = 10, 60


def clock() -> datetime:
    return datetime(2026, 6, 1, tzinfo=UTC)


def make(path: Path, commits: int, apart_s: int = 3600) -> Path:
    """A repository of so many commits by seven people, quickly."""
    told = []
    for nr in range(commits):
        at = 10**9 + nr * apart_s
        text = f"{path.name} {nr}\n" * (nr % 7 + 1)
        told.append(
            f"commit refs/heads/main\nauthor A{nr % 7} <a{nr % 7}@example.com> {at} +0100\n"
            f"committer A <a@example.com> {at} +0100\ndata 6\nChange\n"
            f"M 644 inline src/{nr % 11}.py\ndata {len(text)}\n{text}\n"
        )
    subprocess.run(["git", "init", "-q", "-b", "main", str(path)], check=True)
    subprocess.run(
        ["git", "-C", str(path), "fast-import", "--quiet"], input="".join(told).encode(), check=True
    )
    return path


def make_list(folder: Path) -> Path:
    """Repositories below `folder`, and the list that names them."""
    for nr in range(REPOSITORIES):
        make(folder / f"repo{nr}", COMMITS_EACH)
    names = "\n".join(f"repo{nr}" for nr in range(REPOSITORIES))
    (folder / "list.txt").write_text(f"# all of them\n\n{names}\nrepo0\n")
    return folder / "list.txt"


def assert_whole(workspace: Path) -> None:
    """Every repository is read, each commit once, and the facts are git's own."""
    ledger, engine = Ledger(workspace, clock), DuckDB()
    assert ledger.sources() == sorted(f"repo{nr}" for nr in range(REPOSITORIES))
    rows = engine.rows(
        f"select repo, count(*), count(distinct commit_id) from "
        f"{ledger.snapshot().relation(COMMITS)} group by repo order by repo"
    )
    assert rows == [(repo, COMMITS_EACH, COMMITS_EACH) for repo in ledger.sources()]
    for repo in ledger.sources()[:3]:
        checked = check(ledger, repo, workspace / "shadow", Silent())
        assert (checked.differing, checked.commits) == (0, COMMITS_EACH)
    for kind in CODE_KINDS:
        relation = ledger.snapshot().relation(kind)
        keys = ", ".join(kind.key)
        twice = f"select {keys} from {relation} group by {keys} having count(*) > 1"
        assert engine.rows(twice) == [], kind.name
    ledger.close()
