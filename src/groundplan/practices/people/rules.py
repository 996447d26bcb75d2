"""What the practice takes and shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from groundplan.records.linking import Proposal
from groundplan.records.roster import Colleague, Team
from groundplan.terms.people import Account
from groundplan.terms.scope import Role

STAYS = (
    "Whoever is erased stands in the facts under a pseudonym, and so does what is read later. The "
    "repositories still name them: in their histories, in sentences of messages, in files and "
    "paths. So do backups and exports made before."
)
_PERSON = {"help": "the person's id, or the name or address if it is only theirs"}
_TEAM = {"help": "the team's id or name; nothing for the whole workspace"}
_ROLE = {"help": "an admin manages accounts and the roster, and sees no more facts than others"}
_NAME = {"help": "a name as its owner writes it"}
_DAY = {"help": "the day; today if empty"}
_ACCOUNT = {"help": "the account's name, exactly as it was seen"}
_ADDRESS = {"help": "the account's address, exactly as it was seen"}


@dataclass(frozen=True, slots=True)
class ListInputs:
    """The day on which to look."""

    on: date | None = field(default=None, metadata=_DAY)


@dataclass(frozen=True, slots=True)
class AddInputs:
    """Somebody new, and their first place."""

    name: str = field(metadata=_NAME)
    email: str = field(default="", metadata={"help": "an address that nobody else here has"})
    team: str = field(default="", metadata=_TEAM)
    role: Role = field(default=Role.ENGINEER, metadata=_ROLE)
    since: date | None = field(default=None, metadata=_DAY)


@dataclass(frozen=True, slots=True)
class ChangeInputs:
    """What somebody is called now; what is empty stays."""

    person: str = field(metadata=_PERSON)
    name: str = field(default="", metadata=_NAME)
    email: str = field(default="", metadata={"help": "an address that nobody else here has"})


@dataclass(frozen=True, slots=True)
class LeaveInputs:
    """Who leaves, and the first day without them."""

    person: str = field(metadata=_PERSON)
    on: date | None = field(default=None, metadata=_DAY)


@dataclass(frozen=True, slots=True)
class AddTeamInputs:
    """A new team; the team that it is part of stays."""

    name: str = field(metadata={"help": "a name that no team has"})
    parent: str = field(default="", metadata={"help": "the team that it is part of, if any"})


@dataclass(frozen=True, slots=True)
class ChangeTeamInputs:
    """What a team is called now."""

    team: str = field(metadata={"help": "the team's id or name"})
    name: str = field(metadata={"help": "a name that no team has"})


@dataclass(frozen=True, slots=True)
class JoinInputs:
    """Somebody's place in a team."""

    person: str = field(metadata=_PERSON)
    team: str = field(default="", metadata=_TEAM)
    role: Role = field(default=Role.ENGINEER, metadata=_ROLE)
    since: date | None = field(default=None, metadata=_DAY)


@dataclass(frozen=True, slots=True)
class EndInputs:
    """Which place ends, and the first day without it."""

    number: int = field(metadata={"help": "the place's number, as listed"})
    until: date | None = field(default=None, metadata=_DAY)


@dataclass(frozen=True, slots=True)
class LinkInputs:
    """Whose an account of the facts is."""

    person: str = field(metadata=_PERSON)
    name: str = field(metadata=_ACCOUNT)
    email: str = field(metadata=_ADDRESS)


@dataclass(frozen=True, slots=True)
class LogInputs:
    """How much of the log to show."""

    most: int = field(default=100, metadata={"help": "rows, 1 to 10000"})


@dataclass(frozen=True, slots=True)
class TraceInputs:
    """Whose traces to show."""

    person: str = field(default="", metadata={"help": "the person's id; you if empty"})


@dataclass(frozen=True, slots=True)
class EraseInputs:
    """Who is to be erased, said twice because it cannot be taken back."""

    person: str = field(metadata={"help": "the person's id"})
    again: str = field(metadata={"help": "the same id once more"})


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A place on the day; team: "" for the whole workspace. may_end: by the viewer."""

    number: int
    team: str
    team_name: str
    person: str
    name: str
    role: Role
    since: date
    until: date | None
    may_end: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """Who is on which team on a day. you: the viewer's own id. may_manage: the whole roster."""

    places: tuple[PlaceRow, ...]
    people: tuple[Colleague, ...]
    teams: tuple[Team, ...]
    you: str
    may_manage: bool


@dataclass(frozen=True, slots=True)
class Proposed:
    """Accounts of the facts that nobody on the roster has yet, with whose they might be."""

    proposals: tuple[Proposal, ...]


@dataclass(frozen=True, slots=True)
class LogRow:
    """On a day somebody read what tells about a team; yours: it was the viewer."""

    on: date
    who: str
    use_case: str
    team: str
    yours: bool


@dataclass(frozen=True, slots=True)
class Log:
    """Who read what about the viewer's teams, and what the viewer read: the newest first."""

    readings: tuple[LogRow, ...]


@dataclass(frozen=True, slots=True)
class Entered:
    """What stands on the roster now. id: of the person, team or place it is about."""

    id: str
    says: str


@dataclass(frozen=True, slots=True)
class Traced:
    """What an erasure would reach. accounts: in the facts; perhaps: once `same` is decided."""

    accounts: tuple[Account, ...]
    perhaps: tuple[Account, ...]
    says: str


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased: entries of the journal, accounts in the facts, secrets; what stays."""

    entries: int
    accounts: int
    secrets: int
    says: str
