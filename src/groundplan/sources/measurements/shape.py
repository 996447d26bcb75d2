"""Results of benchmark tools as runs of KPIs: pytest-benchmark, asv, hyperfine, Google Benchmark,
JMH, a CSV file, and our own form. Which tool wrote a file is told by its own words.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from typing import Any, Final

from groundplan.sources.csv.series import read_measurements
from groundplan.sources.csv.tables import read_columns
from groundplan.sources.csv.wording import UNSTATED
from groundplan.sources.measurements.results import (
    FORM,
    MOST_RUNS,
    Result,
    read_moment,
    read_own,
)
from groundplan.sources.measurements.scales import guess_better
from groundplan.terms.errors import BadInput

TOOLS: Final = "pytest-benchmark, asv, hyperfine, Google Benchmark, JMH (all JSON) or CSV"
_ASV_UNITS: Final = {"time": "s", "timeraw": "s", "mem": "bytes", "peakmem": "bytes"}


def read_results(text: str, kpi: str = "", columns: tuple[str, ...] = ()) -> tuple[Result, ...]:
    """The runs that a file of results tells of, in its order.

    A run is one process where the tool says so, and its samples are what it measured within:
    hyperfine's times and JMH's forks are runs; rounds, repetitions and iterations are samples.
    kpi, columns: for a CSV file, which names neither. Runs that failed have no values.

    Errors: BadInput for a file of none of these tools, or of more than 100,000 runs.
    """
    stripped = text.lstrip("\ufeff \t\r\n")
    if not stripped:
        raise BadInput("results", "an empty file", f"the results of {TOOLS}")
    if stripped[0] not in "[{":
        return _number_runs(_read_csv(text, kpi, columns))
    try:
        found = json.loads(stripped)
    except (ValueError, RecursionError) as error:
        raise BadInput("results", str(error)[:80], f"the results of {TOOLS}") from None
    reader = _find_reader(found)
    try:
        results = reader(found)
    except (KeyError, TypeError, AttributeError, ValueError, IndexError, OverflowError) as error:
        raise BadInput("results", f"{type(error).__name__}: {error}"[:80],
                       f"the results of {TOOLS}, as the tool wrote them") from None  # fmt: skip
    if len(results) > MOST_RUNS:
        raise BadInput("results", f"{len(results):,} runs", f"at most {MOST_RUNS:,}")
    return tuple(results) if reader is read_own else _number_runs(results)


def _find_reader(found: Any) -> Callable[[Any], list[Result]]:
    if isinstance(found, list):
        if found and isinstance(found[0], dict) and "primaryMetric" in found[0]:
            return _read_jmh
    elif FORM in found:
        return read_own
    elif "machine_info" in found:
        return _read_pytest
    elif "context" in found:
        return _read_google
    elif "commit_hash" in found:
        return _read_asv
    elif "results" in found:
        return _read_hyperfine
    raise BadInput("results", "JSON of another form", f"the results of {TOOLS}")


def _read_pytest(found: Mapping[str, Any]) -> list[Result]:
    machine, commit = found["machine_info"], found.get("commit_info") or {}
    environment = _environment(
        cpu=machine.get("cpu", {}).get("brand_raw"),
        kernel=f"{machine.get('system', '')} {machine.get('release', '')}",
        python=machine.get("python_version"),
        commit=commit.get("id"),
        dirty=commit.get("dirty") or None,
    )
    at = read_moment(found.get("datetime"))
    return [
        Result(
            kpi=one["fullname"],
            unit="s",
            values=_samples(one["stats"].get("data") or [one["stats"]["mean"]]),
            better="lower",
            host=str(machine.get("node", "")),
            session=_session(at),
            at=at,
            source="pytest-benchmark",
            environment=environment,
        )
        for one in found["benchmarks"]
    ]


def _read_hyperfine(found: Mapping[str, Any]) -> list[Result]:
    return [
        Result(
            kpi=_with_parameters(one["command"], one.get("parameters") or {}),
            unit="s",
            values=() if code else _samples([time]),
            better="lower",
            failed=f"it ended with exit code {code}" if code else "",
            source="hyperfine",
        )
        for one in found["results"]
        for time, code in zip(
            one.get("times") or [one["mean"]],
            one.get("exit_codes") or [0] * len(one.get("times") or [0]),
            strict=True,
        )
    ]


def _read_google(found: Mapping[str, Any]) -> list[Result]:
    context = found["context"]
    at = read_moment(context.get("date"))
    environment = _environment(
        cores=context.get("num_cpus"),
        mhz=context.get("mhz_per_cpu"),
        scaling=context.get("cpu_scaling_enabled"),
        load=(context.get("load_avg") or [None])[0],
        build=context.get("library_build_type"),
    )
    told: dict[str, Result] = {}
    for one in found["benchmarks"]:
        if one.get("run_type", "iteration") != "iteration":
            continue
        name = one.get("run_name") or one["name"]
        failed = str(one.get("error_message") or "failed") if one.get("error_occurred") else ""
        values = () if failed else _samples([one["real_time"]])
        known = told.get(name)
        told[name] = replace(
            known or Result(name, one.get("time_unit", "ns"), (), "lower"),
            values=(known.values if known else ()) + values,
            host=str(context.get("host_name", "")),
            session=_session(at),
            at=at,
            failed=failed,
            source="Google Benchmark",
            environment=environment,
        )
    return [replace(one, values=() if one.failed else one.values) for one in told.values()]


def _read_jmh(found: list[Mapping[str, Any]]) -> list[Result]:
    results = []
    for one in found:
        metric = one["primaryMetric"]
        forks = metric.get("rawData") or [[metric["score"]]]
        better = "higher" if one.get("mode") == "thrpt" else "lower"
        environment = _environment(
            jdk=one.get("jdkVersion"), vm=one.get("vmName"), jmh=one.get("jmhVersion")
        )
        results += [
            Result(
                kpi=_with_parameters(one["benchmark"], one.get("params") or {}),
                unit=metric["scoreUnit"],
                values=_samples(fork),
                better=better,
                source="JMH",
                environment=environment,
            )
            for fork in forks
        ]
    return results


def _read_asv(found: Mapping[str, Any]) -> list[Result]:
    machine = found.get("params") or {}
    environment = _environment(
        commit=found["commit_hash"],
        cpu=machine.get("cpu"),
        kernel=machine.get("os"),
        **{name: version for name, version in (found.get("requirements") or {}).items() if version},
    )
    results = []
    for name, row in found["results"].items():
        told = dict(zip(found["result_columns"], row, strict=False))
        kind = name.rpartition(".")[2].partition("_")[0]
        unit = _ASV_UNITS.get(kind, "units")
        at = _of_milliseconds(told.get("started_at") or found.get("date"))
        cases = list(product(*(told.get("params") or [])))
        values = (
            told["result"] if isinstance(told["result"], list) else [told["result"]] * len(cases)
        )
        samples = told.get("samples") or [None] * len(cases)
        for case, value, several in zip(cases, values, samples, strict=False):
            ok = isinstance(value, int | float) and math.isfinite(value)
            results.append(
                Result(
                    kpi=f"{name}({', '.join(map(str, case))})" if case else name,
                    unit=unit,
                    values=_samples(several or [value]) if ok else (),
                    better=guess_better(unit),
                    host=str(machine.get("machine", "")),
                    session=_session(_of_milliseconds(found.get("date"))),
                    at=at,
                    failed="" if ok else "it failed",
                    source="asv",
                    environment=environment,
                )
            )
    return results


def _read_csv(text: str, kpi: str, columns: tuple[str, ...]) -> list[Result]:
    if not kpi:
        raise BadInput("kpi", "nothing", "the KPI that the file holds, as a CSV file names none")
    told = read_measurements(text, read_columns(columns))
    unit = "" if told.unit == UNSTATED else told.unit.noun
    return [
        Result(kpi, unit, (float(value),), session=label or f"line {line}",
               at=read_moment(label), source="CSV")
        for value, label, line in zip(told.values, told.labels, told.lines, strict=True)
    ]  # fmt: skip


def _number_runs(results: list[Result]) -> tuple[Result, ...]:
    """The runs with their repetition: the how-manieth of their KPI on its host in its session."""
    seen: Counter[tuple[str, str, str]] = Counter()
    numbered = []
    for one in results:
        key = (one.kpi, one.host, one.session)
        seen[key] += 1
        numbered.append(replace(one, repetition=seen[key]))
    return tuple(numbered)


def _samples(values: list[Any]) -> tuple[float, ...]:
    found = tuple(float(value) for value in values)
    if not all(math.isfinite(value) for value in found):
        raise ValueError("a value is no finite number")
    return found


def _environment(**told: object) -> dict[str, str]:
    return {key: str(value).strip()[:200] for key, value in told.items() if value is not None}


def _with_parameters(name: str, parameters: Mapping[str, Any]) -> str:
    told = ", ".join(f"{key}={value}" for key, value in parameters.items())
    return f"{name} ({told})" if told else name


def _session(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""


def _of_milliseconds(value: Any) -> datetime | None:
    return datetime.fromtimestamp(value / 1000, UTC) if isinstance(value, int | float) else None
