"""A month is drafted, edited, approved and published by the keyboard, and is in the inbox."""

from __future__ import annotations

import os
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import expect

from groundplan.bootstrap.secrets import read_secret
from groundplan.bootstrap.settings import utc_now
from groundplan.bootstrap.workspace import Workspace
from groundplan.interfaces.notices.courier import Courier
from groundplan.interfaces.notices.settings import MailServer, Security, keep_mail, read_settings
from groundplan.interfaces.web.doors.links import Purpose
from groundplan.records import milestones
from groundplan.records.journal import Saying
from groundplan.records.updates.deliveries import Step
from tests.browser.conftest import Opener, Server
from tests.browser.test_promises import assert_accessible, tab_to
from tests.histories import History
from tests.interfaces.notices import servers
from tests.interfaces.web.conftest import read

pytestmark = pytest.mark.xdist_group("browser")

HOSTILE = "Search <script>document.title='owned'</script> answers"


def say(opened: Workspace, stream: str, kind: str, body: dict[str, object], by: str) -> None:
    journal = opened.journal
    saying = Saying(stream, kind, body, by, by)
    journal.append(saying, expected=journal.version(stream))


def plan(opened: Workspace) -> None:
    """A partner, and a milestone under way that is promised for a day in two weeks."""
    partner = {"person": "p8", "name": "Support Desk", "email": "support@example.com"}
    say(opened, "roster", "people.added", partner, "p8")
    place = {"person": "p8", "team": "", "role": "partner", "since": "2026-01-01"}
    say(opened, "roster", "memberships.began", place, "p8")
    points = [
        {"sort": "must-have", "text": "Errors name the row", "link": "#41", "signal": ""},
        {"sort": "use", "text": "the support desk", "link": "", "signal": ""},
    ]
    day = (utc_now().date() + timedelta(days=14)).isoformat()
    outcome = {"outcome": HOSTILE, "serves": "Half the load", "promised_on": day, "points": points}
    say(opened, milestones.STREAM, milestones.DEFINED, outcome, "local")
    say(opened, milestones.STREAM, milestones.STARTED, {"number": 1, "despite": ""}, "local")


def test_an_update_goes_from_draft_to_inbox(
    open_page: Opener,
    history: History,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    pictures: Path | None,
) -> None:
    opened = read(tmp_path / "workspace", history)
    certificate = servers.write_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setenv("SMTP_PASSWORD", servers.PASSWORD)
    with Server(opened, tmp_path) as running, servers.MailServer(certificate) as mail:
        way = (servers.HOST, "Team <team@example.com>", mail.port, Security.STARTTLS)
        keep_mail(opened.folder, MailServer(*way, servers.USER, "env:SMTP_PASSWORD"))
        link, _ = running.doors.invite(Purpose.LOCAL)
        page = open_page(link, stranger=True)
        page.goto(f"{running.address}/updates")
        expect(page.get_by_text("Nothing is published yet.")).to_be_visible()
        expect(page.get_by_text("No partner is on the roster")).to_be_visible()
        assert_accessible(page)

        plan(opened)
        page.goto(f"{running.address}/updates")
        flight = page.locator("#draft-in_flight")
        assert HOSTILE in flight.input_value()
        assert "owned" not in page.title()
        month = page.locator("#draft").inner_text().removeprefix("Draft of ")
        tab_to(page, "#draft-done")
        page.keyboard.type("M1 Search answers")
        tab_to(page, "#draft-next")
        page.keyboard.type("The team is away in the first week")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_text("In somebody's words.")).to_be_visible()
        expect(page.get_by_text("M1 is not done, done, done")).to_be_visible()
        assert_accessible(page)

        tab_to(page, f"[aria-label='Approve {month}']")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Move it to in flight")).to_be_visible()
        page.goto(f"{running.address}/updates?month={month}")
        tab_to(page, "#draft-done")
        page.keyboard.press("Control+a")
        page.keyboard.press("Delete")
        tab_to(page, "[aria-label^='The words of'] button")
        page.keyboard.press("Enter")
        expect(page.locator("#draft-done")).to_have_value("")
        tab_to(page, f"[aria-label='Approve {month}']")
        page.keyboard.press("Enter")
        page.wait_for_url("**/updates")
        expect(page.get_by_text("approved", exact=True)).to_be_visible()
        assert_accessible(page)

        tab_to(page, "#yes ~ form button")
        page.keyboard.press("Enter")
        expect(page.get_by_text("published as update")).to_be_visible()
        expect(page.locator("#outbox ~ table")).to_contain_text("waiting")
        assert mail.inbox.mails == []  # what was published waits for the courier
        secrets = partial(read_secret, environ=os.environ)
        courier = Courier(opened, read_settings(opened.folder), secrets, utc_now)
        assert courier.deliver().told == {Step.SENT: 1}
        assert courier.deliver().told == {}
        ((to, message),) = mail.inbox.mails
        assert to == "support@example.com"
        assert HOSTILE in message.get_body(("plain",)).get_content()
        page.reload()
        expect(page.locator("#outbox ~ table")).to_contain_text("sent")
        assert_accessible(page)
        if pictures is not None:
            for width, scheme in ((1280, "light"), (390, "dark")):
                page.set_viewport_size({"width": width, "height": 900})
                page.emulate_media(color_scheme=scheme)
                page.screenshot(path=pictures / f"updates-{width}-{scheme}.png", full_page=True)
    opened.close()
