"""Stuck: begun in private, looked up, shown with one key and ended, by the keyboard alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from groundplan.interfaces.web.doors.links import Purpose
from groundplan.records.journal import Saying
from tests.browser.conftest import Opener, Server
from tests.browser.test_promises import assert_accessible, tab_to
from tests.histories import History
from tests.interfaces.web.conftest import read

pytestmark = pytest.mark.xdist_group("browser")


def test_a_spell_from_timer_to_the_next_time(
    open_page: Opener, history: History, tmp_path: Path, pictures: Path | None
) -> None:
    opened = read(tmp_path / "workspace", history)
    for kind, body in (
        ("people.added", {"person": "p4", "name": "Cem Example", "email": ""}),
        ("memberships.began", {"person": "p4", "team": "", "role": "lead", "since": "2026-01-01"}),
    ):
        saying = Saying("roster", kind, body, "workspace", "p4")
        opened.journal.append(saying, expected=opened.journal.version("roster"))
    path = opened.context().mart.rows("select path from files where alive order by changes desc")
    with Server(opened, tmp_path) as running:
        link, _ = running.doors.invite(Purpose.LOCAL)
        page = open_page(link, stranger=True)
        page.goto(f"{running.address}/stuck")
        expect(page.get_by_text("Nothing runs.")).to_be_visible()
        assert_accessible(page)

        tab_to(page, "#stuck-begin-about")
        page.keyboard.insert_text(f"{path[0][0]} tried: a restart unclear: why it is empty")
        page.keyboard.press("Enter")
        page.wait_for_url("**/stuck")
        expect(page.get_by_role("heading", name=path[0][0])).to_be_visible()
        expect(page.get_by_text("tried: a restart; unclear: why it is empty")).to_be_visible()
        expect(page.get_by_text("Yours alone.")).to_be_visible()
        expect(page.get_by_text("Who knows it", exact=True)).to_be_visible()
        assert_accessible(page)

        tab_to(page, "button[accesskey=s]")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Shown to Cem Example.")).to_be_visible()
        if pictures is not None:
            for width, scheme in ((1280, "light"), (390, "dark")):
                page.set_viewport_size({"width": width, "height": 900})
                page.emulate_media(color_scheme=scheme)
                page.screenshot(path=pictures / f"stuck-{width}-{scheme}.png", full_page=True)
            page.set_viewport_size({"width": 1280, "height": 900})
        tab_to(page, "a[aria-label^='Say what it was']")
        page.keyboard.press("Enter")
        page.wait_for_url("**/stuck/end?number=1")
        assert_accessible(page)
        tab_to(page, "#stuck-end-learnt")
        page.keyboard.insert_text("The ledger is filled by hand")
        page.keyboard.press("Enter")
        page.wait_for_url("**/stuck")
        expect(page.get_by_text("The ledger is filled by hand")).to_be_visible()
        expect(page.locator("#times ~ figure, #times ~ .empty").first).to_be_visible()
        assert_accessible(page)

        expect(page.get_by_text("Yours do not.")).to_be_visible()
        for act, says in (("share", "Yours count."), ("unshare", "Yours do not.")):
            tab_to(page, f"form[action$='/{act}'] button")
            page.keyboard.press("Enter")
            expect(page.get_by_text(says)).to_be_visible()
        assert_accessible(page)
    opened.close()
