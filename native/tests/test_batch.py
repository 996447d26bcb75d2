# SPDX-License-Identifier: Apache-2.0
"""Many pairs from one stream of `git cat-file --batch`, against count() on the same contents."""

import os
import random
import struct
import subprocess
import threading
from pathlib import Path

import pytest
from groundplan_linecount import count, count_pairs, requests

ABSENT = b"0" * 40
GONE = b"1" * 40


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "--quiet", "--bare", str(tmp_path)], check=True)
    return tmp_path


def write(repository: Path, texts: list[bytes]) -> list[bytes]:
    """Put blobs into a repository; their ids."""
    files = []
    for nr, text in enumerate(texts):
        files.append(repository / f"blob {nr}")
        files[-1].write_bytes(text)
    return subprocess.run(
        ["git", "-C", str(repository), "hash-object", "-w", "--no-filters", "--stdin-paths"],
        input=b"".join(os.fsencode(file) + b"\n" for file in files),
        stdout=subprocess.PIPE,
        check=True,
    ).stdout.split()


def counted(repository: Path, ids: bytes) -> list[tuple[int, int, int]]:
    asked = repository / "asked"
    asked.write_bytes(requests(ids, 40))
    command = ["git", "-C", str(repository), "cat-file", "--batch", "--buffer"]
    with (
        asked.open("rb") as stdin,
        subprocess.Popen(command, stdin=stdin, stdout=subprocess.PIPE) as git,
    ):
        assert git.stdout is not None
        told = count_pairs(ids, 40, git.stdout.fileno())
    return list(struct.iter_unpack("=iii", told))


def expected(old: bytes | None, new: bytes | None) -> tuple[int, int, int]:
    numbers = count(old, new)
    return (1, 0, 0) if numbers is None else (0, *numbers)


@pytest.mark.parametrize("seed", range(6))
def test_against_single_counts(repository: Path, seed: int) -> None:
    dice = random.Random(seed)
    lines = [b"%d\n" % nr for nr in range(50)] + [b"\0\n"] * (seed % 2)
    sizes = [0, 1, 5, 200, 9_000, 70_000]
    texts = [
        b"".join(dice.choices(lines, k=dice.choice(sizes)))[: dice.choice([None, -1])]
        for _ in range(60)
    ]
    names = write(repository, texts)
    content: dict[bytes, bytes | None] = dict(zip(names, texts, strict=True)) | {ABSENT: None}
    some = [*names, ABSENT]
    near = [dice.choice(some[max(nr % 61 - 4, 0) : nr % 61 + 4]) for nr in range(600)]
    found = counted(repository, b"".join(near))
    pairs = zip(near[::2], near[1::2], strict=True)
    assert found == [expected(content[old], content[new]) for old, new in pairs]


def test_what_is_kept_is_not_asked_for_twice() -> None:
    a, b, c = (letter * 40 for letter in (b"a", b"b", b"c"))
    assert requests(ABSENT + a + a + b + b + c + c + ABSENT, 40) == b"%s\n%s\n%s\n" % (a, b, c)
    far = b"".join(b"%040x" % nr for nr in range(100))
    assert requests(a + b + far + a + b, 40).split().count(a) == 2


def test_missing_objects(repository: Path) -> None:
    (name,) = write(repository, [b"a\nb\n"])
    found = counted(repository, GONE + name + ABSENT + name + name + GONE + name + name)
    assert found == [(2, 0, 0), (0, 2, 0), (2, 0, 0), (0, 0, 0)]


def test_answers_that_end_too_soon(repository: Path) -> None:
    dice = random.Random(5)  # git only begins to read what is large enough
    large = b"".join(b"%x\n" % dice.getrandbits(64) for _ in range(2000))
    names = write(repository, [large + b"line\n" * nr for nr in range(8)])
    damaged = repository / "objects" / names[4][:2].decode() / names[4][2:].decode()
    damaged.chmod(0o644)
    damaged.write_bytes(damaged.read_bytes()[:9000])
    ids = b"".join(ABSENT + name for name in names)
    assert counted(repository, ids) == [(0, 2000 + nr, 0) for nr in range(4)]


@pytest.mark.parametrize(
    "answer", [b"", b"x", b"x" * 400, b"a blob 5\nab", b"a blob 5\n" + b"a" * 5]
)
def test_answers_that_are_none(answer: bytes) -> None:
    read, send = os.pipe()
    os.write(send, answer)
    os.close(send)
    assert count_pairs(ABSENT + GONE, 40, read) == b""
    os.close(read)


def test_other_threads_run_meanwhile(repository: Path) -> None:
    (name,) = write(repository, [b"a\n"])
    read, send = os.pipe()
    told: list[bytes] = []
    thread = threading.Thread(target=lambda: told.append(count_pairs(ABSENT + name, 40, read)))
    thread.start()
    os.write(send, name + b" blob 2\na\n\n")
    os.close(send)
    thread.join()
    os.close(read)
    assert struct.unpack("=iii", told[0]) == (0, 1, 0)


@pytest.mark.parametrize("wrong", [(b"abc", 1), (b"ab", 0), (b"ab", -1), (b"abcd", 3)])
def test_ids_that_are_no_pairs(wrong: tuple[bytes, int]) -> None:
    with pytest.raises(ValueError, match="pairs of ids"):
        requests(*wrong)
    with pytest.raises(ValueError, match="pairs of ids"):
        count_pairs(*wrong, 0)


def test_types_and_numbers_of_arguments() -> None:
    with pytest.raises(TypeError):
        requests("ab", 1)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="2 positional"):
        requests(b"ab")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="3 positional"):
        count_pairs(b"ab", 1)  # type: ignore[call-arg]
    assert requests(b"", 40) == count_pairs(b"", 40, -1) == b""
