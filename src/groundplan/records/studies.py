"""Studies as the journal holds them: what was planned and sealed, what happened, what came out.

Below the room `experiments`, because updates, goals and the benefit of a practice read findings.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final

STREAM: Final = "studies"
DRAFTED: Final = "studies.drafted"
MEASURED: Final = "studies.measured"
PLANNED: Final = "studies.planned"
NAMED: Final = "studies.named"
POWERED: Final = "studies.powered"
SEALED: Final = "studies.sealed"
STARTED: Final = "studies.started"
DREW: Final = "studies.drew"
DEVIATED: Final = "studies.deviated"
FELT: Final = "studies.felt"
LOOKED: Final = "studies.looked"
ANALYSED: Final = "studies.analysed"
FOUND: Final = "studies.found"
GIVEN_UP: Final = "studies.given_up"
KINDS: Final = (
    DRAFTED, MEASURED, PLANNED, NAMED, POWERED, SEALED, STARTED, DREW, DEVIATED, FELT, LOOKED,
    ANALYSED, FOUND, GIVEN_UP,
)  # fmt: skip


class Units(StrEnum):
    """Who or what starts, or does not."""

    TASKS = "tasks"
    PEOPLE = "people"
    REPOSITORIES = "repositories"
    TEAMS = "teams"
    EVERYBODY = "everybody at once"
    FILE = "units of a file"


class RollOut(StrEnum):
    """How it is decided who starts when, the best first."""

    TASK = "draw each task"
    DATE = "draw the date"
    PAIRS = "matched pairs"
    STEPPED = "stepped wedge"
    HALF = "draw half of the units"
    CHOSEN = "not drawn"


class Departure(StrEnum):
    """How what happened differed from what was sealed."""

    CROSSED = "crossed over"
    OPTED_OUT = "opted out"
    LEFT = "left"
    ANOTHER = "another change at the same time"
    REDEFINED = "the outcome was counted otherwise"
    OTHER = "something else"


@dataclass(frozen=True, slots=True)
class Measure:
    """How an effect would be seen. outcome: a signal's name, or that of a file's numbers.

    worth: the smallest effect worth having [percent]; guardrail: the signal that must not get
    worse, or the name of numbers of a file, by more than `margin` [percent]; pulse: the statement
    that people are asked about.
    """

    outcome: str
    in_file: bool
    version: int
    more_is_better: bool
    worth: float
    guardrail: str
    guardrail_in_file: bool
    guardrail_more_is_better: bool
    margin: float
    pulse: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Who, how and when. start_on: a Monday, the first on which somebody may start.

    weeks: how long it runs, weeks_before: how far back it is compared; step_weeks: between two
    waves of a stepped wedge; dates: how many Mondays a drawn date may fall on; treated: who
    starts where nothing is drawn; because_of: what had happened, where a bad spell is the reason;
    whole: whether nobody chose among the units that facts know.
    """

    kind: Units
    units: tuple[str, ...]
    roll_out: RollOut
    start_on: date
    weeks: int
    weeks_before: int
    step_weeks: int
    dates: int
    treated: tuple[str, ...]
    because_of: str
    stop_rule: str
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Shown:
    """The power that was shown before the seal, of one version of the plan.

    detects: the smallest effect found in four of five studies [percent], None if nothing is.
    curve: effects [percent] and how often each would be found [share].
    """

    on: date
    plan: str
    detects: float | None
    curve: tuple[tuple[float, float], ...]
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seal:
    """The plan as it holds. starts: the first day of each unit, None for one that waits.

    blocks: the pair or wave of each unit, "" without any. digest: over everything before it;
    exploratory: outcomes existed already; despite: why it is run although it sees little.
    """

    on: date
    by: str
    digest: str
    seed: int
    starts: Mapping[str, date | None]
    blocks: Mapping[str, str]
    exploratory: bool
    despite: str


@dataclass(frozen=True, slots=True)
class Start:
    """When a unit really started, None for one that never did."""

    unit: str
    on: date | None


@dataclass(frozen=True, slots=True)
class Draw:
    """A task that was drawn to be done with the intervention, or without. by: whose task it is."""

    task: str
    with_it: bool
    by: str
    on: date


@dataclass(frozen=True, slots=True)
class Deviation:
    """Something that was not as sealed. unit: "" for all of them."""

    what: Departure
    unit: str
    on: date
    note: str


@dataclass(frozen=True, slots=True)
class Felt:
    """How many people said 1 to 5 to the pulse statement, before the start or afterwards."""

    after: bool
    answers: tuple[int, ...]
    on: date


@dataclass(frozen=True, slots=True)
class Look:
    """The one look for harm. stop: whether harm was found."""

    on: date
    stop: bool
    says: str


@dataclass(frozen=True, slots=True)
class Result:
    """What the one analysis answered, as it was written down. found: body of the entry."""

    on: date
    by: str
    found: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Study:
    """A study and all that was said of it. number: of its first entry."""

    number: int
    question: str
    hypothesis: str
    intervention: str
    by: str
    team: str
    drafted_on: date
    measure: Measure | None = None
    plan: Plan | None = None
    power: Shown | None = None
    seal: Seal | None = None
    starts: tuple[Start, ...] = ()
    draws: tuple[Draw, ...] = ()
    deviations: tuple[Deviation, ...] = ()
    pulses: tuple[Felt, ...] = ()
    looks: tuple[Look, ...] = ()
    result: Result | None = None
    published_on: date | None = None
    given_up: str = ""
    bodies: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)

    @property
    def plan_digest(self) -> str:
        """Names this version of question, measure and plan."""
        return digest_of([self.bodies.get(kind) for kind in (DRAFTED, MEASURED, PLANNED)])

    @property
    def is_open(self) -> bool:
        """Whether it may still be changed or run."""
        return not self.given_up and self.result is None


def digest_of(said: object) -> str:
    """A digest of anything that stands in bodies; equal for equal words in any order of fields."""
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Finding:
    """A study's answer as everybody reads it. effect, low, high: in percent, None without any.

    log_effect, se: on the scale on which findings are pooled. verdict: helped, hurt, no
    worthwhile effect, cannot tell.
    """

    study: int
    team: str
    on: date
    intervention: str
    outcome: str
    design: str
    verdict: str
    effect: float | None
    low: float | None
    high: float | None
    log_effect: float | None
    se: float | None
    says: str
    exploratory: bool
