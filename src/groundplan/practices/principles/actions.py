"""The use cases of principles."""

from __future__ import annotations

from collections.abc import Sequence

from groundplan.practices.principles import rules
from groundplan.practices.principles.rules import PRINCIPLES, STREAM, Principles, Stated
from groundplan.records.roster import name_of
from groundplan.records.words import check_line
from groundplan.signals.signal import Finding
from groundplan.terms.scope import Role, Scope
from groundplan.usecase import Context, NoInputs


def list_principles(context: Context, scope: Scope, inputs: NoInputs) -> Principles:
    """The principles that hold, oldest first, and those that were retired."""
    known = context.journal.fold(STREAM, PRINCIPLES)
    rows = [
        rules.show(one, name_of(context.roster, one.by), context.now)
        for one in rules.standing(known)
    ]
    gone = [rules.RetiredRow(p.number, p.text, p.retired) for p in known.values() if p.retired]
    return Principles(tuple(rows), tuple(gone))


def state(context: Context, scope: Scope, inputs: rules.StateInputs) -> Stated:
    """State a principle; Refused if it holds already, or if there are enough."""
    version = context.journal.version(STREAM)
    body = rules.check_new(inputs, context.journal.fold(STREAM, PRINCIPLES))
    entry = context.journal.append(STREAM, rules.STATED, body, expected=version)
    return Stated(entry.version, f"Principle {entry.version} holds: {body['text']}")


def invoke(context: Context, scope: Scope, inputs: rules.InvokeInputs) -> Stated:
    """Say where a principle settled a question; NotFound if it does not hold."""
    settled = check_line("settled", inputs.settled)
    one = _say(context, rules.INVOKED, inputs.number, {"settled": settled})
    return Stated(one.number, f"Principle {one.number} settled: {settled}")


def review(context: Context, scope: Scope, inputs: rules.ReviewInputs) -> Stated:
    """Keep a principle for another year; NotFound if it does not hold."""
    one = _say(context, rules.REVIEWED, inputs.number, {})
    return Stated(one.number, f"Principle {one.number} stays: {one.text}")


def retire(context: Context, scope: Scope, inputs: rules.RetireInputs) -> Stated:
    """Take a principle off the list; NotFound if it does not hold."""
    reason = check_line("reason", inputs.reason)
    one = _say(context, rules.RETIRED, inputs.number, {"reason": reason})
    return Stated(one.number, f"Principle {one.number} was retired: {reason}")


def find_sentences(context: Context, scope: Scope) -> Sequence[Finding]:
    """One sentence when principles are due for review."""
    if scope.role is Role.PARTNER:
        return ()
    found = rules.find_sentence(list_principles(context, scope, NoInputs()).standing)
    return () if found is None else (found,)


def _say(context: Context, kind: str, number: int, body: dict[str, str]) -> rules.Principle:
    version = context.journal.version(STREAM)
    one = rules.find_one(context.journal.fold(STREAM, PRINCIPLES), number)
    context.journal.append(STREAM, kind, {"number": number, **body}, expected=version)
    return one
