"""Stuck: two hours without progress, then ask; first in private, then whom one chooses."""

from groundplan.practices.stuck import actions, rules
from groundplan.records.kinds import EntryKind
from groundplan.records.stuck import KINDS
from groundplan.terms.scope import Role
from groundplan.usecase import About, NoInputs, Practice, UseCase

_TEAM = frozenset({Role.ENGINEER, Role.LEAD, Role.ADMIN})
_SELF = About.SELF

PRACTICE = Practice(
    name="stuck",
    title="Stuck",
    says="More than two hours without progress: reach out. First you see in private who knows it "
    "and what was written; one key shows it to your lead or to whom you choose.",
    source="Managing High Technical Talent; How I'd Start My Engineering Career All Over Again",
    reads=("files", "changes", "commits", "presence", "spells"),
    writes=tuple(map(EntryKind, KINDS)),
    use_cases=(
        UseCase("stuck.list", "Your own spells, what others showed you, and today's nudge.",
                NoInputs, rules.Mine, _TEAM, actions.list_spells, about=_SELF),
        UseCase("stuck.begin", "Start a private timer, or say what you are stuck with.",
                rules.BeginInputs, rules.Said, _TEAM, actions.begin, True, _SELF),
        UseCase("stuck.look", "Who knows it, and what was written about it; nobody hears of it.",
                rules.NumberInputs, rules.Found, _TEAM, actions.look, about=_SELF),
        UseCase("stuck.note", "Note what you tried, or what is unclear.",
                rules.NoteInputs, rules.Said, _TEAM, actions.note, True, _SELF),
        UseCase("stuck.show", "Let your lead, or somebody you choose, read it and answer.",
                rules.ShowInputs, rules.Said, _TEAM, actions.show, True, _SELF),
        UseCase("stuck.answer", "Answer somebody who showed you what they are stuck with.",
                rules.AnswerInputs, rules.Said, _TEAM, actions.answer, True, _SELF),
        UseCase("stuck.end", "Say that you can go on, and what helped.",
                rules.EndInputs, rules.Said, _TEAM, actions.end, True, _SELF),
        UseCase("stuck.quiet", "No nudge any more today.",
                NoInputs, rules.Said, _TEAM, actions.quiet, True, _SELF),
        UseCase("stuck.record", "How soon you were answered and could go on, and answered others.",
                NoInputs, rules.Record, _TEAM, actions.review_record, about=_SELF),
        UseCase("stuck.share", "Let the times of your spells count for your team's.",
                NoInputs, rules.Said, _TEAM, actions.share, True, _SELF),
        UseCase("stuck.unshare", "Take that back.",
                NoInputs, rules.Said, _TEAM, actions.unshare, True, _SELF),
        UseCase("stuck.team", "How soon your team's spells are answered, and over.",
                NoInputs, rules.Team, _TEAM, actions.review_team),
    ),
    claims=("evidence/ownership",),
    page="page.html",
)  # fmt: skip
