"""Folds of studies: from what was said of them to how they stand, and the library of findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final, TypeAlias

from groundplan.records.folding import Fold
from groundplan.records.journal import Entry
from groundplan.records.studies import (
    ANALYSED,
    DEVIATED,
    DRAFTED,
    DREW,
    FELT,
    FOUND,
    GIVEN_UP,
    LOOKED,
    MEASURED,
    NAMED,
    PLANNED,
    POWERED,
    SEALED,
    STARTED,
    Departure,
    Deviation,
    Draw,
    Felt,
    Finding,
    Look,
    Measure,
    Plan,
    Result,
    RollOut,
    Seal,
    Shown,
    Start,
    Study,
    Units,
)


def step(known: Mapping[int, Study], entry: Entry) -> Mapping[int, Study]:
    """The studies after one more entry."""
    if entry.kind == DRAFTED:
        one = _begin(entry)
        return {**known, one.number: one}
    found = known.get(entry.body["number"])
    if found is None:  # its beginning was erased, or is not for this reader
        return known
    return {**known, found.number: _change(found, entry)}


def _begin(entry: Entry) -> Study:
    body = entry.body
    return Study(
        number=entry.version,
        question=body["question"],
        hypothesis=body["hypothesis"],
        intervention=body["intervention"],
        by=entry.by,
        team=entry.team,
        drafted_on=entry.at.date(),
        bodies={DRAFTED: body},
    )


def _change(one: Study, entry: Entry) -> Study:
    body, on = entry.body, entry.at.date()
    said = {**one.bodies, entry.kind: body}
    if entry.kind == MEASURED:
        told = {name: value for name, value in body.items() if name != "number"}
        return replace(one, measure=Measure(**told), bodies=said)
    if entry.kind == PLANNED:
        return replace(one, plan=_read_plan(body), bodies=said)
    if entry.kind == POWERED:
        curve = tuple((float(effect), float(power)) for effect, power in body["curve"])
        shown = Shown(on, body["plan"], body["detects"], curve, tuple(body["says"]))
        return replace(one, power=shown, bodies=said)
    if entry.kind == SEALED:
        return replace(one, seal=_read_seal(entry), bodies=said)
    if entry.kind == STARTED:
        start = Start(body["unit"], _day(body["on"]))
        return replace(one, starts=(*(s for s in one.starts if s.unit != start.unit), start))
    if entry.kind == DREW:
        draw = Draw(body["task"], body["with_it"], entry.by, on)
        return replace(one, draws=(*one.draws, draw))
    if entry.kind == DEVIATED:
        gone = Deviation(Departure(body["what"]), body["unit"], _date(body["on"]), body["note"])
        return replace(one, deviations=(*one.deviations, gone))
    return _close(one, entry)


def _close(one: Study, entry: Entry) -> Study:
    body, on = entry.body, entry.at.date()
    if entry.kind == FELT:
        felt = Felt(body["after"], tuple(body["answers"]), on)
        return replace(one, pulses=(*(p for p in one.pulses if p.after != felt.after), felt))
    if entry.kind == LOOKED:
        return replace(one, looks=(*one.looks, Look(on, body["stop"], body["says"])))
    if entry.kind == ANALYSED and one.result is None:
        return replace(one, result=Result(on, entry.by, body))
    if entry.kind == FOUND:
        return replace(one, published_on=on)
    if entry.kind == GIVEN_UP:
        return replace(one, given_up=body["reason"])
    return one


def _read_plan(body: Mapping[str, Any]) -> Plan:
    told = {name: value for name, value in body.items() if name != "number"}
    return Plan(
        **{
            **told,
            "kind": Units(body["kind"]),
            "roll_out": RollOut(body["roll_out"]),
            "start_on": _date(body["start_on"]),
            "units": tuple(body["units"]),
            "treated": tuple(body["treated"]),
        }
    )


def _read_seal(entry: Entry) -> Seal:
    body = entry.body
    return Seal(
        on=entry.at.date(),
        by=entry.by,
        digest=body["digest"],
        seed=body["seed"],
        starts={unit: _day(on) for unit, on in body["starts"].items()},
        blocks=dict(body["blocks"]),
        exploratory=body["exploratory"],
        despite=body["despite"],
    )


def _date(text: str) -> date:
    return date.fromisoformat(text)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


NOTHING: Mapping[int, Study] = {}
STUDIES: Final = Fold("studies", NOTHING, step)


def _name(known: Names, entry: Entry) -> Names:
    if entry.kind != NAMED:
        return known
    number, people = entry.body["number"], entry.body["people"]
    return {**known, number: {**known.get(number, {}), **people}}


Names: TypeAlias = Mapping[int, Mapping[str, str]]
NOBODY: Names = {}
NAMES: Final = Fold("people of studies", NOBODY, _name)


def _shelve(findings: tuple[Finding, ...], entry: Entry) -> tuple[Finding, ...]:
    if entry.kind != FOUND:
        return findings
    told = {name: value for name, value in entry.body.items() if name != "number"}
    one = Finding(study=entry.body["number"], team=entry.team, on=entry.at.date(), **told)
    return (*(f for f in findings if f.study != one.study), one)


UNSHELVED: tuple[Finding, ...] = ()
FINDINGS: Final = Fold("studies.findings", UNSHELVED, _shelve)
