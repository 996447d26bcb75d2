# SPDX-License-Identifier: Apache-2.0
"""count() against git itself: the same two numbers for every pair of blobs.

Each batch of pairs becomes one repository with two commits, in which pair i is
the old and the new version of file i, and `git log --numstat` is the oracle.
"""

import os
import random
import subprocess
import tempfile
from collections.abc import Iterable
from functools import partial

import pytest
from groundplan_linecount import count
from hypothesis import given, settings
from hypothesis import strategies as st

Blob = bytes | None
Pair = tuple[Blob, Blob]
Lines = list[bytes]

# Nothing of the user's settings (context, algorithm, attributes) may leak in.
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")} | {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "HOME": os.devnull,
    "XDG_CONFIG_HOME": os.devnull,
}


def git(folder: str, *arguments: str, stdin: bytes = b"") -> bytes:
    command = ["git", "-C", folder, *arguments]
    return subprocess.run(
        command, input=stdin, env=ENVIRONMENT, stdout=subprocess.PIPE, check=True
    ).stdout


def commit(blobs: Iterable[Blob], mode: int) -> bytes:
    out = [b"commit refs/heads/main\ncommitter a <a> 0 +0000\ndata 0\ndeleteall\n"]
    for i, blob in enumerate(blobs):
        if blob is not None:
            out.append(b"M %d inline %d\ndata %d\n%b\n" % (mode, i, len(blob), blob))
    return b"".join(out)


def counts_of_git(pairs: list[Pair]) -> list[tuple[int, int] | None]:
    with tempfile.TemporaryDirectory() as folder:
        git(folder, "init", "--quiet", "--bare")
        # The change of mode makes git report identical contents too.
        old, new = commit((old for old, _ in pairs), 644), commit((new for _, new in pairs), 755)
        git(folder, "fast-import", "--quiet", stdin=old + new)
        log = ("log", "-1", "-z", "--numstat", "--no-renames", "--format=", "main")
        rows = git(folder, *log).split(b"\0")[:-1]
    counts: list[tuple[int, int] | None] = [(0, 0)] * len(pairs)  # no row: on neither side
    for row in rows:
        added, deleted, path = row.lstrip(b"\n").split(b"\t")
        counts[int(path)] = None if added == b"-" else (int(added), int(deleted))
    return counts


def check(pairs: list[Pair]) -> None:
    wrong = [
        (pair, ours, gits)
        for pair, gits in zip(pairs, counts_of_git(pairs), strict=True)
        if (ours := count(*pair)) != gits
    ]
    assert not wrong, f"{len(wrong)} of {len(pairs)} pairs differ, the first: {wrong[0]!r:.2000}"


# ---- Hypothesis: small texts of every shape ---------------------------------

few_lines = st.sampled_from([b"", b"a", b"b", b"}", b"\tc", b"d\r", b"long " * 9])
many_lines = st.binary(max_size=20).map(lambda line: line.replace(b"\n", b" "))
some_lines = st.lists(few_lines, max_size=60) | st.lists(few_lines | many_lines, max_size=30)


@st.composite
def small_blobs(draw: st.DrawFn, lines: st.SearchStrategy[Lines] = some_lines) -> bytes:
    return b"\n".join(draw(lines)) + draw(st.sampled_from([b"", b"\n", b"\n\n"]))


@st.composite
def edited_blobs(draw: st.DrawFn) -> Pair:
    """A text, and the same one with up to four of its parts replaced."""
    old = draw(small_blobs())
    new = old
    for _ in range(draw(st.integers(0, 4))):
        start, end = sorted((draw(st.integers(0, len(new))), draw(st.integers(0, len(new)))))
        new = new[:start] + draw(small_blobs()) + new[end:]
    return old, new


small_pairs = edited_blobs() | st.tuples(st.none() | small_blobs(), st.none() | small_blobs())


@settings(max_examples=30, deadline=None)
@given(st.lists(small_pairs, min_size=1, max_size=20))
def test_small_texts(pairs: list[Pair]) -> None:
    check(pairs)


# ---- random edits of larger files -------------------------------------------


def any_line(rng: random.Random, distinct: int) -> bytes:
    """Of `distinct` lines; the lower its number, the more frequent a line is."""
    return b"line %d" % int(distinct * rng.random() ** 3)


def edit(rng: random.Random, lines: Lines, edits: int, longest: int, distinct: int) -> Lines:
    """Deletes, inserts, replaces, moves and copies blocks."""
    lines = list(lines)
    for _ in range(edits):
        at = rng.randrange(len(lines) + 1)
        end = at + rng.randint(0, longest)
        fresh = [any_line(rng, distinct) for _ in range(rng.randint(0, longest))]
        kind = rng.randrange(5)
        if kind == 0:
            del lines[at:end]
        elif kind == 1:
            lines[at:at] = fresh
        elif kind == 2:
            lines[at:end] = fresh
        elif kind == 3:
            block = lines[at:end]
            del lines[at:end]
            to = rng.randrange(len(lines) + 1)
            lines[to:to] = block
        else:
            to = rng.randrange(len(lines) + 1)
            lines[to:to] = lines[at:end]
    return lines


def join(rng: random.Random, lines: Lines) -> bytes:
    """Without a final newline in one of eight cases."""
    return b"\n".join(lines) + (b"\n" if lines and rng.randrange(8) else b"")


def random_pair(rng: random.Random, size: int, edits: int, longest: int, distinct: int) -> Pair:
    old = [any_line(rng, distinct) for _ in range(rng.randint(0, size))]
    new = edit(rng, old, rng.randint(0, edits), longest, 2 * distinct)
    return join(rng, old), join(rng, new)


@pytest.mark.parametrize("distinct", [2, 8, 40, 300, 100_000])
@pytest.mark.parametrize(
    ("pairs", "size", "edits", "longest"),
    [(400, 20, 6, 3), (250, 150, 10, 30), (60, 1500, 12, 120), (60, 1500, 200, 5)],
)
def test_random_edits(distinct: int, pairs: int, size: int, edits: int, longest: int) -> None:
    rng = random.Random(f"{distinct} {size} {edits}")
    check([random_pair(rng, size, edits, longest, distinct) for _ in range(pairs)])


# ---- where git gives up looking for a minimal script ------------------------


def rewritten(rng: random.Random, size: int, distinct: int, keep: float, run: int) -> Pair:
    """Runs of about `run` lines are kept with probability `keep`, or replaced."""
    old = [any_line(rng, distinct) for _ in range(size)]
    new: Lines = []
    at = 0
    while at < size:
        end = at + rng.randint(1, 2 * run)
        replacement = (any_line(rng, distinct) for _ in range(rng.randint(0, 2 * run)))
        new += old[at:end] if rng.random() < keep else replacement
        at = end
    return join(rng, old), join(rng, new)


def shuffled_blocks(rng: random.Random, size: int, distinct: int, block: int) -> Pair:
    old = [any_line(rng, distinct) for _ in range(size)]
    blocks = [old[i : i + block] for i in range(0, size, block)]
    rng.shuffle(blocks)
    return join(rng, old), join(rng, [line for part in blocks for line in part])


def unrelated(rng: random.Random, size: int, distinct: int) -> Pair:
    sizes = (rng.randint(size // 4, size) for _ in range(2))
    old, new = ([any_line(rng, distinct) for _ in range(n)] for n in sizes)
    return join(rng, old), join(rng, new)


def snakes(rng: random.Random, size: int, distinct: int, keep: tuple[int, int]) -> Pair:
    """Small edits between runs of equal lines, with the lengths of those from `keep`."""
    old = [b"line %d" % rng.randrange(distinct) for _ in range(size)]
    new: Lines = []
    at = 0
    while at < size:
        end = at + rng.randint(*keep)
        new += old[at:end]
        new += [b"line %d" % rng.randrange(distinct) for _ in range(rng.randint(0, 8))]
        at = end + rng.randint(0, 8)
    return join(rng, old), join(rng, new)


def periodic(
    rng: random.Random, size: int, other: int, distinct: int, keep: tuple[int, int]
) -> Pair:
    """Two damaged copies of a repetitive text, where many points are equally good."""
    noise = rng.choice([1, 4, 50])
    longest = rng.choice([0, 4, 8])

    def text(size: int) -> Lines:
        lines: Lines = []
        at = 0
        while len(lines) < size:
            end = at + rng.randint(*keep)
            lines += [b"line %d" % (i % distinct) for i in range(at, end)]
            lines += [b"noise %d" % rng.randrange(noise) for _ in range(rng.randint(0, longest))]
            at = end + rng.randint(0, 8)
        return lines

    return join(rng, text(size)), join(rng, text(other))


REWRITES = [
    partial(rewritten, size=2500, distinct=60, keep=0.5, run=4),
    partial(rewritten, size=2500, distinct=600, keep=0.5, run=25),
    partial(rewritten, size=4000, distinct=3000, keep=0.7, run=30),
    partial(shuffled_blocks, size=3000, distinct=3000, block=23),
    partial(shuffled_blocks, size=3000, distinct=200, block=60),
    partial(unrelated, size=2500, distinct=3),
    partial(unrelated, size=2500, distinct=100),
    # From 65,536 lines on, searches run for longer, and long snakes matter too.
    partial(shuffled_blocks, size=40_000, distinct=1_000_000, block=23),
    partial(rewritten, size=40_000, distinct=3000, keep=0.9, run=60),
    partial(rewritten, size=40_000, distinct=30_000, keep=0.7, run=40),
    partial(rewritten, size=45_000, distinct=300, keep=0.7, run=40),
    partial(snakes, size=40_000, distinct=5000, keep=(5, 21)),
    partial(periodic, size=34_000, other=34_000, distinct=23, keep=(10, 60)),
    partial(periodic, size=62_000, other=34_000, distinct=2, keep=(1, 40)),
    partial(periodic, size=34_000, other=62_000, distinct=57, keep=(10, 60)),
    partial(periodic, size=70_000, other=9_000, distinct=5, keep=(20, 200)),
    partial(periodic, size=9_000, other=62_000, distinct=23, keep=(1, 40)),
    partial(unrelated, size=80_000, distinct=30),
]


@pytest.mark.parametrize("make", REWRITES)
def test_big_rewrites(make: partial[Pair]) -> None:
    rng = random.Random(str(make.keywords))
    check([make(rng) for _ in range(3 if make.keywords["size"] > 9999 else 25)])


def test_where_searches_may_run_for_longer() -> None:
    """They may from 65,536 lines on, and git adds three to their number."""
    rng = random.Random(65_536)
    old = [any_line(rng, 5) for _ in range(32_766)]
    new = [any_line(rng, 5) for _ in range(32_768)]
    new[0], new[-1] = b"first", b"last"  # so there are no common ends
    old += [b"first", b"last"]
    check([(b"\n".join(old), b"\n".join(new[:1] + new[skip:])) for skip in range(2, 6)])


# ---- where git discards frequent lines --------------------------------------


def with_blanks(rng: random.Random, name: bytes, size: int, share: float) -> Lines:
    return [b"" if rng.random() < share else b"%b %d" % (name, i) for i in range(size)]


@pytest.mark.parametrize("size", [12, 60, 250, 1100, 4500])
@pytest.mark.parametrize("middle", [10, 40, 250])
def test_frequent_lines_among_new_ones(size: int, middle: int) -> None:
    """Blank lines near git's thresholds, in rewrites of various density."""
    rng = random.Random(f"{size} {middle}")
    pairs: list[Pair] = []
    for _ in range(100 if size < 1000 else 15):
        head = with_blanks(rng, b"head", size, 0.15)
        tail = with_blanks(rng, b"tail", rng.randint(0, size), 0.15)
        share = rng.choice([0.05, 0.12, 0.25, 0.5])
        old, new = (
            head + with_blanks(rng, name, rng.randint(1, middle), share) + tail
            for name in (b"old", b"new")
        )
        pairs.append((join(rng, old), join(rng, new)))
    check(pairs)


@pytest.mark.parametrize("size", [300_000, 1_100_000])
def test_frequent_lines_of_huge_files(size: int) -> None:
    """At such sizes the threshold no longer grows: 1024."""
    old, new = (b"\n".join([name] * 9 + [b""] + [name] * 9 + [b""]) for name in (b"old", b"new"))
    heads = [b"head\n" * size + b"\n" * blanks for blanks in (1021, 1022, 1023)]
    check([(head + old, head + new) for head in heads])


# ---- shapes that are easy to get wrong --------------------------------------

EDGES: list[Blob] = [
    *(None, b"", b"\n", b"\n\n", b"\n" * 700, b"a", b"a\n", b"a\nb", b"a\nb\n", b"b\na\n"),
    *(b"a\r\nb\r\n", b"a\rb\r", b"ab\n", b"ba\n", b"xa\n", b"xa", b"a\n" * 300, b"\xff\xfe\n"),
    *(b"\0", b"a\nb\n\0", b"a" * 7999 + b"\0", b"a" * 8000 + b"\0", b"a\n" * 3999 + b"\n\0"),
    *(b"a\n" * 4000 + b"\0", b"x" * 5000 + b"\n", b"x" * 5000 + b"y\n", b"x" * 5000),
]


def test_edges_all_against_all() -> None:
    check([(old, new) for old in EDGES for new in EDGES])
