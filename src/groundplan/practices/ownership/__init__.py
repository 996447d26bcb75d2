"""Who knows, and whom to ask: a knowledge map that answers questions instead of ranking people."""

from groundplan.practices.ownership import actions, rules
from groundplan.terms.scope import Role
from groundplan.usecase import Practice, UseCase

_TEAM = frozenset({Role.ENGINEER, Role.LEAD, Role.ADMIN})

PRACTICE = Practice(
    name="ownership",
    title="Who knows, whom to ask",
    says="Go-to people for every part of the code, and what would be lost with one person.",
    source="How I'd Start My Engineering Career All Over Again; Leadership Diary",
    reads=("changes", "credits", "commits", "files", "areas", "people", "accounts", "repos"),
    writes=(),
    use_cases=(
        UseCase(
            "ownership.map",
            "Areas of the code: whom to go to, how many know each, what one person alone knows.",
            rules.MapInputs,
            rules.KnowledgeMap,
            _TEAM,
            actions.draw_map,
        ),
        UseCase(
            "ownership.truck_factor",
            "How many people the code can lose before half of its files have no author left.",
            rules.MapInputs,
            rules.TruckFactors,
            _TEAM,
            actions.find_truck_factors,
        ),
        UseCase(
            "ownership.offboard",
            "What would be orphaned if somebody left, who is next best, what to hand over first.",
            rules.OffboardInputs,
            rules.Departure,
            _TEAM,
            actions.simulate_departure,
        ),
        UseCase(
            "ownership.ask",
            "People and documents for a path, a symbol or a question.",
            rules.AskInputs,
            rules.Answer,
            _TEAM,
            actions.ask,
        ),
    ),
    findings=actions.find_sentences,
    claims=("evidence/ownership",),
    page="page.html",
)
