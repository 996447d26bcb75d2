"""The use cases of goals."""

from __future__ import annotations

from collections.abc import Sequence

from groundplan.inference.changepoints.detection import find_changes
from groundplan.inference.goal_chances import Outlook
from groundplan.practices.goals import rules
from groundplan.practices.goals.rules import Listed, Said, Shown, Standing
from groundplan.records import alignment
from groundplan.records import goals as records
from groundplan.records.goal_periods import check_months, choose_period, name_period, period_of
from groundplan.records.goals import GOALS, MOST_ACTIVE, STREAM, Goal, Goals, State
from groundplan.records.measured import KPI, STREAMS, Kpi
from groundplan.records.milestones import MILESTONES
from groundplan.records.milestones import STREAM as MILESTONES_STREAM
from groundplan.records.roster import team_name
from groundplan.records.words import check_line
from groundplan.signals.engineering_time import share_of_goal
from groundplan.signals.goal_outlooks import (
    Scored,
    judge_start,
    look_at_goal,
    say_result,
    score_goals,
    settle_goal,
)
from groundplan.signals.kpis import Gauge, gauge
from groundplan.signals.outlooks import settle_by_facts
from groundplan.signals.signal import Finding
from groundplan.sources.measurements.history import name_points
from groundplan.terms.errors import NotFound, Refused
from groundplan.terms.estimate import Unknown
from groundplan.terms.scope import Role, Scope
from groundplan.usecase import Context, NoInputs


def list_goals(context: Context, scope: Scope, inputs: NoInputs) -> Listed:
    """The goals that the viewer may read, with where their KPIs stand."""
    known, today = _known(context), context.now.date()
    period = period_of(today, known.months_of(scope.team))
    rows = [_stand(context, scope, goal) for goal in known.goals.values()]
    mine = records.list_active(known, scope.team, period, today)
    return Listed(
        period=name_period(period),
        free=max(MOST_ACTIVE - len(mine), 0),
        active=tuple(row for row in rows if row.state in records.OPEN),
        parked=tuple(row for row in reversed(rows) if row.state is State.PARKED),
        closed=tuple(row for row in reversed(rows) if row.state is State.CLOSED),
    )


def show(context: Context, scope: Scope, inputs: rules.GoalInputs) -> Shown:
    """A goal, its KPI's series and the changes of its level."""
    goal = _find(context, inputs.goal)
    found = _gauge(context, scope, _kpi(context, goal.kpi))
    row = _stand(context, scope, goal)
    if isinstance(found, Unknown):
        return Shown(row, (), ())
    changes = find_changes(found.values(), unit=found.unit)
    names = [level.session for level in found.levels]
    points = () if isinstance(changes, Unknown) else name_points(changes, names)
    return Shown(row, found.levels[-rules.MOST_LEVELS :], points)


def measure_time(context: Context, scope: Scope, inputs: rules.GoalInputs) -> rules.Time:
    """What share of the team's active days went to a goal, since it was begun."""
    goal = _find(context, inputs.goal)
    if goal.started_on is None:
        return rules.Time(goal.goal_id, Unknown("it has not begun", 0, 1, "weeks"))
    said = context.journal.fold(alignment.STREAM, alignment.ALIGNMENT)
    until = min(goal.period.end_on, context.now.date())
    every = list(_known(context).goals.values())
    share = share_of_goal(
        context.mart, context.measure, scope, said, every, goal.goal_id, goal.started_on, until
    )
    return rules.Time(goal.goal_id, share)


def review_record(context: Context, scope: Scope, inputs: NoInputs) -> Scored:
    """How often goals were reached, against the chances that were said of them."""
    return score_goals(_known(context).goals.values())


def set_goal(context: Context, scope: Scope, inputs: rules.SetInputs) -> Said:
    """Set a goal; a third one in its period is refused."""
    version, known, today = context.journal.version(STREAM), _known(context), context.now.date()
    kpi = _kpi(context, check_line("kpi", inputs.kpi))
    if kpi is None:
        raise NotFound(f"There is no KPI {inputs.kpi[:80]!r} here.", "groundplan benchmarks list")
    period = choose_period(inputs.due, today, known.months_of(scope.team))
    records.check_place(known, scope.team, period, today)
    body = rules.check_new(inputs, kpi, _gauge(context, scope, kpi), period)
    entry = context.journal.append(STREAM, records.SET, body, expected=version)
    goal = _find(context, f"G{entry.version}")
    until = f"It starts once {kpi.name} can be trusted."
    return Said(goal.goal_id, f"{goal.goal_id} is set for {goal.due}: {goal.title}. {until}")


def start(context: Context, scope: Scope, inputs: rules.GoalInputs) -> Said:
    """Begin a goal; Refused until its KPI can be trusted to show its change."""
    version, goal = _find_own(context, scope, inputs.goal, State.SET)
    row = _stand(context, scope, goal)
    if goal.period.end_on <= context.now.date():
        raise Refused(f"{goal.due} is over.", "Park it, and set it anew for this period.")
    if row.to_do:
        raise Refused(" ".join((f"{goal.goal_id} cannot start yet.", *row.to_do)))
    body = {"goal": goal.goal_id, "says": "", **_tell(row)}
    context.journal.append(STREAM, records.STARTED, body, expected=version)
    return Said(goal.goal_id, f"{goal.goal_id} is under way: {goal.title}. {rules.say_chance(row)}")


def check(context: Context, scope: Scope, inputs: rules.SayInputs) -> Said:
    """A progress check: somebody's words, with where the KPI stands and the chance."""
    version, goal = _find_own(context, scope, inputs.goal, State.UNDER_WAY)
    row = _stand(context, scope, goal)
    body = {"goal": goal.goal_id, "says": check_line("says", inputs.says), **_tell(row)}
    context.journal.append(STREAM, records.CHECKED, body, expected=version)
    return Said(goal.goal_id, f"Checked. {rules.say_chance(row)}")


def park(context: Context, scope: Scope, inputs: rules.ParkInputs) -> Said:
    """Park a goal, with the reason; its place is free."""
    version, goal = _find_own(context, scope, inputs.goal, *records.OPEN)
    body = {"goal": goal.goal_id, "reason": check_line("reason", inputs.reason)}
    context.journal.append(STREAM, records.PARKED, body, expected=version)
    return Said(goal.goal_id, f"{goal.goal_id} is parked: {body['reason']}")


def resume(context: Context, scope: Scope, inputs: rules.GoalInputs) -> Said:
    """Take a parked goal up again, if there is a place."""
    version, goal = _find_own(context, scope, inputs.goal, State.PARKED)
    today = context.now.date()
    if goal.period.end_on <= today:
        raise Refused(f"{goal.due} is over.", f"groundplan goals close {goal.goal_id} RESULT")
    records.check_place(_known(context), scope.team, goal.period, today)
    context.journal.append(STREAM, records.RESUMED, {"goal": goal.goal_id}, expected=version)
    return Said(goal.goal_id, f"{goal.goal_id} goes on: {goal.title}")


def close(context: Context, scope: Scope, inputs: rules.SayInputs) -> Said:
    """Close a goal with its result; the KPI says whether it was reached."""
    version, goal = _find_own(context, scope, inputs.goal, State.UNDER_WAY, State.PARKED)
    found = _gauge(context, scope, _kpi(context, goal.kpi))
    reached, level = settle_goal(goal, found, context.now.date())
    says = check_line("says", inputs.says)
    body = {"goal": goal.goal_id, "reached": reached, "level": level, "says": says}
    context.journal.append(STREAM, records.CLOSED, body, expected=version)
    return Said(goal.goal_id, say_result(_find(context, goal.goal_id)))


def frame(context: Context, scope: Scope, inputs: rules.FrameInputs) -> Said:
    """Say how long the team's periods are; goals that are set keep theirs."""
    body = {"months": check_months(inputs.months)}
    context.journal.append(STREAM, records.FRAMED, body)
    period = period_of(context.now.date(), inputs.months)
    return Said("", f"This period is {name_period(period)}: {period}.")


def find_sentences(context: Context, scope: Scope) -> Sequence[Finding]:
    """One sentence where a goal waits for its monthly check."""
    if scope.role is Role.PARTNER:
        return ()
    found = rules.find_sentence(_known(context).of_team(scope.team), context.now.date())
    return () if found is None else (found,)


def _stand(context: Context, scope: Scope, goal: Goal) -> Standing:
    kpi, today = _kpi(context, goal.kpi), context.now.date()
    found = _gauge(context, scope, kpi)
    to_do: tuple[str, ...] = ()
    if goal.state is State.SET:
        to_do = judge_start(goal, kpi, found, today, context.rng)
    outlook: Outlook | Unknown = Unknown(f"it is {goal.state}", 0, 1, "goals")
    if goal.state in records.OPEN:
        outlook = look_at_goal(goal, found, today)
    return rules.stand(goal, outlook, to_do, _list_serving(context, scope, goal), today)


def _tell(row: Standing) -> dict[str, float | None]:
    """What is recorded of a goal's chances, to be scored once it is over."""
    if isinstance(row.outlook, Unknown):
        return {"level": None, "chance": None}
    return {"level": row.outlook.now.value, "chance": row.outlook.chance}


def _list_serving(context: Context, scope: Scope, goal: Goal) -> tuple[rules.Serving, ...]:
    every = context.journal.fold(MILESTONES_STREAM, MILESTONES).values()
    some = [one for one in every if goal.is_named(one.serves)]
    settled = (settle_by_facts(context.mart, scope.repos, one) for one in some)
    return tuple(
        rules.Serving(one.number, one.outcome, one.state, one.promised_on) for one in settled
    )


def _known(context: Context) -> Goals:
    return context.journal.fold(STREAM, GOALS)


def _find(context: Context, goal_id: str) -> Goal:
    found = _known(context).goals.get(goal_id.strip().upper())
    if found is None:
        raise NotFound(f"There is no goal {goal_id[:40]!r} here.", "groundplan goals list")
    return found


def _find_own(context: Context, scope: Scope, goal_id: str, *states: State) -> tuple[int, Goal]:
    version, goal = context.journal.version(STREAM), _find(context, goal_id)
    if goal.team != scope.team:
        whose = team_name(context.roster, goal.team)
        raise Refused(f"{goal.goal_id} is a goal of {whose}.", "Act in that team to change it.")
    if goal.state not in states:
        raise Refused(f"{goal.goal_id} is {goal.state}; that is for one that is "
                      f"{' or '.join(states)}.")  # fmt: skip
    return version, goal


def _kpi(context: Context, name: str) -> Kpi | None:
    return context.journal.fold(f"{STREAMS}{name}", KPI)


def _gauge(context: Context, scope: Scope, kpi: Kpi | None) -> Gauge | Unknown:
    if kpi is None:
        return Unknown("there is no such KPI any more", 0, 1, "KPIs")
    return gauge(kpi, lambda signal: context.measure(signal, scope))
