"""Who is on the team: people, places in teams, whose accounts are whose, and who read what."""

from groundplan.practices.people import actions, rules
from groundplan.records.access_log import READ
from groundplan.records.kinds import EntryKind
from groundplan.records.roster import KINDS
from groundplan.terms.scope import Role
from groundplan.usecase import About, NoInputs, Practice, UseCase

_ALL = frozenset(Role)
_TEAM = frozenset({Role.ENGINEER, Role.LEAD, Role.ADMIN})
_KEEPERS = frozenset({Role.LEAD, Role.ADMIN})
_NOBODY, _SELF = About.NOBODY, About.SELF  # the roster tells nothing about anybody's work

PRACTICE = Practice(
    name="people",
    title="Who is on the team",
    says="Who is on which team and since when, whose accounts are whose, and who read what about "
    "your team.",
    source="Hundepool et al., Statistical Disclosure Control, 2012",
    reads=("people", "accounts"),
    writes=(*KINDS, EntryKind(READ)),
    use_cases=(
        UseCase("people.list", "Who is on which team on a day.",
                rules.ListInputs, rules.Listed, _TEAM, actions.list_roster, about=_NOBODY),
        UseCase("people.add", "Put somebody on the roster, with a first place.",
                rules.AddInputs, rules.Entered, _KEEPERS, actions.add, True, _NOBODY),
        UseCase("people.change", "Say what somebody, or you yourself, is called now.",
                rules.ChangeInputs, rules.Entered, _TEAM, actions.change, True, _NOBODY),
        UseCase("people.leave", "End every place of somebody.",
                rules.LeaveInputs, rules.Entered, _KEEPERS, actions.leave, True, _NOBODY),
        UseCase("people.add_team", "Found a team, on its own or as a part of another.",
                rules.AddTeamInputs, rules.Entered, _KEEPERS, actions.add_team, True, _NOBODY),
        UseCase("people.change_team", "Say what a team is called now.",
                rules.ChangeTeamInputs, rules.Entered, _KEEPERS, actions.change_team, True,
                _NOBODY),
        UseCase("people.join", "Give somebody a place in a team.",
                rules.JoinInputs, rules.Entered, _KEEPERS, actions.join, True, _NOBODY),
        UseCase("people.end_membership", "End somebody's place in a team.",
                rules.EndInputs, rules.Entered, _KEEPERS, actions.end_membership, True, _NOBODY),
        UseCase("people.proposals", "Accounts that might be somebody's on the roster, and why.",
                NoInputs, rules.Proposed, _TEAM, actions.find_proposals, about=_NOBODY),
        UseCase("people.link", "Say whose an account of the facts is.",
                rules.LinkInputs, rules.Entered, _TEAM, actions.link, True, _NOBODY),
        UseCase("people.unlink", "Say that an account is not somebody's after all.",
                rules.LinkInputs, rules.Entered, _TEAM, actions.unlink, True, _NOBODY),
        UseCase("people.access_log", "Who read what about your team, and what you read.",
                rules.LogInputs, rules.Log, _TEAM, actions.read_log, about=_SELF),
        UseCase("people.trace", "What erasing somebody would reach, and what it would not.",
                rules.TraceInputs, rules.Traced, _ALL, actions.show_traces, about=_SELF),
        UseCase("people.erase", "Erase yourself for good; an admin may erase somebody.",
                rules.EraseInputs, rules.Erased, _ALL, actions.erase, True, _SELF),
    ),
    claims=(),
    page="page.html",
)  # fmt: skip
