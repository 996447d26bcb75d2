"""A tracker's export becomes timelines, and an item is moved forward: with the keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from groundplan.bootstrap.workspace import Workspace
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


@pytest.fixture
def page(open_page: Opener, tracked: Workspace, tmp_path: Path) -> Iterator[Page]:
    """The page of timelines, signed in by the local link."""
    with Server(tracked, tmp_path) as running:
        link, _ = running.doors.invite(Purpose.LOCAL)
        opened = open_page(link, stranger=True)
        opened.goto(f"{running.address}/timelines")
        yield opened


def places(page: Page) -> list[str]:
    """The items of the plan, in the order in which they stand."""
    return [str(row.get_attribute("data-item")) for row in page.locator("#plan-rows tr").all()]


def test_a_plan_is_read_and_reordered_by_keys(page: Page) -> None:
    expect(page.locator("h1")).to_have_text("Timelines")
    expect(page.get_by_role("heading", name="Three versions")).to_be_visible()
    expect(page.locator("svg.chart")).to_be_visible()
    expect(page.get_by_text("claims of 85% came true").first).to_be_visible()
    says = page.locator("#plan-says")
    expect(says).to_have_text("Nobody pays.")
    assert_accessible(page)

    tab_to(page, "[aria-label='Move: Open <b>5</b>']")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    expect(says).to_contain_text("3 items pay, O-4 most")
    assert places(page) == ["O-1", "O-5", "O-2", "O-3", "O-4", "O-6"]
    expect(page.locator("[aria-label='Move: Open <b>5</b>']")).to_be_focused()
    expect(page.locator("#plan-rows tr").nth(2)).to_contain_text("pays")
    assert "order=O-1" in page.url  # whoever is given the address sees the same plan
    assert_accessible(page)

    tab_to(page, "[aria-label='Without: Open <b>1</b>']")
    page.keyboard.press("Enter")
    expect(page.locator("#plan-rows tr")).to_have_count(5)
    assert places(page) == ["O-5", "O-2", "O-3", "O-4", "O-6"]
    tab_to(page, "summary:has(#what-if-title)")
    page.keyboard.press("Enter")
    tab_to(page, "#w-add")
    page.keyboard.type("Import the ledger")
    tab_to(page, "#w-more_people")
    page.keyboard.press("ArrowDown")
    tab_to(page, "#w-during")
    page.keyboard.press("Enter")
    expect(page.locator("#plan-rows tr").first).to_contain_text("Import the ledger")
    expect(page.locator("#w-more_people")).to_have_value("1")
    assert_accessible(page)
    page.reload()
    assert places(page) == ["Import the ledger", "O-5", "O-2", "O-3", "O-4", "O-6"]


def test_a_row_is_dragged(page: Page) -> None:
    grip = page.locator("#plan-rows tr").nth(4).locator("[data-grip]")
    grip.hover()
    page.mouse.down()
    target = page.locator("#plan-rows tr").nth(1).bounding_box()
    assert target
    page.mouse.move(target["x"] + 20, target["y"] + 4, steps=8)
    page.mouse.up()
    expect(page.locator("#plan-says")).to_contain_text("3 items pay")
    assert places(page) == ["O-1", "O-5", "O-2", "O-3", "O-4", "O-6"]


def test_without_scripts_buttons_do_the_same(
    open_page: Opener, tracked: Workspace, tmp_path: Path
) -> None:
    with Server(tracked, tmp_path) as running:
        link, _ = running.doors.invite(Purpose.LOCAL)
        page = open_page(link, stranger=True, java_script_enabled=False)
        page.goto(f"{running.address}/timelines")
        page.get_by_role("button", name="First: Open <b>6</b>").click()
        page.get_by_role("button", name="Later: Open <b>6</b>").click()
        expect(page.locator("#plan-says")).to_contain_text("4 items pay")
        assert places(page) == ["O-1", "O-6", "O-2", "O-3", "O-4", "O-5"]
        page.get_by_role("button", name="Without: Open <b>1</b>").click()
        assert places(page) == ["O-6", "O-2", "O-3", "O-4", "O-5"]

        page.goto(f"{running.address}/timelines?remove=nowhere")
        expect(page.get_by_role("alert")).to_contain_text("an open item, such as")
        page.goto(f"{running.address}/timelines?tracker=landings")
        expect(page.get_by_text("Counted are landed changes")).to_be_visible()
        expect(page.get_by_text("Nothing can be promised yet.")).to_be_visible()


def test_an_export_becomes_timelines_and_nothing_of_it_is_kept(
    open_page: Opener, tracked: Workspace, tmp_path: Path
) -> None:
    export = tmp_path / "their board.csv"
    days = [FIRST + timedelta(nr) for nr in range(150)]
    rows = [f"Z-{nr};{day:%d.%m.%Y};{day + timedelta(4):%d.%m.%Y}" for nr, day in enumerate(days)]
    rows += ["Z-bad;07.01.2025;06.01.2025", "Z-open;01.06.2025;", "Z-late;02.06.2025;"]
    export.write_text("\n".join(["Schlüssel;Erstellt;Erledigt", *rows]))
    for scripts in (True, False):
        with Server(tracked, tmp_path) as running:
            link, _ = running.doors.invite(Purpose.LOCAL)
            page = open_page(link, stranger=True, java_script_enabled=scripts)
            page.goto(f"{running.address}/timelines")
            page.locator("summary:has(#bring)").click()
            page.get_by_label("Export as CSV").set_input_files(export)
            page.get_by_role("button", name="Forecast it").click()
            expect(page.get_by_role("heading", name="Its own past")).to_be_visible()
            expect(page.get_by_text("152 items from 153 rows")).to_be_visible()
            page.get_by_text("Rows left out: 1").click()
            expect(page.get_by_text("Line 152, Z-bad: done on 2025-01-06")).to_be_visible()
            assert places(page) == ["Z-open", "Z-late"]
            page.get_by_role("button", name="First: Z-late").click()
            expect(page.locator("#plan-says")).to_contain_text("1 item pays, Z-open")
            assert places(page) == ["Z-late", "Z-open"]
            if scripts:
                assert_accessible(page)
            page.goto(f"{running.address}/timelines")
            assert places(page)[0] == "O-1"
