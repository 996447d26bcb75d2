"""What a tool measured in a KPI's own unit, and what is known of where it ran."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from groundplan.records.measured import Kpi, Run
from groundplan.records.words import check_line
from groundplan.sources.measurements.plan import HERE
from groundplan.sources.measurements.results import Result
from groundplan.sources.measurements.scales import choose_unit, factor
from groundplan.terms.errors import BadInput

MOST_LISTED: Final = 200  # reasons


@dataclass(frozen=True, slots=True)
class Different:
    """What only the host that disagrees has. others: what all others share, or "various"."""

    name: str
    here: str
    others: str


def measured_as(result: Result, kpi: Kpi) -> tuple[float, ...]:
    """The samples of a result in the KPI's unit; BadInput where its unit cannot be converted."""
    times = factor(result.unit, kpi.unit) if result.unit else 1.0
    if times is None:
        allowed = f"{kpi.unit}, in which {kpi.name} is measured, or what can be converted to it"
        raise BadInput("unit", result.unit, allowed, "To change a unit, define the KPI anew.")
    return tuple(value * times for value in result.values)


def run_of(result: Result, kpi: Kpi, session: str, host: str, now: datetime) -> Run:
    """A result as a run of a KPI; session, host, now: where the result does not say."""
    return Run(
        session=check_line("session", result.session or session),
        host=check_line("host", result.host or host or HERE),
        repetition=result.repetition,
        at=result.at or now,
        values=measured_as(result, kpi),
        failed=result.failed if result.failed or result.values else "no value",
        source=result.source,
        environment=result.environment,
    )


def usual_unit(results: Iterable[Result]) -> str:
    """The unit in which a tool's values are best read."""
    some = [(one.unit, one.values[0]) for one in results if one.values]
    return choose_unit(*some[0])[0] if some else ""


def find_different(runs: Sequence[Run], host: str) -> tuple[Different, ...]:
    """In what a host's machine and software differ from what all others have."""
    newest = {run.host: run.environment for run in runs}
    mine = newest.pop(host, {})
    found = []
    for name in sorted(set(mine).union(*newest.values()) - {"load"}):
        others = {told.get(name, "nothing") for told in newest.values()}
        here = mine.get(name, "nothing")
        if here not in others:
            found.append(Different(name, here, others.pop() if len(others) == 1 else "various"))
    return tuple(found)


def list_reasons(runs: Iterable[Run]) -> tuple[str, ...]:
    """Why runs failed, and clocks that are off, each once."""
    found = dict.fromkeys(f"{run.host}: {run.failed}" for run in runs if run.failed)
    for run in runs:
        if off := run.environment.get("clock_off_s"):
            found[f"{run.host}: its clock is {off} s off; the time of the caller counts"] = None
    return tuple(found)[:MOST_LISTED]
