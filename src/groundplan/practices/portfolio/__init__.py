"""What the team takes on, by what would not happen without it; what it declines, scored."""

from groundplan.practices.portfolio import actions, rules
from groundplan.records.candidates import KINDS
from groundplan.records.kinds import EntryKind
from groundplan.terms.scope import Role
from groundplan.usecase import NoInputs, Practice, UseCase

_TEAM = frozenset({Role.ENGINEER, Role.LEAD, Role.ADMIN})
_LEAD = frozenset({Role.LEAD})

PRACTICE = Practice(
    name="portfolio",
    title="Portfolio",
    says="What the team could do next, weighed by what would not happen without it, and what "
    "becomes of what it declines.",
    source="Lessons on leading engineers; How I'd start my engineering career all over again",
    reads=(),
    writes=tuple(EntryKind(name) for name in KINDS),
    use_cases=(
        UseCase(
            "portfolio.list",
            "Every candidate, in how many simulated worlds it belongs in the plan, and the plan.",
            NoInputs,
            rules.Board,
            _TEAM,
            actions.list_candidates,
        ),
        UseCase(
            "portfolio.frame",
            "Say how much the team can do, and in what unit value is told.",
            rules.FrameInputs,
            rules.Done,
            _LEAD,
            actions.frame,
            writes=True,
        ),
        UseCase(
            "portfolio.add",
            "Add a candidate with its ranges: value done, value undone, chance elsewhere, cost.",
            rules.AddInputs,
            rules.Done,
            _TEAM,
            actions.add,
            writes=True,
        ),
        UseCase(
            "portfolio.take",
            "Take a candidate on.",
            rules.PickInputs,
            rules.Done,
            _LEAD,
            actions.take,
            writes=True,
        ),
        UseCase(
            "portfolio.decline",
            "Decline a candidate, and foretell what happens if nobody does it.",
            rules.DeclineInputs,
            rules.Done,
            _LEAD,
            actions.decline,
            writes=True,
        ),
        UseCase(
            "portfolio.settle",
            "Say whether what was foretold of a declined candidate happened.",
            rules.SettleInputs,
            rules.Done,
            _TEAM,
            actions.settle,
            writes=True,
        ),
        UseCase(
            "portfolio.hold",
            "Choose your primary or your second project among what was taken on.",
            rules.HoldInputs,
            rules.Done,
            _TEAM,
            actions.hold,
            writes=True,
        ),
    ),
    findings=actions.find_sentences,
    claims=("what was foretold of declined candidates, scored on the page",),
    page="page.html",
)
