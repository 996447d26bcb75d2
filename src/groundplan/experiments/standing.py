"""How a study stands: what it waits for, and whether it was run as it was sealed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from groundplan.experiments.drawing import ends_on
from groundplan.experiments.outcomes import OUTCOMES
from groundplan.experiments.views import Audited, Begun, Step
from groundplan.records.studies import Departure, Measure, Study, Units

MOST_CROSSED: Final = 0.10  # beyond, those who started are others than those who were drawn
# lines of the audit on which no verdict can rest if they do not pass
_GRAVE: Final = frozenset({
    "Crossed over", "Opted out", "Left", "Other changes in the same weeks",
    "Outcome counted otherwise", "Tasks drawn",
})  # fmt: skip
EARLY_DAYS: Final = timedelta(days=7)  # a start in the planned week is as planned


def waits_for(study: Study, today: date) -> Step:
    """What is to be done next."""
    if study.given_up:
        return Step.NOTHING
    if study.result is not None:
        return Step.NOTHING if study.published_on else Step.PUBLISH
    if study.measure is None:
        return Step.MEASURE
    if study.plan is None:
        return Step.PLAN
    if study.seal is None:
        shown = study.power is not None and study.power.plan == study.plan_digest
        return Step.SEAL if shown else Step.POWER
    return Step.RUN if today < ends_on(study.plan, study.seal) else Step.CONCLUDE


def say_step(study: Study, today: date) -> str:
    """Where it stands, in a sentence."""
    if study.given_up:
        return f"Given up: {study.given_up}"
    step = waits_for(study, today)
    plan = study.plan
    if plan is None or study.seal is None:
        return f"Being designed: next is {step.value}."
    if step is Step.RUN:
        weeks = -(-(ends_on(plan, study.seal) - today).days // 7)
        left = "1 week" if weeks == 1 else f"{weeks} weeks"
        until = f"Nobody looks before {ends_on(plan, study.seal)}."
        if today < plan.start_on:
            return f"Sealed; it begins on {plan.start_on}. {until}"
        return f"Under way for another {left}. {until}"
    if step is Step.CONCLUDE:
        return f"Over since {ends_on(plan, study.seal)}: it may be analysed, once."
    return "Analysed."


def say_measure(measure: Measure) -> str:
    """By what an effect would be seen, in a sentence."""
    better = "more" if measure.more_is_better else "less"
    known = OUTCOMES.get(measure.outcome)
    what = known.signal.title if known else measure.outcome
    caution = f" {known.caution}" if known and known.caution else ""
    return f"{what}; {better} is better, and {measure.worth:g}% would be worth having.{caution}"


def say_units(count: int, kind: str) -> str:
    """So many of a kind, in words."""
    if kind in (Units.EVERYBODY, Units.TASKS):
        return kind
    one = {Units.PEOPLE.value: "person", Units.REPOSITORIES.value: "repository"}
    if count == 1:
        return f"1 {one.get(kind, kind.replace('units', 'unit').removesuffix('s'))}"
    return f"{count} {kind}"


def say_guardrail(measure: Measure) -> str:
    """What must not get worse, in a sentence."""
    known = OUTCOMES.get(measure.guardrail)
    what = known.signal.title if known else measure.guardrail
    return f"{what} may not get worse by {measure.margin:g}% or more."


def begun_of(study: Study, names: Mapping[str, str], today: date) -> tuple[Begun, ...]:
    """Every unit as it was drawn and as it was; those that nothing was noted of, as drawn."""
    if study.seal is None:
        return ()
    told = {start.unit: start.on for start in study.starts}
    notes: dict[str, list[str]] = {}
    for one in study.deviations:
        notes.setdefault(one.unit, []).append(f"{one.what.value} on {one.on}: {one.note}")
    rows = [
        Begun(
            unit=unit,
            name=names.get(unit, unit),
            block=study.seal.blocks.get(unit, ""),
            planned_on=planned,
            began_on=told.get(unit, planned if planned and planned <= today else None),
            note="; ".join(notes.get(unit, ())),
        )
        for unit, planned in study.seal.starts.items()
    ]
    return tuple(sorted(rows, key=lambda row: (row.planned_on or date.max, row.block, row.name)))


def audit(study: Study, today: date) -> tuple[Audited, ...]:
    """Planned against actual starts, crossovers, opt-outs and leavers, each with what it means."""
    seal = study.seal
    if seal is None or study.plan is None:
        return ()
    if study.plan.kind is Units.TASKS:
        return (_audit_draws(study),)
    of = len(seal.starts)
    told = {start.unit: start.on for start in study.starts}
    other = [
        u for u, planned in seal.starts.items() if not _as_planned(planned, told.get(u, planned))
    ]
    crossed = {d.unit for d in study.deviations if d.what is Departure.CROSSED} | {
        unit for unit in other if (seal.starts[unit] is None) != (told[unit] is None)
    }
    opted = {d.unit for d in study.deviations if d.what is Departure.OPTED_OUT}
    left = {d.unit for d in study.deviations if d.what is Departure.LEFT}
    few = int(MOST_CROSSED * of)
    noted, begun = len(told), any(on is not None and on <= today for on in seal.starts.values())
    return (
        Audited("Starts noted", noted, of, noted == of or not begun,
                "every one was noted" if noted == of else
                "the others are taken as planned" if begun else "none is planned before today"),
        Audited("Started in another week than drawn", len(other), of, not other,
                "analysed as drawn all the same"),
        Audited("Crossed over", len(crossed), of, len(crossed) <= few,
                f"more than {MOST_CROSSED:.0%} would make it an answer of who chose, not of lots"),
        Audited("Opted out", len(opted), of, len(opted) <= few, "analysed as drawn all the same"),
        Audited("Left", len(left), of, len(left) <= few,
                "their weeks count up to the day on which they left"),
        *_audit_others(study),
    )  # fmt: skip


def _audit_others(study: Study) -> list[Audited]:
    another = [d for d in study.deviations if d.what is Departure.ANOTHER]
    redefined = [d for d in study.deviations if d.what is Departure.REDEFINED]
    said = [Audited("Other changes in the same weeks", len(another), len(another), not another,
                    "; ".join(d.note for d in another) or "none was noted")]  # fmt: skip
    if redefined:
        notes = "; ".join(d.note for d in redefined)
        said.append(
            Audited("Outcome counted otherwise", len(redefined), len(redefined), False, notes)
        )
    return said


def _audit_draws(study: Study) -> Audited:
    with_it = sum(draw.with_it for draw in study.draws)
    says = f"{with_it} with the intervention, {len(study.draws) - with_it} without"
    return Audited("Tasks drawn", len(study.draws), len(study.draws), bool(study.draws), says)


def _as_planned(planned: date | None, began: date | None) -> bool:
    if planned is None or began is None:
        return planned == began
    return abs(began - planned) < EARLY_DAYS


def fails_audit(study: Study, today: date) -> tuple[str, ...]:
    """Why no verdict can rest on the assignment, in sentences; empty where it can."""
    bad = [line for line in audit(study, today) if not line.passed]
    return tuple(
        f"{line.what}: {line.units} of {line.of}. {line.says[:1].upper()}{line.says[1:]}."
        for line in bad
        if line.what in _GRAVE
    )
