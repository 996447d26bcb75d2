"""Deliveries of updates as the journal holds them: to whom, by which way, and what became of each.

A delivery is claimed before it is tried, so that no two couriers, nor one that died, send it twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from groundplan.records.folding import Fold
from groundplan.records.journal import Entry
from groundplan.records.words import check_line
from groundplan.terms.errors import NotFound, Refused

STREAM: Final = "deliveries"
QUEUED: Final = "deliveries.queued"
CLAIMED: Final = "deliveries.claimed"
SENT: Final = "deliveries.sent"
FAILED: Final = "deliveries.failed"
RESENT: Final = "deliveries.resent"
KINDS: Final = (QUEUED, CLAIMED, SENT, FAILED, RESENT)

LONGEST_TRY: Final = timedelta(minutes=15)  # a claim that is older: its courier died on the way
WAITS: Final = (300.0, 1_800.0, 7_200.0, 28_800.0)  # seconds before each next try; then it ends
LONGEST_WAIT: Final = 86_400.0  # seconds: a server that asks for more is asked no more


class Channel(StrEnum):
    """By which way."""

    MAIL = "mail"
    CHAT = "chat"


class Step(StrEnum):
    """What a courier says of a try. Unsure: it may have arrived, so that nobody tries again."""

    CLAIM = "claim"
    SENT = "sent"
    LATER = "later"
    FAILED = "failed"
    UNSURE = "unsure"


class State(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One update to one recipient by one way. to: a partner's id, or a webhook's name.

    next_at: not before; since: when it was claimed or came to an end. tries: how many were begun.
    """

    number: int
    update: int
    channel: Channel
    to: str
    team: str
    by: str
    next_at: datetime
    since: datetime
    state: State = State.WAITING
    tries: int = 0
    reason: str = ""

    def now(self, at: datetime) -> Delivery:
        """The delivery at a moment: a claim that outlived its try is unsure."""
        if self.state is State.SENDING and at - self.since > LONGEST_TRY:
            return replace(self, state=State.UNSURE, reason="whoever sent it was cut off")
        return self

    def is_due(self, at: datetime) -> bool:
        """Whether it may be tried at a moment."""
        return self.state is State.WAITING and self.next_at <= at


def step(known: Mapping[int, Delivery], entry: Entry) -> Mapping[int, Delivery]:
    """The deliveries after one more entry."""
    body, at = entry.body, entry.at
    if entry.kind == QUEUED:
        number = entry.version
        way, to = Channel(body["channel"]), body["to"]
        made = Delivery(number, body["update"], way, to, entry.team, entry.by, at, at)
        return {**known, number: made}
    one = known.get(body["delivery"])
    if one is None:  # its recipient was erased
        return known
    return {**known, one.number: _change(one, entry)}


def _change(one: Delivery, entry: Entry) -> Delivery:
    body, at = entry.body, entry.at
    if entry.kind == CLAIMED:
        return replace(one, state=State.SENDING, since=at, tries=one.tries + 1)
    if entry.kind == SENT:
        return replace(one, state=State.SENT, since=at, reason="")
    if entry.kind == RESENT:
        return replace(one, state=State.WAITING, since=at, next_at=at, by=entry.by, tries=0)
    state, wait = State(body["state"]), timedelta(seconds=body["wait_s"])
    return replace(one, state=state, since=at, next_at=at + wait, reason=body["reason"])


NOTHING: Mapping[int, Delivery] = {}
DELIVERIES: Final = Fold("deliveries", NOTHING, step)


def find_delivery(known: Mapping[int, Delivery], number: int, at: datetime) -> Delivery:
    """The delivery of that number as it is at a moment; NotFound if there is none."""
    if number not in known:
        raise NotFound(f"There is no delivery {number}.", "updates.outbox shows their numbers.")
    return known[number].now(at)


def check_step(one: Delivery, told: Step, at: datetime) -> None:
    """Refused for a step that does not follow: a claim of what is not due, a result of no try."""
    if told is Step.CLAIM and not one.is_due(at):
        raise Refused(f"Delivery {one.number} is {one.state}, and not due.")
    if told is not Step.CLAIM and one.state is not State.SENDING:
        raise Refused(f"Delivery {one.number} is {one.state}; nobody is sending it.")


def write_step(
    one: Delivery, told: Step, reason: str, retry_s: float
) -> tuple[str, dict[str, object]]:
    """The entry of a step: its kind and body. After the last try, or a wait of more than a day, a
    delivery has failed.

    retry_s: how long the server asked to wait, 0 if it said nothing.
    """
    if told in (Step.CLAIM, Step.SENT):
        return (CLAIMED if told is Step.CLAIM else SENT), {"delivery": one.number}
    state, wait = State.WAITING, max(WAITS[min(one.tries, len(WAITS)) - 1], retry_s)
    if told is Step.UNSURE:
        state = State.UNSURE
    elif told is Step.FAILED or one.tries > len(WAITS) or retry_s > LONGEST_WAIT:
        state = State.FAILED
    body = {"delivery": one.number, "state": state.value, "reason": check_line("reason", reason)}
    return FAILED, {**body, "wait_s": wait if state is State.WAITING else 0.0}


def is_queued(known: Iterable[Delivery], update: int, channel: Channel, to: str) -> bool:
    """Whether an update was queued for a recipient: once is enough."""
    return any((one.update, one.channel, one.to) == (update, channel, to) for one in known)
