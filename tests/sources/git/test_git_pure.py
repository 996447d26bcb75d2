"""The parts that need no repository: text of paths, mailmaps, landings, grouping, documents."""

from __future__ import annotations

import itertools
import random
import sys
import types

import pytest
from git_builder import Built, Workspace
from hypothesis import given
from hypothesis import strategies as st

from groundplan.facts.manifest import Segment
from groundplan.sources.git.counters import best_counter, native_counter, native_package
from groundplan.sources.git.documents import GitDocuments
from groundplan.sources.git.fetch import Git
from groundplan.sources.git.landings import land
from groundplan.sources.git.lines import Part, columns_of, groups_of
from groundplan.sources.git.names import chunks_of
from groundplan.sources.git.pairs import pairs_of
from groundplan.sources.git.shape import parse_mailmap
from groundplan.sources.git.text import path_bytes, path_text
from groundplan.sources.git.trees import count_with_git
from groundplan.terms.errors import NotFound


@given(st.binary(min_size=1).filter(lambda raw: b"\0" not in raw))
def test_a_paths_text_leads_back_to_its_bytes(raw: bytes) -> None:
    assert path_bytes(path_text(raw)) == raw


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"caf\xe9", r'"caf\351"'),
        ("café".encode(), "café"),
        (b'"a"', r'"\"a\""'),
        (b"\xff\t\n\\\x01", r'"\377\t\n\\\001"'),
        (b"a b => c", "a b => c"),
    ],
)
def test_paths_read_like_gits_own_quoting(raw: bytes, text: str) -> None:
    assert path_text(raw) == text


@given(st.lists(st.lists(st.integers(1, 40), max_size=3), min_size=1, max_size=40))
def test_landings_by_definition(drawn: list[list[int]]) -> None:
    """A commit's landing is the first of the chain that reaches it."""
    ancestry = [
        (str(nr), tuple(dict.fromkeys(str(nr - back) for back in backs if nr - back >= 0)))
        for nr, backs in enumerate(drawn)
    ]
    parents = dict(ancestry)

    def reach(commit: str) -> set[str]:
        found, waiting = set(), [commit]
        while waiting:
            at = waiting.pop()
            if at not in found:
                found.add(at)
                waiting.extend(parents[at])
        return found

    tip = ancestry[-1][0]
    inside = reach(tip)
    ancestry = [(commit, those) for commit, those in ancestry if commit in inside]
    chain = [tip]
    while parents[chain[-1]]:
        chain.append(parents[chain[-1]][0])
    chain.reverse()
    landed = land("r", ancestry, tip, 5, 9).columns
    for commit, by, nr in zip(
        landed["commit_id"], landed["landed_by"], landed["landing_nr"], strict=True
    ):
        first = next(at for at, link in enumerate(chain) if commit in reach(link))
        assert (by, nr) == (chain[first], 5 + first)


@given(st.lists(st.integers(1, 50_000), max_size=60), st.integers(1, 4))
def test_groups_leave_nothing_out(sizes: list[int], workers: int) -> None:
    parts = [
        Part(str(nr), Segment("c", "changes", 1, "r", str(nr), size, 0), Segment(*["p"] * 7))  # type: ignore[arg-type]
        for nr, size in enumerate(sizes)
    ]
    groups = groups_of(parts, workers)
    assert [part for group in groups for part in group] == parts
    assert all(groups)
    assert [c for chunk in chunks_of(list(map(str, sizes)), workers) for c in chunk] == [
        str(size) for size in sizes
    ]


def test_mailmap_lines_that_say_nothing_are_left_out() -> None:
    columns = parse_mailmap(b"# x\n\nno address\n<a@e.com>\nName <p@e.com> <c@e.com>\r\n", "r")
    assert columns["nr"].tolist() == [3, 4]
    assert columns["commit_email"].tolist() == ["a@e.com", "c@e.com"]


LINES = st.sampled_from([b"\n", b"x\n", b"y\n", b"z\n", b"  }\n", b"w"])
TEXTS = st.lists(st.tuples(LINES, st.integers(1, 9)), max_size=60).map(
    lambda runs: b"".join(line * times for line, times in runs)
)


@pytest.mark.parametrize("which", ["git", "native"])
def test_counters_agree_with_git_diff(built: Built, which: str) -> None:
    """Hundreds of pairs of texts at once, against one `git diff` a pair."""
    package = native_package()
    if which == "native" and package is None:
        pytest.skip("the optional package groundplan-linecount is not installed")
    counter = native_counter(package) if which == "native" and package else count_with_git
    texts: list[bytes] = [b"", b"no newline", b"\0", b"x" * 8000 + b"\0"]

    @given(st.lists(TEXTS, min_size=24, max_size=24))
    def draw(drawn: list[bytes]) -> None:
        if len(texts) < 60:
            texts.extend(drawn)

    draw()
    names = list(dict.fromkeys(built.blob(text) for text in texts))
    absent = "0" * 40
    rows = [f":100644 100644 {old} {new}" for old, new in itertools.pairwise(names)]
    rows += [f":000000 100644 {absent} {name}" for name in names]
    rows += [f":100644 000000 {name} {absent}" for name in names]
    empty = built.blob(b"")
    columns = columns_of(counter(Git(built.path / ".git"), pairs_of(rows)))
    numbers = zip(columns["added"].tolist(), columns["deleted"].tolist(), strict=True)
    for row, counted in zip(rows, numbers, strict=True):
        old, new = (empty if name == absent else name for name in row.split(" ")[2:])
        said = built.git("diff", "--numstat", old, new).split(b"\t")[:2]
        told = [b"-" if n is None else b"%d" % n for n in counted]
        assert told == (said if len(said) == 2 else [b"0", b"0"]), row


@pytest.mark.parametrize("which", ["git", "native"])
def test_a_damaged_object_costs_its_own_pairs_only(built: Built, which: str) -> None:
    package = native_package()
    if which == "native" and package is None:
        pytest.skip("the optional package groundplan-linecount is not installed")
    counter = native_counter(package) if which == "native" and package else count_with_git
    dice = random.Random(5)  # git dies of a damaged object that is large, and misses a small one
    large = b"".join(b"%x\n" % dice.getrandbits(64) for _ in range(2000))
    names = [built.blob(b"line\n" * nr) for nr in range(20)]
    names += [built.blob(large + b"line\n" * nr) for nr in range(20)]
    absent, submodule = "0" * 40, "1" * 40
    rows = [f":100644 100755 {old} {new}" for old, new in itertools.pairwise(names)]
    rows += [f":000000 100644 {absent} {name}" for name in names]
    rows += [f":160000 100644 {submodule} {names[0]}", f":160000 000000 {submodule} {absent}"]
    for name in names[10], names[30]:
        path = built.path / ".git/objects" / name[:2] / name[2:]
        path.chmod(0o644)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    built.forget_object(names[20])
    columns = columns_of(counter(Git(built.path / ".git"), pairs_of(rows)))
    lost = {
        nr for nr, row in enumerate(rows) if set(row.split()) & {names[n] for n in (10, 20, 30)}
    }
    assert {nr for nr, lines in enumerate(columns["lines"]) if lines == "missing"} == lost
    assert len(lost) == 9
    assert columns["added"].tolist()[:3] == [1, 1, 1]
    assert columns["added"].tolist()[-4:] == [2018, 2019, 0, 0]
    assert columns["deleted"].tolist()[-4:] == [0, 0, 1, 1]


def test_a_package_too_old_for_batches_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    old = types.ModuleType("groundplan_linecount")
    monkeypatch.setitem(sys.modules, "groundplan_linecount", old)
    assert native_package() is None
    assert best_counter() is count_with_git


def test_documents_are_those_of_the_main_line(built: Built, workspace: Workspace) -> None:
    odd = b"d\xe9p/\ttab"
    files = {
        b"README.md": b"# Storage\n\nHow storage works: a [tree].\n",
        b"src/x.py": b"def storage():\n    return 'STORAGE'\n",
        b"bin": b"storage\0",
        odd: "Speicher für storage\n".encode("latin-1"),
        b"long": b"storage " * 1000,
    }
    built.commit(built.files(files))
    built.commit(built.files({b"other": b"storage\n"}), branch="other")
    (built.path / "untracked").write_text("storage\n")
    documents = GitDocuments(workspace.ledger, workspace.shadows)
    with pytest.raises(NotFound):
        documents.search("team", "storage", 5)
    workspace.ingest(built)
    found = documents.search("team", "storage", 50)
    assert {(path, nr) for path, nr, _ in found} == {
        ("README.md", 1),
        ("README.md", 3),
        ("src/x.py", 1),
        ("src/x.py", 2),
        (r'"d\351p/\ttab"', 1),
        ("long", 1),
    }
    assert max(len(line) for _, _, line in found) == 1000
    assert ("src/x.py", 1, "def storage():") in found
    assert len(documents.search("team", "storage", 2)) == 2
    assert documents.search("team", "a [tree].", 5) == (
        ("README.md", 3, "How storage works: a [tree]."),
    )
    assert documents.search("team", "--not-an-option", 5) == ()
    assert documents.search("team", " ", 5) == documents.search("team", "a\nb", 5) == ()
    assert documents.read("team", r'"d\351p/\ttab"') == "Speicher für storage\n"
    assert documents.read("team", "src/x.py") == files[b"src/x.py"].decode()
    for path in ("bin", "src", "nowhere", "other", "untracked", "../x", ""):
        assert documents.read("team", path) is None
