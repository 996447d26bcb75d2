"""A half-year's goal in the browser: refused, repaired, begun, checked and parked, by keyboard."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from groundplan.access import LOCAL_VIEWER
from groundplan.bootstrap.settings import utc_now
from groundplan.bootstrap.workspace import Workspace
from groundplan.interfaces.catalogue import Asker, answer, list_use_cases
from groundplan.interfaces.web.doors.links import Purpose
from tests.browser.conftest import Opener, Server
from tests.browser.test_promises import assert_accessible, tab_to
from tests.histories import History
from tests.interfaces.web.conftest import read

pytestmark = pytest.mark.xdist_group("browser")

HOSTILE = "Pages open <script>document.title='owned'</script> at once"
GOAL = {
    "title": HOSTILE, "why": "Users leave while they wait", "kpi": "latency", "target": "70",
    "owner": "Ann Example", "key_result": "Half of the visits stay",
    "if_not_done": "They go elsewhere",
}  # fmt: skip


def record(opened: Workspace, days: range, level: Callable[[int], float]) -> None:
    """Sessions of a KPI that a command measured on days before today."""
    rng, now, runs = np.random.default_rng(1), utc_now(), []
    for ago in days:
        at = now - timedelta(days=ago)
        mean = level(ago) + rng.normal(0, 0.5)
        runs += [
            {"kpi": "latency", "unit": "ms", "values": [mean + rng.normal(0, 1)], "host": "local",
             "session": f"{at.date()}", "repetition": nr, "at": at.isoformat(),
             "source": "command"}
            for nr in range(1, 6)
        ]  # fmt: skip
    ask(opened, "benchmarks.record", results=json.dumps({"groundplan_runs": runs}))


def ask(opened: Workspace, name: str, /, **given: object) -> object:
    """A use case, as the command line would ask it."""
    case = next(one for some in list_use_cases().values() for one in some if one.name == name)
    return answer(opened, case, Asker(LOCAL_VIEWER), case.inputs(**given))


def write(page: Page, verb: str, fields: dict[str, str]) -> None:
    """Fill a form's fields by keyboard and send it."""
    for name, text in fields.items():
        tab_to(page, f"#goals-{verb}-{name}")
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.insert_text(text)
    page.keyboard.press("Enter")


def press(page: Page, label: str) -> None:
    """A link or a button of a goal, by keyboard."""
    tab_to(page, f"[aria-label^='{label}: ']")
    page.keyboard.press("Enter")


def test_a_goal_is_refused_repaired_begun_checked_and_parked(
    open_page: Opener, history: History, tmp_path: Path
) -> None:
    opened = read(tmp_path / "workspace", history)
    ask(opened, "benchmarks.define", kpi="latency", unit="ms", better="lower", how="./measure")
    record(opened, range(3, 1, -1), lambda _: 100.0)
    with Server(opened, tmp_path) as running:
        link, _ = running.doors.invite(Purpose.LOCAL)
        page = open_page(link, stranger=True)
        page.goto(f"{running.address}/goals")
        expect(page.get_by_text("No goal is set for")).to_be_visible()
        assert_accessible(page)
        write(page, "set", GOAL)
        expect(page.get_by_role("alert")).to_contain_text("what latency shows before the start")
        write(page, "set", {"baseline": "100"})
        page.wait_for_url("**/goals")
        assert "owned" not in page.title()
        expect(page.get_by_text("It cannot start yet.")).to_be_visible()
        expect(page.get_by_text("Measured in 2 sessions: measure in 4 at least")).to_be_visible()
        assert_accessible(page)

        record(opened, range(60, 3, -3), lambda ago: 100.0)
        page.reload()
        expect(page.get_by_text("Its KPI can be trusted: it can start.")).to_be_visible()
        press(page, "Start")
        expect(page.get_by_text("likely to be at its target")).to_be_visible()
        expect(page.locator(".chart text", has_text="target 70")).to_be_visible()
        press(page, "Progress check")
        page.wait_for_url("**/goals/check?goal=G1")
        write(page, "check", {"says": "The cache is half done"})
        page.wait_for_url("**/goals")
        expect(page.get_by_text(f"{utc_now():%b}: done")).to_be_visible()
        assert_accessible(page)

        press(page, "Close")
        page.wait_for_url("**/goals/close?goal=G1")
        write(page, "close", {"says": "We are there"})
        expect(page.get_by_role("alert")).to_contain_text("latency is not at 70 ms yet")
        page.goto(f"{running.address}/goals")
        press(page, "Park")
        page.wait_for_url("**/goals/park?goal=G1")
        write(page, "park", {"reason": "The audit goes first"})
        page.wait_for_url("**/goals")
        expect(page.get_by_role("heading", name="Parked")).to_be_visible()
        expect(page.get_by_text("The audit goes first")).to_be_visible()
        assert_accessible(page)

        record(opened, range(1, -1, -1), lambda _: 60.0)
        press(page, "Take it up again")
        expect(page.get_by_text("likely to be at its target")).to_be_visible()
        assert_accessible(page)
    opened.close()


def test_a_kpi_has_a_chart_with_its_changes(
    open_page: Opener, history: History, tmp_path: Path
) -> None:
    opened = read(tmp_path / "workspace", history)
    ask(opened, "benchmarks.define", kpi="latency", unit="ms", better="lower", how="./measure")
    record(opened, range(90, 0, -2), lambda ago: 100.0 if ago > 40 else 80.0)
    ask(opened, "benchmarks.define", kpi="flow", unit="changes/week", better="higher",
        how="signal: throughput")  # fmt: skip
    with Server(opened, tmp_path) as running:
        link, _ = running.doors.invite(Purpose.LOCAL)
        page = open_page(link, stranger=True)
        page.goto(f"{running.address}/benchmarks")
        expect(page.get_by_role("heading", name="KPIs")).to_be_visible()
        tab_to(page, "a[href*='kpi=latency']")
        page.keyboard.press("Enter")
        expect(page.locator("#series svg.chart")).to_be_visible()
        tab_to(page, "#series .ch-point")
        page.keyboard.press("ArrowLeft")
        expect(page.locator("#series .fig-readout")).to_contain_text("ms")
        expect(page.get_by_role("listitem").filter(has_text="From ")).to_be_visible()
        assert_accessible(page)
        page.goto(f"{running.address}/benchmarks?kpi=flow")
        expect(page.get_by_text("Read from signal: throughput")).to_be_visible()
        expect(page.locator("#series svg.chart")).to_be_visible()
        assert_accessible(page)
    opened.close()
