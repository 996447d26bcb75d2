"""The raw store: appended with its place, by content, across kills, and erased for good."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from groundplan.facts.raw import LEVEL, Raw, Told
from groundplan.terms.errors import Refused, SourceBroken

NOW = "2026-03-02T09:00:00+00:00"


def test_replies_come_back_as_they_were(tmp_path: Path) -> None:
    raw = Raw(tmp_path / "raw.sqlite")
    bodies = [os.urandom(nr) for nr in range(200)]
    for nr, body in enumerate(bodies):
        raw.append("a", [Told("k", body, {"nr": nr})], NOW, {"next": nr + 1})
    raw.append("b", [Told("k", b"other")], NOW)
    again = Raw(tmp_path / "raw.sqlite")
    assert [reply.body for reply in again.read("a")] == bodies
    assert [reply.about["nr"] for reply in again.read("a", 150)] == list(range(150, 200))
    assert again.state("a") == {"next": 200}
    assert (again.state("b"), again.state("c")) == ({}, {})
    assert again.sources() == ["a", "b"]
    assert again.newest("a") == 200


def test_the_same_words_are_kept_once_until_others_come_between(tmp_path: Path) -> None:
    raw = Raw(tmp_path / "raw.sqlite")
    counts = [raw.append("a", [Told("k", body)], NOW) for body in (b"1", b"1", b"2", b"1", b"1")]
    assert counts == [1, 0, 1, 1, 0]
    assert [reply.body for reply in raw.read("a")] == [b"1", b"2", b"1"]


def test_one_body_is_stored_once(tmp_path: Path) -> None:
    raw = Raw(tmp_path / "raw.sqlite")
    body = os.urandom(100_000)
    for nr in range(50):
        raw.append("a", [Told("k", body, {"nr": nr})], NOW)
    raw.close()
    assert (tmp_path / "raw.sqlite").stat().st_size < 300_000


def test_an_erasure_leaves_no_byte_on_the_disk(tmp_path: Path) -> None:
    raw = Raw(tmp_path / "raw.sqlite")
    named = b'{"login": "Ann-Example-Planted"}'
    raw.append("a", [Told("k", named, {"nr": nr}) for nr in range(40)], NOW, {"at": 3})
    raw.append("a", [Told("k", b'{"login": "ben"}')], NOW)
    changed = raw.erase("a", lambda reply: reply.body.replace(b"Ann-Example-Planted", b"erased-1"))
    assert changed == 40
    assert raw.state("a") == {"at": 3}
    found = [reply.body for reply in raw.read("a")]
    assert found == [b'{"login": "erased-1"}'] * 40 + [b'{"login": "ben"}']
    assert raw.erase("a", lambda reply: reply.body) == 0
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"Ann-Example-Planted" not in left
    assert zlib.compress(named, LEVEL)[8:24] not in left


def test_forgetting_a_source_leaves_the_others(tmp_path: Path) -> None:
    raw = Raw(tmp_path / "raw.sqlite")
    raw.append("a", [Told("k", b"same"), Told("k", b"mine")], NOW, {"at": 1})
    raw.append("b", [Told("k", b"same")], NOW, {"at": 2})
    raw.forget("a")
    assert (raw.sources(), raw.state("a"), raw.state("b")) == (["b"], {}, {"at": 2})
    assert [reply.body for reply in raw.read("b")] == [b"same"]


_WRITER = """
import sys
import zlib
from pathlib import Path
from groundplan.facts.raw import Raw, Told
raw = Raw(Path(sys.argv[1]))
nr = raw.state("a").get("next", 0)
while True:
    raw.append("a", [Told("k", b"%d" % nr), Told("k", b"%d too" % nr)], "now", {"next": nr + 1})
    nr += 1
    print(nr, flush=True)
"""


def test_killed_while_writing_nothing_is_half_there(tmp_path: Path) -> None:
    path = tmp_path / "raw.sqlite"
    for round_nr in range(4):
        writer = subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        for _ in range(5 + round_nr):
            writer.stdout.readline()
        os.kill(writer.pid, signal.SIGKILL)
        acknowledged = writer.stdout.read().split()
        writer.wait()
        raw = Raw(path)
        place = raw.state("a")["next"]
        bodies = [reply.body for reply in raw.read("a")]
        raw.close()
        expected = [b"%d%s" % (nr, word) for nr in range(place) for word in (b"", b" too")]
        assert bodies == expected
        assert not acknowledged or place >= int(acknowledged[-1])


def test_damage_and_newer_versions_are_named(tmp_path: Path) -> None:
    (tmp_path / "broken.sqlite").write_bytes(b"no database" * 1_000)
    with pytest.raises(SourceBroken, match="read the sources again"):
        Raw(tmp_path / "broken.sqlite")
    raw = Raw(tmp_path / "raw.sqlite")
    raw.append("a", [Told("k", b"1")], NOW)
    other = sqlite3.connect(tmp_path / "raw.sqlite", isolation_level=None)
    other.execute("update blob set body = x'00'")
    with pytest.raises(SourceBroken, match="reply 1 is damaged"):
        list(raw.read("a"))
    other.execute("pragma user_version = 99")
    other.close()
    raw.close()
    with pytest.raises(Refused, match="newer Groundplan"):
        Raw(tmp_path / "raw.sqlite")
