"""Whole studies of a team whose truth is known: what is found, what is refused, what is kept."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from groundplan.experiments import PRACTICE
from groundplan.experiments.inputs import Better, Moment, Word
from groundplan.experiments.views import Shown, Step
from groundplan.interfaces.codec.views import write_pretty_json
from groundplan.records.studies import STREAM, Departure, RollOut, Units
from groundplan.terms.errors import BadInput, Conflict, Refused
from groundplan.terms.people import Account
from groundplan.terms.scope import Role
from groundplan.usecase import ask
from tests.experiments.team import START, Effect, Team, nothing, open_team

END = START + timedelta(weeks=16)


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    with open_team(tmp_path, people=24) as opened:
        yield opened


def design(team: Team, roll_out: RollOut = RollOut.HALF, **changes: object) -> int:
    """A study up to its plan; its number."""
    team.say("draft", question="Does a no-meeting day help?", intervention="a no-meeting day",
             hypothesis="More gets merged")  # fmt: skip
    number: int = team.ask("experiments.list", team.here).open[-1].number
    team.say("measure", number=number, outcome="throughput", better=Better.MORE, worth=30.0,
             redefines=Word.NO, guardrail="time_to_merge", margin=30.0)  # fmt: skip
    told = {"kind": Units.PEOPLE, "start_on": START, "weeks": 16, "weeks_before": 40, **changes}
    team.say("plan", number=number, roll_out=roll_out, **told)
    return number


def seal(team: Team, number: int, **words: object) -> Shown:
    team.say("power", number=number)
    team.say("seal", number=number, **words)
    return team.read_study(number)


def works(shown: Shown, ratio: float) -> Effect:
    """Whoever was drawn merges so many times as much from their start on."""
    starts = {one.name: one.planned_on for one in shown.assignment}

    def effect(person: str, week: date) -> float:
        start = starts.get(person)
        return ratio if start is not None and week >= start else 1.0

    return effect


@pytest.mark.parametrize("roll_out", [RollOut.HALF, RollOut.PAIRS, RollOut.STEPPED])
def test_what_works_is_found_and_can_be_repeated(team: Team, roll_out: RollOut) -> None:
    number = design(team, roll_out)
    shown = seal(team, number)
    assert shown.waits_for is Step.RUN
    assert shown.detects is not None
    assert shown.detects < 30
    drawn = [one for one in shown.assignment if one.planned_on is not None]
    assert len(drawn) == (24 if roll_out is RollOut.STEPPED else 12)
    team.pass_weeks(END, works(shown, 1.6))
    said = team.say("conclude", number=number)
    assert said.startswith("A no-meeting day helped: throughput rose by")
    verdict = team.read_study(number).verdict
    assert verdict is not None
    assert verdict.low is not None
    assert verdict.high is not None
    assert verdict.low < 60 < verdict.high
    assert verdict.strength == "randomised"
    assert team.say("repeat", number=number) == "The same digits came out."
    with pytest.raises(Refused, match="once"):
        team.say("conclude", number=number)


def test_nothing_is_not_called_something(team: Team) -> None:
    number = design(team)
    seal(team, number)
    team.pass_weeks(END, nothing)
    team.say("conclude", number=number)
    verdict = team.read_study(number).verdict
    assert verdict is not None
    assert verdict.verdict == "no worthwhile effect"
    assert "That there is no effect at all." in verdict.may_not_say


def test_what_hurts_is_said_and_the_guardrail_stands_beside_it(team: Team) -> None:
    number = design(team)
    shown = seal(team, number)
    team.say("feel", number=number, moment=Moment.BEFORE, answers=(0, 1, 4, 9, 8))
    team.pass_weeks(END, works(shown, 0.5))
    team.say("feel", number=number, moment=Moment.AFTER, answers=(8, 7, 4, 2, 1))
    assert "hurt" in team.say("conclude", number=number)
    guards = team.read_study(number).guards
    assert [one.held for one in guards][1:] == [False]
    assert "People feel worse." in guards[1].says
    assert "Worse by" in guards[0].says or "too wide" in guards[0].says


def test_before_its_end_nobody_looks_and_after_the_seal_nothing_changes(team: Team) -> None:
    number = design(team)
    shown = seal(team, number)
    for verb, words in (
        ("conclude", {}), ("look", {}),
        ("measure", {"outcome": "rework", "better": Better.LESS, "worth": 1.0,
                     "redefines": Word.NO}),
        ("plan", {"roll_out": RollOut.HALF, "kind": Units.PEOPLE, "start_on": START}),
        ("seal", {}),
    ):  # fmt: skip
        with pytest.raises(Refused):
            team.say(verb, number=number, **words)
    team.pass_weeks(END - timedelta(weeks=1), works(shown, 2.0))
    with pytest.raises(Refused, match="nobody looks before"):
        team.say("conclude", number=number)
    assert team.read_study(number).verdict is None


def test_a_planned_look_says_only_whether_to_stop(team: Team) -> None:
    number = design(team, stop_rule="Stop if it clearly hurts")
    shown = seal(team, number)
    with pytest.raises(Refused, match="may be looked at from"):
        team.say("look", number=number)
    team.pass_weeks(START + timedelta(weeks=8), works(shown, 2.0))
    assert team.say("look", number=number) == (
        "No harm that is certain enough to stop; go on to the end."
    )
    with pytest.raises(Refused, match="one look was on"):
        team.say("look", number=number)
    team.pass_weeks(END, works(shown, 2.0))
    team.say("conclude", number=number)
    verdict = team.read_study(number).verdict
    assert verdict is not None
    assert verdict.level > 0.95  # the look was paid for


def test_harm_is_seen_at_the_look(team: Team) -> None:
    number = design(team, stop_rule="Stop if it clearly hurts")
    shown = seal(team, number)
    team.pass_weeks(START + timedelta(weeks=8), works(shown, 0.3))
    assert team.say("look", number=number).startswith("Harm is certain enough to stop.")


@pytest.mark.parametrize("roll_out", [RollOut.HALF, RollOut.PAIRS, RollOut.STEPPED])
def test_what_it_could_not_see_is_refused_with_what_it_would_need(
    team: Team, roll_out: RollOut
) -> None:
    number = design(team, roll_out)
    team.say("measure", number=number, outcome="throughput", better=Better.MORE, worth=9.0,
             redefines=Word.NO, guardrail="time_to_merge")  # fmt: skip
    with pytest.raises(Refused, match="was not shown yet"):
        team.say("seal", number=number)
    assert "you would need about" in team.say("power", number=number)
    with pytest.raises(Refused, match=r"9% would be worth having\..*you would need about"):
        team.say("seal", number=number)
    shown = seal(team, number, despite="The board insists")
    assert shown.despite == "The board insists"


def test_a_plan_that_changed_shows_its_power_again(team: Team) -> None:
    number = design(team)
    team.say("power", number=number)
    team.say("plan", number=number, roll_out=RollOut.PAIRS, kind=Units.PEOPLE, start_on=START,
             weeks=16, weeks_before=40)  # fmt: skip
    assert team.read_study(number).waits_for is Step.POWER
    with pytest.raises(Refused, match="was not shown yet"):
        team.say("seal", number=number)


def test_what_was_sealed_late_is_exploratory_for_good(team: Team) -> None:
    number = design(team, start_on=START - timedelta(weeks=20))
    team.say("power", number=number)
    with pytest.raises(Refused, match="exploratory"):
        team.say("seal", number=number)
    shown = seal(team, number, exploratory=True)
    assert shown.exploratory
    team.say("conclude", number=number)
    team.say("publish", number=number)
    library = team.ask("experiments.findings", team.here)
    assert library.findings[0].exploratory
    assert library.pools == ()
    report = team.ask("experiments.report", team.here, number=number).markdown
    assert "**Exploratory.**" in report


def test_two_studies_on_the_same_units_are_refused(team: Team) -> None:
    seal(team, design(team))
    number = design(team, start_on=START + timedelta(weeks=4))
    team.say("power", number=number)
    with pytest.raises(Refused, match="same units in the same weeks"):
        team.say("seal", number=number)
    later = design(team, start_on=END)
    assert seal(team, later).sealed_on is not None


def test_departures_stop_a_verdict_that_lots_no_longer_carry(team: Team) -> None:
    number = design(team)
    shown = seal(team, number)
    team.pass_weeks(END, works(shown, 1.6))
    for one in shown.assignment[:4]:
        team.say("deviate", number=number, what=Departure.OPTED_OUT, unit=one.unit, note="moved")
    first = shown.assignment[5]
    team.say("start", number=number, unit=first.unit, on=START)
    said = team.say("conclude", number=number)
    assert said.startswith("It cannot be told")
    audit = {line.what: line for line in team.read_study(number).audit}
    assert (audit["Opted out"].units, audit["Opted out"].passed) == (4, False)
    assert audit["Starts noted"].units == 1
    report = team.ask("experiments.report", team.here, number=number).markdown
    assert "opted out" in report


def test_another_change_at_the_same_time_is_no_finding(team: Team) -> None:
    number = design(team)
    shown = seal(team, number)
    team.pass_weeks(END, works(shown, 1.6))
    team.say("deviate", number=number, what=Departure.ANOTHER, note="A new build server", on=START)
    assert team.say("conclude", number=number).startswith("It cannot be told")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"what": Departure.LEFT, "note": "gone"}, "the unit that left"),
        ({"what": Departure.OTHER, "note": "x", "unit": "Nobody"}, "one of"),
        ({"what": Departure.OTHER, "note": "x", "on": date(2030, 1, 1)}, "or before"),
    ],
)
def test_departures_name_what_they_are_about(
    team: Team, wrong: dict[str, object], says: str
) -> None:
    number = design(team)
    seal(team, number)
    with pytest.raises(BadInput, match=says):
        team.say("deviate", number=number, **wrong)


def test_fewer_than_five_on_a_side_are_nobodys_to_know(tmp_path: Path) -> None:
    with open_team(tmp_path, people=8) as small:
        number = design(small)
        with pytest.raises(Refused, match="it needs 5, so that it is nobody's own"):
            small.say("power", number=number)
        with pytest.raises(Refused, match="was not shown yet"):
            small.say("seal", number=number)


def test_one_team_alone_needs_a_long_past_and_gets_a_hint_at_most(team: Team) -> None:
    everybody = {"kind": Units.EVERYBODY, "weeks_before": 26}
    with pytest.raises(BadInput, match="47 or more"):
        design(team, RollOut.DATE, **everybody)
    number = design(team, RollOut.DATE, kind=Units.EVERYBODY, weeks_before=60)
    assert "a hint at most" in team.say("power", number=number)


def test_nothing_of_a_unit_s_outcomes_leaves_the_room(team: Team) -> None:
    """With one person's numbers changed wildly, everything that is shown before the end is as it
    was, and nothing but the one estimate is afterwards."""
    number = design(team)
    shown = seal(team, number)
    team.pass_weeks(END, works(shown, 1.3))
    team.say("conclude", number=number)
    told = team.read_study(number)
    text = (
        write_pretty_json(told) + team.ask("experiments.report", team.here, number=number).markdown
    )
    entries = "".join(str(entry.body) for entry in team.journal.read(STREAM))
    rows = team.mart.rows("select person_id, count(*) from landings group by 1")
    assert len(rows) == 24
    for _, count in rows:
        assert f" {count}" not in text
        assert f": {count}," not in entries
    verdict = told.verdict
    assert verdict is not None
    assert len(verdict.events) < told.weeks + told.weeks_before


def test_a_seal_names_nobody_who_was_erased(team: Team) -> None:
    name = team.people[2]
    colleague = team.enter("add", name=name, email="")
    team.enter("link", person=colleague, name=name, email="engineer03@example.com")
    number = design(team)
    shown = seal(team, number)
    assert {one.name for one in shown.assignment} == set(team.people)
    unit = next(one.unit for one in shown.assignment if one.name == name)
    team.say("start", number=number, unit=unit, on=None)
    team.pass_weeks(END, works(shown, 1.6))
    journal = team.context(team.here).journal
    journal.erase(colleague, [Account(name, "engineer03@example.com")])
    said = "".join(str(entry.body) for entry in team.journal.read_all())
    assert name not in said
    assert team.people[3] in said
    assert team.journal.verify() is None
    after = team.read_study(number)
    assert after.digest == shown.digest
    assert {one.name for one in after.assignment} == {*team.people, unit} - {name}
    assert "helped" in team.say("conclude", number=number)


def test_people_may_be_named_as_facts_call_them(team: Team) -> None:
    number = design(team, RollOut.CHOSEN, units=tuple(team.people[:14]),
                    treated=tuple(team.people[:6]))  # fmt: skip
    shown = seal(team, number)
    began = {one.name for one in shown.assignment if one.planned_on is not None}
    assert began == set(team.people[:6])


def test_what_was_answered_can_be_sent_again(team: Team) -> None:
    """The page fills its forms with these: saving one again changes nothing but what was meant."""
    number = design(team, RollOut.CHOSEN, units=tuple(team.people[:14]),
                    treated=tuple(team.people[:6]))  # fmt: skip
    shown = team.read_study(number)
    assert (shown.chosen, shown.treated) == (tuple(team.people[:14]), tuple(team.people[:6]))
    assert (shown.margin, shown.guardrail_better) == (30.0, "less")
    team.say("plan", number=number, roll_out=RollOut.CHOSEN, kind=Units.PEOPLE, start_on=START,
             weeks=20, weeks_before=40, units=shown.chosen, treated=shown.treated)  # fmt: skip
    again = team.read_study(number)
    assert (again.chosen, again.treated, again.weeks) == (shown.chosen, shown.treated, 20)
    assert team.read_study(design(team)).chosen == ()


def test_before_the_start_nobody_has_begun(team: Team) -> None:
    number = design(team)
    shown = seal(team, number)
    assert {one.began_on for one in shown.assignment} == {None}
    assert all(line.passed for line in shown.audit)
    team.today = START + timedelta(weeks=1)
    later = team.read_study(number)
    assert {one.began_on for one in later.assignment} == {None, START}
    assert [line.what for line in later.audit if not line.passed] == ["Starts noted"]


def test_facts_that_show_nothing_of_the_units_do_not_use_up_the_one_analysis(team: Team) -> None:
    number = design(team)
    seal(team, number)
    team.pass_weeks(END, nothing)
    team.mart.execute("delete from landings where landed_week >= :start", {"start": START})
    with pytest.raises(Refused, match="nothing of its units"):
        team.say("conclude", number=number)
    assert team.read_study(number).verdict is None


def test_a_date_that_is_drawn_is_the_one_that_is_shown(team: Team) -> None:
    number = design(team, RollOut.DATE, kind=Units.EVERYBODY, weeks_before=60)
    assert team.read_study(number).start_on == START
    shown = seal(team, number, despite="to see")
    assert [one.planned_on for one in shown.assignment] == [shown.start_on]
    assert shown.ends_on == shown.start_on + timedelta(weeks=16)


def test_a_planned_look_costs_power_before_it_costs_the_end(team: Team) -> None:
    seen = [
        seal(team, design(team, start_on=START + timedelta(weeks=40 * nr), **words)).detects
        for nr, words in enumerate(({}, {"stop_rule": "Stop if it clearly hurts"}))
    ]
    assert seen[0] is not None
    assert seen[1] is not None
    assert seen[0] < seen[1] < 1.1 * seen[0]


def test_a_unit_is_known_by_its_name(team: Team) -> None:
    number = design(team)
    one = seal(team, number).assignment[0]
    team.today = START
    team.say("start", number=number, unit=one.name, on=START)
    team.say("deviate", number=number, what=Departure.LEFT, unit=one.name, note="gone")
    told = {each.unit: each for each in team.read_study(number).assignment}[one.unit]
    assert told.began_on == START
    assert told.note.startswith("left on")


def test_who_may_not_write_reads_and_partners_read_findings_only(team: Team) -> None:
    number = design(team)
    roles = {case.name: case.roles for case in PRACTICE.use_cases}
    assert {name for name, who in roles.items() if Role.PARTNER in who} == {
        "experiments.findings", "experiments.designs",
    }  # fmt: skip
    engineer = dataclasses.replace(team.here, role=Role.ENGINEER, viewer="p9")
    case = next(one for one in PRACTICE.use_cases if one.name == "experiments.read")
    assert ask(case, team.context(engineer), engineer, case.inputs(number=number)).number == number


def test_slower_hands_are_told(team: Team) -> None:
    number = design(team)
    seal(team, number)
    context = team.context(team.here)
    version = context.journal.version(STREAM)
    team.say("start", number=number, unit="person 1", on=None)
    with pytest.raises(Conflict):
        context.journal.append(STREAM, "studies.given_up", {"number": number, "reason": "x"},
                               expected=version)  # fmt: skip


def test_pairs_are_neighbours_and_the_seal_covers_the_lots(team: Team) -> None:
    number = design(team, RollOut.PAIRS)
    shown = seal(team, number)
    blocks: dict[str, list[bool]] = {}
    for one in shown.assignment:
        blocks.setdefault(one.block, []).append(one.planned_on is not None)
    assert len(blocks) == 12
    assert all(sorted(pair) == [False, True] for pair in blocks.values())
    assert len(shown.digest) == 64
    assert shown.seed is not None
