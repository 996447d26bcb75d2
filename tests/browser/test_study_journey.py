"""A study is asked, measured, planned, foreseen, sealed and analysed: by the keyboard, in pages."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from groundplan.bootstrap.settings import utc_now
from groundplan.bootstrap.workspace import Workspace
from groundplan.interfaces.web.doors.links import Purpose
from groundplan.sources.simulated.fetch import write
from groundplan.sources.simulated.simulation import simulate
from groundplan.sources.simulated.worlds import World
from groundplan.terms.period import monday_of
from groundplan.terms.progress import Silent
from tests.browser.conftest import Opener, Server
from tests.browser.test_promises import assert_accessible, tab_to

pytestmark = pytest.mark.xdist_group("browser")

WEEKS = 75


def answer(page: Page, form: str, texts: dict[str, str], words: dict[str, str]) -> None:
    """Fill the fields of a question, choose its words, and send it by the keyboard."""
    for name, word in words.items():
        page.locator(f"#{form} [name={name}][value='{word}']").check()
    for name, text in texts.items():
        page.locator(f"#{form} [name={name}]").fill(text)
    tab_to(page, f"#{form} .acts button")
    page.keyboard.press("Enter")


def find_answer(view: Any) -> dict[str, Any]:
    """The answer somewhere in a study's view: what holds both a verdict and its p."""
    if isinstance(view, dict) and {"verdict", "p"} <= view.keys():
        return view
    inner = view.values() if isinstance(view, dict) else view if isinstance(view, list) else ()
    return next((answer for part in inner if (answer := find_answer(part))), {})


def allowed_verdicts(found: dict[str, Any]) -> set[str]:
    """What may be said of an answer with this p and this interval."""
    low, high, worth = found["low"], found["high"], found["worth"]
    bounded = low is not None and high is not None
    if bounded and -worth < low and high < worth:
        return {"no worthwhile effect"}
    if found["p"] > 1 - found["level"]:
        return {"cannot tell"}
    return {"helped" if found["estimate"] * found["better"] > 0 else "hurt", "cannot tell"}


def test_a_study_goes_from_question_to_verdict(open_page: Opener, tmp_path: Path) -> None:
    today = utc_now().date()
    first = monday_of(today) - timedelta(weeks=WEEKS)
    world = World(people=14, weeks=WEEKS, starts_on=first, turnover=0.0, people_sd=0.3)
    made = write(simulate(world, 3), tmp_path / "made", Silent())
    opened = Workspace(tmp_path / "workspace", Silent())
    opened.read_names(made.repositories[0])
    opened.refresh()
    with Server(opened, tmp_path) as running:
        link, _ = running.doors.invite(Purpose.LOCAL)
        page = open_page(link, stranger=True)
        page.goto(f"{running.address}/experiments")
        expect(page.get_by_text("No study is under way.")).to_be_visible()
        assert_accessible(page)

        answer(page, "experiments-draft", {
            "question": "Does a no-meeting day help?", "intervention": "a no-meeting day",
            "hypothesis": "More gets merged",
        }, {})  # fmt: skip
        expect(page.get_by_role("heading", name="What would show that it helped?")).to_be_visible()
        assert_accessible(page)

        form = "experiments-measure"
        asked = {"better": "more", "redefines": "no"}
        answer(page, form, {"outcome": "number of meetings", "worth": "20"}, asked)
        expect(page.get_by_text("a compliance check, not an outcome")).to_be_visible()
        page.go_back()
        expect(page.locator("#outcomes option")).to_have_count(4)
        assert page.locator(f"#{form} [name=outcome]").get_attribute("list") == "outcomes"
        page.locator(f"#{form} details summary").click()
        told = {"outcome": "throughput", "worth": "20", "guardrail": "time_to_merge"}
        answer(page, form, told, asked)

        expect(page.get_by_role("heading", name="Who, how and when?")).to_be_visible()
        assert_accessible(page)
        page.locator("#experiments-plan details summary").click()
        start = monday_of(today) - timedelta(weeks=17)
        answer(page, "experiments-plan", {
            "start_on": start.isoformat(), "weeks": "16", "weeks_before": "40",
        }, {"kind": "people", "roll_out": "matched pairs"})  # fmt: skip
        expect(page.get_by_role("heading", name="What could it see?")).to_be_visible()
        expect(page.locator("#experiments-power textarea")).to_have_count(0)  # facts hold it all
        tab_to(page, "#experiments-power .acts button")
        page.keyboard.press("Enter")
        expect(page.get_by_text("you could detect").first).to_be_visible()
        assert_accessible(page)

        page.get_by_label("Its first weeks are over").check()
        why = page.get_by_label("Why run it, if it can hardly see what is worth having?")
        if why.count():
            why.fill("To see how one reads")
        page.get_by_role("button", name="Seal the plan and draw the lots").click()
        expect(page.get_by_role("heading", name="Assignment audit")).to_be_visible()
        expect(page.get_by_text("Exploratory.")).to_be_visible()
        assert_accessible(page)

        tab_to(page, "#experiments-conclude button")
        page.keyboard.press("Enter")
        verdict = page.get_by_role("heading", name="Verdict:")
        expect(verdict).to_be_visible()
        # lots are drawn from the moment of the seal, so what comes out differs from run to run:
        # the page must say what the answer is, and the answer must follow from its own numbers
        read = page.request.get(f"{running.address}/experiments/read?number=1&format=json").json()
        found = find_answer(read)
        expect(verdict).to_have_text(f"Verdict: {found['verdict']}")
        assert found["verdict"] in allowed_verdicts(found)
        expect(page.get_by_role("heading", name="It may not be said")).to_be_visible()
        assert_accessible(page)
        report = page.request.get(f"{running.address}/experiments/report?number=1&format=md")
        assert "## Assignment audit" in report.text()
        # what a page still asks for is refused once its server is gone
        page.wait_for_load_state("networkidle")
        page.close()
    opened.close()
