"""What facts become lines: odds as forecast, slips with their reason, goals by their KPI."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from groundplan.records import goals, promised
from groundplan.records.asked import Decision, Request, Verdict
from groundplan.records.goals import Goal, Result, Told
from groundplan.records.journal import Entry, Visibility
from groundplan.records.milestone_checks import Outlook
from groundplan.records.milestones import Milestone, Point, Proof, Sort
from groundplan.records.updates.drafting import (
    Material,
    Outcome,
    done_on,
    draft,
    find_outcomes,
    judge_statement,
)
from groundplan.records.updates.lines import Line, Section, Statement, find_statements
from groundplan.records.updates.shared_promises import SHARED
from groundplan.records.updates.slips import Slip, Slips
from groundplan.terms.estimate import Unknown
from groundplan.terms.period import Period

JANUARY = Period(date(2026, 1, 1), date(2026, 2, 1))
TODAY = date(2026, 2, 3)
DAY = date(2026, 3, 1)


def milestone(*proofs: Proof | None, **more: Any) -> Milestone:
    sorts = (Sort.MUST, Sort.SUCCESS, Sort.USE)
    shown = (*proofs, None, None, None)[:3]
    points = tuple(
        Point(nr, sort, f"point {nr}", f"#{nr}", proof=proof)
        for nr, (sort, proof) in enumerate(zip(sorts, shown, strict=True), 1)
    )
    given = {"defined_on": date(2025, 12, 1), "started_on": date(2025, 12, 2), **more}
    return Milestone(4, "Imports run", "Half the load", points, DAY, "p1", "", **given)


def material(one: Milestone, ahead: Outlook | Unknown, **more: Any) -> Material:
    given = {"slips": Slips({}), "requests": (), "goals": (), "partners": {}, **more}
    return Material(
        JANUARY, JANUARY.start_on, frozenset(), TODAY, ((one, ahead),), **given
    )  # fmt: skip


def outlook(chance: float | Unknown, on_85: date | None, opened: int = 2) -> Outlook:
    late = not isinstance(chance, Unknown) and chance > 0.15
    return Outlook(opened, 3, 0, late, late, chance, None, on_85, None, None)


def words(found: Material, section: Section) -> list[str]:
    return [line.text for line in draft(found)[0][section]]


def test_odds_are_the_forecast_s_and_are_stated_as_such() -> None:
    found = material(milestone(), outlook(0.22, date(2026, 3, 9)))
    (text,) = words(found, Section.IN_FLIGHT)
    assert text == "Imports run: built 78% by 2026-03-01, 85% by 2026-03-09."
    sections, forecasts = draft(found)
    stated = find_statements(sections[Section.IN_FLIGHT], forecasts)
    assert [(one.ref, one.by, one.chance, one.forecast) for one in stated] == [
        ("M4", DAY, 0.78, 0.78), ("M4", date(2026, 3, 9), 0.85, 0.85),
    ]  # fmt: skip


def test_without_odds_the_reason_stands() -> None:
    unknown = Unknown("the tracker is too young", 3, 8, "weeks")
    assert words(material(milestone(), unknown), Section.IN_FLIGHT) == [
        "Imports run: promised for 2026-03-01; no odds, as the tracker is too young."
    ]
    far = outlook(unknown, None)
    assert words(material(milestone(), far), Section.IN_FLIGHT) == [
        "Imports run: promised for 2026-03-01; too far off for odds."
    ]
    shown = Proof(date(2026, 1, 9), "#1", "#1")
    finished = material(milestone(shown), outlook(0.0, None, opened=0))
    assert words(finished, Section.IN_FLIGHT) == [
        "Imports run: all work on it is finished; not yet proven and used."
    ]


def test_done_is_the_day_of_the_last_of_three_and_names_nobody() -> None:
    proofs = (
        Proof(date(2026, 1, 9), "Restart imports", "#1"),
        Proof(date(2026, 1, 20), "4 a week", "https://example.com/t", "Ann Example"),
        Proof(date(2026, 1, 15), "opened daily", "https://example.com/u", "Ann Example"),
    )
    one = milestone(*proofs)
    assert done_on(one) == date(2026, 1, 20)
    assert done_on(milestone(*proofs[:2])) is None
    (line,) = draft(material(one, Unknown("done", 0, 1, "items")))[0][Section.DONE]
    assert line.shown[0] == "built: point 1 (#1, merged 2026-01-09)"
    assert "Ann Example" not in str(line)
    assert not draft(replace(material(one, outlook(0.1, None)), told=frozenset({"M4"})))[0][
        Section.DONE
    ]


def test_slips_have_reasons_and_days_that_passed_are_told() -> None:
    slips = Slips({}, (
        Slip(4, date(2026, 1, 12), date(2026, 1, 30), DAY, "twice the size"),
        Slip(4, date(2025, 12, 12), date(2026, 1, 1), date(2026, 1, 30), "before"),
        Slip(9, date(2026, 1, 12), date(2026, 1, 30), DAY, "another team's"),
    ))  # fmt: skip
    found = material(milestone(), outlook(0.1, None), slips=slips)
    assert words(found, Section.SLIPPED) == [
        "Imports run: moved from 2026-01-30 to 2026-03-01. twice the size"
    ]
    over = replace(milestone(), promised_on=JANUARY.start_on)
    assert words(material(over, outlook(0.9, None)), Section.SLIPPED) == [
        "Imports run: was promised for 2026-01-01; no new day is agreed yet."
    ]


def ended(reached: bool | None, says: str) -> Goal:
    result = Result(date(2026, 1, 9), "p1", reached, None, says)
    return goal(state=goals.State.CLOSED, result=result)


def goal(**more: Any) -> Goal:
    given = {
        "goal_id": "G3", "team": "", "title": "Half the rework", "why": "", "kpi": "rework",
        "unit": "%", "version": 1, "baseline": 20.0, "target": 10.0, "due": "2026 H1",
        "owner": "p1", "key_result": "", "if_not_done": "", "set_by": "p1",
        "set_on": date(2026, 1, 2), "state": goals.State.UNDER_WAY,
    }  # fmt: skip
    return Goal(**{**given, **more})


@pytest.mark.parametrize(
    ("one", "section", "says"),
    [
        (
            goal(told=(Told(TODAY, "p1", "", 18.0, 0.62),)), Section.IN_FLIGHT,
            "Half the rework: 62% by 2026-06-30.",
        ),
        (goal(), Section.IN_FLIGHT, "Half the rework: due in 2026 H1; no odds yet."),
        (
            ended(True, "Done."),
            Section.DONE, "Half the rework: reached. Done.",
        ),
        (
            ended(None, "Odd."),
            Section.SLIPPED, "Half the rework: ended; the KPI cannot tell. Odd.",
        ),
    ],
)  # fmt: skip
def test_goals_by_their_kpi(one: Goal, section: Section, says: str) -> None:
    found = replace(material(milestone(), outlook(0.1, None)), goals=(one,))
    assert says in words(found, section)


def test_statements_are_judged_when_their_day_has_come() -> None:
    shown = Proof(date(2026, 1, 9), "#1", "#1")
    over = goal(state=goals.State.CLOSED, result=Result(date(2026, 7, 3), "p1", True, 9.0, ""))
    unsure = goal(goal_id="G9", result=Result(date(2026, 7, 3), "p1", None, None, ""))
    outcomes = find_outcomes([milestone(shown)], [over, unsure])
    assert outcomes["M4"] == Outcome(date(2026, 1, 9))
    assert "G9" not in outcomes

    def judge(ref: str, by: date, today: date) -> bool | None:
        return judge_statement(Statement(ref, by, 0.8), outcomes, today)

    assert judge("M4", date(2026, 1, 9), TODAY) is True
    assert judge("M4", date(2026, 1, 8), TODAY) is False
    assert judge("M4", TODAY, TODAY) is None  # the day is not over
    assert judge("M5", date(2026, 1, 9), TODAY) is None
    # a goal is closed after its period, for which its result speaks
    assert judge("G3", date(2026, 6, 30), date(2026, 7, 4)) is True


def asked(**more: Any) -> Request:
    taken = Decision(Verdict.BACKLOG, date(2026, 1, 2), "p1", None, "", None, "", 1)
    texts = dict.fromkeys(("why", "users", "use", "name", "email", "message_id", "team"), "")
    given = {"number": 7, "what": "An export", "by": None, "owner": "p8", "decisions": (taken,),
             "asked_on": date(2026, 1, 1), **texts}  # fmt: skip
    return Request(**{**given, **more})


@pytest.mark.parametrize(
    ("delivered", "used", "used_on", "section", "says"),
    [
        (9, None, None, Section.IN_FLIGHT, "it is not known yet whether it is used."),
        (9, True, date(2026, 1, 28), Section.DONE, "delivered on 2026-01-09, and used."),
        (9, False, date(2026, 1, 28), Section.SLIPPED, "not used. Too slow"),
        (9, True, date(2026, 2, 2), Section.IN_FLIGHT, "it is not known yet whether it is used."),
    ],
)
def test_a_request_is_done_on_the_day_that_its_use_is_known(
    delivered: int, used: bool | None, used_on: date | None, section: Section, says: str
) -> None:
    one = asked(delivered_on=date(2026, 1, delivered), used=used, used_on=used_on,
                used_note="Too slow")  # fmt: skip
    found = replace(
        material(milestone(), outlook(0.1, None)), requests=(one,), partners={"p8": "Support Desk"}
    )
    lines = {each: [x for x in draft(found)[0][each] if x.ref == "R7"] for each in Section}
    assert [each for each in Section if lines[each]] == [section]
    assert lines[section][0].text.endswith(says)
    before = frozenset({"R7"} if section is Section.DONE else ())
    later = replace(found, period=Period(date(2026, 2, 1), date(2026, 3, 1)), told=before)
    told = [x.text for x in draft(later)[0][Section.DONE] if x.ref == "R7"]
    assert bool(told) == (used_on == date(2026, 2, 2))


def said(seq: int, version: int, kind: str, on: date, body: dict[str, Any]) -> Entry:
    at = datetime(on.year, on.month, on.day, 9, tzinfo=UTC)
    place = ("promises/p1", version, kind, 1, at, "p1", "p1", "", Visibility.PARTNERS)
    return Entry(seq, *place, body, "")


def made(seq: int, version: int, what: str, on: date) -> Entry:
    body = {"what": what, "low_days": 3.0, "high_days": 8.0, "odds": 0.8, "link": ""}
    return said(seq, version, promised.MADE, on, body)


def test_promises_to_partners_are_told_as_far_as_they_came() -> None:
    entries = (
        made(40, 1, "A table of prices", date(2026, 1, 28)),
        made(41, 2, "An index", date(2026, 1, 5)),
        made(44, 3, "A faster page", date(2026, 1, 6)),
        made(50, 4, "A second page", date(2026, 1, 7)),
        made(60, 5, "A report", date(2026, 1, 8)),
        said(70, 6, promised.SETTLED, date(2026, 1, 15), {"number": 3, "done_on": "2026-01-14"}),
        said(71, 7, promised.SETTLED, date(2026, 1, 30), {"number": 4, "done_on": "2026-01-29"}),
        said(72, 8, promised.WITHDRAWN, date(2026, 1, 9), {"number": 5, "reason": "Nobody asks"}),
        said(73, 9, promised.WITHDRAWN, date(2026, 1, 9), {"number": 9, "reason": "not readable"}),
    )
    known: Any = SHARED.initial
    for entry in entries:
        known = SHARED.step(known, entry)
    judged = tuple(
        replace(each, promise=promised.judge(each.promise, TODAY)) for each in known.values()
    )
    found = replace(material(milestone(), outlook(0.1, None)), promises=judged)
    lines = [(s, x.ref, x.text) for s, some in draft(found)[0].items() for x in some
             if x.ref.startswith("P")]  # fmt: skip
    assert lines == [
        (Section.IN_FLIGHT, "P40",
         "A table of prices: promised for 2026-02-02 to 2026-02-09, 80% sure."),
        (Section.IN_FLIGHT, "P44", "A faster page: done on 2026-01-14, promised for 2026-01-09 to "
         "2026-01-16; nothing shows yet that it is used."),
        (Section.SLIPPED, "P41", "An index: promised for 2026-01-08 to 2026-01-15; not done yet."),
        (Section.SLIPPED, "P50",
         "A second page: done on 2026-01-29, promised for 2026-01-12 to 2026-01-19."),
        (Section.SLIPPED, "P60", "A report: promised for 2026-01-13 to 2026-01-20, and taken back. "
         "Nobody asks"),
    ]  # fmt: skip
    stated = find_statements(
        [Line("P44", "80% by 2026-01-20"), Line("P50", "80% by 2026-01-20")], ()
    )
    outcomes = find_outcomes((), (), judged)
    assert [judge_statement(one, outcomes, TODAY) for one in stated] == [True, False]
