"""One run of a KPI as a file tells it, and our own form of such a file."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from groundplan.terms.errors import BadInput

FORM: Final = "groundplan_runs"
MOST_RUNS: Final = 100_000  # of one file


@dataclass(frozen=True, slots=True)
class Result:
    """One run, or why it has no value.

    values: its samples [unit]; better: "" where nothing tells. host, session: "" if the file does
    not say. repetition: of the KPI on its host in its session, from 1. source: the tool.
    environment: what is known of the machine, its software and the commit.
    """

    kpi: str
    unit: str
    values: tuple[float, ...]
    better: str = ""
    host: str = ""
    session: str = ""
    repetition: int = 1
    at: datetime | None = None
    failed: str = ""
    source: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)


def write_results(results: Iterable[Result]) -> str:
    """Runs as one JSON document, which `read_own` reads."""
    rows = [
        {
            "kpi": one.kpi, "unit": one.unit, "values": one.values, "better": one.better,
            "host": one.host, "session": one.session, "repetition": one.repetition,
            "at": one.at.isoformat() if one.at else "", "failed": one.failed,
            "source": one.source, "environment": dict(one.environment),
        }
        for one in results
    ]  # fmt: skip
    return json.dumps({FORM: rows})


def read_own(found: Mapping[str, Any]) -> list[Result]:
    """The runs of our own form. BadInput names the run that is not of it."""
    rows = found[FORM]
    if not isinstance(rows, list):
        raise BadInput(FORM, type(rows).__name__, "a list of runs")
    return [_read_row(nr, row) for nr, row in enumerate(rows, 1)]


def _read_row(nr: int, row: Any) -> Result:
    try:
        texts = {key: str(row.get(key, "")) for key in
                 ("kpi", "unit", "better", "host", "session", "failed", "source")}  # fmt: skip
        values = tuple(float(value) for value in row.get("values", ()))
        if not all(map(math.isfinite, values)):  # it is kept, as what a command printed would be
            values, texts["failed"] = (), texts["failed"] or "a value is no finite number"
        return Result(
            values=values,
            repetition=int(row.get("repetition", 1)),
            at=read_moment(row.get("at")),
            environment={str(k): str(v) for k, v in row.get("environment", {}).items()},
            **texts,
        )
    except (AttributeError, TypeError, ValueError, OverflowError) as error:
        raise BadInput(f"run {nr}", str(error)[:80], "a run as docs/benchmarks.md says") from None


def read_moment(value: Any) -> datetime | None:
    """A moment that a tool wrote, in UTC where it names no zone; None if it cannot be read."""
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
