"""A calendar is brought by keyboard; its owner reads weeks and blocks, and nobody a title."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import icalendar
import pytest
from playwright.sync_api import Page, expect

from groundplan.interfaces.web.doors.links import Purpose
from tests.browser.conftest import Opener, Server
from tests.browser.test_promises import assert_accessible, tab_to
from tests.histories import History
from tests.interfaces.web.conftest import read
from tests.sources.ics.calendars import ANN, calendar, event

pytestmark = pytest.mark.xdist_group("browser")

TITLE = "Salary talk <script>document.title='owned'</script>"


def test_a_calendar_is_brought_and_read_back(
    open_page: Opener, history: History, tmp_path: Path
) -> None:
    monday = datetime.now(UTC) - timedelta(days=datetime.now(UTC).weekday(), weeks=4)
    meeting = event(
        f"DTSTART:{monday:%Y%m%d}T100000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY",
        f"SUMMARY:{TITLE}", f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ANN}",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:guest@example.org",
    )  # fmt: skip
    file = tmp_path / "ann.ics"
    file.write_bytes(calendar(meeting))
    with Server(read(tmp_path / "workspace", history), tmp_path) as running:
        link, _ = running.doors.invite(Purpose.LOCAL)
        page = open_page(link, stranger=True)
        expect(page.locator("h1")).to_be_visible()
        page.goto(f"{running.address}/focus_time")
        expect(page.get_by_text("No calendar was brought yet.")).to_be_visible()
        assert_accessible(page)
        page.locator("input[type=file]").set_input_files(file)
        tab_to(page, "input[name=address]")
        page.keyboard.type(ANN)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        page.goto(f"{running.address}/focus_time")
        week = page.locator("section[aria-labelledby=weeks] tbody tr").first
        expect(week).to_contain_text("1 h")
        expect(page.get_by_role("heading", name="Worth keeping free")).to_be_visible()
        expect(page.get_by_text("have 0 people, need 5")).to_be_visible()
        assert "Salary" not in page.content()
        assert_accessible(page)
        for stored in (tmp_path / "workspace").rglob("*"):
            if stored.is_file():
                words = stored.read_bytes()
                assert b"Salary" not in words
                assert b"guest@example.org" not in words
        for title, form, says in (
            ("Let your calendar count for your team", "share", "Your calendar counts for it"),
            ("Let it count no longer", "unshare", "Share your calendar below"),
        ):
            page.get_by_role("heading", name=title).click()
            assert_accessible(page)
            with page.expect_navigation():
                page.locator(f"form[action$='/{form}'] button").click()
            page.goto(f"{running.address}/focus_time")
            expect(page.get_by_text(says)).to_be_visible()
        with page.expect_download() as downloaded:
            page.get_by_role("link", name="As a calendar file").click()
        feed = icalendar.Calendar.from_ical(Path(downloaded.value.path()).read_bytes())
        assert (
            len(feed.walk("VEVENT")) == page.locator("section[aria-labelledby=blocks] li").count()
        )


def press(page: Page, form: str) -> None:
    """Reach a form's button by Tab and press it."""
    tab_to(page, f"#{form} button")
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_link_is_made_followed_renewed_and_taken_back_by_keyboard(
    open_page: Opener, history: History, tmp_path: Path
) -> None:
    file = tmp_path / "ann.ics"
    file.write_bytes(calendar())
    with Server(read(tmp_path / "workspace", history), tmp_path) as running:
        link, _ = running.doors.invite(Purpose.LOCAL)
        page = open_page(link, stranger=True)
        expect(page.locator("h1")).to_be_visible()
        page.goto(f"{running.address}/focus_time")
        expect(page.get_by_role("heading", name="In your calendar program")).to_have_count(0)
        page.locator("input[type=file]").set_input_files(file)
        tab_to(page, "input[name=address]")
        page.keyboard.type(ANN)
        with page.expect_navigation():
            page.keyboard.press("Enter")

        press(page, "focus_time-subscribe")
        assert_accessible(page)
        first = page.locator(".secret code").inner_text()
        assert first.startswith(f"{running.address}/feeds/local/")
        followed = httpx.get(first)
        blocks = icalendar.Calendar.from_ical(followed.content).walk("VEVENT")
        page.get_by_role("link", name="Focus time", exact=True).last.click()
        expect(page.get_by_role("heading", name="In your calendar program")).to_be_visible()
        assert page.locator("section[aria-labelledby=blocks] li").count() == len(blocks) > 0
        assert first not in page.content()
        assert_accessible(page)

        press(page, "focus_time-subscribe")
        second = page.locator(".secret code").inner_text()
        assert httpx.get(first).status_code == 404
        assert httpx.get(
            second, headers={"If-None-Match": followed.headers["etag"]}
        ).status_code in (
            200,
            304,
        )
        page.go_back()
        page.goto(f"{running.address}/focus_time")
        press(page, "focus_time-unsubscribe")
        expect(page.get_by_role("button", name="Make a link")).to_be_visible()
        assert httpx.get(second).status_code == 404


def test_a_full_calendar_says_what_would_help_and_keeps_what_was_typed(
    open_page: Opener, history: History, tmp_path: Path
) -> None:
    start = datetime.now(UTC) - timedelta(days=20)
    file = tmp_path / "full.ics"
    file.write_bytes(calendar(event(f"DTSTART:{start:%Y%m%d}T000000Z", "DURATION:PT12H",
                                    "RRULE:FREQ=DAILY", uid="am"),
                              event(f"DTSTART:{start:%Y%m%d}T120000Z", "DURATION:PT12H",
                                    "RRULE:FREQ=DAILY", uid="pm")))  # fmt: skip
    with Server(read(tmp_path / "workspace", history), tmp_path) as running:
        link, _ = running.doors.invite(Purpose.LOCAL)
        page = open_page(link, stranger=True)
        expect(page.locator("h1")).to_be_visible()
        page.goto(f"{running.address}/focus_time")
        page.locator("input[type=file]").set_input_files(file)
        tab_to(page, "input[name=address]")
        page.keyboard.type(ANN)
        tab_to(page, "input[name=opens]")
        page.keyboard.press("Control+a")
        page.keyboard.type("7:30")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        expect(page.get_by_text("No two hours in a row are free")).to_be_visible()
        expect(page.get_by_text("from 07:30 to 17:00 by the clock of UTC")).to_be_visible()
        tab_to(page, "section[aria-labelledby=bring-title] summary")
        page.keyboard.press("Enter")
        expect(page.locator("input[name=opens]")).to_have_value("07:30")
        assert_accessible(page)
