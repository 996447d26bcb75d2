"""The half-year of tests/half_year, walked by keyboard: a KPI refused, repaired and accepted; two
goals and no third; time attributed; an update approved and in the inbox; a goal closed and scored.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from groundplan.bootstrap.secrets import read_secret
from groundplan.interfaces.notices.courier import Courier
from groundplan.interfaces.notices.settings import (
    Form,
    MailServer,
    Security,
    Webhook,
    keep_chat,
    keep_mail,
    read_settings,
)
from groundplan.interfaces.web.doors.links import Purpose
from groundplan.records.updates.deliveries import Step
from tests.browser.conftest import Opener, Server
from tests.browser.test_promises import assert_accessible, tab_to
from tests.half_year.conftest import BEGINS, OVER, Clock, Team
from tests.interfaces.notices import servers

pytestmark = pytest.mark.xdist_group("browser")

FASTER = {
    "title": "Pages open at once", "why": "Users leave while they wait", "kpi": "latency",
    "target": "85", "owner": "Ann Example", "key_result": "Half of the visits stay",
    "if_not_done": "They go elsewhere",
}  # fmt: skip
MORE = {**FASTER, "title": "More reaches users", "kpi": "flow", "target": "20", "baseline": "10"}


class Walk:
    """A page, the team behind it, and what its hosts measure."""

    def __init__(self, page: Page, address: str, team: Team) -> None:
        self.page, self.address, self.team = page, address, team
        self.rng = np.random.default_rng(1)

    def go(self, path: str) -> None:
        """Open a page."""
        self.page.goto(f"{self.address}{path}")

    def fill(self, form: str, fields: dict[str, str]) -> None:
        """Fill a form's fields by keyboard and send it."""
        for name, text in fields.items():
            tab_to(self.page, f"#{form}-{name}")
            self.page.keyboard.press("ControlOrMeta+a")
            self.page.keyboard.insert_text(text)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def press(self, label: str, title: str = "") -> None:
        """A link or a button, by keyboard."""
        tab_to(
            self.page, f"[aria-label='{label}: {title}']" if title else f"[aria-label='{label}']"
        )
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def measure(self, day: date, level: float, odd: float = 0.0) -> None:
        """A session on three hosts, as `groundplan bench run` records it."""
        self.team.clock.go_to(day)
        at, today = self.team.clock(), self.rng.normal(0, 0.5)
        runs = [
            {"kpi": "latency", "unit": "ms", "host": f"box{box}", "session": str(day),
             "values": [level + today + odd * (box == 3) + self.rng.normal(0, 1)],
             "repetition": nr, "at": at.isoformat(), "source": "command"}
            for box in (1, 2, 3) for nr in range(1, 5)
        ]  # fmt: skip
        self.team.ask("benchmarks.record", results=json.dumps({"groundplan_runs": runs}))


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    """The team on its first day, with a year of work behind it."""
    made = Team(tmp_path, Clock(), [])
    made.work(BEGINS, 10, "Change part {}")
    yield made
    made.opened.close()


def test_half_a_year_by_keyboard(
    open_page: Opener, team: Team, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = servers.write_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setenv("SMTP_PASSWORD", servers.PASSWORD)
    with (
        Server(team.opened, tmp_path) as running,
        servers.MailServer(certificate) as mail,
        servers.ChatServer() as room,
    ):
        monkeypatch.setenv("ROOM", room.address)
        link, _ = running.doors.invite(Purpose.LOCAL)
        page = open_page(link, stranger=True)
        expect(page.locator("h1")).to_be_visible()
        walk = Walk(page, running.address, team)
        accept_a_kpi(walk)
        set_two_goals(walk)
        attribute_time(walk)
        go_month_by_month(walk)
        tell_partners(walk, mail, room)
        close_both(walk)


def accept_a_kpi(walk: Walk) -> None:
    """July: without a baseline no goal; while a host disagrees no start; then it may begin."""
    walk.go("/benchmarks/define")
    walk.fill("benchmarks-define",
              {"kpi": "latency", "unit": "ms", "better": "lower", "how": "./measure"})  # fmt: skip
    walk.go("/goals")
    walk.fill("goals-set", FASTER)
    expect(walk.page.get_by_role("alert").first).to_contain_text("what latency shows before")
    walk.fill("goals-set", {"baseline": "100"})
    expect(walk.page.get_by_text("nothing was measured yet")).to_be_visible()
    for day in range(2, 6):
        walk.measure(date(2025, 7, day), 100, odd=40)
    walk.go("/goals")
    expect(walk.page.get_by_text("Host box3 disagrees")).to_be_visible()
    for day in range(7, 11):
        walk.measure(date(2025, 7, day), 100)
    walk.go("/benchmarks/define?kpi=latency&unit=ms&better=lower")
    walk.fill("benchmarks-define", {"how": "./measure --warm"})
    walk.go("/goals")
    expect(walk.page.get_by_text("It cannot start yet.")).to_be_visible()


def set_two_goals(walk: Walk) -> None:
    """July: measured anew, the first begins; a second rests on a signal; a third is refused."""
    for day in range(11, 15):
        walk.measure(date(2025, 7, day), 100)
    walk.go("/goals")
    walk.press("Start", FASTER["title"])
    walk.go("/benchmarks/define")
    walk.fill("benchmarks-define", {"kpi": "flow", "unit": "changes/week", "better": "higher",
                                    "how": "signal: throughput"})  # fmt: skip
    walk.go("/goals/set")
    walk.fill("goals-set", MORE)
    walk.go("/goals")
    walk.press("Start", MORE["title"])
    expect(walk.page.get_by_text("To set a third one, park one of them")).to_be_visible()
    walk.go("/goals/set")
    walk.fill("goals-set", {**FASTER, "title": "And a third thing", "baseline": "100"})
    expect(walk.page.get_by_role("alert").first).to_contain_text("2 goals are active in 2025 H2")
    assert_accessible(walk.page)


def attribute_time(walk: Walk) -> None:
    """July: a rule says what belongs to the first goal, and one key what a change was."""
    walk.go("/alignment/rule?how=word&match=cache&goal=G1")
    tab_to(walk.page, "#alignment-rule button")
    with walk.page.expect_navigation():
        walk.page.keyboard.press("Enter")
    walk.go("/alignment")
    asked = walk.page.locator("section[aria-labelledby=asked] li").first
    work = asked.locator("input[name=work]").first.input_value()
    with walk.page.expect_navigation():
        walk.page.keyboard.press("m")
    said = walk.page.locator(f"section[aria-labelledby=asked] input[value='{work}']")
    expect(said).to_have_count(0)


def go_month_by_month(walk: Walk) -> None:
    """July to December: measured every three weeks, checked every month."""
    day, checked = date(2025, 7, 21), set[int]()
    while day < OVER:
        walk.measure(day, 100.0 if day < date(2025, 9, 15) else 80.0)
        if day.month not in checked:
            checked.add(day.month)
            walk.team.work(day, 10, "G1 cache part {}", "Mend the build of part {}")
            for title in (FASTER["title"], MORE["title"]):
                walk.go("/goals")
                walk.press("Progress check", title)
                walk.fill("goals-check", {"says": "It goes on"})
        day += timedelta(weeks=3)
    walk.go("/goals")
    first = walk.page.locator("section[aria-labelledby=G1]")
    expect(first.get_by_text("missed")).to_have_count(0)
    expect(first.locator("dt:has-text('Time that went to it') + dd")).to_contain_text("%")


def tell_partners(walk: Walk, mail: servers.MailServer, room: servers.ChatServer) -> None:
    """December: November is approved and published, to an inbox and to a chat room."""
    team = walk.team
    team.add_partner("Support Desk", "support@example.com")
    way = (servers.HOST, "Platform <updates@example.com>", mail.port, Security.STARTTLS)
    keep_mail(team.opened.folder, MailServer(*way, servers.USER, "env:SMTP_PASSWORD"))
    keep_chat(team.opened.folder, "partners", Webhook(Form.SLACK, "env:ROOM"))
    walk.go("/updates?month=2025-11")
    tab_to(walk.page, "#draft-next")
    walk.page.keyboard.insert_text("A cache for the rest | Support Desk")
    tab_to(walk.page, "[aria-label^='The words of'] button")
    with walk.page.expect_navigation():
        walk.page.keyboard.press("Enter")
    walk.press("Approve 2025-11")
    walk.go("/updates?month=2025-11")
    tab_to(walk.page, "#chat")
    walk.page.keyboard.insert_text("partners")
    tab_to(walk.page, "#yes ~ form button")
    with walk.page.expect_navigation():
        walk.page.keyboard.press("Enter")
    secrets = partial(read_secret, environ=os.environ)
    courier = Courier(team.opened, read_settings(team.opened.folder), secrets, team.clock)
    assert courier.deliver().told == {Step.SENT: 2}
    ((to, _),) = mail.inbox.mails
    assert to == "support@example.com"
    assert len(room.posts) == 1
    walk.page.reload()
    expect(walk.page.locator("#outbox ~ table")).not_to_contain_text("waiting")


def close_both(walk: Walk) -> None:
    """January: the KPIs say what was reached, and every chance that was said is scored."""
    walk.team.clock.go_to(OVER)
    for title in (FASTER["title"], MORE["title"]):
        walk.go("/goals")
        walk.press("Close", title)
        walk.fill("goals-close", {"says": "It is over"})
    walk.go("/goals")
    closed = walk.page.locator("section[aria-labelledby=closed] tbody tr")
    expect(closed.filter(has_text=FASTER["title"])).to_contain_text("reached")
    expect(closed.filter(has_text=MORE["title"])).to_contain_text("not reached")
    scored = walk.page.locator("section[aria-labelledby=record]")
    expect(scored).to_contain_text("chances said of 2 goals")
    assert_accessible(walk.page)
    assert walk.team.opened.journal.verify() is None
