"""Panels that somebody brings along, and studies whose outcome stands in a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from groundplan.experiments.brought import read_weeks
from groundplan.experiments.inputs import USUAL_WEEKS, Better, Word
from groundplan.inference.panels.scales import worth_on
from groundplan.records.studies import RollOut, Units
from groundplan.sources.simulated.panels import PanelWorld, simulate_panel
from groundplan.terms.errors import BadInput, Refused
from tests.experiments.team import START, TODAY, Team, open_team

FIRST = date(2024, 6, 3)
TEAMS = [f"team {nr:02d}" for nr in range(1, 21)]


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    with open_team(tmp_path_factory.mktemp("files"), people=6) as opened:
        yield opened


def numbers(until: date, starts: dict[str, date | None], ratio: float, seed: int = 5) -> str:
    """Hours by team and week, as CSV, with a column of bugs on which nothing acts."""
    rng = np.random.default_rng(seed)
    levels = np.exp(rng.normal(3, 0.8, len(TEAMS)))
    lines = ["Team,Week,Hours,Bugs"]
    for nr in range((until - FIRST).days // 7):
        week = FIRST + timedelta(weeks=nr)
        shared = np.exp(rng.normal(0, 0.1))
        for unit, level in zip(TEAMS, levels, strict=True):
            on = starts.get(unit)
            effect = ratio if on is not None and week >= on else 1.0
            hours = level * shared * effect * np.exp(rng.normal(0, 0.2))
            year, number, _ = week.isocalendar()
            lines.append(f"{unit},{year}-W{number:02d},{hours:.3f},{rng.poisson(12)}")
    return "\n".join(lines)


def test_a_study_of_a_file_from_question_to_library(tmp_path: Path) -> None:
    with open_team(tmp_path, people=6) as team:
        team.say("draft", question="Does a template help?", intervention="a review template",
                 hypothesis="Cases are closed sooner")  # fmt: skip
        team.say("measure", number=1, outcome="hours to close", better=Better.LESS, worth=15.0,
                 redefines=Word.NO, guardrail="bugs found", guardrail_better=Better.LESS,
                 margin=20.0)  # fmt: skip
        with pytest.raises(BadInput, match="as the outcome is in one"):
            team.say("plan", number=1, roll_out=RollOut.HALF, kind=Units.PEOPLE, start_on=START)
        with pytest.raises(BadInput, match="as your file names them"):
            team.say("plan", number=1, roll_out=RollOut.HALF, kind=Units.FILE, start_on=START)
        team.say("plan", number=1, roll_out=RollOut.HALF, kind=Units.FILE, start_on=START,
                 weeks=12, weeks_before=26, units=tuple(TEAMS))  # fmt: skip
        with pytest.raises(BadInput, match="no file"):
            team.say("power", number=1)
        columns = ("outcome=Hours", "guardrail=Bugs")
        past = numbers(START, {}, 1.0)
        assert team.read_study(1).in_file
        foreseen = team.say("power", number=1, panel=past, columns=columns)
        assert "With 20 units and 38 weeks" in foreseen
        team.say("seal", number=1)
        starts = {one.unit: one.planned_on for one in team.read_study(1).assignment}
        end = START + timedelta(weeks=12)
        team.today = end
        with pytest.raises(BadInput, match="weeks up to"):
            team.say("conclude", number=1, panel=past, columns=columns)
        whole = numbers(end, starts, 0.7)
        said = team.say("conclude", number=1, panel=whole, columns=columns)
        assert said.startswith("A review template helped: hours to close fell by")
        shown = team.read_study(1)
        assert shown.guards[0].held is True
        assert team.say("repeat", number=1, panel=whole, columns=columns).startswith("The same")
        other = team.say("repeat", number=1, panel=numbers(end, starts, 0.7, 4), columns=columns)
        assert other.startswith("Facts of these weeks changed since")
        team.say("publish", number=1)
        found = team.ask("experiments.findings", team.here).findings[0]
        assert (found.verdict, found.outcome) == ("helped", "hours to close")
        assert found.log_effect == pytest.approx(np.log(0.7), abs=0.15)


def test_tasks_are_drawn_and_compared_within_people(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    with open_team(tmp_path, people=6) as team:
        team.say("draft", question="Do tests first pay?", intervention="tests first",
                 hypothesis="Less is done twice")  # fmt: skip
        team.say("measure", number=1, outcome="hours", better=Better.LESS, worth=25.0,
                 redefines=Word.NO)  # fmt: skip
        team.say("plan", number=1, roll_out=RollOut.TASK, kind=Units.TASKS, start_on=START)
        past = ["task,person,hours"] + [
            f"old {nr},p{nr % 6},{np.exp(rng.normal(2, 0.5)):.3f}" for nr in range(300)
        ]
        assert "With 300 tasks of 6 people" in team.say("power", number=1, panel="\n".join(past))
        team.say("seal", number=1)
        team.today = START
        lines = ["task,hours"]
        for nr in range(240):
            viewer = f"p{nr % 6}"
            said = draw(team, viewer, f"#{nr}")
            with_it = " with tests" in said
            assert draw(team, viewer, f"#{nr}") == said
            hours = np.exp(rng.normal(2, 0.5)) * (0.6 if with_it else 1.0)
            lines.append(f"#{nr},{hours:.3f}")
        team.today = START + timedelta(weeks=USUAL_WEEKS)
        said = team.say("conclude", number=1, panel="\n".join(lines))
        assert said.startswith("Tests first helped: hours fell by")
        verdict = team.read_study(1).verdict
        assert verdict is not None
        assert verdict.design == "within-person trial"
        assert verdict.low is not None
        assert verdict.high is not None
        assert verdict.low < -40 < verdict.high


def test_harm_to_tasks_may_be_looked_for_as_often_as_one_likes(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    with open_team(tmp_path, people=6) as team:
        team.say("draft", question="Do tests first pay?", intervention="tests first",
                 hypothesis="Less is done twice")  # fmt: skip
        team.say("measure", number=1, outcome="hours", better=Better.LESS, worth=25.0,
                 redefines=Word.NO)  # fmt: skip
        team.say("plan", number=1, roll_out=RollOut.TASK, kind=Units.TASKS, start_on=START,
                 stop_rule="Stop if tasks take much longer")  # fmt: skip
        past = ["task,person,hours"] + [f"old {nr},p{nr % 6},{nr + 3}" for nr in range(80)]
        team.say("power", number=1, panel="\n".join(past))
        team.say("seal", number=1, despite="to see")
        team.today = START
        calm, harmed = ["task,hours"], ["task,hours"]
        for nr in range(160):
            with_it = " with tests" in draw(team, f"p{nr % 6}", f"#{nr}")
            hours = np.exp(rng.normal(2, 0.5))
            calm.append(f"#{nr},{hours:.3f}")
            harmed.append(f"#{nr},{hours * (3.0 if with_it else 1.0):.3f}")
        team.today = START + timedelta(weeks=3)
        with pytest.raises(Refused, match="may be looked at from"):
            team.say("look", number=1, panel="\n".join(calm))
        team.today = START + timedelta(weeks=5)
        with pytest.raises(Refused, match="quick ones alone would mislead"):
            team.say("look", number=1, panel="\n".join(calm[:100]))
        for _ in range(2):
            assert team.say("look", number=1, panel="\n".join(calm)).startswith("No harm")
        assert team.say("look", number=1, panel="\n".join(harmed)).startswith("Harm is certain")
        team.today = START + timedelta(weeks=USUAL_WEEKS)
        team.say("conclude", number=1, panel="\n".join(calm))
        verdict = team.read_study(1).verdict
        assert verdict is not None
        assert verdict.level == pytest.approx(0.955)  # looking was paid for once


def draw(team: Team, viewer: str, task: str) -> str:
    """What a colleague's draw says."""
    import dataclasses  # noqa: PLC0415 - of this helper alone

    scope = dataclasses.replace(team.here, viewer=viewer)
    return str(team.ask("experiments.draw", scope, number=1, task=task).says)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no file"),
        ("unit,year,outcome\n" + "\n".join(f"a,{y},1" for y in range(2010, 2024)), "periods such"),
        ("unit,week,outcome\nb,2025-01-06,1\nb,2025-01-13,2", "no unit 'a'"),
        ("unit,day,outcome\na,2025-01-06,1\na,2025-01-16,2\na,2025-02-16,2", "period"),
    ],
)
def test_files_that_are_no_weeks_are_refused(text: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        read_weeks(text, {}, {"a": None}, FIRST, TODAY)


def panel_csv(world: PanelWorld, seed: int) -> str:
    made = simulate_panel(world, np.random.default_rng(seed))
    lines = ["unit,period,outcome,start"]
    for unit, values, start in zip(made.units, made.outcome, made.treated_from, strict=True):
        since = "" if start < 0 else str(start)
        lines += [f"{unit},{nr},{value:g},{since}" for nr, value in enumerate(values)]
    return "\n".join(lines)


def ask_file(team: Team, verb: str, **inputs: Any) -> Any:
    return team.ask(f"experiments.{verb}", team.here, **inputs)


def test_anybody_s_panel_gets_its_verdict(team: Team) -> None:
    text = panel_csv(PanelWorld(treated=10, change=0.6), 1)
    found = ask_file(team, "analyse", panel=text, treated_from="start", drawn=True)
    assert found.verdict == found.answer.verdict == "helped"
    assert found.answer.strength == "randomised"
    assert found.markdown.startswith("# Helped\n")
    assert "How the file was read" in found.markdown
    assert len(found.answer.events) > 4
    less = ask_file(team, "analyse", panel=text, treated_from="start", better=Better.LESS)
    assert less.answer.verdict == "hurt"
    assert "That the intervention caused it" in " ".join(less.answer.may_not_say)
    with pytest.raises(BadInput, match="treated_from"):
        ask_file(team, "analyse", panel=text)


def test_a_window_shorter_than_the_season_is_named(team: Team) -> None:
    for weeks, named in ((12, True), (40, False)):
        start = f"2026-W{weeks // 2:02}"
        rows = [
            f"{unit},2026-W{week:02},{(unit * 7 + week * 5) % 11},{start if unit < 5 else ''}"
            for unit in range(10)
            for week in range(1, weeks + 1)
        ]
        text = "\n".join(["unit,week,outcome,start", *rows])
        found = ask_file(team, "analyse", panel=text, treated_from="start", drawn=True)
        assert ("shorter than the season" in found.markdown) is named


def test_wide_panels_are_turned_into_rows(team: Team) -> None:
    text = panel_csv(PanelWorld(treated=10, change=0.6), 1)
    rows = [line.split(",") for line in text.splitlines()[1:]]
    units = list(dict.fromkeys(row[0] for row in rows))
    weeks = [f"2025-W{1 + int(row[1]):02d}" for row in rows if row[0] == units[0]]
    first = {row[0]: row[3] and weeks[int(row[3])] for row in rows}
    told = {unit: [row[2] for row in rows if row[0] == unit] for unit in units}
    wide = [",".join(["team", "began", *weeks])]
    wide += [",".join([unit, first[unit], *told[unit]]) for unit in units]
    found = ask_file(team, "analyse", panel="\n".join(wide), treated_from="began", drawn=True)
    asked = ask_file(team, "analyse", panel=text, treated_from="start", drawn=True)
    assert (found.estimate, found.units, found.periods) == (
        asked.estimate, asked.units, asked.periods,
    )  # fmt: skip
    assert "a column for each period" in found.notes[0]
    turned = [",".join(["week", *units])]
    turned += [",".join([week, *(told[u][at] for u in units)]) for at, week in enumerate(weeks)]
    alarms = ask_file(team, "placebo", panel="\n".join(turned), treated=5)
    assert (alarms.units, alarms.periods) == (found.units, found.periods)
    assert "a column for each unit" in alarms.notes[0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("unit,period,outcome,start\n" + "\n".join(f"a,{p},{p % 3},10" for p in range(20)),
         "only a long history"),
        ("unit,period,outcome,start\n"
         + "\n".join(f"{u},{p},5,{10 if u < 5 else ''}" for u in range(20) for p in range(20)),
         "the same everywhere"),
        ("unit,period,outcome,start\n"
         + "\n".join(f"{u},{p},0,{10 if u < 5 else ''}" for u in range(20) for p in range(20)),
         "the same everywhere"),
        ("unit,period,outcome,start\n"
         + "\n".join(f"{u},{p},{(u * p) % 7},10" for u in range(20) for p in range(20)),
         "only a long history"),
    ],
)  # fmt: skip
def test_what_no_analysis_can_carry_is_refused_with_its_reason(
    team: Team, text: str, says: str
) -> None:
    found = ask_file(team, "analyse", panel=text, treated_from="start").answer
    assert found.verdict == "cannot tell"
    assert says in found.because
    assert found.estimate is None
    assert found.p is None


def test_false_alarms_are_counted_beside_what_is_commonly_done(team: Team) -> None:
    text = panel_csv(PanelWorld(treated=0, units=20, weeks=40, starts=(20,)), 2)
    found = ask_file(team, "placebo", panel=text, treated=2)
    chosen = found.chosen
    assert chosen.rate is not None
    assert chosen.rate < 0.075
    naive = [one.rate for one in found.naive if one.rate is not None]
    assert max(naive) > 3 * chosen.rate
    assert found.of_judged.placebos <= chosen.placebos
    assert found.of_judged.rate is not None
    assert found.of_judged.rate >= chosen.rate
    assert "False alarms" in found.markdown


def test_worth_is_taken_to_the_outcome_s_own_scale() -> None:
    outcome = np.array([[0.2, 0.2, 0.4], [0.4, 0.4, 0.9]])
    assert worth_on(outcome, 2, "percent", 10.0) == 10.0
    assert worth_on(outcome, 2, "difference", 10.0) == pytest.approx(0.03)


def test_a_refusal_of_power_says_what_it_would_take(team: Team) -> None:
    with pytest.raises(Refused, match="not planned yet"):
        team.say("draft", question="x", intervention="y", hypothesis="z")
        team.say("power", number=team.ask("experiments.list", team.here).open[-1].number)
