"""Switching: before new work goes first, what it costs to finish and what to set aside."""

from groundplan.practices.switching import actions, rules
from groundplan.records import switched
from groundplan.records.kinds import EntryKind
from groundplan.terms.scope import Role
from groundplan.usecase import NoInputs, Practice, UseCase

_TEAM = frozenset({Role.ENGINEER, Role.LEAD, Role.ADMIN})

PRACTICE = Practice(
    name="switching",
    title="Switching",
    says="Finish first, or switch now? What either delays, with the chance that begun work never "
    "comes back, from the team's own interrupted work.",
    source="Managing High Technical Talent in Machine Learning and Engineering",
    reads=("items", "item_events"),
    writes=(EntryKind(switched.CHOSEN),),
    use_cases=(
        UseCase("switching.list",
                "What is in work, what lies aside and where it stood, and what came back.",
                rules.ListInputs, rules.Board, _TEAM, actions.list_work),
        UseCase("switching.compare",
                "What finishing an item first and switching to new work now would delay.",
                rules.CompareInputs, rules.Compared, _TEAM, actions.compare),
        UseCase("switching.choose", "Record the choice, and where the item stands.",
                rules.ChooseInputs, rules.Said, _TEAM, actions.choose, True),
        UseCase("switching.record", "What came of the choices, and of what was claimed for them.",
                NoInputs, rules.Record, _TEAM, actions.review_record),
    ),
    findings=actions.find_sentences,
    claims=("evidence/switching",),
    page="page.html",
)  # fmt: skip
