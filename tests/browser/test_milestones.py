"""A milestone is defined, doubted, begun, shown and given up: with the keyboard alone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from groundplan.bootstrap.settings import utc_now
from groundplan.interfaces.web.doors.links import Purpose
from groundplan.records.journal import Saying
from groundplan.records.milestones import DEFINED, STREAM
from tests.browser.conftest import Opener, Server
from tests.browser.test_promises import assert_accessible, tab_to
from tests.histories import History
from tests.interfaces.web.conftest import read

pytestmark = pytest.mark.xdist_group("browser")

POINTS = [
    {"sort": sort, "text": text, "link": "", "signal": ""}
    for sort, text in (
        ("must-have", "Errors name the row"), ("nice-to-have", "A page of past imports"),
        ("success metric", "Half the tickets"), ("use", "support"),
    )
]  # fmt: skip


def write(page: Page, fields: dict[str, str]) -> None:
    """Fill a form's fields in order and send it."""
    for selector, text in fields.items():
        tab_to(page, selector)
        page.keyboard.insert_text(text)
    tab_to(page, "main form button")
    page.keyboard.press("Enter")


def enter(open_page: Opener, running: Server) -> Page:
    """The page of milestones, signed in by the local link."""
    link, _ = running.doors.invite(Purpose.LOCAL)
    page = open_page(link, stranger=True)
    page.goto(f"{running.address}/milestones")
    return page


def act(page: Page, name: str, address: str) -> None:
    """Follow a link of the milestone by the keyboard."""
    tab_to(page, f"[aria-label^='{name}']")
    page.keyboard.press("Enter")
    page.wait_for_url(address)


def test_a_milestone_is_doubted_begun_and_shown(
    open_page: Opener, history: History, tmp_path: Path
) -> None:
    opened = read(tmp_path / "workspace", history)
    with Server(opened, tmp_path) as running:
        page = enter(open_page, running)
        expect(page.get_by_text("No milestone is under way.")).to_be_visible()
        assert_accessible(page)

        fields = {
            "outcome": "Imports run without us", "serves": "Half the support load",
            "used_by": "the support team", "must_haves": "Errors name the row | #41",
            "success": "Half the tickets",
        }  # fmt: skip
        day = (utc_now().date() + timedelta(days=30)).isoformat()
        page.locator("#milestones-define-promised_on").fill(day)
        write(page, {f"#milestones-define-{name}": text for name, text in fields.items()})
        expect(page.get_by_role("heading", name="Imports run without us")).to_be_visible()
        expect(page.get_by_text("Of 1: 1 yet to answer.")).to_be_visible()

        act(page, "Clear", "**/milestones/answer?number=1")
        tab_to(page, "[name=clear][value=yes]")
        page.keyboard.press("Space")
        tab_to(page, "[name=convinced][value=yes]")
        page.keyboard.press("ArrowRight")
        write(page, {"#milestones-answer-fact": "how many tickets are about imports"})
        expect(page.get_by_text("Of 1: 1 unconvinced.")).to_be_visible()
        assert_accessible(page)

        act(page, "Disagree and commit", "**/milestones/start?number=1")
        write(page, {"#milestones-start-despite": "the count comes in a week"})
        expect(page.get_by_text("It began all the same")).to_be_visible()

        act(page, "Say what shows it: Half", "**/milestones/verify?number=1&point=2")
        page.keyboard.press("Tab")
        write(page, {"#milestones-verify-shows": "30 of 60", "#milestones-verify-link": "#7"})
        expect(page.get_by_text("1 of 1 shown, 1 of them said by you")).to_be_visible()
        assert_accessible(page)
    opened.close()


def test_a_delay_is_told_once_the_draft_was_read(
    open_page: Opener, history: History, tmp_path: Path
) -> None:
    opened = read(tmp_path / "workspace", history)
    for nr in range(2):
        told = {"outcome": f"Import {nr}", "serves": "x", "promised_on": "2026-01-01"}
        saying = Saying(STREAM, DEFINED, {**told, "points": POINTS}, "local", "local")
        opened.journal.append(saying, expected=nr)
    with Server(opened, tmp_path) as running:
        page = enter(open_page, running)
        draft = page.get_by_label("Notice to partners").first
        expect(draft).to_contain_text("Import 0: 2026-01-01 can no longer be promised.\n")
        assert_accessible(page)
        draft.fill("Imports come later.\nNothing else changes.")
        tab_to(page, "[aria-label='Publish to partners: Import 0']")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Told to partners")).to_be_visible()
        expect(page.get_by_text("Nothing else changes.")).to_be_visible()
        assert_accessible(page)
    opened.close()
