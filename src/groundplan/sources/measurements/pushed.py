"""Measurements that were pushed, as runs of their KPIs."""

from __future__ import annotations

from collections import Counter
from datetime import UTC
from typing import Final

from groundplan.facts.engines.duckdb import DuckDB
from groundplan.sources.measurements.results import Result

_PUSHED: Final = """
select source, measurement_id, kpi, unit, value, measured_at, commit_id, host, session
from measurements order by nr
"""


def read_pushed(mart: DuckDB) -> list[Result]:
    """What was pushed of every KPI, one run a value, in the order in which it came.

    A value without a session is one of its own. Runs of one host in one session are counted as they
    came, so that later ones never take an earlier one's place.
    """
    runs: Counter[tuple[str, str, str]] = Counter()
    found = []
    for source, name, kpi, unit, value, at, commit, host, session in mart.rows(_PUSHED):
        place = (kpi, session or name, host)
        runs[place] += 1
        found.append(
            Result(
                kpi=kpi,
                unit=unit,
                values=(value,),
                host=host,
                session=session or name,
                repetition=runs[place],
                at=at.replace(tzinfo=UTC),
                source=source,
                environment={"commit": commit} if commit else {},
            )
        )
    return found
