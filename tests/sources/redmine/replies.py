"""Replies of a real Redmine, recorded (`python -m tests.sources.redmine.replies`) and played again.

In two phases: as a team lived some weeks, and after what came then; each as both readings ask.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx

from groundplan.sources.http.secrets import Secret
from groundplan.sources.http.sync import Synced
from groundplan.sources.redmine.fetch import Redmine, connect, show_token
from groundplan.terms.progress import Silent
from tests.sources.http_server import Answer, Answering, Asked, Clock, Server, serving
from tests.sources.killing import read_at_most
from tests.sources.redmine.redmines import Team, running
from tests.sources.stores import Stores

RECORDED = Path(__file__).parent / "recorded" / "replies.jsonl"
TOKEN = "plantedKeyPlantedKeyPlantedKeyPlanted001"
SOURCE = "items:127.0.0.1-engine"


class Place(Stores):
    """A workspace folder that reads a project of Redmine."""

    def redmine(self, server: Server, token: str = TOKEN) -> Redmine:
        return connect(
            "engine", show_token(Secret(token)), Silent(), api=server.base, timeout_s=30.0,
            now=self.clock.now, sleep=self.clock.sleep,
        )  # fmt: skip

    def read(self, server: Server) -> Synced:
        return self.run(self.redmine(server))


@dataclass
class Recorded:
    """What was recorded in one phase. now: when that was."""

    now: datetime
    replies: Mapping[str, Any]
    token: str = TOKEN

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("x-redmine-api-key") != self.token:
            return Answer(b"", 401)
        found = self.replies.get(_name(asked), [404, None])
        return Answer(b"" if found[1] is None else found[1], found[0])


def load() -> tuple[Recorded, Recorded]:
    """Both phases."""
    told = map(json.loads, RECORDED.read_text().splitlines())
    first, second = (
        Recorded(datetime.fromisoformat(each["now"]), each["replies"]) for each in told
    )
    return first, second


def record() -> None:
    """Ask a real Redmine everything that a reading asks, and keep the answers."""
    with tempfile.TemporaryDirectory() as name, running(Path(name)) as redmine:
        team, folder = Team(redmine), Path(name)
        phases, place = [], _place(folder / "again")
        for nr, live in enumerate((team.live, team.go_on)):
            live()
            place.clock.time = datetime.now(UTC).replace(microsecond=0)
            replies: dict[str, Any] = {}
            other = _place(folder / f"fresh-{nr}", place.clock)
            killed = _place(folder / f"killed-{nr}", place.clock)
            with serving(_forward(redmine.base, redmine.reader, replies), clock=place.clock) as s:
                for each in (place, place, other):
                    each.read(s)
                most = 1
                while read_at_most(killed.raw, partial(killed.read, s), most):
                    most += 1
            phases.append({"now": place.clock.time.isoformat(), "replies": replies})
    RECORDED.parent.mkdir(exist_ok=True)
    RECORDED.write_text("\n".join(map(_line, phases)) + "\n")


def _line(phase: dict[str, Any]) -> str:
    return json.dumps(phase, separators=(",", ":"), sort_keys=True)


def _place(folder: Path, clock: Clock | None = None) -> Place:
    folder.mkdir()
    return Place(folder, clock)


def _forward(base: str, key: str, replies: dict[str, Any]) -> Answering:
    def answer(asked: Asked) -> Answer:
        headers = {"X-Redmine-API-Key": key}
        found = httpx.get(base + asked.path, params=dict(asked.params), headers=headers, timeout=60)
        body = found.json() if found.content.strip() else None
        replies[_name(asked)] = [found.status_code, body]
        return Answer(b"" if body is None else body, found.status_code)

    return answer


def _name(asked: Asked) -> str:
    return f"{asked.path}?{urlencode(sorted(asked.params.items()))}"


if __name__ == "__main__":
    record()
