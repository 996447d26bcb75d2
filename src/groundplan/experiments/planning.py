"""Answers of the conversation become a plan, or a refusal that says what would be needed."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from groundplan.experiments.drawing import ends_on, is_alone, last_start, waves_of
from groundplan.experiments.inputs import Better, DraftInputs, MeasureInputs, PlanInputs, Word
from groundplan.experiments.outcomes import EFFORT, OUTCOMES
from groundplan.inference.panels.interrupted import LEAST_BEFORE, LEAST_DATES
from groundplan.records.studies import Measure, Plan, RollOut, Study, Units
from groundplan.records.words import check_line
from groundplan.terms.errors import BadInput, Refused

LEAST_WEEKS, MOST_WEEKS = 4, 104
LEAST_WEEKS_BEFORE, MOST_WEEKS_BEFORE = 13, 260  # fewer weeks tell no level to compare with
SEASON_WEEKS: Final = 13  # a quarter, with its releases and holidays
FEWEST_DATES, MOST_DATES = 20, 60  # of 19 dates or fewer the rarest is no rare event
MOST_UNITS: Final = 500
LEAST_WORTH, MOST_WORTH = 1.0, 500.0
_WORD: Final = re.compile(r"[a-z]{4,}")
# Words that say nothing about what is counted.
_PLAIN: Final = frozenset(
    "after amount before between change count daily does during each engineer every from have "
    "help hour less long many merge merged minute more number people person project release review "
    "share spent take team than that their there they this time total week weekly when where which "
    "will with without work".split()
)
# What can be drawn for what: lots among tasks and dates need the fewest people.
FITTING: Final[Mapping[RollOut, frozenset[Units]]] = {
    RollOut.TASK: frozenset({Units.TASKS}),
    RollOut.DATE: frozenset({Units.EVERYBODY, Units.FILE}),
    RollOut.PAIRS: frozenset({Units.PEOPLE, Units.REPOSITORIES, Units.TEAMS, Units.FILE}),
    RollOut.STEPPED: frozenset({Units.PEOPLE, Units.REPOSITORIES, Units.TEAMS, Units.FILE}),
    RollOut.HALF: frozenset({Units.PEOPLE, Units.REPOSITORIES, Units.TEAMS, Units.FILE}),
    RollOut.CHOSEN: frozenset(Units) - {Units.TASKS},
}


def check_draft(inputs: DraftInputs) -> dict[str, str]:
    """The body of a beginning."""
    return {name: check_line(name, text) for name, text in asdict(inputs).items()}


def check_measure(inputs: MeasureInputs, study: Study, signals: Collection[str]) -> dict[str, Any]:
    """The body of a measure.

    Refused: an outcome that the intervention changes by definition, that counts effort, or that
    is its own guardrail. signals: the names of all of them.
    """
    outcome, guardrail = (
        check_line("outcome", inputs.outcome),
        check_line("guardrail", inputs.guardrail),
    )
    for name in (outcome, guardrail):
        _check_countable(name, signals)
    if outcome == guardrail:
        raise BadInput("guardrail", guardrail, "something else than the outcome")
    if not LEAST_WORTH <= inputs.worth <= MOST_WORTH:
        raise BadInput("worth", inputs.worth, f"{LEAST_WORTH:g} to {MOST_WORTH:g} percent")
    if not 0 <= inputs.margin <= MOST_WORTH:
        raise BadInput("margin", inputs.margin, f"0 to {MOST_WORTH:g} percent")
    if inputs.redefines is Word.YES:
        raise Refused(_compliance(outcome, "you say that it changes what is counted"), _OTHERWISE)
    check_definition(study, outcome)
    known = OUTCOMES.get(guardrail)
    better = inputs.guardrail_better is Better.MORE if known is None else known.more_is_better
    measure = Measure(
        outcome=outcome,
        in_file=outcome not in OUTCOMES,
        version=OUTCOMES[outcome].signal.version if outcome in OUTCOMES else 0,
        more_is_better=inputs.better is Better.MORE,
        worth=inputs.worth,
        guardrail=guardrail,
        guardrail_in_file=known is None,
        guardrail_more_is_better=better,
        margin=inputs.margin,
        pulse=check_line("pulse", inputs.pulse),
    )
    return {"number": study.number, **asdict(measure)}


_OTHERWISE: Final = "Choose what the change is meant to improve: time, quality, promises kept."


def _compliance(outcome: str, why: str) -> str:
    return f"{outcome!r} would be a compliance check, not an outcome: {why}."


def check_definition(study: Study, outcome: str) -> None:
    """Refused for an outcome that moves with the intervention whatever people do."""
    change = study.intervention.lower()
    known = OUTCOMES.get(outcome)
    if known is not None:
        words = [word for word in known.moved_by if re.search(rf"\b{word}s?\b", change)]
    else:
        own = {_stem(word) for word in _WORD.findall(outcome.lower())} - _PLAIN
        said = {_stem(word) for word in _WORD.findall(change)}
        words = sorted(own) if own <= said else []  # "escaped defects" is more than "defect triage"
    if words:
        why = f"{study.intervention!r} changes it by definition ({', '.join(words)})"
        raise Refused(_compliance(outcome, why), _OTHERWISE)


def _stem(word: str) -> str:
    return word.removesuffix("s")


def _check_countable(name: str, signals: Collection[str]) -> None:
    if name in OUTCOMES:
        return
    allowed = f"one of {', '.join(OUTCOMES)}, or the name of numbers in a file of your own"
    if name in signals:
        raise BadInput("outcome", name, allowed, "That signal has no value by week and unit.")
    if set(re.findall(r"[a-z]+", name.lower())) & set(EFFORT):
        raise Refused(
            f"{name!r} counts effort, which is gamed as soon as it is a goal, and by the week it "
            "is too noisy for a team's study.",
            "Choose an outcome: time to merge, rework, escaped defects, promises kept.",
        )


def check_plan(inputs: PlanInputs, study: Study, found: Sequence[str]) -> dict[str, Any]:
    """The body of a plan. found: the units of that kind that facts know, none for a file's."""
    roll_out, kind = inputs.roll_out, inputs.kind
    units = _choose_units(inputs, found)
    treated = _choose_treated(inputs, units)
    plan = Plan(
        kind=kind,
        units=units,
        roll_out=roll_out,
        start_on=inputs.start_on,
        weeks=inputs.weeks,
        weeks_before=inputs.weeks_before,
        step_weeks=inputs.step_weeks,
        dates=inputs.dates,
        treated=treated,
        because_of=inputs.because_of.strip() and check_line("because_of", inputs.because_of),
        stop_rule=inputs.stop_rule.strip() and check_line("stop_rule", inputs.stop_rule),
        whole=not inputs.units,
    )
    needed = LEAST_BEFORE + plan.weeks + LEAST_DATES - 1
    if is_alone(plan) and plan.weeks_before < needed:
        hint = "Without other units only a long past can tell the start from chance."
        raise BadInput("weeks_before", plan.weeks_before, f"{needed} or more", hint)
    if roll_out is RollOut.STEPPED and last_start(plan) >= ends_on(plan):
        waves = len(waves_of(units))
        raise BadInput(
            "weeks", inputs.weeks, f"more than {waves} waves of {inputs.step_weeks} weeks"
        )
    return {"number": study.number, **asdict(plan), "start_on": inputs.start_on.isoformat()}


def check_window(inputs: PlanInputs) -> None:
    """BadInput for a roll-out that does not fit its units, and for weeks that do not do."""
    if inputs.kind not in FITTING[inputs.roll_out]:
        allowed = ", ".join(sorted(FITTING[inputs.roll_out]))
        raise BadInput("kind", inputs.kind.value, f"for {inputs.roll_out.value!r}: {allowed}")
    if inputs.start_on.weekday() != 0:
        raise BadInput("start_on", inputs.start_on.isoformat(), "a Monday")
    limits = {
        "weeks": (LEAST_WEEKS, MOST_WEEKS),
        "weeks_before": (LEAST_WEEKS_BEFORE, MOST_WEEKS_BEFORE),
        "dates": (FEWEST_DATES, MOST_DATES),
        "step_weeks": (1, SEASON_WEEKS),
    }
    for name, (least, most) in limits.items():
        if not least <= getattr(inputs, name) <= most:
            raise BadInput(name, getattr(inputs, name), f"{least} to {most}")


def _choose_units(inputs: PlanInputs, found: Sequence[str]) -> tuple[str, ...]:
    if inputs.kind is Units.TASKS:
        return ()
    named = tuple(dict.fromkeys(check_line("units", unit) for unit in inputs.units))
    if inputs.kind is Units.FILE and not named:
        raise BadInput("units", "none", "the units as your file names them, one on each line")
    unknown = [unit for unit in named if found and unit not in found]
    if unknown:
        raise BadInput("units", unknown[0], f"{inputs.kind.value} that facts know")
    units = named or tuple(found)
    least = 1 if inputs.roll_out in (RollOut.DATE, RollOut.CHOSEN) else 2
    if not least <= len(units) <= MOST_UNITS:
        raise BadInput("units", f"{len(units)} of them", f"{least} to {MOST_UNITS}")
    return units


def _choose_treated(inputs: PlanInputs, units: Sequence[str]) -> tuple[str, ...]:
    treated = tuple(dict.fromkeys(one.strip() for one in inputs.treated if one.strip()))
    if inputs.roll_out is not RollOut.CHOSEN:
        if treated:
            raise BadInput("treated", treated[0], "nobody: who starts is drawn by lot")
        return ()
    for unit in treated:
        if unit not in units:
            raise BadInput("treated", unit, f"one of {', '.join(units[:20])}")
    return treated or tuple(units)


def find_overlap(
    study: Study, others: Iterable[Study], units_of: Callable[[Study], frozenset[str]]
) -> Study | None:
    """Another sealed study on some of the same units whose weeks meet this one's."""
    plan = study.plan
    assert plan is not None
    for other in others:
        theirs = other.plan
        if other.number == study.number or other.seal is None or theirs is None or other.given_up:
            continue
        over = ends_on(theirs, other.seal) <= plan.start_on
        apart = over or ends_on(plan) <= theirs.start_on
        # the same people stand behind units of two kinds, or nobody can tell that they do not
        alike = plan.kind is not theirs.kind or plan.kind in (Units.EVERYBODY, Units.TASKS)
        if not apart and (alike or units_of(study) & units_of(other)):
            return other
    return None
