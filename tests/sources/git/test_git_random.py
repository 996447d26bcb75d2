"""Random histories of odd bytes, merges and rewrites: facts are what git says, run after run."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from git_builder import Built, Workspace, told
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundplan.facts.code import COMMITS

NAMES = [b"a", b"b", b"dir/c", b"dir/\xe9", b"t\tab", b"n\nl", b'"q', b"{a => b}"]
LINES = st.sampled_from([b"\n", b"x\n", b"y\n", b"  }\n", b"\0\n", b"\xff\n", b"end"])
TEXTS = st.lists(LINES, max_size=12).map(b"".join)
MODES = st.sampled_from([b"100644", b"100755", b"120000"])
EDITS = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(NAMES), MODES, TEXTS),
    st.tuples(st.just("delete"), st.sampled_from(NAMES)),
    st.tuples(st.just("move"), st.sampled_from(NAMES), st.sampled_from(NAMES)),
    st.tuples(st.just("link"), st.sampled_from(NAMES), st.sampled_from([b"1" * 40, b"2" * 40])),
)
COMMIT = st.tuples(
    st.integers(0, 2),  # branch
    st.one_of(st.none(), st.integers(0, 2)),  # merged branch
    st.booleans(),  # start the branch anew from nothing
    st.integers(0, 2**31),
    st.binary(max_size=20).filter(lambda raw: b"\0" not in raw),
    st.lists(EDITS, max_size=4),
)


def write(built: Built, commits: list[tuple[object, ...]], known: dict[int, str]) -> None:
    """Carry out the commits with git's plumbing."""
    for branch, merged, anew, time, message, edits in commits:
        assert isinstance(branch, int) and isinstance(time, int) and isinstance(message, bytes)
        parents = [] if anew or branch not in known else [known[branch]]
        if isinstance(merged, int) and merged in known and known[merged] not in parents and parents:
            parents.append(known[merged])
        tree: dict[bytes, tuple[str, str]] = {}
        if parents:
            for line in built.git("ls-tree", "-r", "-z", parents[0]).split(b"\0")[:-1]:
                head, path = line.split(b"\t", 1)
                mode, _, name = head.decode().split(" ")
                tree[path] = (mode, name)
        for edit in edits:  # type: ignore[attr-defined]
            carry_out(built, tree, edit)
        who = b"Ann Example <ann@example.com> %d +0000" % time
        known[branch] = built.commit(
            built.tree(tree),
            *parents,
            author=who,
            committer=who,
            message=message,
            branch=f"b{branch}",
        )


def carry_out(built: Built, tree: dict[bytes, tuple[str, str]], edit: tuple[object, ...]) -> None:
    what, path = edit[0], edit[1]
    assert isinstance(path, bytes)
    if what == "write":
        mode, text = edit[2], edit[3]
        assert isinstance(mode, bytes) and isinstance(text, bytes)
        tree[path] = (mode.decode(), built.blob(text))
    elif what == "link":
        assert isinstance(edit[2], bytes)
        tree[path] = ("160000", edit[2].decode())
    elif path in tree:
        entry = tree.pop(path)
        if what == "move":
            assert isinstance(edit[2], bytes)
            tree[edit[2]] = entry


@pytest.mark.usefixtures("each_counter")
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(COMMIT, min_size=1, max_size=7), st.lists(COMMIT, max_size=5), st.booleans())
def test_facts_are_what_git_says(
    first: list[tuple[object, ...]], second: list[tuple[object, ...]], delete: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        built, workspace = Built(Path(folder) / "team"), Workspace(Path(folder) / "workspace")
        known: dict[int, str] = {}
        write(built, first, known)
        workspace.ingest(built)
        everything = told(built)
        assert workspace.changes() == everything
        seen = set(built.ask("rev-list", "--all").split())
        write(built, second, known)
        if delete and len(known) > 1:
            built.git("update-ref", "-d", f"refs/heads/b{min(known)}")
        workspace.ingest(built)
        everything |= told(built)
        assert workspace.changes() >= told(built)
        reachable = set(built.ask("rev-list", "--all").split())
        assert workspace.reachable() == reachable
        ids = [row["commit_id"] for row in workspace.rows(COMMITS)]
        assert sorted(ids) == sorted(seen | reachable)
        assert workspace.check("team").differing == 0
        workspace.ledger.close()
