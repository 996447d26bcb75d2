"""Finish first or switch: compared, chosen and found again, with the keyboard alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from groundplan.interfaces.web.doors.links import Purpose
from tests.browser.conftest import Opener, Server
from tests.browser.test_promises import assert_accessible, tab_to
from tests.histories import History
from tests.interfaces.web.conftest import read
from tests.items import table

pytestmark = pytest.mark.xdist_group("browser")

HOSTILE = "Cache <script>document.title='owned'</script>"


def test_a_switch_is_weighed_and_recorded(
    open_page: Opener, history: History, tmp_path: Path
) -> None:
    opened = read(tmp_path / "workspace", history)
    today = datetime.now(UTC).replace(tzinfo=None)
    export = tmp_path / "board.csv"
    moves = [("A-1", 30, "In Progress"), ("A-2", 90, "In Progress"), ("A-2", 80, "To Do")]
    export.write_text(
        table(
            "key,date,field,to",
            *[(item, today - timedelta(ago), "status", state) for item, ago, state in moves],
            ("A-2", today - timedelta(90), "summary", HOSTILE),
        )
    )
    opened.read_items(export)
    opened.refresh()
    with Server(opened, tmp_path) as running:
        link, _ = running.doors.invite(Purpose.LOCAL)
        page = open_page(link, stranger=True)
        expect(page.locator("h1")).to_be_visible()
        page.goto(f"{running.address}/switching")
        expect(page.get_by_text(HOSTILE)).to_be_visible()
        assert "owned" not in page.title()
        tab_to(page, "section[aria-labelledby=in-work] a")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Before you switch")).to_be_visible()
        tab_to(page, "#s-new")
        page.keyboard.type("Serve the audit")
        page.keyboard.press("Enter")
        expect(page.get_by_text("how long is left is not known")).to_be_visible()
        assert_accessible(page)

        tab_to(page, "section[aria-labelledby=compare] summary")
        page.keyboard.press("Enter")
        ranges = ("left_low", "2"), ("left_high", "5"), ("new_low", "15"), ("new_high", "25")
        for name, days in ranges:
            tab_to(page, f"#s-{name}")
            page.keyboard.type(days)
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("Finish first: it costs less in")
        assert_accessible(page)

        tab_to(page, "#c-note")
        page.keyboard.type("the loader works")
        page.keyboard.press("Enter")
        page.wait_for_url("**/switching")
        expect(page.get_by_text("the loader works")).to_be_visible()
        expect(page.get_by_role("heading", name="Choices, and what came of them")).to_be_visible()
        assert_accessible(page)
