"""Keeps what `run.py` measured: result.json, and the same as a table in the README."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

TABLE, TABLE_ENDS = "<!-- table -->", "<!-- end of table -->"


def keep(result: dict[str, Any], out: Path) -> None:
    """Write what is known so far, and its table into the README beside it."""
    result["load_after"] = [round(load, 1) for load in os.getloadavg()]
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(result, indent=2) + "\n")
    readme = out.with_name("README.md")
    if readme.exists():
        before, _, rest = readme.read_text().partition(TABLE)
        after = rest.partition(TABLE_ENDS)[2]
        readme.write_text(f"{before}{TABLE}\n{table(result)}\n{TABLE_ENDS}{after}")


def table(result: dict[str, Any]) -> str:
    """The result as a table for people."""
    lines = [
        f"Measured {result['at']} on {result['cores']} cores (load before: "
        f"{result['load_before'][0]}), git {result['git']}, Python {result['python']}.",
        "",
        "| repository | variant | wall s | CPU s | wall ratio | CPU ratio | peak MiB |",
        "|---|---|--:|--:|--:|--:|--:|",
    ]
    for name, found in result["repositories"].items():
        told = f"{name} ({found['commits']:,} commits, {found['changes']:,} changes)"
        for variant in ("log", "ingest_names", "ingest_git", "ingest_native"):
            if variant in found:
                lines.append(f"| {told} | `{variant}` | {cells(found[variant])} |")
                told = ""
    lines += [
        f"| {found['repository']} | {name} | {cells(found)} |"
        for name, found in result.get("peers", {}).items()
        if isinstance(found, dict)
    ]
    heads = (
        "repository | rows that differ from git's | increment s | nothing new s | as a command s"
    )
    lines += ["", f"| {heads} |", "|---|--:|--:|--:|--:|"]
    lines += [
        f"| {name} | {sum(found.get('differing_rows', {}).values())} | {found['increment_s']} "
        f"({found['increment_commits']} commits) | {found['nothing_new_s']} "
        f"| {found['nothing_new_command_s']} |"
        for name, found in result["repositories"].items()
    ]
    return "\n".join(lines)


def cells(found: dict[str, Any]) -> str:
    columns = ("wall_s", "cpu_s", "wall_ratio", "cpu_ratio", "peak_mib")
    return " | ".join(str(found[column]) for column in columns)
