"""KPIs as the journal holds them: how each is measured, in which version, and what was measured.

Below the practice `benchmarks`, because goals and milestones rest on the same KPIs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final

from groundplan.records.folding import Fold
from groundplan.records.journal import Entry

STREAMS: Final = "kpis/"
DEFINED: Final = "kpis.defined"
MEASURED: Final = "kpis.measured"
SIGNAL: Final = "signal:"
EXPRESSION: Final = "sql:"


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a KPI. values: its samples [the KPI's unit], none where it failed.

    session: what was measured at one go; repetition: which run of its host in the session.
    environment: what was known of the machine, its software and the commit.
    """

    session: str
    host: str
    repetition: int
    at: datetime
    values: tuple[float, ...]
    failed: str
    source: str
    environment: Mapping[str, str]

    @property
    def place(self) -> tuple[str, str, int]:
        """What no two runs of a KPI share."""
        return self.session, self.host, self.repetition


@dataclass(frozen=True, slots=True)
class Kpi:
    """A KPI under its newest definition, with its runs in the order in which they were recorded.

    better: lower or higher. how: the command, the tool, or what it is read from. change: the
    smallest change that it is to show [share]. version: counts definitions; earlier: runs under
    those that measured otherwise. versions: of the signals that it is read from, by name.
    """

    name: str
    unit: str
    better: str
    how: str
    change: float
    version: int
    defined_on: date
    runs: tuple[Run, ...] = ()
    earlier: int = 0
    versions: Mapping[str, int] = field(default_factory=dict)

    @property
    def reads(self) -> str:
        """The expression of signals that it is read from; "" if commands or tools measure it."""
        return read_from(self.how)


def read_from(how: str) -> str:
    """The expression in `signal: NAME` or `sql: EXPRESSION`; "" for a command or a tool."""
    for word in (SIGNAL, EXPRESSION):
        if how.startswith(word):
            return how.removeprefix(word).strip()
    return ""


def write_run(run: Run) -> dict[str, Any]:
    """A run as the body of an entry holds it."""
    return {
        "session": run.session,
        "host": run.host,
        "repetition": run.repetition,
        "at": run.at.isoformat(),
        "values": list(run.values),
        "failed": run.failed,
        "source": run.source,
        "environment": dict(run.environment),
    }


def _read_run(body: Mapping[str, Any]) -> Run:
    return Run(
        body["session"],
        body["host"],
        body["repetition"],
        datetime.fromisoformat(body["at"]),
        tuple(body["values"]),
        body["failed"],
        body["source"],
        body["environment"],
    )


def step(known: Kpi | None, entry: Entry) -> Kpi | None:
    """A KPI after one more entry of its stream.

    Another unit or another way to measure begins a new series; the other words may change freely.
    """
    body = entry.body
    if entry.kind == DEFINED:
        new = Kpi(
            body["name"], body["unit"], body["better"], body["how"], body["change"],
            (known.version if known else 0) + 1, entry.at.date(),
            versions=body.get("versions", {}),
        )  # fmt: skip
        if known is None:
            return new
        if (known.unit, known.how) == (new.unit, new.how):
            return replace(new, runs=known.runs, earlier=known.earlier)
        return replace(new, earlier=known.earlier + len(known.runs))
    if entry.kind != MEASURED or known is None:  # its definition was erased
        return known
    runs = tuple(_read_run(run) for run in body["runs"])
    if body["version"] != known.version and body["unit"] != known.unit:
        return replace(known, earlier=known.earlier + len(runs))
    return replace(known, runs=known.runs + runs)


NOTHING: Kpi | None = None
KPI: Final = Fold("kpis", NOTHING, step)
