"""Keeps what `run.py` measured: result.json with the fits, and the same as tables in the README."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

TARGET = 10**9
ENGINES = ("duckdb", "spark")


def keep(result: dict[str, Any], out: Path) -> None:
    """Write what is known so far, with its fits, and its tables into the README beside it."""
    result["fits"] = fit_all(result["sizes"])
    out.write_text(json.dumps(result, indent=1) + "\n")
    readme = out.with_name("README.md")
    if readme.exists():
        text = readme.read_text()
        for name, lines in (("table", tables(result)), ("marts", marts(result))):
            start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
            before, _, rest = text.partition(start)
            text = f"{before}{start}\n{lines}\n{end}{rest.partition(end)[2]}"
        readme.write_text(text)


def fit_all(sizes: dict[str, Any]) -> dict[str, Any]:
    """By engine and signal, how cost grows with rows."""
    fits: dict[str, Any] = {}
    for engine in ENGINES:
        costs: dict[str, list[tuple[int, float]]] = {}
        for rows, size in sorted(sizes.items(), key=lambda item: int(item[0])):
            for name, found in size.get(engine, {}).items():
                if "cpu_s" in found:
                    costs.setdefault(name, []).append((int(rows), found["cpu_s"]))
        fits[engine] = {name: fit(told) for name, told in costs.items() if len(told) > 1}
    return fits


def fit(costs: list[tuple[int, float]]) -> dict[str, float]:
    """How cost grows, and the CPU seconds of a billion rows.

    exponent: least squares of log cost on log rows. last_exponent: of the two largest sizes, where
    a fixed cost weighs least. The extrapolation follows the line through these two, or the last
    exponent where that is above 1.
    """
    rows, seconds = (np.array(column, dtype=float) for column in zip(*costs, strict=True))
    slope = float(np.polyfit(np.log(rows), np.log(seconds), 1)[0])
    last = float(np.log(seconds[-1] / seconds[-2]) / np.log(rows[-1] / rows[-2]))
    line = (seconds[-1] - seconds[-2]) / (rows[-1] - rows[-2]) * (TARGET - rows[-1]) + seconds[-1]
    power = seconds[-1] * (TARGET / rows[-1]) ** last
    return {
        "exponent": round(slope, 3),
        "last_exponent": round(last, 3),
        "cpu_s_of_a_billion": round(float(power if last > 1 else line)),
    }


def marts(result: dict[str, Any]) -> str:
    """What marts cost, as tables for people."""
    told = sorted(result.get("marts", {}).items(), key=lambda item: int(item[0]))
    built = [(rows, size, engine) for rows, size in told for engine in ENGINES if engine in size]
    lines = [
        "| changes | repositories | built by | wall s | CPU s here | MiB here | CPU s of workers "
        "| MiB of a worker | parts | mart MiB | tables MiB |",
        "|--:|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    keys = ("wall_s", "cpu_s", "peak_mib", "workers_cpu_s", "worker_peak_mib", "parts", "mart_mib",
            "tables_mib")  # fmt: skip
    for rows, size, engine in built:
        costs = " | ".join(f"{size[engine][key]:,}" for key in keys)
        lines.append(f"| {int(rows):,} | {size['repositories']:,} | {engine} | {costs} |")
    names = list(dict.fromkeys(n for _, size, engine in built for n in size[engine]["ask_ms"]))
    heads = (f"{int(rows):,}, {engine}" for rows, _, engine in built)
    lines += ["", f"| asked, ms | {' | '.join(heads)} |", "|---|" + "--:|" * len(built)]
    for name in names:
        times = (str(size[engine]["ask_ms"].get(name, "–")) for _, size, engine in built)
        lines.append(f"| {name} | {' | '.join(times)} |")
    return "\n".join(lines)


def tables(result: dict[str, Any]) -> str:
    """The result as tables for people."""
    lines = [f"Measured {result['at']}: {result['machine']}.", ""]
    for rows, size in sorted(result["sizes"].items(), key=lambda item: int(item[0])):
        lines += [
            f"{int(rows):,} rows of `changes`, {size['parquet_mib']:,} MiB of Parquet "
            f"(load before: {size['load_before']})",
            "",
            "| signal | rows selected | DuckDB wall s | CPU s | MiB | Spark wall s | CPU s | MiB |",
            "|---|--:|--:|--:|--:|--:|--:|--:|",
        ]
        names = [n for n in size.get("duckdb", {}) | size.get("spark", {}) if n != "session"]
        for name in names:
            found = [size.get(engine, {}).get(name, {}) for engine in ENGINES]
            selected = next((f["selected"] for f in found if "selected" in f), 0)
            told = [f.get(key, "–") for f in found for key in ("wall_s", "cpu_s", "peak_mib")]
            lines.append(f"| {name} | {selected:,} | {' | '.join(map(str, told))} |")
        lines.append("")
    lines += [
        "| signal | DuckDB exponent | last | 10⁹, CPU s | Spark exponent | last | 10⁹, CPU s |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    fits = result["fits"]
    keys = ("exponent", "last_exponent", "cpu_s_of_a_billion")
    for name in fits["duckdb"] | fits["spark"]:
        told = [fits[engine].get(name, {}).get(key, "–") for engine in ENGINES for key in keys]
        lines.append(f"| {name} | {' | '.join(map(str, told))} |")
    return "\n".join(lines)
