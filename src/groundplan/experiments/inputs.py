"""What the use cases of studies ask for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from groundplan.records.studies import Departure, RollOut, Units
from groundplan.terms.units import FileText

_NUMBER: Final = {"help": "the study's number, as listed"}
_PANEL: Final = {
    "help": "a CSV of the outcome, a row for each unit and period; columns are guessed and shown"
}
_COLUMNS: Final = {"help": "what a column holds, such as unit=Team or outcome=Hours"}
USUAL_WEEKS: Final = 13  # a whole season
USUAL_WEEKS_BEFORE: Final = 26
USUAL_STEP_WEEKS: Final = 2
USUAL_DATES: Final = 20
USUAL_MARGIN: Final = 10.0
USUAL_PULSE: Final = "I can do my work here without wearing myself out"


class Better(StrEnum):
    """Which direction of an outcome is an improvement."""

    MORE = "more"
    LESS = "less"


class Word(StrEnum):
    """An answer."""

    YES = "yes"
    NO = "no"


class Moment(StrEnum):
    """On which side of the start something was asked."""

    BEFORE = "before the start"
    AFTER = "afterwards"


@dataclass(frozen=True, slots=True)
class NumberInputs:
    """Which study."""

    number: int = field(metadata=_NUMBER)


@dataclass(frozen=True, slots=True)
class DraftInputs:
    """What somebody wants to know."""

    question: str = field(metadata={"help": "what you want to know, as a question"})
    intervention: str = field(metadata={"help": "what will be done differently, in a few words"})
    hypothesis: str = field(metadata={"help": "what you expect to happen, and why"})


@dataclass(frozen=True, slots=True)
class MeasureInputs:
    """By what an effect would be seen, and what must not get worse."""

    number: int = field(metadata=_NUMBER)
    outcome: str = field(
        metadata={
            "help": "one outcome: time_to_merge, throughput, rework or off_hours, or what the "
            "numbers of your own file are called"
        }
    )
    better: Better = field(metadata={"help": "which direction of it is an improvement"})
    worth: float = field(
        metadata={"help": "the smallest effect that would be worth having, in percent"}
    )
    redefines: Word = field(
        metadata={
            "help": "does the change itself alter what is counted, whatever people do? Fewer "
            "meetings on a no-meeting day are no effect"
        }
    )
    guardrail: str = field(
        default="rework",
        metadata={"help": "the quality that must not get worse, of the same outcomes or a file"},
    )
    guardrail_better: Better = field(
        default=Better.LESS, metadata={"help": "which direction of the guardrail is better"}
    )
    margin: float = field(
        default=USUAL_MARGIN,
        metadata={"help": "how much worse the guardrail may get before it counts, in percent"},
    )
    pulse: str = field(
        default=USUAL_PULSE,
        metadata={"help": "a statement that people answer with 1 to 5, before and afterwards"},
    )


@dataclass(frozen=True, slots=True)
class PlanInputs:
    """Who, how and when."""

    number: int = field(metadata=_NUMBER)
    roll_out: RollOut = field(
        metadata={"help": "how it is decided who starts when; drawing lots is what makes it a test"}
    )
    kind: Units = field(metadata={"help": "who or what starts, or does not"})
    start_on: date = field(metadata={"help": "the first Monday on which somebody may start"})
    weeks: int = field(
        default=USUAL_WEEKS, metadata={"help": "how many weeks it runs, from the (last) start"}
    )
    weeks_before: int = field(
        default=USUAL_WEEKS_BEFORE, metadata={"help": "how many weeks before are compared with"}
    )
    step_weeks: int = field(
        default=USUAL_STEP_WEEKS, metadata={"help": "weeks between two waves of a stepped wedge"}
    )
    dates: int = field(
        default=USUAL_DATES, metadata={"help": "on how many Mondays a drawn date may fall"}
    )
    units: tuple[str, ...] = field(
        default=(), metadata={"help": "only these; all that facts know if left out"}
    )
    treated: tuple[str, ...] = field(
        default=(), metadata={"help": "who starts, where nothing is drawn"}
    )
    because_of: str = field(
        default="",
        metadata={"help": "the bad spell that made you try this, if there was one"},
    )
    stop_rule: str = field(
        default="", metadata={"help": "when it is stopped early; for harm at the one look only"}
    )


@dataclass(frozen=True, slots=True)
class HistoryInputs:
    """Which study, and its outcomes so far where they stand in a file."""

    number: int = field(metadata=_NUMBER)
    panel: FileText = field(default="", metadata=_PANEL)
    columns: tuple[str, ...] = field(default=(), metadata=_COLUMNS)


@dataclass(frozen=True, slots=True)
class SealInputs:
    """Which study, and why, where it sees little or sees what already happened."""

    number: int = field(metadata=_NUMBER)
    despite: str = field(
        default="", metadata={"help": "why it is run although it could hardly see the effect"}
    )
    exploratory: bool = field(
        default=False, metadata={"help": "outcomes exist already: label it exploratory for good"}
    )


@dataclass(frozen=True, slots=True)
class StartInputs:
    """When a unit really started."""

    number: int = field(metadata=_NUMBER)
    unit: str = field(metadata={"help": "which unit, as the plan names it"})
    on: date | None = field(default=None, metadata={"help": "its first day; never if left out"})


@dataclass(frozen=True, slots=True)
class DrawInputs:
    """A task that is about to begin."""

    number: int = field(metadata=_NUMBER)
    task: str = field(metadata={"help": "the task's name or number"})


@dataclass(frozen=True, slots=True)
class DeviateInputs:
    """What was not as sealed."""

    number: int = field(metadata=_NUMBER)
    what: Departure = field(metadata={"help": "what happened"})
    note: str = field(metadata={"help": "in a sentence"})
    unit: str = field(default="", metadata={"help": "of which unit; of all if left out"})
    on: date | None = field(default=None, metadata={"help": "on which day; today if left out"})


@dataclass(frozen=True, slots=True)
class FeelInputs:
    """How people answered the pulse statement."""

    number: int = field(metadata=_NUMBER)
    moment: Moment = field(metadata={"help": "when they were asked"})
    answers: tuple[int, ...] = field(
        metadata={"help": "how many people said 1, 2, 3, 4 and 5; five numbers, no names"}
    )


@dataclass(frozen=True, slots=True)
class GiveUpInputs:
    """Which study, and why."""

    number: int = field(metadata=_NUMBER)
    reason: str = field(metadata={"help": "why"})


@dataclass(frozen=True, slots=True)
class PlaceboInputs:
    """A panel on which nothing is known to have happened."""

    panel: FileText = field(metadata=_PANEL)
    treated: int = field(default=1, metadata={"help": "how many units are said to be treated"})
    columns: tuple[str, ...] = field(default=(), metadata=_COLUMNS)


@dataclass(frozen=True, slots=True)
class AnalyseInputs:
    """A panel, and since when each unit is treated."""

    panel: FileText = field(metadata=_PANEL)
    treated_from: str = field(
        default="",
        metadata={
            "help": "the column with each unit's first treated period (empty: never), or with 0 "
            "and 1 in each row"
        },
    )
    columns: tuple[str, ...] = field(default=(), metadata=_COLUMNS)
    drawn: bool = field(
        default=False, metadata={"help": "lots were drawn among the units, all alike"}
    )
    better: Better = field(
        default=Better.MORE, metadata={"help": "which direction is an improvement"}
    )
    worth: float = field(
        default=0.0,
        metadata={"help": "the smallest effect worth having, in percent; not judged if 0"},
    )
