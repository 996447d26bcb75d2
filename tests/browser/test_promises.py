"""Somebody signs in, promises, keeps it and reads how they did: with the keyboard alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from groundplan.interfaces.web.doors.links import Purpose
from tests.browser.conftest import Opener, Server
from tests.histories import History
from tests.interfaces.web.conftest import read

pytestmark = pytest.mark.xdist_group("browser")


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until what fits the selector has the focus."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"Tab never reaches {selector}")


def assert_accessible(page: Page) -> None:
    """No violation in light and dark, wide and narrow."""
    for scheme, width in (("light", 1280), ("dark", 1280), ("light", 360), ("dark", 360)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        found = Axe().run(page).response["violations"]
        assert found == [], (scheme, width, [one["id"] for one in found])
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 1280, "height": 900})


def test_a_promise_is_made_kept_and_read(
    open_page: Opener, history: History, tmp_path: Path
) -> None:
    opened = read(tmp_path / "workspace", history)
    with Server(opened, tmp_path) as running:
        link, _ = running.doors.invite(Purpose.LOCAL)
        page = open_page(link, stranger=True)
        expect(page.locator("h1")).to_be_visible()
        page.keyboard.press("Control+k")
        page.keyboard.type("promises")
        expect(page.get_by_role("option").first).to_contain_text("Promises")
        page.keyboard.press("Enter")
        page.wait_for_url("**/promises")
        assert_accessible(page)

        tab_to(page, "#promises-make-what")
        page.keyboard.type("Import the ledger")
        tab_to(page, "#promises-make-high_days")
        page.keyboard.press("Control+a")
        page.keyboard.type("-3")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Allowed: 0.5 to 2,600 working days")).to_be_visible()
        expect(page.locator("#promises-make-what")).to_have_value("Import the ledger")
        assert_accessible(page)
        tab_to(page, "#promises-make-high_days")
        page.keyboard.press("Control+a")
        page.keyboard.type("3")
        page.keyboard.press("Enter")
        page.wait_for_url("**/promises")
        expect(page.get_by_text("Import the ledger")).to_be_visible()
        assert_accessible(page)

        tab_to(page, "[aria-label='Done today: Import the ledger']")
        page.keyboard.press("Enter")
        expect(page.get_by_text("1 of 1 settled ranges held")).to_be_visible()
        expect(page.locator("#ranges .ch-point")).to_have_count(1)
        assert_accessible(page)
    opened.close()
