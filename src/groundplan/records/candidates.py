"""What a team could do next, as people said it: added, taken on, declined, settled, held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final, Literal, TypeAlias

from groundplan.records.folding import Fold
from groundplan.records.journal import Entry

STREAM: Final = "portfolio"
FRAMED: Final = "portfolio.framed"
ADDED: Final = "portfolio.added"
TAKEN: Final = "portfolio.taken"
DECLINED: Final = "portfolio.declined"
SETTLED: Final = "portfolio.settled"
HELD: Final = "portfolio.held"
KINDS: Final = (FRAMED, ADDED, TAKEN, DECLINED, SETTLED, HELD)

Place: TypeAlias = Literal["primary", "second"]
Ends: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A candidate with all that was said of it.

    value, undone: if somebody does it, if nobody does; weeks: person-weeks: each from low to high
    in 8 of 10 cases. elsewhere: the chance that it goes ahead without this team [share]. foretold,
    by_on, chance: what happens if nobody does it, once it is declined; happened: whether it did.
    """

    number: int
    what: str
    value: Ends
    undone: Ends
    weeks: Ends
    elsewhere: float
    stage: Literal["open", "taken", "declined"] = "open"
    foretold: str = ""
    by_on: date | None = None
    chance: float = 0.0
    happened: bool | None = None


@dataclass(frozen=True, slots=True)
class Portfolio:
    """All that was said. capacity: None until it is told [person-weeks]; unit: what value is told
    in; held: whose first and second project is which."""

    candidates: Mapping[int, Candidate] = field(default_factory=dict)
    capacity: float | None = None
    unit: str = "points"
    held: Mapping[tuple[str, Place], int] = field(default_factory=dict)

    def staged(self, *stages: str) -> list[Candidate]:
        """The candidates in some stages, oldest first."""
        return [one for one in self.candidates.values() if one.stage in stages]


def step(known: Portfolio, entry: Entry) -> Portfolio:
    """The portfolio after one more entry."""
    body = entry.body
    if entry.kind == FRAMED:
        return replace(known, capacity=body["capacity"], unit=body["unit"])
    if entry.kind == ADDED:
        ends = (_ends(body["value"]), _ends(body["undone"]), _ends(body["weeks"]))
        new = Candidate(entry.version, body["what"], *ends, body["elsewhere"])
        return replace(known, candidates={**known.candidates, new.number: new})
    one = known.candidates.get(body["number"])
    if one is None:  # its addition was erased, or is not for this reader
        return known
    if entry.kind == HELD:
        return replace(known, held={**known.held, (entry.by, body["place"]): one.number})
    if entry.kind == TAKEN:
        one = replace(one, stage="taken")
    elif entry.kind == DECLINED:
        by_on, chance = date.fromisoformat(body["by_on"]), body["chance"]
        foretold = body["foretold"]
        one = replace(one, stage="declined", foretold=foretold, by_on=by_on, chance=chance)
    elif entry.kind == SETTLED:
        one = replace(one, happened=body["happened"])
    return replace(known, candidates={**known.candidates, one.number: one})


def _ends(pair: Any) -> Ends:
    low, high = pair
    return low, high


PORTFOLIO: Final = Fold("portfolio", Portfolio(), step)
