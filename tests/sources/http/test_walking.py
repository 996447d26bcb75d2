"""A list that is read by time: nothing twice, nothing lost, whatever the server means by since."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from groundplan.sources.http.walking import Thing, Walk

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)


def at(minutes: float) -> str:
    return (BEGIN + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Listed:
    """A server's list. slack_s: how much earlier than asked it begins."""

    def __init__(self, slack_s: int) -> None:
        self.things: list[Thing] = []
        self.slack = timedelta(seconds=slack_s)
        self.asked = 0

    def ask(self, by: str, since: str, page: int) -> list[Thing]:
        self.asked += 1
        floor = datetime.fromisoformat(since) - self.slack if since else None
        found = [
            one for one in self.things
            if floor is None or datetime.fromisoformat(one[by]) >= floor
        ]  # fmt: skip
        found.sort(key=lambda one: (one[by], one["id"]))
        return [dict(one) for one in found[(page - 1) * 5 : page * 5]]


def read(walk: Walk, place: Thing, minutes: float, most: int = 1_000) -> list[tuple[Any, str]]:
    """What comes until the process dies after some pages; the place is what was kept."""
    seen: list[tuple[Any, str]] = []
    told = json.loads(json.dumps(place))
    for nr, fresh in enumerate(walk.read(told, BEGIN + timedelta(minutes=minutes)), 1):
        seen += [(one["id"], one["changed"]) for one in fresh]
        place.clear()
        place.update(json.loads(json.dumps(told)))
        if nr >= most:
            break
    return seen


@pytest.mark.parametrize("slack_s", [0, 1, 90])
@pytest.mark.parametrize("seed", range(4))
def test_every_state_is_seen_and_none_twice_once_it_rests(seed: int, slack_s: int) -> None:
    rng, server, place = np.random.default_rng(seed), Listed(slack_s), {}
    walk = Walk("id", "made", "changed", 5, server.ask)
    minutes, states, seen = 0.0, set(), []
    for turn in range(12):
        for _ in range(int(rng.integers(0, 25))):
            minutes += float(rng.choice([0.0, 0.01, 3.0]))
            if server.things and rng.random() < 0.4:
                thing = server.things[int(rng.integers(len(server.things)))]
            else:
                thing = {"id": len(server.things), "made": at(minutes)}
                server.things.append(thing)
            thing["changed"] = at(minutes)
        states = {(one["id"], one["changed"]) for one in server.things}
        minutes += 0.1
        seen += read(walk, place, minutes, most=int(rng.integers(1, 4)) if turn % 2 else 1_000)
    seen += read(walk, place, minutes)
    assert states <= set(seen)
    before = server.asked
    assert read(walk, place, minutes + 1) == []
    assert server.asked - before <= 2
