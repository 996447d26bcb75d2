"""Milestones: nobody begins before all are clear and convinced, and done is three checks."""

from groundplan.practices.milestones import actions, rules
from groundplan.records import milestones as records
from groundplan.records.kinds import EntryKind
from groundplan.terms.scope import Role
from groundplan.usecase import NoInputs, Practice, UseCase

_TEAM = frozenset({Role.ENGINEER, Role.LEAD, Role.ADMIN})
_MEMBERS = frozenset({Role.ENGINEER, Role.LEAD})
_LEAD = frozenset({Role.LEAD})
_ALL = frozenset(Role)

PRACTICE = Practice(
    name="milestones",
    title="Milestones",
    says="Begin when everybody is clear and convinced; done is built, proven and used. When the "
    "promised day no longer holds, it moves or the scope shrinks, never the checks.",
    source="Leadership Diary - A Quarter of Culture Change; How I'd Start My Engineering Career",
    reads=("landings", "commits", "items"),
    writes=tuple(EntryKind(name) for name in records.KINDS),
    use_cases=(
        UseCase("milestones.list",
                "Milestones: who is clear and convinced, what is built, proven and used, and when.",
                NoInputs, rules.Milestones, _TEAM, actions.list_milestones),
        UseCase("milestones.define",
                "Define a milestone: outcome, goal, must-haves, metrics, its user and its day.",
                rules.DefineInputs, rules.Said, _LEAD, actions.define, True),
        UseCase("milestones.answer",
                "Say before the start: clear? convinced? and what fact would change your mind.",
                rules.AnswerInputs, rules.Said, _MEMBERS, actions.answer, True),
        UseCase("milestones.reply", "Answer somebody who is unclear or unconvinced with a fact.",
                rules.ReplyInputs, rules.Said, _MEMBERS, actions.reply, True),
        UseCase("milestones.start",
                "Begin a milestone; over doubts only to disagree and commit, with the reason.",
                rules.StartInputs, rules.Said, _LEAD, actions.start, True),
        UseCase("milestones.verify",
                "Say what shows that a must-have, a metric or the use is as agreed.",
                rules.VerifyInputs, rules.Said, _MEMBERS, actions.verify, True),
        UseCase("milestones.replan",
                "Promise a later day or drop nice-to-haves; the three checks stay.",
                rules.ReplanInputs, rules.Said, _LEAD, actions.replan, True),
        UseCase("milestones.give_up", "Give a milestone up, and say why.",
                rules.GiveUpInputs, rules.Said, _LEAD, actions.give_up, True),
        UseCase("milestones.publish",
                "Tell partners of a delay, in the words of the draft or your own.",
                rules.PublishInputs, rules.Said, _LEAD, actions.publish, True),
        UseCase("milestones.notices", "What partners were told of delays.",
                NoInputs, rules.Notices, _ALL, actions.list_notices),
    ),
    findings=actions.find_sentences,
    claims=("evidence/forecast_coverage", "evidence/delay"),
    page="page.html",
)  # fmt: skip
