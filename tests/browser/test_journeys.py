"""What a lead does, with the keyboard alone, and without JavaScript."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from groundplan.bootstrap.workspace import Workspace
from groundplan.interfaces.report import html_report
from groundplan.interfaces.team_page import compose
from tests.browser.conftest import Opener

pytestmark = pytest.mark.xdist_group("browser")


def focused(page: Page) -> str:
    """The text or label of what has the focus."""
    return str(
        page.evaluate(
            "(e => e.getAttribute('aria-label') || e.textContent.trim())(document.activeElement)"
        )
    )


def test_skip_link_comes_first_and_leads_to_the_text(open_page: Opener, server: str) -> None:
    page = open_page(server)
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the text"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_focus_is_always_visible(open_page: Opener, server: str) -> None:
    page = open_page(server)
    for _ in range(25):
        page.keyboard.press("Tab")
        shown = page.evaluate(
            "(e => { const s = getComputedStyle(e); return s.outlineStyle !== 'none' "
            "|| e.matches('.ch-point') })(document.activeElement)"
        )
        assert shown, focused(page)


def test_from_finding_to_rows_by_keyboard(open_page: Opener, server: str) -> None:
    page = open_page(server)
    page.keyboard.press("j")
    first = focused(page)
    page.keyboard.press("j")
    assert focused(page) != first
    page.keyboard.press("k")
    assert focused(page) == first
    page.keyboard.press("Tab")
    while not focused(page).startswith("The rows behind"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/(signals|ownership|areas|identities)"))
    expect(page.locator("h1")).to_be_visible()


def test_palette_finds_a_signal(open_page: Opener, server: str) -> None:
    page = open_page(server)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("through")
    expect(page.get_by_role("option").first).to_contain_text("Throughput")
    page.keyboard.press("Enter")
    page.wait_for_url("**/signals/throughput")


def test_palette_walks_and_closes(open_page: Opener, server: str) -> None:
    page = open_page(server)
    page.keyboard.press("/")
    expect(page.get_by_role("option", selected=True)).to_contain_text("Team")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", selected=True)).to_contain_text("Signals")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).not_to_be_visible()
    assert page.url.rstrip("/") == server


def test_palette_has_no_axe_violation(open_page: Opener, server: str) -> None:
    page = open_page(server)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option").first).to_be_visible()
    assert Axe().run(page).response["violations"] == []


def test_question_mark_lists_the_keys(open_page: Opener, server: str) -> None:
    page = open_page(server)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).not_to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("s")
    page.wait_for_url("**/signals")


def test_arrow_keys_walk_along_a_chart_and_say_each_point(open_page: Opener, server: str) -> None:
    page = open_page(f"{server}/signals/throughput")
    points = page.locator("#series .ch-point")
    points.last.focus()
    said = page.locator("#series .fig-readout")
    newest = said.text_content()
    assert newest
    page.keyboard.press("ArrowLeft")
    assert focused(page) == said.text_content() != newest
    page.keyboard.press("End")
    assert said.text_content() == newest
    page.keyboard.press("Home")
    expect(points.first).to_be_focused()
    assert points.evaluate_all("all => all.filter(p => p.tabIndex === 0).length") == 1


def test_ask_answers_while_typing(open_page: Opener, server: str) -> None:
    page = open_page(f"{server}/ask")
    page.get_by_role("searchbox").focus()
    page.keyboard.type("core/part0.py")
    expect(page.get_by_role("heading", name="Whom to ask")).to_be_visible()
    expect(page.locator("#answer")).to_contain_text("core/part0.py")


def test_without_javascript_everything_can_be_reached(open_page: Opener, server: str) -> None:
    page = open_page(server, java_script_enabled=False)
    page.get_by_role("link", name="Signals", exact=True).click()
    page.get_by_role("link", name="Throughput").click()
    expect(page.get_by_role("heading", name="The rows behind it")).to_be_visible()
    page.get_by_role("link", name="Find").click()
    page.get_by_role("searchbox").first.fill("core")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("main").get_by_role("link", name="core").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_role("link", name="Ask", exact=True).click()
    page.get_by_role("searchbox").first.fill("core/part0.py")
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_role("heading", name="Whom to ask")).to_be_visible()


def test_a_hostile_subject_does_nothing(open_page: Opener, server: str) -> None:
    page = open_page(server)
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    for address in ("/areas", "/signals/change_size", "/identities", "/ask?q=<script>alert(1)"):
        page.goto(server + address)
    assert dialogs == []


def test_progress_moves_by_itself_and_ends(
    open_page: Opener, server: str, workspace: Workspace
) -> None:
    with workspace.tracker.stage("Counting lines", 100, "changes") as stage:
        stage.advance(40)
        page = open_page(server)
        status = page.get_by_role("status")
        expect(status).to_contain_text("40 of 100 changes")
        stage.advance(20)
        expect(status).to_contain_text("60 of 100 changes", timeout=8000)
    expect(page.locator("#progress")).to_contain_text("Everything is counted", timeout=8000)


def test_the_empty_page_says_what_to_do(open_page: Opener, empty_server: str) -> None:
    page = open_page(empty_server)
    expect(page.get_by_role("main")).to_contain_text("groundplan ingest PATH")


def test_the_report_opens_from_a_file(
    open_page: Opener, workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    composed = compose(
        workspace.context(), workspace.scope(), workspace.signals, workspace.practices
    )
    path = tmp_path_factory.mktemp("out") / "report.html"
    path.write_text(html_report(composed), encoding="utf-8")
    page = open_page("about:blank", viewport={"width": 390, "height": 800})
    page.set_content(path.read_text(encoding="utf-8"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.finding')).display") == "grid"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
