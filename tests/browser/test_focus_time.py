"""A calendar is brought by keyboard; its owner reads weeks and blocks, and nobody a title."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import icalendar
import pytest
from playwright.sync_api import expect

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
        expect(week).to_contain_text("1 hour")
        expect(page.get_by_role("heading", name="Worth keeping free")).to_be_visible()
        expect(page.get_by_text("have 0 people, need 5")).to_be_visible()
        assert "Salary" not in page.content()
        assert_accessible(page)
        for stored in (tmp_path / "workspace").rglob("*"):
            if stored.is_file():
                words = stored.read_bytes()
                assert b"Salary" not in words
                assert b"guest@example.org" not in words
        with page.expect_download() as downloaded:
            page.get_by_role("link", name="As a calendar file").click()
        feed = icalendar.Calendar.from_ical(Path(downloaded.value.path()).read_bytes())
        assert (
            len(feed.walk("VEVENT")) == page.locator("section[aria-labelledby=blocks] li").count()
        )
