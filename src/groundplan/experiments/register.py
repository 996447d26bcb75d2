"""The use cases that write: a study is drafted, measured, planned, sealed, and what happened noted.

A plan may be said anew until it is sealed; then nothing of it changes, and departures are noted.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

from groundplan.experiments import drawing, planning
from groundplan.experiments import inputs as asked
from groundplan.experiments.material import aim_of, look_back
from groundplan.experiments.naming import find_unit, find_units, number_people, tell_units
from groundplan.experiments.outcomes import OUTCOMES, observe
from groundplan.experiments.standing import say_units
from groundplan.experiments.views import Said
from groundplan.records import studies as records
from groundplan.records.studies import STREAM, Departure, RollOut, Seal, Study, Units
from groundplan.records.study_folds import STUDIES
from groundplan.records.words import check_line
from groundplan.signals.catalogue import discover
from groundplan.terms.errors import BadInput, NotFound, Refused
from groundplan.terms.period import monday_of
from groundplan.terms.scope import Scope
from groundplan.usecase import Context

PULSE_STEPS = 5
MOST_ANSWERS = 10_000


def draft(context: Context, _: Scope, inputs: asked.DraftInputs) -> Said:
    """Begin a study by what somebody wants to know."""
    entry = context.journal.append(STREAM, records.DRAFTED, planning.check_draft(inputs))
    return Said(entry.version, f"Study {entry.version}: {inputs.question.strip()}")


def measure(context: Context, scope: Scope, inputs: asked.MeasureInputs) -> Said:
    """Say by what an effect would be seen; the last word holds until the seal."""
    version, one = find_draft(context, scope, inputs.number)
    body = planning.check_measure(inputs, one, {signal.name for signal in discover()})
    context.journal.append(STREAM, records.MEASURED, body, expected=version)
    return Said(one.number, f"It is worth having from {inputs.worth:g}% on, in {body['outcome']}.")


def plan(context: Context, scope: Scope, inputs: asked.PlanInputs) -> Said:
    """Say who, how and when; the last word holds until the seal."""
    version, one = find_draft(context, scope, inputs.number)
    if one.measure is None:
        raise Refused(f"Study {one.number} does not say yet what would show an effect.")
    planning.check_window(inputs)
    found: list[str] = []
    if inputs.kind not in (Units.FILE, Units.TASKS):
        if one.measure.in_file:
            raise BadInput("kind", inputs.kind.value, "units of a file, as the outcome is in one")
        end = monday_of(context.as_of.date())
        said = inputs.units, inputs.treated
        units, treated = (find_units(context, inputs.kind, some) for some in said)
        inputs = replace(inputs, units=units, treated=treated)
        since = end - timedelta(weeks=min(inputs.weeks_before, planning.MOST_WEEKS_BEFORE))
        outcome = OUTCOMES[one.measure.outcome]
        found = observe(context, scope, outcome, inputs.kind, since, end).list_active()
        if not found:
            hint = "Read a repository first, or put people on teams."
            raise Refused(f"Facts show no {inputs.kind.value} with this outcome lately.", hint)
    elif not one.measure.in_file and inputs.kind is Units.FILE:
        raise BadInput("kind", inputs.kind.value, "what facts know, as the outcome is a signal")
    body = planning.check_plan(inputs, one, found)
    if inputs.kind is Units.PEOPLE:
        numbers, version = number_people(context, one, body["units"], version)
        for part in ("units", "treated"):
            body[part] = [numbers[person] for person in body[part]]
    context.journal.append(STREAM, records.PLANNED, body, expected=version)
    things = say_units(len(body["units"]), inputs.kind.value)
    return Said(one.number, f"{inputs.roll_out.value.capitalize()}: {things}.")


def seal(context: Context, scope: Scope, inputs: asked.SealInputs) -> Said:
    """Seal the plan: nothing of it changes any more, and lots are drawn.

    Refused for a plan whose power was not shown, that could not see what is worth having (unless
    it says why), that begins in the past (unless it is called exploratory), or whose units are in
    another study.
    """
    version, one = find_draft(context, scope, inputs.number)
    if one.plan is None or one.measure is None:
        raise Refused(f"Study {one.number} is not planned yet.", "Answer the questions first.")
    despite = inputs.despite.strip() and check_line("despite", inputs.despite)
    check_power(one, despite)
    known = context.journal.fold(STREAM, STUDIES)
    other = planning.find_overlap(one, known.values(), partial(tell_units, context))
    if other is not None:
        whose = f"Study {other.number} ({other.intervention})"
        hint = "Begin when that one is over, or take other units."
        raise Refused(f"{whose} has some of the same units in the same weeks.", hint)
    today = context.now.date()
    late = one.plan.start_on <= today
    if late and not inputs.exploratory:
        hint = f"Begin on {_next_monday(today)} or later, or call it exploratory."
        raise Refused(f"{one.plan.start_on} is over: outcomes may have been seen already.", hint)
    body = _seal(context, one, _levels(context, scope, one), exploratory=late, despite=despite)
    context.journal.append(STREAM, records.SEALED, body, expected=version)
    kind = "exploratory, for good" if late else "before its first outcome"
    return Said(one.number, f"Sealed, {kind}: {body['digest'][:16]}.")


def check_power(one: Study, despite: str) -> None:
    """Refused unless the power of this very plan was shown and is enough, or a reason is given."""
    assert one.measure is not None
    power, worth = one.power, one.measure.worth
    if power is None or power.plan != one.plan_digest:
        raise Refused("What this plan could see was not shown yet.", "Look at its power first.")
    enough = power.detects is not None and power.detects <= worth
    if not enough and not despite:
        sees = "nothing" if power.detects is None else f"{power.detects:.0f}%"
        needs = " ".join(power.says[1:])
        says = f"It could see {sees}, and {worth:g}% would be worth having. {needs}".rstrip()
        raise Refused(says, "Change the plan, or say despite what it is run.")
    if enough and despite:
        raise BadInput("despite", despite[:40], "nothing: it sees what is worth having")


def _seal(
    context: Context, one: Study, levels: dict[str, float], *, exploratory: bool, despite: str
) -> dict[str, Any]:
    assert one.plan is not None
    # nobody chooses it: it follows from the plan and from the moment of sealing
    seed = int(records.digest_of([one.plan_digest, context.now.isoformat()])[:12], 16)
    drawn = drawing.draw(one.plan, seed, levels)
    body: dict[str, Any] = {
        "number": one.number,
        "seed": seed,
        "starts": {unit: on and on.isoformat() for unit, on in drawn.starts.items()},
        "blocks": dict(drawn.blocks),
        "exploratory": exploratory,
        "despite": despite,
    }
    return {**body, "digest": records.digest_of([one.plan_digest, one.bodies, body])}


def _levels(context: Context, scope: Scope, one: Study) -> dict[str, float]:
    """What units are paired by: their level before the start, for this draw alone."""
    import numpy as np  # noqa: PLC0415 - most studies draw no pairs

    assert one.plan is not None
    if one.plan.roll_out is not RollOut.PAIRS or one.plan.kind is Units.FILE:
        return {}
    assert one.measure is not None
    until = monday_of(context.as_of.date())
    found = look_back(context, scope, one, aim_of(one.measure), until)
    means = [float(np.nanmean(row)) if np.isfinite(row).any() else 0.0 for row in found.values]
    return dict(zip(found.units, means, strict=True))


def start(context: Context, scope: Scope, inputs: asked.StartInputs) -> Said:
    """Note when a unit really started; the last word holds until the analysis."""
    version, one, sealed = find_sealed(context, scope, inputs.number)
    unit = _find_sealed_unit(context, one, sealed, inputs.unit)
    if inputs.on is not None and inputs.on > context.now.date():
        raise BadInput("on", inputs.on.isoformat(), f"{context.now.date()} or before")
    on = inputs.on and inputs.on.isoformat()
    body = {"number": one.number, "unit": unit, "on": on}
    context.journal.append(STREAM, records.STARTED, body, expected=version)
    planned = sealed.starts[unit]
    same = "as planned" if planned == inputs.on else f"planned was {planned or 'never'}"
    return Said(one.number, f"{inputs.unit} started on {on or 'no day'}: {same}.")


def draw_task(context: Context, scope: Scope, inputs: asked.DrawInputs) -> Said:
    """Draw whether a task of yours is done with the intervention; the first draw holds."""
    version, one, _ = find_sealed(context, scope, inputs.number)
    if one.plan is None or one.plan.kind is not Units.TASKS:
        raise Refused(f"Study {one.number} draws no tasks.", "Its units are listed on its page.")
    today = context.now.date()
    if not one.plan.start_on <= today < drawing.ends_on(one.plan):
        raise Refused(f"It runs from {one.plan.start_on} to {drawing.ends_on(one.plan)}.")
    task = check_line("task", inputs.task)
    with_it = drawing.draw_task(one, task)
    if all(drawn.task != task for drawn in one.draws):
        body = {"number": one.number, "task": task, "with_it": with_it}
        context.journal.append(STREAM, records.DREW, body, expected=version)
    return Said(one.number, f"{task}: {'with' if with_it else 'without'} {one.intervention}.")


def deviate(context: Context, scope: Scope, inputs: asked.DeviateInputs) -> Said:
    """Note something that was not as sealed; the report says all of it."""
    version, one, sealed = find_sealed(context, scope, inputs.number)
    unit = inputs.unit.strip() and _find_sealed_unit(context, one, sealed, inputs.unit)
    of_one = (Departure.CROSSED, Departure.OPTED_OUT, Departure.LEFT)
    if not unit and sealed.starts and inputs.what in of_one:
        raise BadInput("unit", "nothing", f"the unit that {inputs.what.value}")
    on = inputs.on or context.now.date()
    if on > context.now.date():
        raise BadInput("on", on.isoformat(), f"{context.now.date()} or before")
    body = {"number": one.number, "what": inputs.what.value, "unit": unit, "on": on.isoformat(),
            "note": check_line("note", inputs.note)}  # fmt: skip
    context.journal.append(STREAM, records.DEVIATED, body, expected=version)
    return Said(one.number, f"Noted: {inputs.unit.strip() or 'all'} {inputs.what.value}, {on}.")


def _find_sealed_unit(context: Context, one: Study, sealed: Seal, said: str) -> str:
    unit = find_unit(context, one, said)
    if unit not in sealed.starts:
        raise BadInput("unit", said[:80], f"one of {', '.join(list(sealed.starts)[:20])}")
    return unit


def feel(context: Context, scope: Scope, inputs: asked.FeelInputs) -> Said:
    """Note how many people gave which answer to the pulse statement; no names, five or more."""
    version, one = find_open(context, scope, inputs.number)
    if one.measure is None:
        raise Refused(f"Study {one.number} has no statement yet.")
    answers = inputs.answers
    if len(answers) != PULSE_STEPS or not all(0 <= count <= MOST_ANSWERS for count in answers):
        raise BadInput("answers", list(answers), "five numbers: how many said 1, 2, 3, 4 and 5")
    if sum(answers) < scope.floor:
        allowed = f"at least {scope.floor} answers, or nobody's is private"
        raise BadInput("answers", f"{sum(answers)} answers", allowed)
    after = inputs.moment is asked.Moment.AFTER
    body = {"number": one.number, "after": after, "answers": list(answers)}
    context.journal.append(STREAM, records.FELT, body, expected=version)
    return Said(one.number, f"{sum(answers)} answered {inputs.moment.value}.")


def give_up(context: Context, scope: Scope, inputs: asked.GiveUpInputs) -> Said:
    """Give a study up, with the reason; it stays readable."""
    version, one = find_open(context, scope, inputs.number)
    body = {"number": one.number, "reason": check_line("reason", inputs.reason)}
    context.journal.append(STREAM, records.GIVEN_UP, body, expected=version)
    return Said(one.number, f"Study {one.number} is given up: {body['reason']}")


def find_study(context: Context, number: int) -> Study:
    """The study of that number; NotFound if there is none for the viewer."""
    known = context.journal.fold(STREAM, STUDIES)
    if number not in known:
        raise NotFound(f"There is no study {number}.", "experiments.list shows their numbers.")
    return known[number]


def find_open(context: Context, scope: Scope, number: int) -> tuple[int, Study]:
    """A study that is neither analysed nor given up, and the version its state rests on."""
    version = context.journal.version(STREAM)
    one = find_study(context, number)
    if one.team != scope.team:
        raise Refused(f"Another team has study {number}.", "Act in that team to change it.")
    if one.given_up:
        raise Refused(f"Study {number} was given up: {one.given_up}", "Draft another one.")
    if one.result is not None:
        raise Refused(f"Study {number} was analysed on {one.result.on}, once.", "Read its report.")
    return version, one


def find_draft(context: Context, scope: Scope, number: int) -> tuple[int, Study]:
    """A study that is not sealed yet."""
    version, one = find_open(context, scope, number)
    if one.seal is not None:
        hint = "Note a deviation instead."
        raise Refused(f"Study {number} was sealed on {one.seal.on}; it no longer changes.", hint)
    return version, one


def find_sealed(context: Context, scope: Scope, number: int) -> tuple[int, Study, Seal]:
    """A study that is sealed and not analysed yet."""
    version, one = find_open(context, scope, number)
    if one.seal is None:
        raise Refused(f"Study {number} is not sealed yet.", "Seal it first.")
    return version, one, one.seal


def _next_monday(today: date) -> date:
    return monday_of(today) + timedelta(weeks=1)
