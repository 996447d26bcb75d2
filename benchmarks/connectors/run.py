"""How fast and in how much memory a code host is read; the bars: 500 MB, and a second reading that
costs at most a hundredth of the first one's requests.

`python benchmarks/connectors/run.py [--pulls N]` writes result.json beside itself. The server runs
in a process of its own and makes its pages while they are asked for, so that its share of the wall
time is counted too; `cpu_s` is the reader's alone. A third process makes all facts anew from what
was kept, without the network.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from groundplan.bootstrap.settings import utc_now
from groundplan.facts.host import PULLS, THREAD_EVENTS
from groundplan.facts.ledger import Ledger
from groundplan.facts.raw import Raw
from groundplan.sources.github.fetch import connect
from groundplan.sources.http.secrets import Secret, Token
from groundplan.sources.http.sync import rebuild, sync
from groundplan.terms.progress import Silent

HERE = Path(__file__).parent
BAR_MB = 500
BAR_SHARE = 0.01


def read(folder: Path, address: str, anew: bool) -> dict[str, Any]:
    """Read everything that is new, or make facts anew; what it took. Run in a fresh process."""
    ledger, raw = Ledger(folder, utc_now), Raw(folder / "raw.sqlite")
    github = connect("ann/engine", Token(Secret("x")), Silent(), api=address)
    started = time.perf_counter()
    if anew:
        rebuild(ledger, raw, github, Silent())
    else:
        sync(ledger, raw, github, Silent(), clock=utc_now)
    wall = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_SELF)
    snapshot = ledger.snapshot()
    return {
        "wall_s": round(wall, 2), "cpu_s": round(used.ru_utime + used.ru_stime, 2),
        "peak_mb": round(used.ru_maxrss / 1024), "requests": github.client.requests,
        "pulls": snapshot.rows(PULLS), "events": snapshot.rows(THREAD_EVENTS),
        "segments": len(snapshot.segments),
    }  # fmt: skip


def measure(pulls: int) -> dict[str, Any]:
    """All three, each in a process of its own."""
    server = subprocess.Popen(
        [sys.executable, HERE / "server.py", str(pulls)], stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONHASHSEED": "0"},
    )  # fmt: skip
    assert server.stdout is not None
    address = server.stdout.readline().strip()
    result: dict[str, Any] = {
        "at": datetime.now(UTC).date().isoformat(), "cores": os.cpu_count(),
        "python": platform.python_version(), "asked_pulls": pulls,
        "load_before": [round(each, 1) for each in os.getloadavg()],
    }  # fmt: skip
    try:
        with tempfile.TemporaryDirectory() as folder:
            for name in ("first", "second", "anew"):
                result[name] = _in_process(folder, address, name)
            sizes = [(path, path.stat().st_size) for path in Path(folder).rglob("*")]
            raw_mb = sum(size for path, size in sizes if path.name.startswith("raw")) / 1e6
            facts_mb = sum(size for path, size in sizes if path.suffix == ".parquet") / 1e6
            result.update(raw_mb=round(raw_mb, 1), facts_mb=round(facts_mb, 1))
    finally:
        server.kill()
    first, second = result["first"], result["second"]
    result["load_after"] = [round(each, 1) for each in os.getloadavg()]
    result["pulls_per_s"] = round(pulls / first["wall_s"])
    result["events_per_s"] = round(first["events"] / first["wall_s"])
    result["second_share_of_requests"] = round(second["requests"] / first["requests"], 4)
    peak = max(result[name]["peak_mb"] for name in ("first", "second", "anew"))
    result["holds"] = peak <= BAR_MB and result["second_share_of_requests"] <= BAR_SHARE
    return result


def _in_process(folder: str, address: str, name: str) -> Any:
    done = subprocess.run(
        [sys.executable, __file__, "--reader", name, folder, address],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    print(name, found, flush=True)
    return found


def main() -> None:
    """Run as asked on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pulls", type=int, default=100_000)
    parser.add_argument("--out", type=Path, default=HERE / "result.json")
    parser.add_argument("--reader", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.reader:
        name, folder, address = asked.reader
        print(json.dumps(read(Path(folder), address, anew=name == "anew")))
        return
    result = measure(asked.pulls)
    asked.out.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
