"""Exactly once: increments, rewritten history, kills, rivals, rebuilding, and full disks."""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from git_builder import Built, Workspace, told

from groundplan.facts import ledger as ledgers
from groundplan.facts.code import (
    CHANGES,
    CODE_KINDS,
    COMMITS,
    LANDINGS,
    REACHABILITY,
    REFS,
    TRAILERS,
    TREE,
)
from groundplan.sources.git import names
from groundplan.sources.git.ingest import count_lines
from groundplan.sources.git.state import PAIRS, state_of
from groundplan.terms.errors import BadInput, NotFound, Refused, SourceDown
from groundplan.terms.progress import Silent

DRIVER = """
import os, random, signal, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from git_builder import Workspace
from groundplan.facts import ledger as ledgers
from groundplan.facts.ledger import Ledger
from groundplan.sources.git import lines, names
from groundplan.terms.errors import GroundplanError

names.FEWEST_COMMITS_A_CHUNK = names.MOST_COMMITS_A_CHUNK = 12
lines.FEWEST_ROWS_A_GROUP = lines.MOST_ROWS_A_GROUP = 40
ledgers.MANY_SEGMENTS = 3
task, folder, path = sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4])

def start(path):
    child = os.fork()
    if child == 0:
        try:
            Workspace(folder).ingest(path)
            code = 0
        except GroundplanError as error:
            print(type(error).__name__, error.message, flush=True)
            code = 3
        except BaseException as error:
            print("FAILED", repr(error), flush=True)
            code = 4
        os._exit(code)
    return child

if task == "kill":
    dice, killed, begun = random.Random(int(sys.argv[5])), 0, time.monotonic()
    assert os.waitpid(start(path), 0)[1] == 0
    whole = time.monotonic() - begun
    while killed < 15:
        ledger = Workspace(folder).ledger
        if dice.random() < 0.3:
            [ledger.forget(source) for source in ledger.sources()]
        ledger.close()
        child = start(path)
        time.sleep(dice.uniform(0.02, whole))
        done, status = os.waitpid(child, os.WNOHANG)
        if done == 0:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            killed += 1
            continue
        assert status == 0, status
        ledger = Workspace(folder).ledger
        [ledger.forget(source) for source in ledger.sources()]
        ledger.close()
    print("killed", killed)
else:
    children = [start(Path(path)) for path in sys.argv[4:]]
    print("codes", *sorted(os.WEXITSTATUS(os.waitpid(child, 0)[1]) for child in children))
"""


def drive(task: str, folder: Path, *rest: object) -> str:
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, str(Path(__file__).parent), task, str(folder)]
        + [str(word) for word in rest],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def many(built: Built, commits: int, start: int = 0) -> None:
    """A history with merges, trailers and renames, written in one go."""
    stream, begun = [], set()
    for nr in range(start, start + commits):
        branch = b"refs/heads/side" if nr % 5 in (2, 3) else b"refs/heads/main"
        who = b"Ann Example <ann@example.com> %d +0000\n" % (1_700_000_000 + nr)
        message = b"change %d\n\nReviewed-by: Ben Example <ben@example.com>\n" % nr
        text = b"".join(b"%d\n" % (n * nr % 7) for n in range(nr % 40 + 1))
        stream.append(
            b"commit %s\ncommitter %sdata %d\n%s\n" % (branch, who, len(message), message)
        )
        if start and branch not in begun:
            stream.append(b"from %s^0\n" % branch)
        elif nr == 2:
            stream.append(b"from refs/heads/main\n")
        begun.add(branch)
        if nr % 5 == 4:
            stream.append(b"merge refs/heads/side\n")
        stream.append(
            b"M 100644 inline d%d/f%d\ndata %d\n%s\n" % (nr % 3, nr % 17, len(text), text)
        )
        if nr % 11 == 10:
            stream.append(b"M 100644 inline kept\ndata 2\nx\n\nR kept kept%d\n" % nr)
    built.git("fast-import", "--quiet", "--force", stdin=b"".join(stream))


def facts(workspace: Workspace) -> dict[str, Any]:
    """All that has to be equal, however it came about."""
    told_once = {
        kind.name: Counter(tuple(row.values()) for row in workspace.rows(kind))
        for kind in (COMMITS, CHANGES, TRAILERS, LANDINGS, TREE)
    }
    return told_once | {"reachable": workspace.reachable(), "pairs": len(workspace.rows(PAIRS))}


def clean(built: Built, tmp_path: Path) -> dict[str, Any]:
    fresh = Workspace(tmp_path / f"clean {random.randrange(10**9)}")
    fresh.ingest(built)
    return facts(fresh)


def test_names_first_then_lines(built: Built, workspace: Workspace) -> None:
    many(built, 60)
    first = workspace.ingest(built, lines=False)
    assert (first.commits_added, first.pending) == (60, first.changes)
    assert {row["lines"] for row in workspace.rows(CHANGES)} == {"pending"}
    checked = workspace.check("team")
    assert (checked.differing, checked.pending) == (0, first.changes)
    counted = count_lines(workspace.ledger, "team", workspace.shadows, Silent())
    assert counted == first.changes
    assert workspace.changes() == told(built)
    assert workspace.rows(PAIRS) == []
    assert count_lines(workspace.ledger, "team", workspace.shadows, Silent()) == 0
    again = workspace.ingest(built)
    assert (again.commits_added, again.changes, again.pending) == (0, 0, 0)


def test_increments_give_what_one_run_gives(
    built: Built, workspace: Workspace, tmp_path: Path
) -> None:
    added = 0
    for nr in range(4):
        many(built, 25, nr * 25)
        added += workspace.ingest(built, lines=nr != 1).commits_added
    assert added == len(workspace.rows(COMMITS)) == 100
    assert facts(workspace) == clean(built, tmp_path)


def test_many_increments_do_not_leave_many_segments(
    built: Built, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledgers, "MANY_SEGMENTS", 4)
    for nr in range(12):
        many(built, 5, nr * 5)
        workspace.ingest(built)
    assert facts(workspace) == clean(built, tmp_path)
    assert workspace.check("team").differing == 0
    live = Counter(segment.kind for segment in workspace.ledger.snapshot().segments)
    assert max(live.values()) <= 4


def test_nothing_new_writes_nothing(built: Built, workspace: Workspace) -> None:
    many(built, 5)
    workspace.ingest(built)
    before = workspace.ledger.snapshot()
    files = sorted(workspace.folder.rglob("*.parquet"))
    workspace.ingest(built)
    assert workspace.ledger.snapshot() == before
    assert sorted(workspace.folder.rglob("*.parquet")) == files


def test_rewritten_and_deleted_branches_leave_tombstones(
    built: Built, workspace: Workspace
) -> None:
    def commit(name: bytes, *parents: str, branch: str) -> str:
        return built.commit(built.files({name: name}), *parents, message=name, branch=branch)

    root = commit(b"root", branch="main")
    doomed = commit(b"doomed", root, branch="side")
    old = commit(b"old", root, branch="main")
    shared = commit(b"shared", old, branch="main")
    built.git("update-ref", "refs/heads/keeps", old)
    workspace.ingest(built)
    new = commit(b"new", root, branch="main")
    built.git("update-ref", "-d", "refs/heads/side")
    ingested = workspace.ingest(built)
    assert (ingested.commits_added, ingested.commits_lost) == (1, 2)
    assert workspace.reachable() == {root, old, new}
    assert {row["commit_id"] for row in workspace.rows(LANDINGS)} == {root, new}
    told_twice = {(r["run"], r["ref"]): (r["event"], r["commit_id"]) for r in workspace.rows(REFS)}
    assert told_twice[2, "refs/heads/main"] == ("forced", new)
    assert told_twice[2, "refs/heads/side"] == ("deleted", None)
    assert (2, "refs/heads/keeps") not in told_twice
    built.git("update-ref", "refs/heads/back", shared)
    later = commit(b"later", new, branch="main")
    ingested = workspace.ingest(built)
    assert (ingested.commits_added, ingested.commits_lost) == (1, 0)
    assert workspace.reachable() == {root, old, new, shared, later}
    told_twice = {(r["run"], r["ref"]): r["event"] for r in workspace.rows(REFS)}
    assert told_twice[3, "refs/heads/main"] == "moved"
    assert len(workspace.rows(COMMITS)) == len({r["commit_id"] for r in workspace.rows(COMMITS)})
    assert doomed not in workspace.reachable() and workspace.by_commit(COMMITS, doomed)


def test_old_tips_that_gc_took(built: Built, workspace: Workspace) -> None:
    root = built.commit(built.files({b"a": b"1\n"}))
    gone = built.commit(built.files({b"a": b"2\n"}), root)
    workspace.ingest(built)
    kept = built.commit(built.files({b"a": b"3\n"}), root)
    built.git("reflog", "expire", "--expire=now", "--all")
    built.git("gc", "-q", "--prune=now")
    assert built.git("cat-file", "-e", gone, check=False) == b""
    ingested = workspace.ingest(built)
    assert (ingested.commits_added, ingested.commits_lost) == (1, 1)
    assert workspace.reachable() == {root, kept}
    assert workspace.check("team").differing == 0


def test_skewed_clocks_make_no_tombstones(built: Built, workspace: Workspace) -> None:
    """Children older than their parents mislead date-ordered walks; many of them do."""
    tree = built.files({b"a": b"1\n"})
    last = built.commit(tree)
    side = built.commit(tree, last, branch="side", message=b"side")
    for nr in range(30):
        date = b"Ann Example <ann@example.com> %d +0000" % (1_600_000_000 - nr * 10_000_000)
        last = built.commit(tree, last, committer=date, message=b"%d" % nr)
    workspace.ingest(built)
    built.git("update-ref", "-d", "refs/heads/side")
    rewritten = built.commit(tree, last, message=b"on top")
    ingested = workspace.ingest(built)
    assert (ingested.commits_added, ingested.commits_lost) == (1, 1)
    reachable = set(built.ask("rev-list", "--all").split())
    assert workspace.reachable() == reachable and rewritten in reachable
    assert side not in reachable


def test_killed_at_any_point(built: Built, workspace: Workspace, tmp_path: Path) -> None:
    many(built, 150)
    assert "killed 15" in drive("kill", workspace.folder, built.path, 7)
    workspace.ingest(built)
    assert facts(workspace) == clean(built, tmp_path)
    assert workspace.check("team").differing == 0


def test_two_at_once(built: Built, workspace: Workspace, tmp_path: Path) -> None:
    many(built, 80)
    other = Built(tmp_path / "other")
    many(other, 30)
    said = drive("race", workspace.folder, built.path, built.path, other.path)
    assert "FAILED" not in said and said.count("codes") == 1
    codes = said.split("codes")[1].split()
    assert codes[:2] == ["0", "0"] and codes[2] in ("0", "3")
    if codes[2] == "3":
        assert "Refused" in said
    workspace.ingest(built)
    workspace.ingest(other)
    assert workspace.ledger.sources() == ["other", "team"]
    assert workspace.check("team").differing == workspace.check("other").differing == 0
    assert len(workspace.rows(COMMITS, "team")) == 80


def test_rebuilding_gives_the_same_rows(built: Built, workspace: Workspace) -> None:
    many(built, 40)
    workspace.ingest(built)
    before = {
        kind.name: Counter(tuple(row.values()) for row in workspace.rows(kind))
        for kind in CODE_KINDS
    }
    workspace.ledger.forget("team")
    assert workspace.rows(COMMITS) == []
    workspace.ingest(built)
    after = {
        kind.name: Counter(tuple(row.values()) for row in workspace.rows(kind))
        for kind in CODE_KINDS
    }
    assert before == after


def test_facts_of_an_older_form_are_read_again(built: Built, workspace: Workspace) -> None:
    many(built, 10)
    workspace.ingest(built)
    with workspace.ledger.run("team") as run:
        cursor = run.cursor()
        assert cursor is not None
        old = {**cursor.state, "versions": {**cursor.state["versions"], "changes": 0}}
        run.commit("made old", [], old)
    assert workspace.ingest(built).commits_added == 10
    assert len(workspace.rows(COMMITS)) == 10
    state = state_of(workspace.ledger.cursor("team"))
    assert state is not None and state.current


def test_nothing_is_written_into_the_repository(built: Built, workspace: Workspace) -> None:
    many(built, 30)
    built.git("reset", "-q", "--hard", "main")

    def listing() -> dict[str, tuple[int, int, int]]:
        return {
            str(path): (path.lstat().st_mtime_ns, path.lstat().st_size, path.lstat().st_ino)
            for path in [built.path, *built.path.rglob("*")]
        }

    before = listing()
    workspace.ingest(built)
    workspace.check("team")
    workspace.ingest(built)
    assert listing() == before


def test_repacked_while_being_read(
    built: Built, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    many(built, 150)
    monkeypatch.setattr(names, "MOST_COMMITS_A_CHUNK", 12)
    monkeypatch.setattr(names, "FEWEST_COMMITS_A_CHUNK", 12)
    done = threading.Event()

    def repack() -> None:
        nr = 0
        while not done.is_set():
            nr += 1
            built.git("repack", "-q", "-adf", f"--depth={nr % 9 + 1}", check=False)

    rival = threading.Thread(target=repack)
    rival.start()
    try:
        workspace.ingest(built)
    finally:
        done.set()
        rival.join()
    assert {row["damage"] for row in workspace.rows(COMMITS)} == {None}
    assert facts(workspace) == clean(built, tmp_path)


def test_a_full_disk_keeps_what_was_there(
    built: Built, workspace: Workspace, tmp_path: Path
) -> None:
    many(built, 20)
    workspace.ingest(built)
    before = facts(workspace)
    dice = random.Random(1)
    noise = "".join(chr(dice.randrange(32, 126)) for _ in range(400_000)).encode()
    last = built.ask("rev-parse", "main")
    built.commit(built.files({b"a": b"1\n"}), last, message=b"Long\n\n" + noise)
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, limit[1]))
    try:
        with pytest.raises(SourceDown) as raised:
            workspace.ingest(built)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert raised.value.hint
    assert facts(workspace) | {"pairs": 0} == before
    assert workspace.ingest(built).commits_added == 1
    assert facts(workspace) == clean(built, tmp_path)


def test_errors_say_what_to_do(
    tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "file").write_text("x")
    with pytest.raises(NotFound, match="no such directory"):
        workspace.ingest(tmp_path / "nowhere")
    with pytest.raises(BadInput, match="a git repository"):
        workspace.ingest(tmp_path / "plain")
    with pytest.raises(BadInput):
        workspace.ingest(tmp_path / "file")
    with pytest.raises(NotFound):
        count_lines(workspace.ledger, "unheard-of", workspace.shadows, Silent())
    with pytest.raises(NotFound):
        workspace.check("unheard-of")
    assert workspace.ledger.sources() == []
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(SourceDown, match="git is not installed"):
        fresh_version_check()
    (tmp_path / "bin/git").write_text("#!/bin/sh\necho git version 2.11.0\n")
    (tmp_path / "bin/git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    with pytest.raises(Refused, match="too old"):
        fresh_version_check()


def fresh_version_check() -> None:
    from groundplan.sources.git import fetch  # noqa: PLC0415

    fetch._require_git.cache_clear()
    fetch._require_git()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything; see the next test")
def test_no_permission(built: Built, workspace: Workspace) -> None:
    built.path.chmod(0)
    try:
        with pytest.raises(Refused, match="ermission denied"):
            workspace.ingest(built)
    finally:
        built.path.chmod(0o755)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize("part", [".", ".git", ".git/objects"])
def test_no_permission_for_somebody_else(
    built: Built, tmp_path: Path, part: str, workspace: Workspace
) -> None:
    many(built, 3)
    (built.path / part).chmod(0o700)
    for folder in [tmp_path, *list(tmp_path.parents)[:2]]:
        folder.chmod(folder.stat().st_mode | 0o055)
    workspace.folder.chmod(0o777)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.setuid(65534)
            workspace.ingest(built)
        except Refused as refused:
            code = 0 if "ermission denied" in refused.message and refused.hint else 2
        except BaseException as error:
            os.write(2, repr(error).encode())
            code = 3
        os._exit(code)
    assert os.WEXITSTATUS(os.waitpid(child, 0)[1]) == 0


def test_reachability_is_told_once_a_run(built: Built, workspace: Workspace) -> None:
    many(built, 20)
    workspace.ingest(built)
    rows = workspace.rows(REACHABILITY)
    assert len(rows) == len({(row["run"], row["commit_id"]) for row in rows}) == 20
