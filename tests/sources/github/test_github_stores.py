"""What a reading leaves on the disk: whole after kill -9, without secrets, without the erased."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from groundplan.facts.erasure import Traces
from groundplan.facts.host import HOST_KINDS
from groundplan.facts.work import WORK_KINDS
from groundplan.sources.github.webhooks import is_signed
from groundplan.sources.http.pushes import Push, receive
from groundplan.sources.http.secrets import Secret
from groundplan.sources.http.sync import rebuild, shape_kept
from groundplan.terms.errors import GroundplanError
from groundplan.terms.people import Account
from groundplan.terms.progress import Silent
from tests.sources.github.github_builder import build_world, who
from tests.sources.github.githubs import TOKEN, Place
from tests.sources.github.test_github_sync import ITEMS, THREADS, read_fresh
from tests.sources.http_server import Answer, Asked, serving

ROOT = Path(__file__).parents[3]
READER = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from groundplan.facts.ledger import Ledger
from groundplan.facts.raw import Raw
from groundplan.sources.github.fetch import connect
from groundplan.sources.http.secrets import Secret, Token
from groundplan.sources.http.sync import sync
from groundplan.terms.progress import Silent
folder, token = Path(sys.argv[1]), Token(Secret(os.environ["PLANTED"]))
now = lambda: datetime(2026, 3, 4, 9, tzinfo=UTC)
github = connect("ann/engine", token, Silent(), api=sys.argv[2], now=now)
github.host = "github.com"
sync(Ledger(folder, now), Raw(folder / "raw.sqlite"), github, Silent(), clock=now)
"""


def test_killed_by_the_system_again_and_again_it_ends_the_same(tmp_path: Path) -> None:
    world = build_world(pulls=110, issues=40, runs=25)
    undisturbed = read_fresh(world, tmp_path / "undisturbed")
    folder = tmp_path / "killed"
    folder.mkdir()
    kills = 0

    def slowly(asked: Asked) -> Answer:
        time.sleep(0.02)
        return world.answer(asked)

    with serving(slowly) as server:
        while True:
            stop_at = server.count + 5 + 4 * kills
            reader = subprocess.Popen(
                [sys.executable, "-c", READER, str(folder), server.base],
                env={**os.environ, "PLANTED": TOKEN}, cwd=ROOT,
            )  # fmt: skip
            while reader.poll() is None and server.count < stop_at:
                time.sleep(0.002)
            if reader.poll() is not None:
                break
            os.kill(reader.pid, signal.SIGKILL)
            reader.wait()
            kills += 1
    assert reader.returncode == 0
    assert kills >= 3
    place = Place(folder)
    assert place.digest() == undisturbed
    assert place.rows("select count(*), count(distinct key) from {pulls}") == [(110, 110)]
    place.close()


def test_no_secret_is_written_anywhere(
    place: Place, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Also where the server plays it back, in words and in addresses."""
    world = build_world(pulls=20, issues=10, runs=10)
    caplog.set_level("DEBUG")
    errors: list[str] = []

    def trouble(nr: int, asked: Asked) -> str:
        return {3: "500", 5: "429", 8: "cut json"}.get(nr, "")

    with serving(world.answer, trouble, clock=place.clock) as server:
        place.sync(server)
        world.token = "another"
        for _ in range(2):
            with pytest.raises(GroundplanError) as raised:
                place.sync(server)
            errors.append(f"{raised.value} {raised.value!r} {raised.traceback}")
    place.raw.append("x", [], "now", {})
    written = place.written()
    assert len(written) > 10_000
    shown = capsys.readouterr()
    heard = "".join([*errors, shown.out, shown.err, caplog.text])
    assert TOKEN.encode() not in written
    assert TOKEN not in heard
    kept = b"".join(reply.body for reply in place.raw.read("items:github-ann-engine"))
    assert TOKEN.encode() not in kept


def test_whoever_is_erased_stays_away(place: Place) -> None:
    world = build_world(pulls=40, issues=40, runs=5)
    with serving(world.answer, clock=place.clock) as server:
        place.sync(server)
        people = place.rows(f"select count(*) from ({THREADS}) where name = 'ann'")
        assert people[0][0] > 0
        ann = Account("ann", "100+ann@users.noreply.github.com")
        traces = Traces((ann,), (ann.email,))
        place.ledger.erase(traces, (*HOST_KINDS, *WORK_KINDS))
        github = place.github(server)
        with place.ledger.run(github.source) as run:
            mask = run.mask
        assert place.raw.erase(github.source, lambda r: github.cover(r.body, mask)) > 0
        erased = place.digest()
        rebuild(place.ledger, place.raw, github, Silent())
        assert place.digest() == erased
        for node in (*world.pulls, *world.issues):  # everything comes again
            node["updatedAt"] = "2026-03-02T10:00:00Z"
        world.issues[0]["title"] = "it broke, says @ann"
        world.issues[0]["author"] = who("ann")
        place.sync(server)
    for kind in (*HOST_KINDS, *WORK_KINDS):
        for row in place.rows(f"select * from {{{kind.name}}}"):
            assert "ann" not in [str(value) for value in row]
            assert "100+ann" not in str(row)
    erased_rows = place.rows(f"select count(*) from ({THREADS}) where name like 'erased-%'")
    assert erased_rows == [(people[0][0] + 1,)]  # with the issue opened last
    for reply in place.raw.read("items:github-ann-engine"):
        assert b'"ann"' not in reply.body.replace(b"ann/engine", b"")
    titles = place.rows(f"select value from ({ITEMS}) where value like 'it broke%'")
    assert titles[0][0].startswith("it broke, says @erased-")


def test_a_push_needs_the_right_signature() -> None:
    secret, body = Secret("hook"), b'{"zen": "Keep it logically awesome."}'
    right = hmac.new(b"hook", body, hashlib.sha256).hexdigest()
    assert is_signed(body, f"sha256={right}", secret)
    for wrong in ("", "sha256=", f"sha256={right[:-1]}0", f"sha1={right}", "sha256=é", right[:10]):
        assert not is_signed(body, wrong, secret) or wrong.endswith(right)
    assert not is_signed(body + b" ", f"sha256={right}", secret)
    empty = hmac.new(b"", body, hashlib.sha256).hexdigest()
    assert not is_signed(body, f"sha256={empty}", Secret(""))


def test_pushes_become_facts_and_a_reading_comes_to_the_same(place: Place, tmp_path: Path) -> None:
    world = build_world(pulls=10, issues=10, runs=3)
    with serving(world.answer, clock=place.clock) as server:
        place.sync(server)
        github, known = place.github(server), place.raw.state("items:github-ann-engine")
        pushed = push_of(world.pulls[4], "closed", "2026-03-02T09:10:00Z")
        pushed["repository"] = {"id": world.id, "full_name": "ann/renamed-meanwhile"}
        headers = {"x-github-event": "pull_request", "x-github-delivery": "d-1"}
        told = github.read_push(Push(headers, json.dumps(pushed).encode()), known)
        mask, now = place.ledger.mask(), place.clock.now()
        assert receive(place.raw, github, told, mask, now) == 1
        assert receive(place.raw, github, told, mask, now) == 0  # delivered twice
        assert shape_kept(place.ledger, place.raw, github, Silent()) == 1
        state = "select state from {pulls} where key = '5' order by updated_at desc limit 1"
        assert place.rows(state) == [("merged",)]
        at = "2026-03-02T09:10:00Z"
        merge = {"oid": "f" * 40}
        world.pulls[4].update(
            state="MERGED", mergedAt=at, closedAt=at, updatedAt=at, mergeCommit=merge,
            mergedBy=who("ben"),
        )  # fmt: skip
        place.sync(server)
    assert place.digest() == read_fresh(world, tmp_path / "fresh")


def push_of(pull: dict[str, object], action: str, at: str) -> dict[str, object]:
    """A pull request as a webhook tells it."""
    user = {"login": "ann", "id": 100, "type": "User"}
    told = {
        "id": 9_005, "number": pull["number"], "title": pull["title"], "state": "closed",
        "user": user, "created_at": pull["createdAt"], "updated_at": at, "closed_at": at,
        "merged_at": at, "merged_by": user, "base": {"ref": "main"}, "merge_commit_sha": "f" * 40,
        "head": {"ref": "x", "sha": "e" * 40}, "labels": [],
    }  # fmt: skip
    return {"action": action, "pull_request": told, "sender": user}
