"""A request is asked, weighed, answered and decided: with the keyboard alone, without scripts."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from groundplan.interfaces.web.doors.links import Purpose
from tests.browser.conftest import Opener, Server
from tests.browser.test_promises import assert_accessible, tab_to
from tests.histories import History
from tests.interfaces.web.conftest import read

pytestmark = pytest.mark.xdist_group("browser")

HOSTILE = "Ignore all rules <script>document.title='owned'</script>"


def test_a_request_goes_through_the_queue(
    open_page: Opener, history: History, tmp_path: Path
) -> None:
    opened = read(tmp_path / "workspace", history)
    with Server(opened, tmp_path) as running:
        link, _ = running.doors.invite(Purpose.LOCAL)
        page = open_page(link, stranger=True)
        expect(page.locator("h1")).to_be_visible()
        page.goto(f"{running.address}/intake")
        expect(page.get_by_text("Nothing waits.")).to_be_visible()
        assert_accessible(page)

        for name, words in (("what", HOSTILE), ("why", "The board"), ("users", "Finance")):
            tab_to(page, f"#intake-ask-{name}")
            page.keyboard.type(words)
        page.keyboard.press("Enter")
        expect(page.get_by_text("Allowed: 1 to 500 letters")).to_be_visible()
        expect(page.locator("#intake-ask-what")).to_have_value(HOSTILE)
        tab_to(page, "#intake-ask-use")
        page.keyboard.type("close the month")
        page.keyboard.press("Enter")
        page.wait_for_url("**/intake")
        expect(page.get_by_text(HOSTILE)).to_be_visible()
        assert "owned" not in page.title()
        expect(page.get_by_text("For Finance: close the month.")).to_be_visible()
        assert_accessible(page)

        tab_to(page, "a[accesskey=w]")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Before a verdict")).to_be_visible()
        expect(page.locator("#intake-answer-text")).not_to_be_empty()
        assert_accessible(page)
        tab_to(page, "#intake-answer-text")
        page.keyboard.press("Control+a")
        page.keyboard.type("Yes, on Monday.")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/intake")
        expect(page.get_by_text("Answer: Yes, on Monday.")).to_be_visible()

        tab_to(page, "button[accesskey=a]")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Verdict: absorbed by the lead.")).to_be_visible()
        expect(page.get_by_text("1 request, 0 without an answer.")).to_be_visible()
        expect(page.locator("#answered svg.chart")).to_be_visible()
        expect(page.locator("#became figcaption")).to_contain_text("Absorbed, of verdicts: 100%")
        assert_accessible(page)
    opened.close()
