"""Effects that are planted into a world: what changes, by how much, from when on, in which teams.

Written by people as `no-meeting-day: +20% pace @ week 26 in team-a over 4 weeks`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from groundplan.inference.arrays import Floats
from groundplan.terms.errors import BadInput

PACE, CYCLE_TIME, REVIEW_TIME, FIXES = "pace", "cycle-time", "review-time", "fixes"
OUTCOMES: Final = {
    PACE: "items begun a week, and with them commits and items done",
    CYCLE_TIME: "working days from an item's start until it is done",
    REVIEW_TIME: "working days from an item's last commit until it is merged",
    FIXES: "share of items that repair something",
}
ALLOWED: Final = (
    "NAME: +20% [OUTCOME] @ week 26 [in team-a, team-b] [over 4 weeks]; OUTCOME is one of "
    f"{', '.join(OUTCOMES)}, {PACE} if left out"
)
LEAST, MOST = -0.9, 4.0  # of a change
_WRITTEN: Final = re.compile(
    r"""\s*(?P<name>[\w][\w .'-]*?)\s*:\s*(?P<change>[+-]\d+(?:\.\d+)?)\s*%\s*(?P<outcome>[a-z-]*)
    \s*@\s*week\s*(?P<week>\d+)(?:\s+in\s+(?P<teams>team-[a-z](?:\s*,\s*team-[a-z])*))?
    (?:\s+over\s+(?P<ramp>\d+)\s+weeks?)?\s*""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Planted:
    """One effect, as true as it can be.

    change: 0.2 is a fifth more than without it. week: the first that it touches, from 0.
    teams: all if empty. ramp_weeks: until it is there in full, in equal steps of the log.
    """

    name: str
    outcome: str
    change: float
    week: int
    teams: tuple[str, ...] = ()
    ramp_weeks: int = 0

    def check(self, teams: Sequence[str], weeks: int) -> None:
        """BadInput unless the effect can be in a world of these teams and weeks."""
        if self.outcome not in OUTCOMES:
            raise BadInput("plant", self.outcome, f"one of {', '.join(OUTCOMES)}")
        if not LEAST <= self.change <= MOST:
            raise BadInput("plant", f"{self.change:+.0%}", f"{LEAST:+.0%} to {MOST:+.0%}")
        if not 0 < self.week < weeks:
            raise BadInput("plant", f"week {self.week}", f"week 1 to {weeks - 1}")
        if strange := set(self.teams) - set(teams):
            raise BadInput("plant", sorted(strange)[0], f"one of {', '.join(teams)}")


def read_effect(text: str) -> Planted:
    """An effect as people write it. BadInput says how it is written."""
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise BadInput("plant", text, ALLOWED)
    teams = tuple(dict.fromkeys(re.findall(r"team-[a-z]", found["teams"] or "")))
    return Planted(
        name=found["name"],
        outcome=found["outcome"] or PACE,
        change=float(found["change"]) / 100,
        week=int(found["week"]),
        teams=teams,
        ramp_weeks=int(found["ramp"] or 0),
    )


def multiply(effects: Sequence[Planted], outcome: str, team: str, weeks: Floats) -> Floats:
    """By how much planted effects multiply an outcome of a team [ratio], shape of `weeks`.

    weeks: counted from the world's first; those before it are negative.
    """
    total = np.zeros_like(weeks)
    for effect in effects:
        if effect.outcome == outcome and (not effect.teams or team in effect.teams):
            steps = np.floor(weeks) - effect.week + 1
            grown = np.clip(steps / (effect.ramp_weeks + 1), 0.0, 1.0)
            total += grown * np.log1p(effect.change)
    grown_to: Floats = np.exp(total)
    return grown_to
