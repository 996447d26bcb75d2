"""Changed paths as facts: every trap of names, modes and contents, against git's own numbers."""

from __future__ import annotations

import pytest
from git_builder import Built, Workspace, told

from groundplan.facts.code import CHANGES, COMMITS, TREE

ODD_PATHS = [
    b"caf\xe9.txt",
    "zürich/日本.txt".encode(),
    b"tab\there",
    b"new\nline",
    b'quo"te',
    b'"begins with a quote',
    b"back\\slash",
    b"a => b",
    b"{x => y}/z",
    b" space ",
    b"-dash",
    b":colon",
    b"\x01\x02\x1f\x7f",
    b"\xff\xfe",
    b"dir/\xe2\x80\xa8sep",
]


def same_as_git(built: Built, workspace: Workspace, repo: str = "team") -> None:
    assert workspace.changes() == told(built)
    checked = workspace.check(repo)
    assert (checked.differing, checked.first, checked.unreadable) == (0, (), 0)


def test_odd_paths(built: Built, workspace: Workspace) -> None:
    first = built.commit(built.files(dict.fromkeys(ODD_PATHS, b"1\n2\n")))
    second = built.commit(built.files({b"moved/" + path: b"1\n2\n" for path in ODD_PATHS}), first)
    built.commit(built.files({b"moved/" + path: b"1\n2\n3" for path in ODD_PATHS[3:]}), second)
    workspace.ingest(built)
    same_as_git(built, workspace)
    paths = {row["path"] for row in workspace.by_commit(CHANGES, first)}
    assert "zürich/日本.txt" in paths and "new\nline" in paths
    assert r'"caf\351.txt"' in paths and r'"\"begins with a quote"' in paths
    assert len(workspace.rows(TREE)) == len(ODD_PATHS) - 3


@pytest.mark.usefixtures("each_counter")
def test_renames_with_braces_and_edits(built: Built, workspace: Workspace) -> None:
    long = b"".join(b"line %d\n" % nr for nr in range(100))
    one = built.commit(built.files({b"src/{a => b}/x.py": long, b"keep": b"k\n"}))
    moved = long.replace(b"line 7\n", b"line seven\n")
    two = built.commit(built.files({b"src/c/x.py": moved, b"keep": b"k\n"}), one)
    workspace.ingest(built)
    same_as_git(built, workspace)
    (row,) = workspace.by_commit(CHANGES, two)
    assert (row["status"], row["source_path"]) == ("R", "src/{a => b}/x.py")
    assert (row["added"], row["deleted"]) == (1, 1) and 90 < row["similarity"] < 100


@pytest.mark.usefixtures("each_counter")
def test_binary_files(built: Built, workspace: Workspace) -> None:
    late = b"x" * 8000 + b"\0"  # git looks for NUL in the first 8000 bytes only
    contents = [
        {b"a.bin": b"\0\1\2", b"late": late, b"edge": b"y" * 7999 + b"\0"},
        {b"a.bin": b"\0\1\3\n", b"late": late + b"\n", b"edge": b"y\n"},
        {b"b.bin": b"\0\1\3\n", b"late": late + b"\n"},
        {b"b.bin": b"text now\n"},
        {},
    ]
    last: list[str] = []
    for files in contents:
        last = [built.commit(built.files(files), *last)]
    workspace.ingest(built)
    same_as_git(built, workspace)
    (moved,) = [r for r in workspace.rows(CHANGES) if r["status"] == "R"]
    assert (moved["lines"], moved["added"], moved["deleted"]) == ("binary", None, None)


@pytest.mark.usefixtures("each_counter")
def test_modes_links_types_and_submodules(built: Built, workspace: Workspace) -> None:
    text, target = built.blob(b"1\n2\n"), built.blob(b"1")
    other = built.blob(b"\0binary")
    somewhere, elsewhere = "1" * 40, "2" * 40
    trees = [
        {b"f": ("100644", text), b"l": ("120000", target), b"s": ("160000", somewhere)},
        {b"f": ("100755", text), b"l": ("100644", target), b"s": ("160000", elsewhere)},
        {b"f": ("120000", target), b"l": ("160000", somewhere), b"s": ("100644", text)},
        {b"g": ("120000", target), b"m": ("160000", somewhere), b"b": ("100644", other)},
        {b"b": ("100755", other), b"h": ("120000", target), b"n": ("160000", somewhere)},
        {b"b/deep": ("100644", text)},
    ]
    last: list[str] = []
    for files in trees:
        last = [built.commit(built.tree(files), *last)]
    workspace.ingest(built)
    same_as_git(built, workspace)
    root = {r["path"]: r["entry"] for r in workspace.rows(CHANGES) if r["parent_nr"] == 0}
    assert root == {"f": "file", "l": "link", "s": "submodule"}
    assert {r["status"] for r in workspace.rows(CHANGES)} == set("AMDRT")


def test_merges_roots_and_empty_commits(built: Built, workspace: Workspace) -> None:
    tree = built.files({b"a": b"1\n"})
    roots = [built.commit(built.files({b"r%d" % nr: b"1\n"}), branch=None) for nr in range(4)]
    octopus = built.commit(tree, *roots, message=b"Octopus\n")
    empty = built.commit(tree, octopus, message=b"")
    empty_root = built.commit(built.tree({}), branch="nothing")
    twice = built.commit(tree, empty, empty, branch="twice")
    workspace.ingest(built)
    same_as_git(built, workspace)
    count = {row["commit_id"]: row["parent_count"] for row in workspace.rows(COMMITS)}
    assert count == dict.fromkeys(roots, 0) | {octopus: 4, empty: 1, empty_root: 0, twice: 2}
    for commit in (octopus, empty, empty_root, twice):
        assert workspace.by_commit(CHANGES, commit) == []


def test_same_contents_in_many_commits_are_all_told(built: Built, workspace: Workspace) -> None:
    a, b = {b"f": b"1\n2\n"}, {b"f": b"1\n3\n4\n"}
    last = built.commit(built.files(a))
    for nr in range(20):
        last = built.commit(built.files(b if nr % 2 == 0 else a), last, message=b"%d\n" % nr)
    workspace.ingest(built)
    same_as_git(built, workspace)
    assert len(workspace.rows(CHANGES)) == 21


def test_replace_refs_and_grafts_are_ignored(built: Built, workspace: Workspace) -> None:
    one = built.commit(built.files({b"a": b"1\n"}))
    two = built.commit(built.files({b"a": b"2\n"}), one)
    three = built.commit(built.files({b"a": b"3\n"}), two)
    built.git("replace", three, one, check=False)
    built.git("update-ref", f"refs/replace/{three}", one)
    (built.path / ".git/info/grafts").write_text(f"{two}\n")
    workspace.ingest(built)
    assert {row["commit_id"] for row in workspace.rows(COMMITS)} == {one, two, three}
    (row,) = workspace.by_commit(CHANGES, two)
    assert (row["status"], row["added"], row["deleted"]) == ("M", 1, 1)
    assert workspace.by_commit(CHANGES, three)[0]["added"] == 1


def test_attributes_and_settings_cannot_change_counts(
    built: Built, workspace: Workspace, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Attributes in the tree, the working tree and info; configuration; the environment."""
    plain = {b"a.txt": b"1\n2\n3\n", b"b.dat": b"\0\n", b".gitattributes": b"*.txt -diff\n"}
    one = built.commit(built.files(plain))
    built.commit(built.files(plain | {b"a.txt": b" 1\n2\n3\n4\n", b"b.dat": b"\0\1\n"}), one)
    (built.path / ".gitattributes").write_text("*.txt binary\n*.dat diff\n")
    (built.path / ".git/info/attributes").write_text("*.txt -diff\n*.dat text\n")
    expected = (3 + 1 + 2, 1)  # a.txt and .gitattributes at first, then one line changed, one new
    settings = {
        "diff.algorithm": "histogram",
        "diff.context": "0",
        "diff.renames": "false",
        "diff.renameLimit": "1",
        "diff.noprefix": "true",
        "diff.orderFile": "/dev/null",
        "diff.ignoreSubmodules": "all",
        "diff.external": "false",
        "diff.wsErrorHighlight": "all",
        "core.bigFileThreshold": "1",
        "diff.txt.binary": "true",
    }
    for key, value in settings.items():
        built.git("config", key, value)
    for name, value in {
        "GIT_DIR": "/nowhere",
        "GIT_EXTERNAL_DIFF": "false",
        "GIT_DIFF_OPTS": "-u0",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "diff.renames",
        "GIT_CONFIG_VALUE_0": "false",
        "GIT_OBJECT_DIRECTORY": "/nowhere",
        "GIT_INDEX_FILE": "/nowhere",
    }.items():
        monkeypatch.setenv(name, value)
    workspace.ingest(built)
    rows = workspace.rows(CHANGES)
    assert expected == (
        sum(row["added"] or 0 for row in rows),
        sum(row["deleted"] or 0 for row in rows),
    )
    assert [row["lines"] for row in rows if row["path"] == "b.dat"] == ["binary", "binary"]
    assert workspace.check("team").differing == 0


def test_a_commit_of_a_hundred_thousand_files(built: Built, workspace: Workspace) -> None:
    stream = [b"commit refs/heads/main\ncommitter Ann Example <ann@example.com> 1700000000 +0000\n"]
    stream.append(b"data 6\nimport\n")
    for nr in range(100_000):
        text = b"%d\n" % (nr % 977) * (nr % 5)
        stream.append(b"M 100644 inline d%d/f%d\ndata %d\n%s\n" % (nr % 300, nr, len(text), text))
    stream.append(
        b"commit refs/heads/main\ncommitter Ann Example <ann@example.com> 1700000001 +0000\n"
    )
    stream.append(b"data 5\nlater\nM 100644 inline d0/f0\ndata 2\nx\n\n")
    built.git("fast-import", "--quiet", stdin=b"".join(stream))
    ingested = workspace.ingest(built)
    assert (ingested.commits_added, ingested.changes, ingested.pending) == (2, 100_001, 0)
    rows = workspace.rows(CHANGES)
    assert sum(row["added"] for row in rows) == sum(nr % 5 for nr in range(100_000)) + 1
    assert {row["lines"] for row in rows} == {"counted"}
