"""Choices between finishing and switching as the journal holds them, and what became of each.

Below the practice `switching`, because updates and timelines may ask what was set aside, and why.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

from groundplan.records.folding import Fold
from groundplan.records.journal import Entry
from groundplan.terms.units import Share

STREAM: Final = "switching"
CHOSEN: Final = "switching.chosen"


class Choice(StrEnum):
    """What the team does with an item in work, when something new wants to go first."""

    FINISH = "finish"
    SWITCH = "switch"


class Came(StrEnum):
    """What became of the item. Given up: dropped, deleted, or aside for half a year."""

    OPEN = "open"
    DONE = "done"
    BACK = "back"
    GIVEN_UP = "given up"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice as it was recorded. note: where the item stood. low_on, high_on: between which it
    would be done, 80%, if it comes back; given_up: the chance that it does not; None where nothing
    was claimed. ended_on: when it was done, or back."""

    number: int
    on: date
    source: str
    item_id: str
    title: str
    new: str
    choice: Choice
    advice: str
    reason: str
    note: str
    low_on: date | None
    high_on: date | None
    given_up: Share | None
    came: Came = Came.OPEN
    ended_on: date | None = None


def step(choices: tuple[Chosen, ...], entry: Entry) -> tuple[Chosen, ...]:
    """The choices after one more entry."""
    body = entry.body
    if entry.kind != CHOSEN:
        return choices
    low, high = body["low_on"], body["high_on"]
    chosen = Chosen(
        number=entry.version,
        on=entry.at.date(),
        source=body["source"],
        item_id=body["item_id"],
        title=body["title"],
        new=body["new"],
        choice=Choice(body["choice"]),
        advice=body["advice"],
        reason=body["reason"],
        note=body["note"],
        low_on=date.fromisoformat(low) if low else None,
        high_on=date.fromisoformat(high) if high else None,
        given_up=body["given_up"],
    )
    return (*choices, chosen)


CHOICES: Final[Fold[tuple[Chosen, ...]]] = Fold("switching", (), step)


def judge(
    one: Chosen,
    done_on: date | None,
    dropped: bool,
    returns: Iterable[date],
    in_work: bool,
    over: bool,
) -> Chosen:
    """A choice with what facts say became of the item.

    done_on, dropped, returns: when it was done, whether it was given up or deleted, and when it was
    in work again. in_work: it is now. over: what is not in work by now counts as given up.
    """
    if done_on is not None and done_on >= one.on:
        return replace(one, came=Came.DONE, ended_on=done_on)
    if dropped:
        return replace(one, came=Came.GIVEN_UP)
    if one.choice is Choice.FINISH:
        return one
    back = [day for day in returns if day > one.on]
    if back:
        return replace(one, came=Came.BACK, ended_on=min(back))
    if over:  # nobody moved its card, or it lies
        return replace(one, came=Came.BACK if in_work else Came.GIVEN_UP)
    return one
