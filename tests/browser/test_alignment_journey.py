"""Work is attributed by keyboard: a key result, a rule, a word with one key; shares and silence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from groundplan.interfaces.web.doors.links import Purpose
from tests.browser.conftest import Opener, Server
from tests.browser.test_promises import assert_accessible, tab_to
from tests.histories import History
from tests.interfaces.web.conftest import read

pytestmark = pytest.mark.xdist_group("browser")

PEOPLE = tuple(f"Person {nr} Example <p{nr}@example.com>" for nr in range(7))
SUBJECTS = (
    ("pay/refunds.py", "PAY-7 Add refunds to the ledger"),
    ("core/loop.py", "Fix a crash in the loop"),
    ("tools/names.py", "Rename a helper"),
    ("core/tune.py", "Support: tune the nightly export job"),
)
NOTES = ("Search quality and growth in Asia.",) * 4 + ("Search quality first.",) * 3
HOSTILE = "<script>document.title='owned'</script>"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Server]:
    """A server on half a year of seven people's work up to this week."""
    made = History(tmp_path / "sample")
    start = datetime.now(UTC).replace(tzinfo=None, microsecond=0) - timedelta(weeks=26)
    for nr in range(26 * 7):
        path, subject = SUBJECTS[nr % 4]
        at = start + timedelta(days=nr)
        made.commit({path: f"value = {nr}\n"}, f"{subject} {HOSTILE if nr == 180 else ''}",
                    by=PEOPLE[nr % 7], at=at)  # fmt: skip
    with Server(read(tmp_path / "workspace", made), tmp_path) as server:
        yield server


def fill(page: Page, selector: str, words: str) -> None:
    """Tab to a field and type."""
    tab_to(page, selector)
    page.keyboard.type(words)


def save(page: Page) -> None:
    """Press Enter and wait for the page after."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_time_is_attributed_by_keyboard(
    open_page: Opener, running: Server, pictures: Path | None
) -> None:
    link, _ = running.doors.invite(Purpose.LOCAL)
    page = open_page(link, stranger=True)
    expect(page.locator("h1")).to_be_visible()
    page.goto(f"{running.address}/alignment")
    expect(page.get_by_text("No key result stands here yet.")).to_be_visible()
    expect(page.get_by_text("No document was brought yet.")).to_be_visible()
    expect(page.get_by_text("No goal has any work yet.")).to_be_visible()
    expect(page.get_by_text("Nothing is learnt yet")).to_be_visible()
    assert "owned" not in page.title()
    assert_accessible(page)

    fill(page, "#alignment-place-text", "Customers pay without calling us")
    save(page)
    expect(page.locator("section[aria-labelledby=tree] li").first).to_contain_text("K1")
    page.goto(f"{running.address}/alignment/rule?how=key&match=PAY-&goal=K1")
    tab_to(page, "#alignment-rule button")
    save(page)
    page.goto(f"{running.address}/alignment")
    expect(page.get_by_text("Items PAY-: strategic, for K1")).to_be_visible()
    expect(page.get_by_role("heading", name="Served no goal, week by week")).to_be_visible()
    goals = page.locator("figure", has_text="By goal")
    expect(goals).to_contain_text("25%")

    first = page.locator("section[aria-labelledby=asked] li").first
    work = first.locator("input[name=work]").first.input_value()
    with page.expect_navigation():
        page.keyboard.press("m")
    said = page.locator(f"section[aria-labelledby=asked] input[value='{work}']")
    expect(said).to_have_count(0)
    for _ in range(9):
        with page.expect_navigation():
            page.keyboard.press("u")
    expect(page.get_by_text("Learnt from")).to_be_visible()

    page.get_by_text("Bring a document").click()
    for nr, text in enumerate(NOTES):
        page.goto(f"{running.address}/alignment/bring?title=Notes+{nr}&on=2026-0{nr + 1}-05")
        page.locator("textarea").fill(f"{text} {HOSTILE}")
        tab_to(page, "#alignment-bring button")
        save(page)
    page.goto(f"{running.address}/alignment")
    expect(page.get_by_text("No longer mentioned:")).to_be_visible()
    silent = page.locator("section[aria-labelledby=words] li").first
    expect(silent).to_contain_text("asia")
    assert "owned" not in page.title()
    page.evaluate("document.querySelectorAll('main details').forEach(d => { d.open = true })")
    assert_accessible(page)
    for width, scheme in ((1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if pictures is not None:
            page.screenshot(path=pictures / f"alignment-{width}-{scheme}.png", full_page=True)


def test_a_file_that_is_no_text_is_refused(
    open_page: Opener, running: Server, tmp_path: Path
) -> None:
    link, _ = running.doors.invite(Purpose.LOCAL)
    page = open_page(link, stranger=True)
    expect(page.locator("h1")).to_be_visible()
    page.goto(f"{running.address}/alignment/bring?title=Notes")
    picture = tmp_path / "notes.md"
    picture.write_bytes(bytes(range(256)) * 20)
    page.locator("input[type=file]").set_input_files(picture)
    tab_to(page, "#alignment-bring button")
    save(page)
    expect(page.get_by_text("text or Markdown, saved as UTF-8")).to_be_visible()
    latin = tmp_path / "latin.md"
    latin.write_bytes("Die Qualität der Suche ist am wichtigsten für uns.".encode("cp1252"))
    page.locator("textarea").fill("")
    page.locator("input[type=file]").set_input_files(latin)
    tab_to(page, "#alignment-bring button")
    save(page)
    page.goto(f"{running.address}/alignment")
    expect(page.locator("section[aria-labelledby=words] strong", has_text="D1")).to_have_count(1)
