"""What a KPI tells, from runs in the journal or read off signals: one shape for all who ask.

Here because benchmarks and goals both judge KPIs. A KPI that is read has no data of its own: it
is a function of readings that may be published anyway, so it can tell nobody more than they do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final, TypeAlias

import duckdb
import numpy as np

from groundplan.facts.engines.duckdb import DuckDB
from groundplan.inference.arrays import Floats
from groundplan.inference.changepoints.detection import Changes, find_changes
from groundplan.inference.longrun import LEVEL, reach
from groundplan.inference.reliability.detectable import LEAST_DAYS
from groundplan.inference.reliability.hosts import effect_free
from groundplan.inference.reliability.newest import Newest, compare_newest
from groundplan.inference.reliability.readings import assess_readings
from groundplan.inference.reliability.runs import Runs, arrange, between_runs
from groundplan.inference.reliability.verdicts import Reliability, assess, mean_of
from groundplan.records.measured import Kpi, Run
from groundplan.signals.catalogue import discover
from groundplan.signals.signal import Reading, Signal
from groundplan.terms.errors import BadInput
from groundplan.terms.estimate import Estimate, Unknown
from groundplan.terms.units import Style, Unit

WINDOW_WEEKS: Final = 8  # the shortest in which every signal has enough to estimate
LEAST_FREEDOM: Final = 3
FACTS: Final = "facts"  # where a KPI that is read was measured
_FUNCTIONS: Final = ("abs", "sqrt", "ln", "log10", "exp", "greatest", "least", "coalesce", "nullif")
_TOKEN: Final = re.compile(r"\s*(?:(\d+\.?\d*|\.\d+)|([a-z_]\w*)|([-+*/(),]))", re.IGNORECASE)

Read: TypeAlias = Callable[[Signal], Reading]


@dataclass(frozen=True, slots=True)
class Level:
    """A session of a KPI, or a window of one that is read: the mean of its hosts [its unit].

    on: when it began; of a window its last day. low, high: at 90%, None where nothing tells.
    """

    session: str
    on: date
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Gauge:
    """A KPI's measurements as estimators take them. levels: one a session, oldest first."""

    runs: Runs
    levels: tuple[Level, ...]
    failed: int
    is_read: bool
    unit: Unit

    def values(self) -> Floats:
        """The levels [the KPI's unit]."""
        return np.array([level.value for level in self.levels])

    def days(self) -> Floats:
        """When the levels were measured [days since the year 1]."""
        return np.array([float(level.on.toordinal()) for level in self.levels])


@dataclass(frozen=True, slots=True)
class Look:
    """What there is to say of a KPI now. reliability: whether it shows the change that is wanted;
    changes: of its level; newest: its newest session beside those since the last change.
    """

    levels: tuple[Level, ...]
    reliability: Reliability | Unknown
    changes: Changes | Unknown
    newest: Newest | Unknown


def unit_of(kpi: Kpi) -> Unit:
    """The unit of a KPI's values."""
    return Unit("kpi", kpi.unit, Style.RATE)


def gauge(kpi: Kpi, read: Read) -> Gauge | Unknown:
    """What was measured of a KPI, or what its signals read now.

    read: measures a signal for whoever asks, by the small-group rule.
    """
    return _gauge_readings(kpi, read) if kpi.reads else _gauge_runs(kpi)


def look(
    found: Gauge | Unknown, kpi: Kpi, rng: np.random.Generator, wanted: float | None = None
) -> Look:
    """Whether a KPI can be trusted to show a change, and what its series shows.

    Judged since its level changed last, if four sessions are left: what moved it before is no
    noise. wanted: the change that it is to show [its unit]; what its definition asks for if None.
    """
    if isinstance(found, Unknown):
        return Look((), found, found, found)
    changes = find_changes(found.values(), unit=found.unit)
    since = changes.found[-1].index if isinstance(changes, Changes) and changes.found else 0
    newest = compare_newest(found.runs.select(found.runs.day >= since), found.unit)
    first = since if len(found.levels) - since >= LEAST_DAYS else 0
    runs = found.runs.select(found.runs.day >= first)
    wanted = abs(mean_of(runs) * kpi.change if wanted is None else wanted)
    if found.is_read:
        told = assess_readings(runs, wanted, found.unit, rng)
    else:
        told = assess(runs, found.failed, wanted, found.unit, rng)
    return Look(found.levels, told, changes, newest)


def _gauge_runs(kpi: Kpi) -> Gauge | Unknown:
    good = [run for run in kpi.runs if run.values]
    if not good:
        return Unknown("nothing was measured yet", 0, 1, "runs")
    began = _find_beginnings(good)
    good.sort(key=lambda run: (began[run.session], run.session, run.at))
    runs = arrange(
        [run.values for run in good], [run.host for run in good], [run.session for run in good]
    )
    days = [began[session].date() for session in runs.days]
    levels = _find_levels(runs, days)
    return Gauge(runs, levels, len(kpi.runs) - len(good), False, unit_of(kpi))


def _find_beginnings(runs: Sequence[Run]) -> Mapping[str, datetime]:
    began: dict[str, datetime] = {}
    for run in runs:
        began[run.session] = min(run.at, began.get(run.session, run.at))
    return began


def _find_levels(runs: Runs, days: Sequence[date]) -> tuple[Level, ...]:
    """The level of each session, with the noise of its runs alone as interval."""
    values = effect_free(runs)[0].tolist()
    between = between_runs(runs)
    if between.freedom < LEAST_FREEDOM:
        return tuple(map(Level, runs.days, days, values))
    counts = np.bincount(runs.day, minlength=len(runs.days))
    wide = (reach(LEVEL, between.freedom) * np.sqrt(between.value / counts)).tolist()
    return tuple(
        Level(name, on, value, value - far, value + far)
        for name, on, value, far in zip(runs.days, days, values, wide, strict=True)
    )


def _gauge_readings(kpi: Kpi, read: Read) -> Gauge | Unknown:
    named = find_signals(kpi.reads)
    moved = [one for one in named if kpi.versions.get(one.name, one.version) != one.version]
    if moved:
        reason = (
            f"signal {moved[0].name} is measured by version {moved[0].version} now, and "
            f"{kpi.name} was defined by version {kpi.versions[moved[0].name]}: define it anew"
        )
        return Unknown(reason, 0, 1, "readings")
    readings = [read(_over_short_windows(signal)) for signal in named]
    levels = _weigh_windows(kpi.reads, named, readings)
    if not levels:
        unknown = [reading.now for reading in readings if isinstance(reading.now, Unknown)]
        return unknown[0] if unknown else Unknown("no window has a value", 0, 1, "windows")
    values, names = [level.value for level in levels], [level.session for level in levels]
    runs = arrange([[value] for value in values], [FACTS] * len(values), names)
    return Gauge(runs, levels, 0, True, unit_of(kpi))


def _over_short_windows(signal: Signal) -> Signal:
    """The signal over windows that a period has several of; still whole blocks of enough people."""
    return replace(
        signal, name=f"{signal.name} over {WINDOW_WEEKS} weeks", window_weeks=WINDOW_WEEKS
    )


def _weigh_windows(
    expression: str, named: Sequence[Signal], readings: Sequence[Reading]
) -> tuple[Level, ...]:
    """The expression's value in each window that all of its signals have."""
    known = [
        {point.block: point.value for point in reading.series if isinstance(point.value, Estimate)}
        for reading in readings
    ]
    both = sorted(set(known[0]).intersection(*known[1:]), key=lambda block: block.end_on)
    last = [block.end_on - timedelta(days=1) for block in both]
    if expression == named[0].name:
        told = [known[0][block] for block in both]
        return tuple(
            Level(on.isoformat(), on, one.value, one.low, one.high)
            for on, one in zip(last, told, strict=True)
        )
    columns = {
        signal.name: np.array([values[block].value for block in both])
        for signal, values in zip(named, known, strict=True)
    }
    values = evaluate(expression, columns)
    return tuple(
        Level(on.isoformat(), on, float(value))
        for on, value in zip(last, values, strict=True)
        if np.isfinite(value)
    )


def find_signals(expression: str) -> tuple[Signal, ...]:
    """The signals that an expression names, in its order. BadInput for what is none.

    Numbers, + - * / and parentheses, a few functions and signals: nothing else can be asked.
    """
    known = {signal.name: signal for signal in discover()}
    found: dict[str, Signal] = {}
    at, text = 0, expression.strip()
    while at < len(text):
        token = _TOKEN.match(text, at)
        name = token[2] if token else None
        if token is None or (name and name not in known and name.lower() not in _FUNCTIONS):
            allowed = (
                f"numbers, + - * / ( ), {', '.join(_FUNCTIONS)} and signals: {', '.join(known)}"
            )
            raise BadInput("how", name or text[at : at + 40], allowed)
        if name in known:
            found[name] = known[name]
        at = token.end()
    if not found:
        raise BadInput("how", expression[:40] or "nothing", f"a signal: {', '.join(known)}")
    return tuple(found.values())


def evaluate(expression: str, columns: Mapping[str, Floats]) -> Floats:
    """An expression of columns, row by row; NaN where it has no value. BadInput for what is none.

    By the SQL engine, on a database in memory that holds these columns and nothing else.
    """
    find_signals(expression)
    engine = DuckDB(threads=1)
    try:
        rows = np.arange(len(next(iter(columns.values()))))
        engine.load("windows", {"nr": rows, **columns})
        found = engine.query(f"select cast({expression} as double) as v from windows order by nr")
    except duckdb.Error as error:
        raise BadInput("how", expression[:80], str(error).splitlines()[0][:120]) from None
    finally:
        engine.close()
    return np.asarray(np.ma.filled(found["v"].astype(np.float64), np.nan))


def check_reads(expression: str, unit: str) -> dict[str, int]:
    """The versions of the signals that an expression names; BadInput where it cannot be read.

    unit: a KPI that is a single signal is measured in the signal's own.
    """
    named = find_signals(expression)
    own = named[0].unit.noun
    if expression == named[0].name and unit != own:
        raise BadInput("unit", unit or "nothing", f"{own}, in which the signal is measured")
    evaluate(expression, {signal.name: np.ones(1) for signal in named})
    return {signal.name: signal.version for signal in named}
