"""A tracker's export becomes timelines, and an item is moved forward: with the keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from groundplan.bootstrap import Workspace
from groundplan.interfaces.web.doors.links import Purpose
from groundplan.terms.progress import Silent
from tests.browser.conftest import Opener, Server
from tests.browser.test_promises import assert_accessible, tab_to
from tests.items import table

pytestmark = pytest.mark.xdist_group("browser")

FIRST = date(2025, 1, 6)
PEOPLE = [f"Person {nr} Example <p{nr}@example.com>" for nr in range(6)]


@pytest.fixture
def tracked(tmp_path: Path) -> Iterator[Workspace]:
    """A tracker that finished three items a week for forty weeks, and six open ones."""
    rows = [
        [f"T-{nr}", f"Part {nr}", FIRST + timedelta(2 * nr), FIRST + timedelta(2 * nr + 5),
         PEOPLE[nr % 6]]
        for nr in range(120)
    ]  # fmt: skip
    rows += [[f"O-{nr}", f"Open <b>{nr}</b>", "2025-09-0" + str(nr), "", ""] for nr in range(1, 7)]
    export = tmp_path / "board.csv"
    export.write_text(table("key,summary,created,resolved,assignee", *rows))
    opened = Workspace(tmp_path / "workspace", Silent())
    opened.read_items(export, {})
    yield opened
    opened.close()


def test_a_plan_is_read_and_reordered(
    open_page: Opener, tracked: Workspace, tmp_path: Path
) -> None:
    with Server(tracked, tmp_path) as running:
        link, _ = running.doors.invite(Purpose.LOCAL)
        page = open_page(link, stranger=True)
        expect(page.locator("h1")).to_be_visible()
        page.goto(f"{running.address}/timelines")
        expect(page.locator("h1")).to_have_text("Timelines")
        expect(page.get_by_role("heading", name="Three versions")).to_be_visible()
        expect(page.locator("svg.chart")).to_be_visible()
        expect(page.get_by_text("claims of 85% came true").first).to_be_visible()
        expect(page.get_by_role("status")).to_have_text("Nobody pays.")
        assert_accessible(page)

        tab_to(page, "a[aria-label='First: Open <b>6</b>']")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("pay")
        plan = page.locator("#plan ~ table tbody th")
        expect(plan.first).to_contain_text("Open <b>6</b>")

        page.goto(f"{running.address}/timelines?remove=nowhere")
        expect(page.get_by_role("alert")).to_contain_text("an open item, such as")
        page.goto(f"{running.address}/timelines?tracker=landings")
        expect(page.get_by_text("Counted are landed changes")).to_be_visible()
        expect(page.get_by_text("Nothing can be promised yet.")).to_be_visible()
        assert_accessible(page)
