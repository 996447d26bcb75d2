# SPDX-License-Identifier: Apache-2.0
"""What count() promises beyond its numbers."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import groundplan_linecount
import pytest
from groundplan_linecount import count

MEBIBYTE = 2**20


def test_version() -> None:
    assert groundplan_linecount.__version__.count(".") == 2


@pytest.mark.parametrize("blob", [None, b"", b"\n", b"a", b"a\nb\n", b"\r\n" * 5000])
def test_identical_contents(blob: bytes | None) -> None:
    assert count(blob, blob) == (0, 0)


def test_missing_is_empty() -> None:
    assert count(None, None) == count(None, b"") == (0, 0)
    assert count(None, b"a\nb") == (2, 0)
    assert count(b"a\nb\n", None) == (0, 2)


def test_binary_is_none_even_if_identical() -> None:
    assert count(b"\0", b"\0") is None
    assert count(b"\0", None) is None
    assert count(b"a\n", b"a\n\0") is None


@pytest.mark.parametrize("wrong", ["a", bytearray(b"a"), memoryview(b"a"), 1])
def test_only_bytes(wrong: object) -> None:
    with pytest.raises(TypeError, match="old must be bytes or None"):
        count(wrong, b"")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="new must be bytes or None"):
        count(b"", wrong)  # type: ignore[arg-type]


def test_number_of_arguments() -> None:
    with pytest.raises(TypeError, match="2 positional arguments"):
        count(b"")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="2 positional arguments"):
        count(b"", b"", b"")  # type: ignore[call-arg]


def test_one_edit_in_a_large_blob() -> None:
    half = b"some line\n" * (5 * MEBIBYTE)
    assert count(half + b"old\n" + half, half + b"new\nlines\n" + half) == (2, 1)


def test_large_middle() -> None:
    lines = b"\n" * (4 * MEBIBYTE)
    assert count(b"a" + lines + b"b", b"c" + lines + b"d") == (2, 2)


def test_releases_the_gil() -> None:
    """Nobody asks for the GIL here, so the other thread only runs if it is free."""
    old, new = (b"".join(b"%d\n" % (i * k % 99_991) for i in range(99_000)) for k in (7, 11))
    started, finished = threading.Event(), threading.Event()

    def work() -> None:
        started.set()
        count(old, new)
        finished.set()

    interval = sys.getswitchinterval()
    sys.setswitchinterval(600)
    try:
        thread = threading.Thread(target=work)
        thread.start()
        started.wait()
        still_counting = not finished.is_set()
        thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert still_counting


def test_threads_do_not_disturb_each_other() -> None:
    texts = [b"".join(b"%d\n" % (i * i % k) for i in range(6000)) for k in range(2, 40)]
    pairs = [(old, new) for old in texts[:4] for new in texts]
    expected = [count(*pair) for pair in pairs]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda pair: count(*pair), pairs)) == expected


@pytest.mark.skipif(sys.platform != "linux", reason="needs a limit on memory that works")
def test_memory_error() -> None:
    program = """if True:
        import resource
        from groundplan_linecount import count
        lines = b"\\n" * 2**26
        old, new = b"a" + lines + b"b", b"c" + lines + b"d"
        used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        for spare in range(2**20, 2**29, 2**26):
            resource.setrlimit(resource.RLIMIT_AS, (used + spare, resource.RLIM_INFINITY))
            try:
                count(old, new)
            except MemoryError:
                continue
            raise SystemExit("that should have needed more memory")
    """
    subprocess.run([sys.executable, "-c", program], check=True)
