"""Who is who: accounts recognised as one person, bots and agents, with a last word for people."""

from groundplan.facts.identities.decisions import DECIDED, UNDONE
from groundplan.practices.identities import actions, rules
from groundplan.records.kinds import EntryKind
from groundplan.terms.scope import Role
from groundplan.usecase import Practice, UseCase

_TEAM = frozenset({Role.ENGINEER, Role.LEAD, Role.ADMIN})

PRACTICE = Practice(
    name="identities",
    title="Who is who",
    says="Which accounts are taken for one person and why, what is a bot or an AI agent, and a "
    "place to say otherwise.",
    source="gitmailmap(5); Bird et al., Mining email social networks, MSR 2006; "
    "Wiese et al., Mailing list double trouble, 2016",
    reads=("people", "accounts", "identity_merges"),
    writes=(EntryKind(DECIDED), EntryKind(UNDONE)),
    use_cases=(
        UseCase(
            "identities.list",
            "Accounts taken for one person or proposed as one, bots and agents, each with why.",
            rules.ListInputs,
            rules.Directory,
            _TEAM,
            actions.list_identities,
        ),
        UseCase(
            "identities.decide",
            "Say that two accounts are one person or two, or what stands behind an account.",
            rules.DecideInputs,
            rules.Decided,
            _TEAM,
            actions.decide,
            writes=True,
        ),
        UseCase(
            "identities.undo",
            "Take back a decision by its number.",
            rules.UndoInputs,
            rules.Decided,
            _TEAM,
            actions.undo,
            writes=True,
        ),
    ),
    findings=actions.find_sentences,
    claims=("evidence/identity",),
    page="page.html",
)
