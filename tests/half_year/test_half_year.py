"""Half a year of a team: a KPI refused, repaired and accepted; two goals and no third one; time
attributed; an update in a partner's inbox; goals closed with their chances scored.

Real commands on real hosts over SSH, a real repository, a real mail server; only time is told.
"""

from __future__ import annotations

import os
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from groundplan.bootstrap.secrets import read_secret
from groundplan.interfaces.notices.courier import Courier
from groundplan.interfaces.notices.settings import MailServer, Security, keep_mail, read_settings
from groundplan.records.updates.deliveries import Step
from groundplan.terms.errors import BadInput, Refused
from groundplan.terms.estimate import Estimate
from tests.half_year.conftest import BEGINS, OVER, Clock, Team
from tests.interfaces.notices import servers

BROKEN = "cat nowhere"
MEASURED = "n=$(cat at 2>/dev/null || echo 1); echo $((n + 1)) > at; sed -n ${n}p numbers"
REPAIRED = f"{MEASURED} # warm"
FASTER = {
    "title": "Pages open at once", "why": "Users leave while they wait", "kpi": "latency",
    "target": 85.0, "owner": "Ann Example", "key_result": "Half of the visits stay",
    "if_not_done": "They go elsewhere",
}  # fmt: skip
MORE = {**FASTER, "title": "More reaches users", "kpi": "flow", "target": 20.0, "baseline": 10.0}


def test_half_a_year(team: Team, clock: Clock, inbox: servers.MailServer) -> None:
    team.work(BEGINS, 10, "Change part {}")
    refuse_and_repair(team, clock)
    two_goals_and_no_third(team, clock)
    promise_a_milestone(team)
    go_month_by_month(team, clock, inbox)
    close(team, clock)


def refuse_and_repair(team: Team, clock: Clock) -> None:
    """July: what measures the KPI is broken, then one host disagrees, then it can be trusted."""
    team.measure(BROKEN, 100)
    with pytest.raises(BadInput, match="baseline"):
        team.ask("goals.set", **FASTER)
    team.ask("goals.set", **FASTER, baseline=100.0)
    with pytest.raises(Refused, match="nothing was measured yet"):
        team.ask("goals.start", goal="G1")
    for day in range(2, 6):
        clock.go_to(date(2025, 7, day))
        assert team.measure(MEASURED, 100, odd=40) == []
    with pytest.raises(Refused, match=r"Host box3 disagrees: \d+\.?\d* ms, 3\d% more"):
        team.ask("goals.start", goal="G1")
    for day in range(7, 11):
        clock.go_to(date(2025, 7, day))
        team.measure(REPAIRED, 100)
    started = team.ask("goals.start", goal="G1")
    assert "G1 is under way" in started.says
    with pytest.raises(Refused, match="Goal G1 rests on latency, ms by"):
        team.ask("benchmarks.define", kpi="latency", unit="s", better="lower", how=REPAIRED)


def two_goals_and_no_third(team: Team, clock: Clock) -> None:
    """July: the second goal rests on a signal of the repository; a third one is refused."""
    clock.go_to(date(2025, 7, 14))
    team.ask("benchmarks.define", kpi="flow", unit="changes/week", better="higher",
             how="signal: throughput")  # fmt: skip
    second = team.ask("goals.set", **MORE).goal
    team.ask("goals.start", goal=second)
    with pytest.raises(Refused, match=f"2 goals are active in 2025 H2: G1 .* and {second}"):
        team.ask("goals.set", **{**FASTER, "title": "And a third thing"}, baseline=100.0)


def promise_a_milestone(team: Team) -> None:
    """July: one milestone stands under the first goal, and a partner waits for it."""
    team.add_partner("Support Desk", "support@example.com")
    team.ask("milestones.define", outcome="A cache in front of pages", serves="G1",
             promised_on=date(2025, 10, 31), must_haves=("Pages come from the cache",),
             success=("Latency below 90",), used_by="Support Desk")  # fmt: skip
    team.ask("milestones.answer", number=1, clear="yes", convinced="yes",
             fact="If hits stay below a half")  # fmt: skip
    team.ask("milestones.start", number=1)
    (row,) = (one for one in team.ask("goals.list").active if one.goal_id == "G1")
    assert [one.outcome for one in row.milestones] == ["A cache in front of pages"]


def go_month_by_month(team: Team, clock: Clock, inbox: servers.MailServer) -> None:
    """July to December: measured every three weeks, checked every month but one."""
    day, checked = date(2025, 7, 21), set[int]()
    while day < OVER:
        clock.go_to(day)
        level = 100.0 if day < date(2025, 9, 15) else 92.0 if day < date(2025, 10, 10) else 80.0
        team.measure(REPAIRED, level)
        if day.month not in checked and day.day > 10:
            checked.add(day.month)
            if day.month % 2 == 0:
                team.work(day, 10, "G1 cache part {}", "Mend the build of part {}")
            for goal in running(team):
                if (goal, day.month) != ("G1", 9):
                    team.ask("goals.check", goal=goal, says="The cache goes on")
        if day == date(2025, 10, 13):
            finish_the_milestone(team)
        if day == date(2025, 11, 3):
            tell_partners(team, clock, inbox)
        day += timedelta(weeks=3)
    (row,) = (one for one in team.ask("goals.list").active if one.goal_id == "G1")
    months = {one.first_on.month: str(one.stands) for one in row.checks}
    assert months == {7: "done", 8: "done", 9: "missed", 10: "done", 11: "done", 12: "done"}
    share = team.ask("goals.time", goal="G1").share
    assert isinstance(share, Estimate)
    assert 0.3 < share.low < 0.5 < share.high < 0.7
    assert row.outlook.chance > 0.7


def running(team: Team) -> list[str]:
    return [one.goal_id for one in team.ask("goals.list").active if one.state == "under way"]


def finish_the_milestone(team: Team) -> None:
    """October: built, proven and used, each with what shows it."""
    for point, shows in ((1, "All pages do"), (2, "80 ms"), (3, "They answer from it")):
        team.ask("milestones.verify", number=1, point=point, shows=shows, link="#12")


def tell_partners(team: Team, clock: Clock, inbox: servers.MailServer) -> None:
    """November: what is done goes to the partner who waits for it, after a person's yes."""
    assert "A cache in front of pages" in team.ask("updates.draft").done[0]
    team.ask("updates.approve")
    team.ask("updates.publish", mail=True)
    assert inbox.inbox.mails == []
    way = (servers.HOST, "Platform <updates@example.com>", inbox.port, Security.STARTTLS)
    folder = team.opened.folder
    keep_mail(folder, MailServer(*way, servers.USER, "env:SMTP_PASSWORD"))
    secrets = partial(read_secret, environ=os.environ)
    courier = Courier(team.opened, read_settings(folder), secrets, clock)
    assert courier.deliver().told == {Step.SENT: 1}
    assert courier.deliver().told == {}
    ((to, message),) = inbox.inbox.mails
    assert to == "support@example.com"
    body: Any = message.get_body(("plain",))
    assert "A cache in front of pages" in body.get_content()


def close(team: Team, clock: Clock) -> None:
    """January: the KPIs say what was reached, and every chance that was said is scored."""
    clock.go_to(OVER)
    first, second = running(team)
    reached = team.ask("goals.close", goal=first, says="The cache did it")
    assert "G1 is closed, reached at " in reached.says
    assert "The chances that were said of it: " in reached.says
    missed = team.ask("goals.close", goal=second, says="It was never about more")
    assert f"{second} is closed, not reached at " in missed.says
    scored = team.ask("goals.record")
    assert scored.goals == 2
    assert scored.statements >= 9
    assert scored.record.brier < 0.25
    listed = team.ask("goals.list")
    assert [one.goal_id for one in listed.closed] == [second, first]
    assert [one.goal.result.reached for one in listed.closed] == [False, True]
    assert listed.closed[1].goal.result.level == pytest.approx(80, abs=2)
    assert listed.free == 2
    assert team.opened.journal.verify() is None
