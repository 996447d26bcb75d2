"""The only minter of scopes: each condition on its own line, a denial is its reason.

Use cases reach the journal through `ScopedJournal` only, so that no practice can read what its
viewer may not, or speak in somebody else's name.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, Final

from groundplan.facts.identities import decisions
from groundplan.records import access_log
from groundplan.records import roster as rosters
from groundplan.records.folding import Fold, Folds, State
from groundplan.records.journal import Entry, Journal, Saying, Visibility
from groundplan.records.kinds import EntryKind, upcast
from groundplan.records.linking import accounts_in
from groundplan.records.roster import INSIDE, Roster, nested_in, parents_of, roles_of
from groundplan.terms.errors import Conflict, NotFound
from groundplan.terms.people import Account
from groundplan.terms.scope import Role, Scope

LOCAL_VIEWER: Final = "local"
WORKSPACE: Final = "workspace"  # who enters what belongs to nobody who could be erased
SAYS_WHOSE: Final = frozenset({decisions.DECIDED, rosters.LINKED, rosters.UNLINKED})
MOST_NOTED: Final = 20_000
MOST_TRIES: Final = 20  # appends to the access log, while others append to it too


def local_scope(repos: Sequence[str]) -> Scope:
    """The scope of the single user of a local workspace, who can read the clones anyway.

    Being able to run `git log` does not make other people's facts theirs: aggregates over people
    keep the small-group floor. Who knows which area is public inside a team.
    """
    return Scope(
        role=Role.LEAD, viewer=LOCAL_VIEWER, repos=tuple(repos), sees_experts=True,
        teams=frozenset({""}),
    )  # fmt: skip


def scope_of(roster: Roster, viewer: str, on: date, repos: Sequence[str], team: str = "") -> Scope:
    """The scope of a colleague who acts in a team on a day, in the whole workspace for "".

    NotFound for somebody whom nobody knows or who has no place any more, and for a team that they
    have no place in, as if it were not there.
    """
    role = role_in(roster, viewer, on, team)
    if role is None:
        raise NotFound("There is no such team or colleague here.", "Ask an admin for a place.")
    inside = role is not Role.PARTNER
    return Scope(
        role=role,
        viewer=viewer,
        repos=tuple(repos) if inside else (),
        sees_experts=inside,
        team=team,
        teams=_shared_teams(roster, viewer, on, team, role),
    )


def role_in(roster: Roster, viewer: str, on: date, team: str = "") -> Role | None:
    """What somebody is in a team, or in the whole workspace; None if nothing.

    Who leads a team leads those nested in it. In the whole workspace, somebody with a place in
    some team is an engineer like everybody else, and who has none but a partner's a partner.
    """
    roles = roles_of(roster, viewer, on)
    if viewer not in roster.people:
        return None
    if team and team not in roster.teams:
        return None
    if team and any(roles.get(p) is Role.LEAD for p in (*parents_of(roster, team), "")):
        return Role.LEAD
    if team in roles:
        return roles[team]
    if team:
        return None
    if INSIDE & set(roles.values()):
        return Role.ENGINEER
    return Role.PARTNER if roles else None


def home_team(roster: Roster, viewer: str, on: date) -> str:
    """The team that somebody acts in unless they name another, "" without one.

    The one that they have been in for longest.
    """
    mine = [m for m in roster.memberships if m.person_id == viewer and m.team_id and m.holds(on)]
    return min(mine, key=lambda m: (m.since, m.number)).team_id if mine else ""


def _shared_teams(roster: Roster, viewer: str, on: date, team: str, role: Role) -> frozenset[str]:
    everybody = frozenset({""})
    if role is Role.LEAD:
        return nested_in(roster, team) | everybody
    if team:
        return frozenset({team}) | everybody
    roles = roles_of(roster, viewer, on)
    if role is Role.PARTNER:
        return frozenset(roles) | everybody
    return frozenset(t for t, own in roles.items() if own in INSIDE) | everybody


def may_read(scope: Scope, entry: Entry) -> bool:
    """Whether the viewer may read an entry."""
    if entry.erased:
        return False
    if entry.owner == scope.viewer:
        return True
    if entry.visibility is Visibility.PRIVATE:
        return False
    if scope.role is Role.PARTNER and entry.visibility is not Visibility.PARTNERS:
        return False
    if scope.role is not Role.PARTNER and entry.visibility is Visibility.PARTNERS:
        return True
    return entry.team in scope.teams


def keeps_roster(scope: Scope, team: str = "") -> bool:
    """Whether the viewer says who is on a team, and what it is called; of everything for ""."""
    if scope.role is Role.ADMIN:
        return True
    if scope.role is not Role.LEAD:
        return False
    if not scope.team:
        return True
    return team != "" and team in scope.teams


def may_erase(scope: Scope, person: str) -> bool:
    """Whether the viewer may have somebody's words erased."""
    if person == WORKSPACE:
        return False
    if person == scope.viewer:
        return True
    if scope.role is Role.ADMIN:
        return True
    return scope.viewer == LOCAL_VIEWER


_ANYTHING: Final = Fold("anything", False, lambda _, __: True)


def check_keeps_roster(scope: Scope, team: str = "") -> None:
    """NotFound unless the viewer says who is on a team, as if it were not there."""
    if not keeps_roster(scope, team):
        raise NotFound("There is no such team or person here.", "They stand on /people.")


def check_may_erase(scope: Scope, person: str) -> None:
    """NotFound unless the viewer may have somebody erased, as if they were not there."""
    if not may_erase(scope, person):
        raise NotFound("There is no such person here.", "People stand on /people.")


class ScopedJournal:
    """The journal as one viewer has it: what they may read, and words in their own name.

    request: names a request that may be repeated. The repetition sees the journal as it was
    before its own first entry, comes to the same words, and is answered with what was written.
    """

    def __init__(
        self,
        journal: Journal,
        scope: Scope,
        kinds: Mapping[str, EntryKind],
        folds: Folds,
        request: str | None = None,
    ) -> None:
        self._journal = journal
        self._scope = scope
        self._kinds = kinds
        self._folds = folds
        self._request = f"{scope.viewer}/{request}" if request else None
        self._said = 0
        first = journal.find(f"{self._request}#1") if self._request else None
        self._until = first.seq if first else None

    def read(self, stream: str) -> Sequence[Entry]:
        """The entries of `stream` that the viewer may read, in order, in their newest form."""
        seen = (self._see(entry) for entry in self._journal.read(stream))
        return [entry for entry in seen if entry is not None]

    def fold(self, stream: str, fold: Fold[State]) -> State:
        """What the entries that the viewer may read amount to."""
        if self._until is None:
            return self._folds.fold(stream, fold, reader=self._scope, sees=self._see)
        state = fold.initial
        for entry in self.read(stream):
            state = fold.step(state, entry)
        return state

    def streams(self, prefix: str) -> Sequence[str]:
        """The streams that begin with `prefix` and hold something that the viewer may read."""
        return [name for name in self._journal.streams(prefix) if self.fold(name, _ANYTHING)]

    def version(self, stream: str) -> int:
        """How many entries the stream has, also those that the viewer may not read."""
        if self._until is None:
            return self._journal.version(stream)
        return sum(entry.seq < self._until for entry in self._journal.read(stream))

    def append(
        self,
        stream: str,
        kind: str,
        body: Mapping[str, Any],
        *,
        expected: int | None = None,
        owner: str | None = None,
        visibility: Visibility = Visibility.TEAM,
    ) -> Entry:
        """Say something in the viewer's name and team; Conflict if the stream has moved on.

        expected: the version that the words rest on, the newest if None. owner: whose it is, the
        viewer if None. NotFound for a viewer whom nobody knows.
        """
        viewer, team = self._scope.viewer, self._scope.team
        form = self._kinds[kind].form
        saying = Saying(stream, kind, body, viewer, owner or viewer, team, visibility, form)
        return self._say(saying, expected)

    def enter(
        self,
        stream: str,
        kind: str,
        body: Mapping[str, Any],
        *,
        expected: int | None = None,
        about: str = "",
    ) -> Entry:
        """Enter something in the workspace's books, with who entered it; as `append`.

        about: the colleague whom it is about, and whose it is: erasing them takes it away, erasing
        who entered it does not.
        """
        told = {**body, "entered_by": self._scope.viewer}
        form = self._kinds[kind].form
        return self._say(
            Saying(stream, kind, told, WORKSPACE, about or WORKSPACE, form=form), expected
        )

    def _say(self, saying: Saying, expected: int | None) -> Entry:
        if not self._scope.viewer:
            raise NotFound("Nobody is signed in.", "Sign in first.")
        self._said += 1
        key = f"{self._request}#{self._said}" if self._request else None
        at = self.version(saying.stream) if expected is None else expected
        entry = self._journal.append(saying, expected=at, key=key)
        if self._until is not None:  # a repetition goes on from what it said the first time
            self._until = entry.seq + 1
        return entry

    def erase(self, person: str, accounts: Collection[Account] = ()) -> int:
        """Remove the words that somebody said or owns; how many entries [entries].

        accounts: theirs in the facts; what anybody said of whose these are goes too.
        NotFound unless they are the viewer's own, or the viewer manages accounts.
        """
        check_may_erase(self._scope, person)
        about = {
            entry.seq
            for stream in (decisions.STREAM, rosters.STREAM)
            for entry in self._journal.read(stream)
            if entry.kind in SAYS_WHOSE and not set(accounts).isdisjoint(accounts_in(entry))
        }
        return self._journal.erase(person, by=self._scope.viewer, about=about)

    def note_reading(self, use_case: str, on: date) -> None:
        """Write down that the viewer read what tells about their team, once a day.

        Not for the local user: whoever can open a local workspace has its clones and its journal.
        """
        reading = access_log.Reading(self._scope.viewer, use_case, self._scope.team, on)
        if reading.viewer == LOCAL_VIEWER or reading in self._folds.noted:
            return
        stream, key = access_log.stream_of(on), access_log.key_of(reading)
        body = access_log.write(reading)
        saying = Saying(stream, access_log.READ, body, WORKSPACE, WORKSPACE)
        for left in reversed(range(MOST_TRIES)):
            try:
                at = self._journal.version(stream)
                self._journal.append(saying, expected=at, key=key)
                break
            except Conflict:
                if not left:
                    raise
        if len(self._folds.noted) >= MOST_NOTED:
            self._folds.noted.clear()
        self._folds.noted.add(reading)

    def _see(self, entry: Entry) -> Entry | None:
        if self._until is not None and entry.seq >= self._until:
            return None
        return upcast(entry, self._kinds) if may_read(self._scope, entry) else None
