"""Workload: one's own mix first, then shared with one key; by the keyboard alone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from groundplan.bootstrap.settings import utc_now
from groundplan.interfaces.web.doors.links import Purpose
from groundplan.records.journal import Saying
from groundplan.records.milestones import GIVEN_UP
from groundplan.records.sqlite import SQLiteJournal
from tests.browser.conftest import Opener, Server
from tests.browser.test_promises import assert_accessible, tab_to
from tests.histories import History
from tests.interfaces.web.conftest import read

pytestmark = pytest.mark.xdist_group("browser")


def test_it_is_shared_with_one_key(
    open_page: Opener, history: History, tmp_path: Path, pictures: Path | None
) -> None:
    folder = tmp_path / "workspace"
    folder.mkdir()
    earlier = SQLiteJournal(folder / "journal.sqlite", lambda: utc_now() - timedelta(weeks=3))
    given_up = {"number": 99, "reason": "nobody needs it"}
    earlier.append(Saying("milestones", GIVEN_UP, given_up, "local", "local"), expected=0)
    earlier.close()
    opened = read(folder, history)
    journal = opened.journal
    for kind, body in (
        ("people.added", {"person": "p4", "name": "Cem Example", "email": ""}),
        ("memberships.began", {"person": "p4", "team": "", "role": "lead", "since": "2026-01-01"}),
    ):
        saying = Saying("roster", kind, body, "workspace", "p4")
        journal.append(saying, expected=journal.version("roster"))
    with Server(opened, tmp_path) as running:
        link, _ = running.doors.invite(Purpose.LOCAL)
        page = open_page(link, stranger=True)
        page.goto(f"{running.address}/workload")
        expect(page.get_by_role("rowheader", name="Coordinating")).to_be_visible()
        expect(page.get_by_role("heading", name="Areas that wait for one person")).to_be_visible()
        expect(page.get_by_role("heading", name="Your mirror as a lead")).to_be_visible()
        assert_accessible(page)
        if pictures is not None:
            for width, scheme in ((1280, "light"), (390, "dark")):
                page.set_viewport_size({"width": width, "height": 900})
                page.emulate_media(color_scheme=scheme)
                page.screenshot(path=pictures / f"workload-{width}-{scheme}.png", full_page=True)
            page.set_viewport_size({"width": 1280, "height": 900})
        tab_to(page, "button[accesskey=s]")
        page.keyboard.press("Enter")
        page.wait_for_url("**/workload")
        expect(page.get_by_role("heading", name="Yours alone")).to_be_visible()
        shared = journal.read("workload")
        assert [(one.owner, one.visibility.value) for one in shared] == [("p4", "private")]
    opened.close()
