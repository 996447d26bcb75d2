"""How long pages take over 100,000 pull requests; the bar is p95 <= 100 ms.

`python benchmarks/hosts/run.py [--pulls N]` writes result.json beside itself. The team page and the
page of each signal are asked for as benchmarks/pages does: once cold, when each signal is measured,
then warm, as everybody else sees it until facts move.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import platform
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

# first: `run` is the benchmark of pages
sys.path.insert(0, str(Path(__file__).parents[1] / "pages"))

from generate import NOW, REPO, generate
from mart_workspace import MartWorkspace
from run import BASE, WARM, ask_for, percentiles

from groundplan.bootstrap.settings import utc_now
from groundplan.facts.mart import RepoInfo, build
from groundplan.inference import go_to
from groundplan.interfaces.web.app import create_app
from groundplan.interfaces.web.doors.doors import Doors
from groundplan.interfaces.web.doors.links import Purpose
from groundplan.interfaces.web.doors.settings import local_settings
from groundplan.records.sqlite_vault import SQLiteVault
from groundplan.terms.progress import Silent

BAR_MS = 100.0


async def measure_pages(workspace: MartWorkspace, doors: Doors) -> dict[str, Any]:
    """Cold and warm times of the pages that show numbers."""
    transport = httpx.ASGITransport(app=create_app(workspace, doors))
    names = [signal.name for signal in workspace.signals]
    result: dict[str, Any] = {}
    link, _ = doors.invite(Purpose.LOCAL)
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        await client.get(link)
        for address in ("/", "/signals", *(f"/signals/{name}" for name in names)):
            cold = await ask_for(client, address)
            warm = [await ask_for(client, address) for _ in range(WARM)]
            told = {"cold_ms": round(cold[0], 1), "cold_cpu_ms": round(cold[1], 1)}
            result[address] = told | percentiles(warm)
            print(address, result[address], flush=True)
    return result


def main() -> None:
    """Generate, build, measure, write."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pulls", type=int, default=100_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ledger = generate(folder / "workspace", given.pulls)
        info = [RepoInfo(REPO, REPO, "refs/heads/main", shallow=False)]
        mart, start, cpu = folder / "mart.duckdb", time.perf_counter(), time.process_time()
        build(ledger.snapshot(), info, [], NOW, mart, Silent(), go_to.settings())
        built = time.perf_counter() - start, time.process_time() - cpu
        workspace = MartWorkspace(mart, folder / "journal.sqlite")
        vault = SQLiteVault(folder / "vault.sqlite", utc_now)
        doors = Doors(vault, utc_now, local_settings(8088), workspace.roster)
        pages = asyncio.run(measure_pages(workspace, doors))
        hosts = workspace.context().mart.rows("select pulls, merged, linked from hosts")[0]
    result = {
        "pages": pages,
        "pulls_merged_linked": hosts,
        "mart_s": round(built[0], 1),
        "mart_cpu_s": round(built[1], 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "measuring_each_signal_once_ms": workspace.took_ms,
        "bar_p95_ms": BAR_MS,
        "pages_over_the_bar_when_warm": [p for p, t in pages.items() if t["p95_ms"] > BAR_MS],
        "load_per_core": round(os.getloadavg()[0] / (os.cpu_count() or 1), 1),
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
    }
    Path(__file__).with_name("result.json").write_text(
        json.dumps(result, indent=2) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
