"""The use cases of the portfolio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from groundplan.practices.portfolio import rules
from groundplan.practices.portfolio.rules import Board, Done
from groundplan.records import candidates
from groundplan.records.candidates import PORTFOLIO, STREAM, Portfolio
from groundplan.records.roster import name_of
from groundplan.signals.signal import Finding
from groundplan.terms.scope import Role, Scope
from groundplan.terms.units import PERSON_WEEKS
from groundplan.usecase import Context, NoInputs


def list_candidates(context: Context, scope: Scope, inputs: NoInputs) -> Board:
    """Candidates by how often they belong in the plan, the plan, and what was declined."""
    _, known = _read(context)
    names = {who: name_of(context.roster, who) for who, _ in known.held}
    return rules.show(known, context.now.date(), names)


def frame(context: Context, scope: Scope, inputs: rules.FrameInputs) -> Done:
    """Say how much the team can do; the newest word holds."""
    version, _ = _read(context)
    body = rules.check_frame(inputs)
    number = _say(context, version, candidates.FRAMED, body)
    weeks = PERSON_WEEKS.say(inputs.capacity_weeks)
    return Done(number, f"The plan holds {weeks}; value is told in {body['unit']}.")


def add(context: Context, scope: Scope, inputs: rules.AddInputs) -> Done:
    """Add a candidate; Refused if it stands there already."""
    version, known = _read(context)
    body = rules.check_new(inputs, known)
    number = _say(context, version, candidates.ADDED, body)
    return Done(number, f"Candidate {number}: {body['what']}")


def take(context: Context, scope: Scope, inputs: rules.PickInputs) -> Done:
    """Take an open candidate on; NotFound if there is none of that number."""
    version, known = _read(context)
    one = rules.find_one(known, inputs.number, "open")
    _say(context, version, candidates.TAKEN, {"number": one.number})
    return Done(one.number, f"Taken on: {one.what}")


def decline(context: Context, scope: Scope, inputs: rules.DeclineInputs) -> Done:
    """Decline a candidate with a prediction; NotFound if none of that number is open or taken."""
    version, known = _read(context)
    one = rules.find_one(known, inputs.number, "open", "taken")
    body = rules.check_declined(inputs, context.now.date())
    _say(context, version, candidates.DECLINED, {"number": one.number, **body})
    return Done(one.number, f"Declined: {one.what}. To be settled on {body['by_on']}.")


def settle(context: Context, scope: Scope, inputs: rules.SettleInputs) -> Done:
    """Say whether a prediction came true; saying so again corrects it."""
    version, known = _read(context)
    one = rules.find_one(known, inputs.number, "declined")
    _say(context, version, candidates.SETTLED, {"number": one.number, "happened": inputs.happened})
    came = "It happened" if inputs.happened else "It did not happen"
    return Done(one.number, f"{came}: {one.foretold}")


def hold(context: Context, scope: Scope, inputs: rules.HoldInputs) -> Done:
    """Say what you work on first, or beside it; NotFound unless it was taken on."""
    version, known = _read(context)
    one = rules.find_one(known, inputs.number, "taken")
    _say(context, version, candidates.HELD, {"number": one.number, "place": inputs.place})
    return Done(one.number, f"Your {inputs.place} project: {one.what}")


def find_sentences(context: Context, scope: Scope) -> Sequence[Finding]:
    """One sentence when predictions wait to be settled."""
    if scope.role is Role.PARTNER:
        return ()
    found = rules.find_sentence(_read(context)[1], context.now.date())
    return () if found is None else (found,)


def _read(context: Context) -> tuple[int, Portfolio]:
    """All that was said, and the version that it rests on."""
    version = context.journal.version(STREAM)
    return version, context.journal.fold(STREAM, PORTFOLIO)


def _say(context: Context, version: int, kind: str, body: Mapping[str, Any]) -> int:
    return context.journal.append(STREAM, kind, dict(body), expected=version).version
