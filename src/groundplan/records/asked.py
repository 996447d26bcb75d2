"""Requests as the journal holds them: what was asked, and every word that was said of it since.

Below the practice `intake`, because switching, updates and milestones read requests too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from groundplan.records.folding import Fold
from groundplan.records.journal import Entry
from groundplan.records.roster import Roster, name_of
from groundplan.terms.errors import BadInput, NotFound, Refused
from groundplan.terms.period import working_days

STREAM: Final = "intake"
ASKED: Final = "intake.asked"
DECIDED: Final = "intake.decided"
ANSWERED: Final = "intake.answered"
REMINDED: Final = "intake.reminded"
DELIVERED: Final = "intake.delivered"
USED: Final = "intake.used"
WITHDRAWN: Final = "intake.withdrawn"
KINDS: Final = (ASKED, DECIDED, ANSWERED, REMINDED, DELIVERED, USED, WITHDRAWN)

MOST_SIZE: Final = 1_000  # items of one request
SILENCE: Final = timedelta(days=14)  # after a hold without a word: nobody needs it any more


class Verdict(StrEnum):
    """What a lead does with a request. Absorb: they do it themselves, and nobody is interrupted."""

    ABSORB = "absorb"
    HOLD = "hold"
    NEGOTIATE = "negotiate"
    PASS = "pass"
    BACKLOG = "backlog"
    DECLINE = "decline"


TAKING: Final = frozenset({Verdict.ABSORB, Verdict.PASS, Verdict.BACKLOG})


class Priority(StrEnum):
    """Where on the backlog a request stands, the most urgent first."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"


class Stage(StrEnum):
    """Where a request stands. Waiting: for a verdict; evaporated: nobody asked again after a hold.

    Who may not read verdicts sees the answers alone: answered.
    """

    WAITING = "waiting"
    ANSWERED = "answered"
    HELD = "held"
    NEGOTIATED = "negotiated"
    TAKEN = "taken"
    DELIVERED = "delivered"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EVAPORATED = "evaporated"


OPEN: Final = (Stage.WAITING, Stage.ANSWERED)
OVER: Final = (Stage.DELIVERED, Stage.DECLINED, Stage.WITHDRAWN, Stage.EVAPORATED)


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict. until: of a hold alone. person: to whom it was passed. size: items of work."""

    verdict: Verdict
    on: date
    by: str
    until: date | None
    person: str
    priority: Priority | None
    reason: str
    size: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What the asker was told."""

    text: str
    on: date
    by: str


@dataclass(frozen=True, slots=True)
class Request:
    """A request and all that was said of it. owner: whose it is; name, email: of who wrote a mail.

    users, use: who will use it, and what they will do with it. decisions: the last one holds.
    reminded_on: when it was asked again, since the last verdict. used: whether the asker did,
    None while nobody said; used_on: when that was said.
    """

    number: int
    what: str
    why: str
    users: str
    use: str
    by: date | None
    owner: str
    name: str
    email: str
    message_id: str
    team: str
    asked_on: date
    decisions: tuple[Decision, ...] = ()
    answers: tuple[Answer, ...] = ()
    reminded_on: date | None = None
    delivered_on: date | None = None
    used: bool | None = None
    used_on: date | None = None
    used_note: str = ""
    withdrawn: str = ""
    withdrawn_on: date | None = None

    @property
    def decision(self) -> Decision | None:
        """The verdict that holds."""
        return self.decisions[-1] if self.decisions else None


def step(requests: Mapping[int, Request], entry: Entry) -> Mapping[int, Request]:
    """The requests after one more entry."""
    body, on = entry.body, entry.at.date()
    if entry.kind == ASKED:
        return {**requests, entry.version: _read(entry)}
    known = requests.get(body["number"])
    if known is None:  # it was erased, or is not for this reader
        return requests
    if entry.kind == DECIDED:
        decided = (*known.decisions, _decide(body, on, entry.by))
        known = replace(known, decisions=decided, reminded_on=None)
    elif entry.kind == ANSWERED:
        known = replace(known, answers=(*known.answers, Answer(body["text"], on, entry.by)))
    elif entry.kind == REMINDED:
        known = replace(known, reminded_on=on)
    elif entry.kind == DELIVERED:
        known = replace(known, delivered_on=date.fromisoformat(body["on"]))
    elif entry.kind == USED:
        known = replace(known, used=body["used"], used_on=on, used_note=body["note"])
    elif entry.kind == WITHDRAWN:
        known = replace(known, withdrawn=body["reason"], withdrawn_on=on)
    return {**requests, known.number: known}


def _read(entry: Entry) -> Request:
    body = entry.body
    return Request(
        number=entry.version,
        what=body["what"],
        why=body["why"],
        users=body["users"],
        use=body["use"],
        by=_day(body["by"]),
        owner=entry.owner,
        name=body["name"],
        email=body["email"],
        message_id=body["message_id"],
        team=entry.team,
        asked_on=date.fromisoformat(body["asked_on"]),
    )


def _decide(body: Mapping[str, Any], on: date, by: str) -> Decision:
    return Decision(
        verdict=Verdict(body["verdict"]),
        on=on,
        by=by,
        until=_day(body["until"]),
        person=body["person"],
        priority=Priority(body["priority"]) if body["priority"] else None,
        reason=body["reason"],
        size=body["size"],
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


NOTHING: Mapping[int, Request] = {}
REQUESTS: Final = Fold("requests", NOTHING, step)


def judge(request: Request, today: date) -> Stage:
    """Where a request stands on a day, as far as its reader knows."""
    if request.withdrawn:
        return Stage.WITHDRAWN
    if request.delivered_on is not None:
        return Stage.DELIVERED
    decision = request.decision
    if decision is None:
        return Stage.ANSWERED if request.answers else Stage.WAITING
    if decision.verdict in TAKING:
        return Stage.TAKEN
    if request.reminded_on is not None:
        return Stage.WAITING
    if decision.until is None:
        return Stage.DECLINED if decision.verdict is Verdict.DECLINE else Stage.NEGOTIATED
    if today <= decision.until:
        return Stage.HELD
    return Stage.WAITING if today <= decision.until + SILENCE else Stage.EVAPORATED


def check_size(size: int) -> int:
    """A size in items; BadInput for one that no request has."""
    if not 1 <= size <= MOST_SIZE:
        raise BadInput("size", size, f"1 to {MOST_SIZE:,}")
    return size


def answered_in(request: Request, today: date) -> tuple[float, bool]:
    """How long a request waited for its first answer [working days], and whether it has one.

    One that was withdrawn before was seen to wait until then.
    """
    until = request.answers[0].on if request.answers else request.withdrawn_on or today
    return working_days(request.asked_on, max(until, request.asked_on)), bool(request.answers)


def has_evaporated(request: Request, today: date) -> bool | None:
    """Whether a held request was withdrawn, or not asked again; None if that is not known yet.

    None too for one that was never held.
    """
    if not any(one.verdict is Verdict.HOLD for one in request.decisions):
        return None
    if request.decisions[-1].verdict is not Verdict.HOLD or request.reminded_on is not None:
        return False
    if request.withdrawn or judge(request, today) is Stage.EVAPORATED:
        return True
    return False if request.delivered_on is not None else None


def find_one(known: Mapping[int, Request], number: int) -> Request:
    """The request of that number; NotFound if there is none for the viewer, Refused if taken
    back."""
    one = known.get(number)
    if one is None:
        raise NotFound(f"There is no request {number}.", "intake.list shows their numbers.")
    if one.withdrawn:
        raise Refused(f"Request {number} was withdrawn: {one.withdrawn}", "Ask anew.")
    return one


def say_verdict(decision: Decision | None, roster: Roster) -> str:
    """A verdict in words, "" for none."""
    if decision is None:
        return ""
    words = {
        Verdict.ABSORB: "absorbed by the lead",
        Verdict.HOLD: f"held until {decision.until}",
        Verdict.NEGOTIATE: "being negotiated",
        Verdict.PASS: f"passed to {name_of(roster, decision.person)}",
        Verdict.BACKLOG: f"on the backlog as {decision.priority}",
        Verdict.DECLINE: "declined",
    }
    return words[decision.verdict] + (f": {decision.reason}" if decision.reason else "")


def order_accepted(known: Iterable[Request], but: int, today: date) -> tuple[tuple[str, int], ...]:
    """Accepted requests as a plan: by priority, then by when, with the place at which each ends.

    Left out: one that is being weighed, and what a lead absorbed, as it waits for nobody else.
    """
    taken = [
        (one.decision.priority or Priority.P0, one.decision.on, one.number, one)
        for one in known
        if one.decision is not None and one.decision.verdict is not Verdict.ABSORB
        and judge(one, today) is Stage.TAKEN and one.number != but
    ]  # fmt: skip
    ends: list[tuple[str, int]] = []
    place = 0
    for *_, one in sorted(taken, key=lambda row: row[:3]):
        place += one.decision.size if one.decision is not None else 0
        ends.append((one.what, place))
    return tuple(ends)
