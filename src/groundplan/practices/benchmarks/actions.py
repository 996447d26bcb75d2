"""The use cases of benchmarks. Nothing here runs a command: `groundplan bench run` does."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from groundplan.inference.amdahl import speak_of_felt, weigh_speed_up
from groundplan.inference.changepoints.detection import find_changes
from groundplan.inference.reliability.hosts import Agreement
from groundplan.inference.reliability.mean_squares import LEVEL
from groundplan.inference.reliability.newest import speak_of_newest
from groundplan.practices.benchmarks import rules
from groundplan.practices.benchmarks.rules import Check, Checked, Kpis, Recorded, Said, Shown
from groundplan.records.goals import GOALS
from groundplan.records.goals import STREAM as GOALS_STREAM
from groundplan.records.measured import (
    DEFINED,
    KPI,
    MEASURED,
    STREAMS,
    Kpi,
    read_from,
    write_run,
)
from groundplan.records.words import check_line
from groundplan.signals.kpis import Look, check_reads, gauge, look
from groundplan.sources.csv.series import read_measurements
from groundplan.sources.csv.tables import read_columns
from groundplan.sources.measurements.history import (
    Found,
    Point,
    name_points,
    speak_of_point,
    tell_changes,
)
from groundplan.sources.measurements.kpis import (
    find_different,
    list_reasons,
    run_of,
    usual_unit,
)
from groundplan.sources.measurements.plan import Way, check_way
from groundplan.sources.measurements.pushed import read_pushed
from groundplan.sources.measurements.results import Result
from groundplan.sources.measurements.shape import read_results
from groundplan.terms.errors import BadInput, NotFound, Refused
from groundplan.terms.estimate import Unknown
from groundplan.terms.scope import Scope
from groundplan.usecase import Context, NoInputs


def list_kpis(context: Context, scope: Scope, inputs: NoInputs) -> Kpis:
    """Every KPI with how much was measured of it."""
    return Kpis(tuple(rules.describe(kpi) for kpi in _all(context)))


def define(context: Context, scope: Scope, inputs: rules.DefineInputs) -> Said:
    """Say what a KPI is; another unit or another way to measure begins a new series."""
    unit, better = inputs.unit.strip(), inputs.better.strip().lower()
    return _define(context, Way(inputs.kpi.strip(), unit, better, inputs.how, inputs.change))


def _define(context: Context, way: Way) -> Said:
    """The definition as it stands, written only if it says something new."""
    check_way(way)
    known, reads = _find(context, way.name), read_from(way.command)
    body = {
        "name": way.name, "unit": way.unit, "better": way.better,
        "how": way.command, "change": way.change,
        "versions": check_reads(reads, way.unit) if reads else {},
    }  # fmt: skip
    if known and all(getattr(known, key) == value for key, value in body.items()):
        return Said(way.name, known.version, f"{way.name} is defined like that already.")
    if known and any(getattr(known, key) != body[key] for key in rules.MEASURES):
        _check_nothing_rests(context, known)
    context.journal.append(f"{STREAMS}{way.name}", DEFINED, body)
    kpi = _get(context, way.name)
    says = f"{kpi.name} is defined, version {kpi.version}: {kpi.unit}, {kpi.better} is better."
    anew = " Its series begins anew." if known and known.runs and not kpi.runs else ""
    return Said(kpi.name, kpi.version, says + anew)


def _check_nothing_rests(context: Context, kpi: Kpi) -> None:
    """Refused while a goal is under way whose baseline would mean something else then."""
    for goal in context.journal.fold(GOALS_STREAM, GOALS).goals.values():
        if goal.kpi == kpi.name and goal.rests:
            raise Refused(
                f"Goal {goal.goal_id} rests on {kpi.name}, {kpi.unit} by {kpi.how!r}: measured "
                f"otherwise, its baseline of {goal.baseline:g} would mean nothing.",
                "Define another KPI, or close the goal first.",
            )


def record(context: Context, scope: Scope, inputs: rules.RecordInputs) -> Recorded:
    """Keep the runs of a tool's results; runs that were recorded before are left out.

    A KPI that nobody defined is, in the tool's words.
    """
    results = read_results(inputs.results, inputs.kpi.strip(), inputs.columns)
    digest = hashlib.sha256(inputs.results.encode("utf-8", "replace")).hexdigest()[:12]
    return _keep(context, results, inputs.session.strip() or digest, inputs.host)


def gather(context: Context, scope: Scope, inputs: rules.CheckInputs) -> Recorded:
    """Keep what was pushed of a KPI, or of all that are defined; what is kept already stays."""
    name = inputs.kpi.strip()
    wanted = {_get(context, name).name} if name else {kpi.name for kpi in _all(context)}
    pushed = [one for one in read_pushed(context.mart) if one.kpi in wanted]
    return _keep(context, pushed, "", "")


def _keep(context: Context, results: Sequence[Result], session: str, host: str) -> Recorded:
    by_kpi: dict[str, list[Result]] = {}
    for one in results:
        by_kpi.setdefault(check_line("kpi", one.kpi), []).append(one)
    kept = failed = 0
    for name, some in by_kpi.items():
        kpi = _find(context, name) or _define_by(context, name, some)
        if kpi.reads:
            raise BadInput("kpi", name, f"a KPI that is measured; it is read from {kpi.reads}")
        runs = [run_of(one, kpi, session, host, context.now) for one in some]
        recorded = {run.place for run in kpi.runs}
        new = [run for run in runs if run.place not in recorded]
        if new:
            body = {"version": kpi.version, "unit": kpi.unit, "runs": [write_run(r) for r in new]}
            context.journal.append(f"{STREAMS}{name}", MEASURED, body)
        kept += len(new)
        failed += sum(not run.values for run in new)
    known = len(results) - kept
    says = f"{kept:,} runs recorded, {failed:,} of them failed; {known:,} were known before."
    return Recorded(says, kept, failed, known, tuple(by_kpi))


def _define_by(context: Context, name: str, results: Sequence[Result]) -> Kpi:
    first = next((one for one in results if one.values), results[0])
    if not (first.unit and first.better):
        raise NotFound(
            f"There is no KPI {name!r}, and the results do not say what it is.",
            "Define it: groundplan benchmarks define NAME UNIT lower HOW",
        )
    unit = usual_unit(results) or first.unit
    _define(context, Way(name, unit, first.better, first.source))
    return _get(context, name)


def show(context: Context, scope: Scope, inputs: rules.KpiInputs) -> Shown:
    """Whether a KPI can be trusted and what to do about it; its series and its changes."""
    kpi = _get(context, inputs.kpi)
    told = _look(context, scope, kpi)
    hosts = getattr(told.reliability, "agreement", None)
    named = hosts.named if isinstance(hosts, Agreement) else ""
    return Shown(
        says=rules.speak_of(told.reliability),
        kpi=rules.describe(kpi),
        how=kpi.how,
        reliability=told.reliability,
        different=find_different(kpi.runs, named) if named else (),
        reasons=list_reasons(kpi.runs),
        newest=told.newest,
        changes=_name_changes(told),
        series=told.levels[-rules.MOST_LISTED :],
    )


def check(context: Context, scope: Scope, inputs: rules.CheckInputs) -> Check:
    """Whether the newest session of each KPI is as good as those before."""
    kpis = [_get(context, inputs.kpi)] if inputs.kpi.strip() else _all(context)
    rows = tuple(_check(context, scope, kpi) for kpi in kpis if kpi.runs or kpi.reads)
    return Check(all(row.ok for row in rows), rows)


def _check(context: Context, scope: Scope, kpi: Kpi) -> Checked:
    found = _look(context, scope, kpi)
    told, newest, lower = found.reliability, found.newest, kpi.better == "lower"
    last = [run for run in kpi.runs if run.session == kpi.runs[-1].session]
    trusted = not isinstance(told, Unknown) and told.trustworthy
    if last and not any(run.values for run in last):
        why = f"The newest session has no value: {last[-1].failed}."
        return Checked(kpi.name, False, trusted, why, newest)
    news = [
        point for point in _name_changes(found)
        if point.index >= len(found.levels) - rules.RECENT and (point.size.value > 0) == lower
    ]  # fmt: skip
    if news:
        return Checked(kpi.name, False, trusted, f"Worse. {speak_of_point(news[-1])}", newest)
    if isinstance(newest, Unknown) or isinstance(told, Unknown):
        return Checked(kpi.name, True, trusted, f"Nothing to compare with: {newest}.", newest)
    ok, says = speak_of_newest(newest, told.mean, lower_is_better=lower)
    return Checked(kpi.name, ok, trusted, says, newest)


def tell_own_changes(context: Context, scope: Scope, inputs: rules.ChangesInputs) -> Found:
    """When a series of one's own changed its level, and how seldom a quiet one would say so."""
    if not 0.001 <= inputs.alarm_rate <= 0.2:
        raise BadInput("alarm_rate", inputs.alarm_rate, "0.001 to 0.2")
    told = read_measurements(inputs.file, read_columns(inputs.columns))
    found = find_changes(told.values, alarm_rate=inputs.alarm_rate, unit=told.unit)
    return tell_changes(told, found, inputs.alarm_rate)


def weigh(context: Context, scope: Scope, inputs: rules.AmdahlInputs) -> rules.FeltView:
    """What users feel of a part that became faster."""
    felt = weigh_speed_up(*rules.read_part(inputs), LEVEL)
    return rules.FeltView(speak_of_felt(felt, inputs.share, inputs.speed_up), felt)


def _find(context: Context, name: str) -> Kpi | None:
    return context.journal.fold(f"{STREAMS}{name}", KPI)


def _get(context: Context, name: str) -> Kpi:
    found = _find(context, name.strip())
    if found is None:
        raise NotFound(f"There is no KPI {name[:80]!r} here.", "groundplan benchmarks list")
    return found


def _all(context: Context) -> list[Kpi]:
    found = (context.journal.fold(stream, KPI) for stream in context.journal.streams(STREAMS))
    return [kpi for kpi in found if kpi is not None]


def _look(context: Context, scope: Scope, kpi: Kpi) -> Look:
    return look(gauge(kpi, lambda signal: context.measure(signal, scope)), kpi, context.rng)


def _name_changes(told: Look) -> tuple[Point, ...]:
    if isinstance(told.changes, Unknown):
        return ()
    return name_points(told.changes, [level.session for level in told.levels])
