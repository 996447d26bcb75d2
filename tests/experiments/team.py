"""A team whose changes are drawn week by week, so that what a study should find is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from groundplan.access import local_scope
from groundplan.experiments.views import Shown
from groundplan.facts.engines.duckdb import as_text
from groundplan.terms.scope import Scope
from tests.team_server import REPOS, TeamServer

FIRST = date(2024, 1, 1)
TODAY = date(2025, 6, 30)
START = date(2025, 7, 7)
Effect = Callable[[str, date], float]


def nothing(_: str, __: date) -> float:
    """An intervention that does nothing."""
    return 1.0


class Team(TeamServer):
    """A server with people who merge changes; facts reach `today`."""

    def __init__(self, folder: Path, people: int = 20, seed: int = 1, usual: float = 6.0) -> None:
        super().__init__(folder)
        self.rng = np.random.default_rng(seed)
        self.people = [f"Engineer {nr:02d}" for nr in range(1, people + 1)]
        for name in self.people:
            self.see(name, f"{name.replace(' ', '').lower()}@example.com")
        self.levels = usual * np.exp(self.rng.normal(0, 0.3, people))
        self.read_until = FIRST
        self.number = 0
        self.today = TODAY
        self.pass_weeks(TODAY, nothing)

    @property
    def here(self) -> Scope:
        """Of whoever opened the workspace."""
        return local_scope(REPOS)

    def pass_weeks(self, until: date, effect: Effect) -> None:
        """Weeks go by up to a Monday, in which people merge as often as `effect` makes them."""
        rows = []
        while self.read_until < until:
            week = self.read_until
            shared = self.rng.gamma(20, 1 / 20)
            for name, level in zip(self.people, self.levels.tolist(), strict=True):
                mean = level * shared * effect(name, week)
                rows += [
                    (name, week, float(hours))
                    for hours in self.rng.exponential(30, self.rng.poisson(mean))
                ]
            self.read_until += timedelta(weeks=1)
        if rows:
            self._land(rows)
        self.today = until

    def _land(self, rows: Sequence[tuple[str, date, float]]) -> None:
        names, weeks, hours = (np.array(column) for column in zip(*rows, strict=True))
        landed = weeks.astype("datetime64[us]") + np.timedelta64(3, "D")
        took = (hours * 3_600_000_000).astype("timedelta64[us]")
        count = len(names)
        self.mart.execute("drop table if exists landed")
        self.mart.load("landed", {
            "person_id": as_text(names.tolist()),
            "landing_nr": np.arange(self.number, self.number + count),
            "landed_at": landed,
            "landed_week": weeks.astype("datetime64[us]"),
            "first_authored_at": landed - took,
        })  # fmt: skip
        self.mart.execute(
            "insert into landings by name select * replace (cast(landed_week as date) as "
            "landed_week), 'r' as repo, 'human' as actor, 'merge' as via from landed"
        )
        self.number += count

    def say(self, verb: str, **inputs: Any) -> str:
        """What a use case of studies says."""
        return str(self.ask(f"experiments.{verb}", self.here, **inputs).says)

    def read_study(self, number: int) -> Shown:
        """A study in full."""
        shown: Shown = self.ask("experiments.read", self.here, number=number)
        return shown


@contextmanager
def open_team(folder: Path, **settings: Any) -> Iterator[Team]:
    """A team that is closed in the end."""
    team = Team(folder, **settings)
    try:
        yield team
    finally:
        team.journal.close()
        team.mart.close()
