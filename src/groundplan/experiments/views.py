"""What the use cases of studies answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from groundplan.records.studies import Deviation, Finding, Look
from groundplan.terms.units import Share


class Step(StrEnum):
    """What a study waits for."""

    MEASURE = "what would show it"
    PLAN = "who, how and when"
    POWER = "what it could see"
    SEAL = "the seal"
    RUN = "its end"
    CONCLUDE = "the analysis"
    PUBLISH = "the library"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Said:
    """What now holds."""

    number: int
    says: str


@dataclass(frozen=True, slots=True)
class Row:
    """A study in the list. verdict: "" before its analysis."""

    number: int
    question: str
    intervention: str
    team: str
    waits_for: Step
    says: str
    verdict: str
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Studies:
    """The studies that the viewer may read: open ones first, then those that ended."""

    open: tuple[Row, ...]
    closed: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Chance:
    """How often an effect of a size would be found. effect: in percent."""

    effect: float
    power: Share


@dataclass(frozen=True, slots=True)
class Begun:
    """A unit as it was sealed and as it was. planned_on, began_on: None for never.

    name: what people call it; note: how it departed, "" if it did as planned.
    """

    unit: str
    name: str
    block: str
    planned_on: date | None
    began_on: date | None
    note: str


@dataclass(frozen=True, slots=True)
class Audited:
    """One line of the assignment audit: how many of the units, and what that means."""

    what: str
    units: int
    of: int
    passed: bool
    says: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A check of the answer. passed: None where it could not be judged; stops: no verdict rests
    on this answer because of it."""

    name: str
    passed: bool | None
    says: str
    stops: bool = False

    @property
    def word(self) -> str:
        """What it means for the verdict."""
        if self.stops:
            return "stops it"
        return {True: "passed", False: "look", None: "not judged"}[self.passed]


@dataclass(frozen=True, slots=True)
class Moved:
    """The guardrail, or the pulse: whether it held, None where it cannot be told."""

    what: str
    held: bool | None
    says: str


@dataclass(frozen=True, slots=True)
class Offset:
    """The difference so many periods after the start, as an event study has it."""

    periods: int
    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of a study or of a panel: what may be said of it, and what may not.

    estimate, low, high: on `scale`, percent or the outcome's own unit; None where refused or not
    bounded. strength: the most that such a design may claim. log_se: of the estimate of logs, for
    pooling. better: 1 where more is an improvement, else -1. placebos: what the same analysis
    finds under assignments that were not made; events: by time since the start; gap: from a
    mixture of the others that ran like the treated units before.
    """

    verdict: str
    sentence: str
    because: str
    design: str
    estimator: str
    inference: str
    strength: str
    scale: str
    estimate: float | None
    low: float | None
    high: float | None
    level: Share
    p: float | None
    log_se: float | None
    worth: float
    better: int
    may_say: tuple[str, ...]
    may_not_say: tuple[str, ...]
    caveats: tuple[str, ...]
    checks: tuple[Checked, ...]
    needs: tuple[str, ...]
    placebos: tuple[float, ...]
    events: tuple[Offset, ...]
    gap: tuple[Offset, ...]
    units: int
    treated: int
    periods: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A study in full. says: where it stands; waits_for: what is to do next.

    chosen: the units, if not all that facts know; treated: those that start, where nothing is
    drawn; in_file: whether a file has to be brought. digest: of the seal; power_of_plan: whether
    the power was shown for the plan as it is.
    """

    number: int
    question: str
    intervention: str
    hypothesis: str
    team: str
    drafted_by: str
    drafted_on: date
    waits_for: Step
    says: str
    yours: bool
    outcome: str
    outcome_says: str
    better: str
    worth: float
    guardrail: str
    guardrail_name: str
    guardrail_better: str
    margin: float
    in_file: bool
    pulse: str
    roll_out: str
    kind: str
    units: int
    units_say: str
    chosen: tuple[str, ...]
    treated: tuple[str, ...]
    next_monday: date
    start_on: date | None
    ends_on: date | None
    weeks: int
    weeks_before: int
    step_weeks: int
    dates: int
    because_of: str
    stop_rule: str
    detects: float | None
    power_says: tuple[str, ...]
    power_of_plan: bool
    curve: tuple[Chance, ...]
    sealed_on: date | None
    sealed_by: str
    digest: str
    seed: int | None
    exploratory: bool
    despite: str
    assignment: tuple[Begun, ...]
    audit: tuple[Audited, ...]
    deviations: tuple[Deviation, ...]
    looks: tuple[Look, ...]
    pulses: tuple[str, ...]
    draws: int
    verdict: Verdict | None
    guards: tuple[Moved, ...]
    analysed_on: date | None
    published_on: date | None
    given_up: str
    prior: str


@dataclass(frozen=True, slots=True)
class Report:
    """A study as a document. markdown: all of it."""

    number: int
    markdown: str


@dataclass(frozen=True, slots=True)
class Pool:
    """Findings on one intervention and outcome together [percent]. next: what another team could
    expect, with the prediction interval; None where there are too few."""

    intervention: str
    outcome: str
    findings: int
    effect: float | None
    low: float | None
    high: float | None
    next_low: float | None
    next_high: float | None
    says: str


@dataclass(frozen=True, slots=True)
class Library:
    """What was found, the newest first, and pooled where an intervention was studied twice."""

    findings: tuple[Finding, ...]
    pools: tuple[Pool, ...]


@dataclass(frozen=True, slots=True)
class Situation:
    """A row of the decision table. strength: the most that may be claimed on it."""

    name: str
    when: str
    design: str
    estimator: str
    inference: str
    strength: str


@dataclass(frozen=True, slots=True)
class Situations:
    """The decision table. markdown: the same as a table to read."""

    markdown: str
    rows: tuple[Situation, ...]
