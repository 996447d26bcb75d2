"""A row of a real plan is moved in a real browser: from the key until the new days are painted.

The plan is a real tracker's on the last day on which 100 of its items were open. Server and
browser share this machine, as they do for whoever works alone.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import socket
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import numpy as np

DATA: Final = Path(os.environ.get("GROUNDPLAN_DATA", "../shared/data"))
TRACKER: Final = DATA / "trackers" / "tawosi_sp_effort" / "MESOS.csv"
OPEN, MOVES, WARM_UP = 100, 40, 5
ARGUMENTS: Final = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
# From the key's own time stamp until the frame with the new days has been drawn.
WATCH: Final = """
() => {
  window.took = [];
  let pressed = 0;
  document.addEventListener("keydown", (event) => { pressed = event.timeStamp; }, true);
  const says = document.querySelector("#plan-says"); // is said anew with every answer
  new MutationObserver(() => requestAnimationFrame(() => setTimeout(() =>
    window.took.push(performance.now() - pressed)))).observe(says, { childList: true });
}
"""


def measure_reordering() -> dict[str, Any]:
    """Times of a move in the page [milliseconds], after a few to warm up."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - with --page only

    text = write_plan()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        address, stop = serve(Path(folder), text)
        found = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
        browser = play.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        page = browser.new_page()
        page.goto(address)
        page.goto(f"{address.partition('/enter')[0]}/timelines")
        rows = page.locator("#plan-rows tr").count()
        page.evaluate(WATCH)
        page.locator("#plan-rows tr").last.locator("[data-grip]").focus()
        for nr in range(MOVES + WARM_UP):
            page.keyboard.press("ArrowUp")  # each plan is a new one, so that nothing is remembered
            while page.evaluate("window.took.length") <= nr:
                time.sleep(0.02)
        took = np.array(page.evaluate("window.took"))[WARM_UP:]
        browser.close()
        stop()
    return {
        "open_items": rows,
        "moves": len(took),
        "best_ms": round(float(took.min()), 1),
        "median_ms": round(float(np.median(took)), 1),
        "p95_ms": round(float(np.quantile(took, 0.95)), 1),
        "worst_ms": round(float(took.max()), 1),
    }


def write_plan() -> str:
    """The export that the tracker would have given on that day."""
    with TRACKER.open(newline="") as stream:
        rows = [
            (row["Issue_Key"], *(row[name] for name in ("Creation_Date", "Resolution_Date")))
            for row in csv.DictReader(stream)
        ]
    days = sorted({day for _, *both in rows for day in both}, reverse=True)
    day = next(d for d in days if sum(created <= d < done for _, created, done in rows) == OPEN)
    plan = io.StringIO()
    writer = csv.writer(plan)
    writer.writerow(("key", "created", "done"))
    writer.writerows((k, c, done if done <= day else "") for k, c, done in rows if c <= day)
    return plan.getvalue()


def serve(folder: Path, text: str) -> tuple[str, Any]:
    """A server on a workspace with that export; a link that signs in, and what stops it."""
    import uvicorn  # noqa: PLC0415 - with --page only

    from groundplan.bootstrap.settings import utc_now  # noqa: PLC0415
    from groundplan.bootstrap.workspace import Workspace  # noqa: PLC0415
    from groundplan.interfaces.web.app import create_app  # noqa: PLC0415
    from groundplan.interfaces.web.doors.doors import Doors  # noqa: PLC0415
    from groundplan.interfaces.web.doors.links import Purpose  # noqa: PLC0415
    from groundplan.interfaces.web.doors.settings import local_settings  # noqa: PLC0415
    from groundplan.records.sqlite_vault import SQLiteVault  # noqa: PLC0415
    from groundplan.terms.progress import Silent  # noqa: PLC0415

    export = folder / "board.csv"
    export.write_text(text)
    workspace = Workspace(folder / "workspace", Silent())
    workspace.read_items(export)
    workspace.refresh()
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    vault = SQLiteVault(folder / "vault.sqlite", utc_now)
    doors = Doors(vault, utc_now, local_settings(port), workspace.roster)
    config = uvicorn.Config(
        create_app(workspace, doors), host="127.0.0.1", port=port, log_level="error"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)

    def stop() -> None:
        server.should_exit = True
        thread.join(10)
        workspace.close()

    return doors.invite(Purpose.LOCAL)[0], stop
