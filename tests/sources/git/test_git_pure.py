"""The parts that need no repository: text of paths, mailmaps, landings, grouping, documents."""

from __future__ import annotations

import itertools

import pytest
from git_builder import Built, Workspace
from hypothesis import given
from hypothesis import strategies as st

from groundplan.facts.manifest import Segment
from groundplan.sources.git.counters import native_count, native_counter
from groundplan.sources.git.documents import GitDocuments
from groundplan.sources.git.fetch import Git
from groundplan.sources.git.landings import land
from groundplan.sources.git.lines import Part, groups_of, pair_of
from groundplan.sources.git.names import chunks_of
from groundplan.sources.git.shape import parse_mailmap, path_bytes, path_text
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
    count = native_count()
    if which == "native" and count is None:
        pytest.skip("the optional package groundplan-linecount is not installed")
    counter = native_counter(count) if which == "native" and count else count_with_git
    texts: list[bytes] = [b"", b"no newline", b"\0", b"x" * 8000 + b"\0"]

    @given(st.lists(TEXTS, min_size=24, max_size=24))
    def draw(drawn: list[bytes]) -> None:
        if len(texts) < 60:
            texts.extend(drawn)

    draw()
    names = list(dict.fromkeys(built.blob(text) for text in texts))
    pairs = [pair_of(f":100644 100644 {old} {new} M") for old, new in itertools.pairwise(names)]
    absent = "0" * 40
    pairs += [pair_of(f":000000 100644 {absent} {name} A") for name in names]
    pairs += [pair_of(f":100644 000000 {name} {absent} D") for name in names]
    empty = built.blob(b"")
    counted = counter(Git(built.path / ".git"), pairs)
    for pair, count_ in zip(pairs, counted, strict=True):
        old = pair.old_id if pair.old_mode != "000000" else empty
        new = pair.new_id if pair.new_mode != "000000" else empty
        said = built.git("diff", "--numstat", old, new).split(b"\t")[:2] or [b"0", b"0"]
        numbers = [b"-" if n is None else b"%d" % n for n in (count_.added, count_.deleted)]
        assert numbers == (said if len(said) == 2 else [b"0", b"0"]), pair


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
