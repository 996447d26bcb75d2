"""Who gets an update, what of it is for them, and what is in the way of an e-mail."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from groundplan.records.roster import Roster, name_of, team_name
from groundplan.records.updates.deliveries import Channel, Delivery
from groundplan.records.updates.letters import Letter, write_letter
from groundplan.records.updates.lines import EMPTY, Sections
from groundplan.records.updates.published import Update
from groundplan.records.updates.shown import count_lines, pick_for
from groundplan.terms.scope import Role


@dataclass(frozen=True, slots=True)
class Recipient:
    """A partner, and what they would get. lines: how many are for them. mail: the address, or why
    there is no e-mail."""

    name: str
    lines: int
    mail: str

    def __str__(self) -> str:
        return f"{self.name} ({self.mail})"


def list_partners(roster: Roster, team: str, today: date) -> tuple[str, ...]:
    """Partners of a team, and of the whole workspace, by their ids."""
    found = (
        m.person_id
        for m in roster.memberships
        if m.role is Role.PARTNER and m.team_id in (team, "") and m.holds(today)
    )
    return tuple(dict.fromkeys(found))


def find_hindrance(roster: Roster, silent: Collection[str], person: str) -> str:
    """Why somebody gets no e-mail, "" where nothing is in the way."""
    known = roster.people.get(person)
    if known is None or known.left_on is not None:
        return "is not on the roster any more"
    if person in silent:
        return "wants no e-mail"
    return "" if known.email else "has no address on the roster"


def list_recipients(
    roster: Roster, silent: Collection[str], partners: Collection[str], words: Sections
) -> tuple[Recipient, ...]:
    """What each partner would get of some words."""
    found = []
    for person in partners:
        lines = count_lines(pick_for(words, person))
        none = find_hindrance(roster, silent, person) or ("" if lines else "nothing is for them")
        found.append(Recipient(name_of(roster, person), lines, none or roster.people[person].email))
    return tuple(found)


def address(roster: Roster, one: Delivery, update: Update, *, due: bool) -> Letter:
    """A delivery with all that is sent: to a partner their own lines, to a room the page."""
    team = team_name(roster, one.team)
    if one.channel is Channel.CHAT:
        return write_letter(one, update, update.sections, (one.to, ""), team, due)
    known = roster.people.get(one.to)
    who = (known.name, known.email) if known else ("somebody", "")
    return write_letter(one, update, update.digests.get(one.to, EMPTY), who, team, due)
