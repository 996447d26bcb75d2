"""KPIs and their reliability as rows and sentences. No clock, no store."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias

from groundplan.inference.amdahl import Felt
from groundplan.inference.reliability.newest import Newest
from groundplan.inference.reliability.verdicts import Reliability
from groundplan.records.measured import Kpi
from groundplan.signals.kpis import Level
from groundplan.sources.measurements.history import Point
from groundplan.sources.measurements.kpis import Different
from groundplan.terms.errors import BadInput
from groundplan.terms.estimate import Unknown
from groundplan.terms.units import FileText, Share

MOST_LISTED: Final = 200  # rows of a series
RECENT: Final = 10  # sessions in which a change is still news
USUAL_CHANGE: Final = 0.05
MEASURES: Final = ("unit", "better", "how", "versions")  # another one, another meaning of a value

Part: TypeAlias = tuple[float, float, float]
_TOOLS: Final = "pytest-benchmark, asv, hyperfine, Google Benchmark or JMH as JSON, or a CSV"
_LOW = {"help": "low end of its 90% interval"}
_HIGH = {"help": "high end of its 90% interval"}


@dataclass(frozen=True, slots=True)
class DefineInputs:
    """What a KPI is, and how it is measured."""

    kpi: str = field(metadata={"help": "its name"})
    unit: str = field(metadata={"help": "of its values, such as ms, MB or ops/s"})
    better: str = field(metadata={"help": "lower or higher"})
    how: str = field(
        metadata={"help": "the command or tool that measures it; signal: NAME; sql: EXPRESSION"}
    )
    change: Share = field(
        default=USUAL_CHANGE, metadata={"help": "the smallest change that it is to show"}
    )


@dataclass(frozen=True, slots=True)
class RecordInputs:
    """Results of a benchmark tool."""

    results: FileText = field(metadata={"help": f"of {_TOOLS}"})
    kpi: str = field(default="", metadata={"help": "the KPI of a CSV file, which names none"})
    host: str = field(default="", metadata={"help": "where it ran, if the file does not say"})
    session: str = field(
        default="", metadata={"help": "names what was measured at one go; else the file's moment"}
    )
    columns: tuple[str, ...] = field(
        default=(), metadata={"help": "of a CSV: what a column holds, such as value=Latency"}
    )


@dataclass(frozen=True, slots=True)
class KpiInputs:
    """Which KPI."""

    kpi: str = field(metadata={"help": "the KPI's name, as listed"})


@dataclass(frozen=True, slots=True)
class CheckInputs:
    """Which KPI, or all of them."""

    kpi: str = field(default="", metadata={"help": "the KPI's name; all of them if left out"})


@dataclass(frozen=True, slots=True)
class ChangesInputs:
    """A series of one's own."""

    file: FileText = field(metadata={"help": "a CSV file: a time or a run, and a value"})
    columns: tuple[str, ...] = field(
        default=(), metadata={"help": "what a column holds: at=COLUMN, value=COLUMN"}
    )
    alarm_rate: Share = field(
        default=0.05, metadata={"help": "of quiet series that may raise any alarm, 0.001 to 0.2"}
    )


@dataclass(frozen=True, slots=True)
class AmdahlInputs:
    """A part, and how much faster it became."""

    share: Share = field(metadata={"help": "of the end-to-end time that the part took before"})
    speed_up: float = field(metadata={"help": "of the part: 3 if it takes a third of the time"})
    share_low: Share | None = field(default=None, metadata=_LOW)
    share_high: Share | None = field(default=None, metadata=_HIGH)
    speed_up_low: float | None = field(default=None, metadata=_LOW)
    speed_up_high: float | None = field(default=None, metadata=_HIGH)


@dataclass(frozen=True, slots=True)
class Row:
    """A KPI in the list. earlier: runs under definitions that measured otherwise; reads: the
    expression of signals that it is read from."""

    name: str
    unit: str
    better: str
    version: int
    runs: int
    failed: int
    hosts: int
    sessions: int
    earlier: int
    newest_at: datetime | None
    reads: str = ""


@dataclass(frozen=True, slots=True)
class Kpis:
    """Every KPI, by name."""

    kpis: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """A KPI, the version of its definition, and what was done in a sentence."""

    kpi: str
    version: int
    says: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was kept of a file of results. known: runs that were recorded before."""

    says: str
    runs: int
    failed: int
    known: int
    kpis: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A KPI, whether it can be trusted, and its series."""

    says: tuple[str, ...]
    kpi: Row
    how: str
    reliability: Reliability | Unknown
    different: tuple[Different, ...]
    reasons: tuple[str, ...]
    newest: Newest | Unknown
    changes: tuple[Point, ...]
    series: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """A KPI in a check. ok: false if its newest session is worse than before, or has no value."""

    kpi: str
    ok: bool
    trustworthy: bool
    says: str
    newest: Newest | Unknown


@dataclass(frozen=True, slots=True)
class Check:
    """Whether all KPIs are as before or better."""

    ok: bool
    kpis: tuple[Checked, ...]


@dataclass(frozen=True, slots=True)
class FeltView:
    """What the user feels of a faster part, in a sentence and in numbers."""

    says: str
    felt: Felt


def describe(kpi: Kpi) -> Row:
    """The KPI's row in the list."""
    hosts, sessions = ({getattr(run, of) for run in kpi.runs} for of in ("host", "session"))
    newest_at = max((run.at for run in kpi.runs), default=None)
    failed = sum(not run.values for run in kpi.runs)
    return Row(
        kpi.name, kpi.unit, kpi.better, kpi.version, len(kpi.runs), failed, len(hosts),
        len(sessions), kpi.earlier, newest_at, kpi.reads,
    )  # fmt: skip


def speak_of(reliability: Reliability | Unknown) -> tuple[str, ...]:
    """The verdict, and what to do, in sentences."""
    if isinstance(reliability, Unknown):
        return (f"Not yet: {reliability}.",)
    if reliability.to_do:
        return ("Not yet trustworthy.", *reliability.to_do)
    sees = reliability.sees
    usual = f"{reliability.usual_repetitions} repetitions a host"
    return (f"Trustworthy: with {usual} it sees changes from {sees.since_before} on.",)


def read_part(inputs: AmdahlInputs) -> tuple[Part, Part]:
    """The share and the speed-up with their ends; an end that is not given is the value itself."""
    share = _with_ends(inputs.share, inputs.share_low, inputs.share_high)
    speed_up = _with_ends(inputs.speed_up, inputs.speed_up_low, inputs.speed_up_high)
    if not 0 <= share[1] <= share[0] <= share[2] <= 1:
        raise BadInput("share", str(share), "0 to 1, within its own interval")
    if not 0 < speed_up[1] <= speed_up[0] <= speed_up[2]:
        raise BadInput("speed_up", str(speed_up), "above 0, within its own interval")
    return share, speed_up


def _with_ends(value: float, low: float | None, high: float | None) -> Part:
    return value, value if low is None else low, value if high is None else high
