"""The use cases of promises."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from groundplan.facts.links import find_done
from groundplan.inference.estimation import correct
from groundplan.inference.estimation_backtest import backtest
from groundplan.inference.outcomes import Outcomes, arrange
from groundplan.inference.track_record import stand_among_others, track_record
from groundplan.practices.promises import rules
from groundplan.practices.promises.rules import Calibration, Ledger, Mine, Record, Said, Suggestion
from groundplan.records.journal import Visibility
from groundplan.records.promised import (
    MADE,
    PROMISES,
    SETTLED,
    STREAMS,
    WITHDRAWN,
    Promise,
    State,
    judge,
)
from groundplan.records.roster import name_of
from groundplan.records.words import check_line
from groundplan.sources.csv.shape import read_history
from groundplan.sources.csv.tables import read_columns
from groundplan.terms.errors import BadInput, Refused
from groundplan.terms.estimate import Unknown
from groundplan.terms.scope import Role, Scope
from groundplan.terms.units import WORKING_DAYS
from groundplan.usecase import Context, NoInputs

_DECIDED = (State.KEPT, State.EXCEEDED, State.MISSED, State.LATE)


def list_mine(context: Context, scope: Scope, inputs: NoInputs) -> Mine:
    """The viewer's promises; what facts show as done is settled by them."""
    mine = _read(context, scope, f"{STREAMS}{scope.viewer}")
    waiting = [one for one in mine if one.state in (State.OPEN, State.LATE)]
    rest = [one for one in mine if one not in waiting]
    return Mine(tuple(_by_due(waiting)), tuple(reversed(rest)), rules.count(mine))


def make(context: Context, scope: Scope, inputs: rules.MakeInputs) -> Said:
    """Promise something; Refused if somebody but a lead promises it to partners."""
    if inputs.share is Visibility.PARTNERS and scope.role is not Role.LEAD:
        raise Refused(
            "What the team promises to partners is the lead's to say.",
            "Share it with the team, and let the lead promise it.",
        )
    body = rules.check_made(inputs, context.now.date())
    stream = f"{STREAMS}{scope.viewer}"
    entry = context.journal.append(stream, MADE, body, visibility=inputs.share)
    made = context.journal.fold(stream, PROMISES)[entry.version]
    span = f"{made.low_on} to {made.high_on}"
    return Said(made.number, f"Promise {made.number}, {made.odds:.0%}: {made.what}, {span}.")


def settle(context: Context, scope: Scope, inputs: rules.SettleInputs) -> Said:
    """Say when a promise was done; the last word holds, also over what the facts say."""
    today = context.now.date()
    stream, version, promise = _find(context, scope, inputs.number)
    on = inputs.done_on or today
    if not promise.made_on <= on <= today:
        raise BadInput("done_on", on.isoformat(), f"{promise.made_on} to {today}")
    body = {"number": promise.number, "done_on": on.isoformat()}
    kept = Visibility(promise.share)
    context.journal.append(stream, SETTLED, body, expected=version, visibility=kept)
    state = judge(promise, today, on).state
    return Said(promise.number, f"Promise {promise.number} was done on {on}: {state}.")


def withdraw(context: Context, scope: Scope, inputs: rules.WithdrawInputs) -> Said:
    """Take a promise back, with the reason; it stays readable and counts neither way.

    Refused once its range is over: what was missed cannot be taken back.
    """
    reason = check_line("reason", inputs.reason)
    stream, version, promise = _find(context, scope, inputs.number)
    if judge(promise, context.now.date()).state is not State.OPEN:
        raise Refused(f"Promise {promise.number} is no longer open.", "Settle it instead.")
    body = {"number": promise.number, "reason": reason}
    kept = Visibility(promise.share)
    context.journal.append(stream, WITHDRAWN, body, expected=version, visibility=kept)
    return Said(promise.number, f"Promise {promise.number} no longer holds: {reason}")


def review_record(context: Context, scope: Scope, inputs: NoInputs) -> Record:
    """How often the viewer's own ranges held, how biased and how sharp they were."""
    mine = _read(context, scope, f"{STREAMS}{scope.viewer}")
    counted = [one for one in mine if one.state is not State.WITHDRAWN]
    record = track_record(
        [one.low_days for one in counted],
        [one.high_days for one in counted],
        [one.odds for one in counted],
        [_days(one) for one in counted],
        [one.state is State.LATE for one in counted],
    )
    says = rules.say_record(record)
    if isinstance(record, Unknown):
        return Record(record, record, says)
    return Record(record, stand_among_others(record.typical_miss), says)


def suggest(context: Context, scope: Scope, inputs: rules.SuggestInputs) -> Suggestion:
    """The range that the viewer's own settled promises would say instead [working days]."""
    rules.check_range(inputs.low_days, inputs.high_days, inputs.odds)
    items = _outcomes(_read(context, scope, f"{STREAMS}{scope.viewer}"))
    middle = math.sqrt(inputs.low_days * inputs.high_days)
    said = correct(items, 0, middle, inputs.odds, WORKING_DAYS)
    return Suggestion(said, rules.say_suggestion(said, inputs.low_days, inputs.high_days))


def calibrate(context: Context, scope: Scope, inputs: rules.CalibrateInputs) -> Calibration:
    """How often ranges would have held on any history of estimates, the plain method's beside."""
    history = read_history(inputs.history, read_columns(inputs.columns))
    items, left_out = arrange(history.estimate, history.actual, history.person, history.at)
    people = len(set(items.person.tolist()))
    replayed = backtest(items, history.unit, same_unit=history.same_unit)
    return Calibration(history.guesses, history.notes, people, len(items), left_out, replayed)


def read_ledger(context: Context, scope: Scope, inputs: NoInputs) -> Ledger:
    """What was promised to the team or its partners, as far as the viewer may read it."""
    shared = [
        promise
        for stream in context.journal.streams(STREAMS)
        for promise in _read(context, scope, stream)
        if promise.share != Visibility.PRIVATE
    ]
    rows = [(one, rules.show_shared(one, _who(context, scope, one))) for one in _by_due(shared)]
    waiting = (State.OPEN, State.LATE)
    return Ledger(
        tuple(row for one, row in rows if one.state in waiting),
        tuple(row for one, row in reversed(rows) if one.state not in waiting),
        rules.count(shared),
    )


def _read(context: Context, scope: Scope, stream: str) -> list[Promise]:
    today = context.now.date()
    found = []
    for promise in context.journal.fold(stream, PROMISES).values():
        done = None
        if promise.done_on is None and not promise.withdrawn:
            done = find_done(context.mart, scope.repos, promise.link, promise.made_on)
        settled = (done.at.date(), done.subject) if done else ()
        found.append(judge(promise, today, *settled))
    return found


def _find(context: Context, scope: Scope, number: int) -> tuple[str, int, Promise]:
    stream = f"{STREAMS}{scope.viewer}"
    version = context.journal.version(stream)
    return stream, version, rules.check_number(context.journal.fold(stream, PROMISES), number)


def _by_due(promises: Iterable[Promise]) -> list[Promise]:
    return sorted(promises, key=lambda one: (one.high_on, one.made_on, one.number))


def _days(promise: Promise) -> float:
    return math.nan if promise.actual_days is None else promise.actual_days


def _outcomes(promises: Iterable[Promise]) -> Outcomes:
    decided = [one for one in promises if one.state in _DECIDED and one.actual_days is not None]
    items, _ = arrange(
        np.array([math.sqrt(one.low_days * one.high_days) for one in decided]),
        np.array([_days(one) for one in decided]),
        at=np.array([one.done_on for one in decided], dtype="datetime64[D]"),
    )
    return items


def _who(context: Context, scope: Scope, promise: Promise) -> str:
    if promise.team and scope.role is Role.PARTNER:
        return context.roster.teams[promise.team].name
    return "the team" if scope.role is Role.PARTNER else name_of(context.roster, promise.owner)
