"""A short list of principles, each born from something that happened and reviewed by its use."""

from groundplan.practices.principles import actions, rules
from groundplan.records.kinds import EntryKind
from groundplan.terms.scope import Role
from groundplan.usecase import NoInputs, Practice, UseCase

_TEAM = frozenset({Role.ENGINEER, Role.LEAD, Role.ADMIN})
_LEAD = frozenset({Role.LEAD})

PRACTICE = Practice(
    name="principles",
    title="Principles",
    says="The few rules that this team learnt the hard way: where each comes from, how often it is "
    "invoked, and when it was last reviewed.",
    source="Leadership Diary - A Quarter of Culture Change",
    reads=(),
    writes=tuple(
        EntryKind(name) for name in (rules.STATED, rules.INVOKED, rules.REVIEWED, rules.RETIRED)
    ),
    use_cases=(
        UseCase(
            "principles.list",
            "The principles that hold, what gave birth to each, and how often it was invoked.",
            NoInputs,
            rules.Principles,
            _TEAM,
            actions.list_principles,
        ),
        UseCase(
            "principles.state",
            "State a principle, with the incident or reflection that gave birth to it.",
            rules.StateInputs,
            rules.Stated,
            _LEAD,
            actions.state,
            writes=True,
        ),
        UseCase(
            "principles.invoke",
            "Say where a principle settled a question.",
            rules.InvokeInputs,
            rules.Stated,
            _TEAM,
            actions.invoke,
            writes=True,
        ),
        UseCase(
            "principles.review",
            "Keep a principle for another year.",
            rules.ReviewInputs,
            rules.Stated,
            _LEAD,
            actions.review,
            writes=True,
        ),
        UseCase(
            "principles.retire",
            "Take a principle off the list, and say why.",
            rules.RetireInputs,
            rules.Stated,
            _LEAD,
            actions.retire,
            writes=True,
        ),
    ),
    findings=actions.find_sentences,
    claims=(),
    page="page.html",
)
