"""What a simulated world is made of: every number that somebody may turn, with its default.

The defaults are fitted to real histories, and held to others, in evidence/simulation.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from groundplan.sources.simulated.effects import Planted
from groundplan.terms.errors import BadInput

MOST_TEAMS: Final = 26  # they are called by letters
MOST_PEOPLE: Final = 50  # of one team
FEWEST_WEEKS, MOST_WEEKS = 4, 520
STARTS_ON: Final = date(2024, 1, 1)  # a Monday
RUN_IN_WEEKS: Final = 26  # before the first week, so that the world begins in full swing
RUN_OUT_WEEKS: Final = 26  # after the last one, whose items are what is waiting at the end


@dataclass(frozen=True, slots=True)
class Pace:
    """How what a team gets done wanders from week to week, on the log scale.

    Two autocorrelated parts of its own (slow: levels that drift; quick: good and bad weeks), each
    with its standard deviation and its correlation from one week to the next, and shocks
    that all teams share.
    """

    slow_sd: float = 0.25
    slow_lag: float = 0.98
    quick_sd: float = 0.35
    quick_lag: float = 0.60
    shared_sd: float = 0.10

    def __post_init__(self) -> None:
        for name in ("slow_lag", "quick_lag"):
            if not 0 <= getattr(self, name) < 1:
                raise BadInput(name, getattr(self, name), "0 to less than 1")
        for name in ("slow_sd", "quick_sd", "shared_sd"):
            if not 0 <= getattr(self, name) <= 3:
                raise BadInput(name, getattr(self, name), "0 to 3")


@dataclass(frozen=True, slots=True)
class World:
    """Teams, their people and their work.

    people: seats of each team, filled again some weeks after somebody leaves. starts_on: a Monday.
    items_a_week: that a person begins, on average, in a week without days off. people_sd: how
    differently much they begin (log). turnover: share of people who leave in a year.
    work_days, work_sd: from start to the last commit, median and SD of the log; review_days,
    review_sd: from there to the merge; queue_days, queue_sd: from creation to start [working days].
    commits: of an item besides its first. size_lines, size_sd: lines that a change of a file adds.
    fixes: share of items that repair something; dropped: share given up before they are begun.
    weekend: share of commits on a weekend; late: share outside usual hours.
    """

    teams: int = 1
    people: int = 8
    weeks: int = 104
    starts_on: date = STARTS_ON
    pace: Pace = field(default_factory=Pace)
    items_a_week: float = 1.8
    people_sd: float = 0.8
    turnover: float = 0.25
    work_days: float = 1.4
    work_sd: float = 1.7
    review_days: float = 0.3
    review_sd: float = 2.4
    queue_days: float = 9.0
    queue_sd: float = 2.0
    commits: float = 1.0
    size_lines: float = 3.5
    size_sd: float = 1.7
    fixes: float = 0.3
    dropped: float = 0.07
    weekend: float = 0.08
    late: float = 0.12
    effects: tuple[Planted, ...] = ()

    def __post_init__(self) -> None:
        for name, low, high in (
            ("teams", 1, MOST_TEAMS),
            ("people", 1, MOST_PEOPLE),
            ("weeks", FEWEST_WEEKS, MOST_WEEKS),
        ):
            if not low <= getattr(self, name) <= high:
                raise BadInput(name, getattr(self, name), f"{low} to {high}")
        if self.starts_on.weekday():
            raise BadInput("starts_on", self.starts_on.isoformat(), "a Monday")
        for effect in self.effects:
            effect.check(self.team_names, self.weeks)

    @property
    def team_names(self) -> tuple[str, ...]:
        """What the teams are called: team-a, team-b and so on."""
        return tuple(f"team-{chr(ord('a') + nr)}" for nr in range(self.teams))
