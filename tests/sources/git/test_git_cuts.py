"""Histories that are not all there: shallow and partial clones, missing and damaged objects."""

from __future__ import annotations

from pathlib import Path

from git_builder import Built, Workspace, told

from groundplan.facts.code import CHANGES, COMMITS, LANDINGS
from groundplan.sources.git.state import state_of


def line(built: Built, length: int) -> list[str]:
    commits: list[str] = []
    for nr in range(length):
        text = b"".join(b"%d\n" % n for n in range(nr + 1))
        commits.append(built.commit(built.files({b"a": text}), *commits[-1:], message=b"%d" % nr))
    return commits


def clone(built: Built, path: Path, *options: str) -> Built:
    built.git("config", "uploadpack.allowFilter", "true")
    built.git("clone", "-q", "--no-local", "--bare", *options, f"file://{built.path}", str(path))
    return Built(path)


def test_shallow_then_deeper(tmp_path: Path, built: Built, workspace: Workspace) -> None:
    commits = line(built, 10)
    shallow = clone(built, tmp_path / "team.git", "--depth=3")
    ingested = workspace.ingest(shallow)
    assert (ingested.commits_added, ingested.changes) == (3, 2)
    assert "shallow" in ingested.notes[0]
    (edge,) = workspace.by_commit(COMMITS, commits[7])
    assert (edge["boundary"], edge["parents"]) == (True, commits[6])
    assert workspace.by_commit(CHANGES, commits[7]) == []
    assert workspace.check("team").differing == 0
    assert len(workspace.rows(LANDINGS)) == 3
    shallow.git("fetch", "-q", "--depth=6", "origin", "main:main")
    assert workspace.ingest(shallow).commits_added == 3
    rows = {row["commit_id"]: row["boundary"] for row in workspace.rows(COMMITS)}
    assert rows == dict.fromkeys(commits[5:], False) | {commits[4]: True}
    assert len(workspace.rows(COMMITS)) == 6
    shallow.git("fetch", "-q", "--unshallow", "origin", "main:main")
    assert workspace.ingest(shallow).commits_added == 4
    assert [row["boundary"] for row in workspace.rows(COMMITS)] == [False] * 10
    assert workspace.changes() == told(built)
    assert len(workspace.rows(LANDINGS)) == 10


def test_cut_shorter_again(tmp_path: Path, built: Built, workspace: Workspace) -> None:
    """What was known before a clone was made shallow stays known, and known once."""
    commits = line(built, 6)
    copy = clone(built, tmp_path / "team.git")
    workspace.ingest(copy)
    copy.git("fetch", "-q", "--depth=2", "origin", "main:main")
    ingested = workspace.ingest(copy)
    assert (ingested.commits_added, ingested.commits_lost) == (0, 4)
    assert sorted(row["commit_id"] for row in workspace.rows(COMMITS)) == sorted(commits)
    assert workspace.changes() == told(built)
    assert workspace.reachable() == set(commits[4:])


def test_partial_clone(tmp_path: Path, built: Built, workspace: Workspace) -> None:
    """Contents stay on the server: nothing is fetched, names are known, lines are missing."""
    commits = line(built, 4)
    last = built.commit(built.files({b"b": b"0\n1\n2\n3\n"}), commits[-1], message=b"move")
    partial = clone(built, tmp_path / "team.git", "--filter=blob:none")
    built.path.rename(tmp_path / "unplugged")
    before = sorted(path.name for path in partial.path.rglob("*.pack"))
    ingested = workspace.ingest(partial)
    assert ingested.commits_added == 5 and "partial" in ingested.notes[0]
    rows = workspace.rows(CHANGES)
    assert {row["lines"] for row in rows if row["status"] != "R"} == {"missing"}
    assert {row["added"] for row in rows if row["status"] != "R"} == {None}
    (moved,) = workspace.by_commit(CHANGES, last)
    assert (moved["status"], moved["source_path"], moved["similarity"]) == ("R", "a", 100)
    assert sorted(path.name for path in partial.path.rglob("*.pack")) == before
    assert workspace.check("team").differing == 0
    state = state_of(workspace.ledger.cursor("team"))
    assert state is not None and state.partial


def test_partial_clone_without_trees(tmp_path: Path, built: Built, workspace: Workspace) -> None:
    line(built, 4)
    partial = clone(built, tmp_path / "team.git", "--filter=tree:0")
    built.path.rename(tmp_path / "unplugged")
    assert workspace.ingest(partial).commits_added == 4
    rows = workspace.rows(COMMITS)
    assert len(rows) == 4 and all("cannot be read" in row["damage"] for row in rows)
    assert workspace.rows(CHANGES) == []
    assert workspace.check("team").differing == 0


def test_a_missing_blob_spoils_its_own_rows_only(built: Built, workspace: Workspace) -> None:
    files = {b"f%d" % nr: b"%d\n" % nr for nr in range(8)}
    one = built.commit(built.files(files))
    lost = built.blob(b"to be lost\n")
    two = built.commit(built.files(files | {b"f1": b"to be lost\n", b"f2": b"kept\n"}), one)
    three = built.commit(built.files(files | {b"f1": b"found\n"}), two)
    four = built.commit(built.files(files | {b"f9": b"9\n"}), three)
    built.forget_object(lost)
    ingested = workspace.ingest(built)
    assert ingested.commits_added == 4
    lines = {(r["commit_id"], r["path"]): r["lines"] for r in workspace.rows(CHANGES)}
    missing = {key for key, value in lines.items() if value == "missing"}
    assert missing == {(two, "f1"), (three, "f1")}
    assert lines[two, "f2"] == lines[four, "f9"] == "counted"
    checked = workspace.check("team")
    assert (checked.differing, checked.unreadable) == (0, 2)


def test_a_missing_blob_of_a_rename(built: Built, workspace: Workspace) -> None:
    text = b"".join(b"line %d\n" % nr for nr in range(50))
    one = built.commit(built.files({b"old": text, b"same": b"s\n"}))
    two = built.commit(built.files({b"new": text + b"more\n", b"moved": b"s\n"}), one)
    three = built.commit(built.files({b"newer": text + b"more\n", b"moved": b"s\n"}), two)
    built.forget_object(built.blob(text))
    workspace.ingest(built)
    rows = {row["path"]: row for row in workspace.by_commit(CHANGES, two)}
    assert {path: row["status"] for path, row in rows.items()} == {
        "old": "D",
        "new": "A",
        "moved": "R",
    }
    assert (rows["old"]["lines"], rows["new"]["lines"]) == ("missing", "counted")
    (commit,) = workspace.by_commit(COMMITS, two)
    assert "identity only" in commit["damage"]
    assert workspace.by_commit(CHANGES, three)[0]["status"] == "R"


def test_a_damaged_blob(built: Built, workspace: Workspace) -> None:
    one = built.commit(built.files({b"a": b"1\n", b"b": b"1\n"}))
    two = built.commit(built.files({b"a": b"2\n2\n", b"b": b"2\n"}), one)
    name = built.blob(b"2\n2\n")
    path = built.path / ".git/objects" / name[:2] / name[2:]
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:9])
    workspace.ingest(built)
    lines = {row["path"]: row["lines"] for row in workspace.by_commit(CHANGES, two)}
    assert lines == {"a": "missing", "b": "counted"}


def test_a_missing_tree(built: Built, workspace: Workspace) -> None:
    commits = line(built, 5)
    built.forget_object(built.ask("rev-parse", f"{commits[2]}^{{tree}}"))
    workspace.ingest(built)
    damage = {row["commit_id"]: row["damage"] for row in workspace.rows(COMMITS)}
    assert [damage[commit] is None for commit in commits] == [True, True, False, False, True]
    assert {row["commit_id"] for row in workspace.rows(CHANGES)} == {
        commits[0],
        commits[1],
        commits[4],
    }
    assert workspace.check("team").differing == 0


def test_a_missing_commit_ends_history_there(built: Built, workspace: Workspace) -> None:
    commits = line(built, 6)
    built.git("update-ref", "refs/heads/old", commits[1])
    built.forget_object(commits[2])
    ingested = workspace.ingest(built)
    assert ingested.commits_added == 5
    assert "1 commits have a parent that is missing" in " ".join(ingested.notes)
    rows = {row["commit_id"]: row["damage"] for row in workspace.rows(COMMITS)}
    assert set(rows) == set(commits) - {commits[2]}
    assert rows[commits[3]].startswith(f"parent {commits[2]} is missing")
    assert workspace.by_commit(CHANGES, commits[3]) == []
    assert [row["commit_id"] for row in workspace.rows(LANDINGS)] == commits[3:]
    assert workspace.check("team").differing == 0
    commits.append(built.commit(built.files({b"a": b"new\n"}), commits[-1]))
    assert workspace.ingest(built).commits_added == 1
    assert len(workspace.rows(COMMITS)) == 6


def test_a_ref_to_a_missing_object(built: Built, workspace: Workspace) -> None:
    commits = line(built, 2)
    lost = built.commit(built.files({b"x": b"x\n"}), commits[0], branch="lost")
    built.forget_object(lost)
    ingested = workspace.ingest(built)
    assert ingested.commits_added == 2 and "refs/heads/lost" in ingested.notes[0]
