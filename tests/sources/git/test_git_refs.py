"""Refs, main lines, landings, and the many shapes that a repository's directory can have."""

from __future__ import annotations

from pathlib import Path

import pytest
from git_builder import Built, Workspace

from groundplan.facts.code import COMMITS, LANDINGS, MAILMAP, REFS, TREE
from groundplan.sources.git.state import State, state_of
from groundplan.terms.errors import Refused


def state(workspace: Workspace, repo: str) -> State:
    found = state_of(workspace.ledger.cursor(repo))
    assert found is not None
    return found


def three(built: Built) -> list[str]:
    commits: list[str] = []
    for nr in range(3):
        commits.append(built.commit(built.files({b"a": b"%d\n" % nr}), *commits[-1:]))
    return commits


def tag_object(built: Built, kind: str, target: str, name: str) -> str:
    content = (
        f"object {target}\ntype {kind}\ntag {name}\ntagger A <a@e.com> 1700000000 +0000\n\nx\n"
    )
    return (
        built.git("hash-object", "-w", "-t", "tag", "--stdin", stdin=content.encode())
        .decode()
        .strip()
    )


def test_tags_of_all_kinds(built: Built, workspace: Workspace) -> None:
    one, two, three_ = three(built)
    only_tagged = built.commit(built.files({b"t": b"t\n"}), two, branch=None)
    tag = tag_object(built, "commit", only_tagged, "v1")
    built.git("update-ref", "refs/tags/v1", tag)
    built.git("update-ref", "refs/tags/nested", tag_object(built, "tag", tag, "nested"))
    built.git("update-ref", "refs/tags/light", one)
    built.git("update-ref", "refs/tags/tree", built.files({b"x": b"x\n"}))
    built.git("update-ref", "refs/tags/blob", tag_object(built, "blob", built.blob(b"b"), "blob"))
    ingested = workspace.ingest(built)
    refs = {row["ref"]: (row["ref_kind"], row["commit_id"]) for row in workspace.rows(REFS)}
    assert refs == {
        "refs/heads/main": ("branch", three_),
        "refs/tags/v1": ("tag", only_tagged),
        "refs/tags/nested": ("tag", only_tagged),
        "refs/tags/light": ("tag", one),
    }
    assert "2 refs lead to no commit" in ingested.notes[0]
    assert workspace.reachable() == {one, two, three_, only_tagged}
    assert workspace.ingest(built).commits_added == 0


def test_refs_with_odd_names_and_pull_refs(built: Built, workspace: Workspace) -> None:
    one, two, last = three(built)
    pulled = built.commit(built.files({b"p": b"p\n"}), one, branch=None)
    asked = built.commit(built.files({b"q": b"q\n"}), one, branch=None)
    names = ["refs/heads/a/b#c", "refs/heads/ünïcode", "refs/heads/-x", "refs/remotes/origin/y@z"]
    for name in names:
        built.git("update-ref", name, two)
    built.git("update-ref", b"refs/heads/latin-\xe9", two)
    built.git("update-ref", "refs/pull/7/head", pulled)
    built.git("update-ref", "refs/pull/7/merge", last)
    built.git("update-ref", "refs/merge-requests/3/head", asked)
    built.git("update-ref", "refs/notes/commits", built.commit(built.tree({}), branch=None))
    built.git("symbolic-ref", "refs/heads/alias", "refs/heads/main")
    built.git("symbolic-ref", "refs/heads/dangling", "refs/heads/nowhere")
    workspace.ingest(built)
    refs = {row["ref"]: row["ref_kind"] for row in workspace.rows(REFS)}
    assert refs == dict.fromkeys(names[:3], "branch") | {
        "refs/heads/main": "branch",
        "refs/remotes/origin/y@z": "remote",
        r'"refs/heads/latin-\351"': "branch",
        "refs/pull/7/head": "pull",
        "refs/merge-requests/3/head": "pull",
    }
    assert {pulled, asked} <= workspace.reachable()


def test_which_ref_is_the_main_line(built: Built, workspace: Workspace) -> None:
    one, two, last = three(built)
    built.git("update-ref", "refs/heads/side", one)
    built.git("symbolic-ref", "HEAD", "refs/heads/side")
    workspace.ingest(built)
    assert (state(workspace, "team").main_ref, state(workspace, "team").main_tip) == (
        "refs/heads/side",
        one,
    )
    built.git("update-ref", "refs/remotes/origin/trunk", two)
    built.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")
    workspace.ingest(built)
    assert state(workspace, "team").main_ref == "refs/remotes/origin/trunk"
    assert len(workspace.rows(LANDINGS)) == 2
    built.git("symbolic-ref", "-d", "refs/remotes/origin/HEAD")
    built.git("symbolic-ref", "HEAD", "refs/heads/unborn")
    workspace.ingest(built)
    assert (state(workspace, "team").main_tip, len(workspace.rows(LANDINGS))) == (last, 3)


def test_a_detached_head(tmp_path: Path, workspace: Workspace) -> None:
    built = Built(tmp_path / "detached")
    one = built.commit(built.files({b"a": b"1\n"}), branch=None)
    (built.path / ".git/HEAD").write_text(one + "\n")
    workspace.ingest(built)
    assert (state(workspace, "detached").main_ref, workspace.reachable()) == ("HEAD", {one})
    two = built.commit(built.files({b"a": b"2\n"}), one, branch="main")
    workspace.ingest(built)
    assert (state(workspace, "detached").main_tip, workspace.reachable()) == (two, {one, two})


def test_an_empty_repository_says_so(built: Built, workspace: Workspace) -> None:
    ingested = workspace.ingest(built)
    assert (ingested.commits_added, ingested.pending) == (0, 0)
    assert "no main line" in ingested.notes[0]
    assert workspace.ingest(built).notes == ()
    one = built.commit(built.files({b"a": b"1\n"}))
    assert workspace.ingest(built).commits_added == 1
    assert workspace.reachable() == {one}


def test_landings_follow_first_parents(built: Built, workspace: Workspace) -> None:
    """main: a - b ----- M - c ; side: a - s1 - s2 (merged by M)."""
    files = built.files({b"a": b"1\n"})
    a = built.commit(files, message=b"a")
    s1 = built.commit(files, a, message=b"s1", branch=None)
    s2 = built.commit(files, s1, message=b"s2", branch="side")
    b = built.commit(files, a, message=b"b")
    merge = built.commit(files, b, s2, message=b"M")
    c = built.commit(files, merge, message=b"c")
    workspace.ingest(built)
    landed = {r["commit_id"]: (r["landed_by"], r["landing_nr"]) for r in workspace.rows(LANDINGS)}
    assert landed == {
        a: (a, 0),
        b: (b, 1),
        s1: (merge, 2),
        s2: (merge, 2),
        merge: (merge, 2),
        c: (c, 3),
    }
    order = {r["commit_id"]: r["order_nr"] for r in workspace.rows(LANDINGS)}
    assert sorted(order.values()) == list(range(6))
    for child, parent in ((b, a), (s1, a), (s2, s1), (merge, b), (merge, s2), (c, merge)):
        assert order[parent] < order[child]


def test_landings_grow_and_are_replaced(built: Built, workspace: Workspace, tmp_path: Path) -> None:
    files = built.files({b"a": b"1\n"})
    last = built.commit(files, message=b"0")
    for nr in range(1, 12):
        side = built.commit(files, last, message=b"side %d" % nr, branch="side")
        last = built.commit(files, last, side, message=b"merge %d" % nr)
        workspace.ingest(built)
    at_once = Workspace(tmp_path / "at once")
    at_once.ingest(built)

    def landings(of: Workspace) -> dict[str, tuple[str, int]]:
        assert len({row["order_nr"] for row in of.rows(LANDINGS)}) == len(of.rows(LANDINGS))
        return {r["commit_id"]: (r["landed_by"], r["landing_nr"]) for r in of.rows(LANDINGS)}

    assert landings(workspace) == landings(at_once)
    on_side = built.commit(files, side, last, message=b"main was merged into side, then pushed")
    workspace.ingest(built)
    again = Workspace(tmp_path / "again")
    again.ingest(built)
    assert landings(workspace) == landings(again)
    assert landings(workspace)[last] == (on_side, landings(workspace)[on_side][1])


def test_tree_and_mailmap_are_the_newest(built: Built, workspace: Workspace) -> None:
    mailmap = (
        b"# a comment\nAnn Example <ann@example.com>\n<ann@example.com> <Old@example.com>\n"
        b"Ann Example <ann@example.com> <b@example.com>\n\nnonsense\n"
        b"Ann Example <ann@example.com> Annie <c@example.com> # why\n"
    )
    link = built.blob(b"a")
    tree = {b"a": ("100644", link), b"d/l": ("120000", link), b"s": ("160000", "1" * 40)}
    one = built.commit(built.tree(tree | {b".mailmap": ("100644", built.blob(mailmap))}))
    workspace.ingest(built)
    assert {row["path"]: row["entry"] for row in workspace.rows(TREE)} == {
        ".mailmap": "file",
        "a": "file",
        "d/l": "link",
        "s": "submodule",
    }
    assert [tuple(row.values())[1:] for row in workspace.rows(MAILMAP)] == [
        (1, "Ann Example", None, None, "ann@example.com"),
        (2, None, "ann@example.com", None, "Old@example.com"),
        (3, "Ann Example", "ann@example.com", None, "b@example.com"),
        (6, "Ann Example", "ann@example.com", "Annie", "c@example.com"),
    ]
    built.commit(built.files({b"b": b"1\n"}), one)
    workspace.ingest(built)
    assert [row["path"] for row in workspace.rows(TREE)] == ["b"]
    assert workspace.rows(MAILMAP) == []


@pytest.mark.parametrize("shape", ["bare", "worktree", "subdirectory", "git-dir", "separate"])
def test_shapes_of_directories(
    tmp_path: Path, built: Built, workspace: Workspace, shape: str
) -> None:
    commits = three(built)
    built.git("checkout", "-q", "main", "--")
    path, name = built.path, "team"
    if shape == "bare":
        path, name = tmp_path / "copy.git", "team"
        built.git("clone", "-q", "--bare", ".", str(path))
    elif shape == "worktree":
        path = tmp_path / "elsewhere"
        built.git("worktree", "add", "-q", "-b", "other", str(path))
    elif shape == "subdirectory":
        path = built.path / "deep" / "down"
        path.mkdir(parents=True)
    elif shape == "git-dir":
        path = built.path / ".git"
    elif shape == "separate":
        path, name = tmp_path / "apart", "team"
        built.git("clone", "-q", "--separate-git-dir", str(tmp_path / "git dir"), ".", str(path))
    ingested = workspace.ingest(path)
    assert (ingested.repo, ingested.commits_added) == (name, 3)
    assert workspace.reachable() == set(commits)
    assert workspace.check(name).differing == 0
    expected = built.path if shape in ("worktree", "subdirectory", "git-dir") else path
    assert state(workspace, name).path == str(expected)


def test_sha256(tmp_path: Path, workspace: Workspace) -> None:
    built = Built(tmp_path / "new", "--object-format=sha256")
    one, two, last = three(built)
    assert len(last) == 64
    workspace.ingest(built)
    assert workspace.reachable() == {one, two, last}
    checked = workspace.check("new")
    assert (checked.changes, checked.added, checked.deleted, checked.differing) == (3, 3, 2, 0)


def test_borrowed_objects(tmp_path: Path, built: Built, workspace: Workspace) -> None:
    """Alternates of alternates, relative and with a newline in the path."""
    commits = three(built)
    first, second = tmp_path / 'bor\n"rower', tmp_path / "second"
    built.git("clone", "-q", "--bare", "--shared", ".", str(first))
    (first / "objects/info/alternates").write_text("../../team/.git/objects\n")
    Built(second, "--bare")
    quoted = str(first / "objects").replace("\n", "\\n").replace('"', '\\"')
    (second / "objects/info/alternates").write_text(f'# borrowed\n"{quoted}"\n')
    last = Built(second).commit(built.files({b"z": b"z\n"}), commits[-1])
    Built(second).git("update-ref", "refs/heads/main", last)
    ingested = workspace.ingest(second, repo="second")
    assert ingested.commits_added == 4
    assert workspace.check("second").differing == 0


def test_names_of_repositories(tmp_path: Path, workspace: Workspace) -> None:
    paths = []
    for nr, address in enumerate(
        ["https://example.com/group/tool.git", "git@example.com:other/tool.git", "/srv/t ö ol/"]
    ):
        built = Built(tmp_path / str(nr) / "clone")
        built.git("config", "remote.origin.url", address)
        built.commit(built.files({b"a": b"%d\n" % nr}))
        paths.append(built.path)
    assert [workspace.ingest(path).repo for path in paths] == ["tool", "tool-2", "t-ol"]
    assert [workspace.ingest(path).repo for path in paths] == ["tool", "tool-2", "t-ol"]
    assert workspace.ledger.sources() == ["t-ol", "tool", "tool-2"]
    with pytest.raises(Refused, match="already the id of"):
        workspace.ingest(paths[0], repo="tool-2")
    assert workspace.ingest(paths[0], repo="chosen").repo == "chosen"


def test_a_repository_that_moved_keeps_its_facts(
    tmp_path: Path, built: Built, workspace: Workspace
) -> None:
    commits = three(built)
    workspace.ingest(built)
    (tmp_path / "far").mkdir()
    moved = tmp_path / "far" / "team"
    built.path.rename(moved)
    ingested = workspace.ingest(moved)
    assert (ingested.repo, ingested.commits_added, ingested.commits_lost) == ("team", 0, 0)
    assert state(workspace, "team").path == str(moved)
    assert [row["commit_id"] for row in workspace.rows(COMMITS)].count(commits[0]) == 1
    assert workspace.check("team").differing == 0
    stranger = Built(built.path)
    stranger.commit(stranger.files({b"other": b"1\n"}))
    assert workspace.ingest(stranger).repo == "team-2"
