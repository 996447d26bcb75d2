"""Promises: ranges with odds, settled by facts, with a track record that is its owner's alone."""

from groundplan.practices.promises import actions, rules
from groundplan.records.kinds import EntryKind
from groundplan.records.promised import MADE, SETTLED, WITHDRAWN
from groundplan.terms.scope import Role
from groundplan.usecase import About, NoInputs, Practice, UseCase

_TEAM = frozenset({Role.ENGINEER, Role.LEAD, Role.ADMIN})
_ALL = frozenset(Role)
_SELF = About.SELF

PRACTICE = Practice(
    name="promises",
    title="Promises",
    says="Say when with a range and its odds, keep most, exceed a few, and see how often your "
    "ranges really hold. What you promise is yours until you share it.",
    source="Beyond First 90 Days; Why I Quit Data Science",
    reads=("landings", "commits"),
    writes=(EntryKind(MADE), EntryKind(SETTLED), EntryKind(WITHDRAWN)),
    use_cases=(
        UseCase("promises.list", "Your own promises, with what became of each.",
                NoInputs, rules.Mine, _TEAM, actions.list_mine, about=_SELF),
        UseCase("promises.make",
                "Promise something: a range of working days with odds, or a date that you accept.",
                rules.MakeInputs, rules.Said, _TEAM, actions.make, True, _SELF),
        UseCase("promises.settle", "Say when a promise was done.",
                rules.SettleInputs, rules.Said, _TEAM, actions.settle, True, _SELF),
        UseCase("promises.withdraw", "Take an open promise back, and say why.",
                rules.WithdrawInputs, rules.Said, _TEAM, actions.withdraw, True, _SELF),
        UseCase("promises.record",
                "How often your own ranges held, how biased and how sharp they were.",
                NoInputs, rules.Record, _TEAM, actions.review_record, about=_SELF),
        UseCase("promises.suggest",
                "The range that your own history would say instead of the one you have in mind.",
                rules.SuggestInputs, rules.Suggestion, _TEAM, actions.suggest, about=_SELF),
        UseCase("promises.calibrate",
                "How often ranges would have held on a history of estimates from any tool.",
                rules.CalibrateInputs, rules.Calibration, _TEAM, actions.calibrate,
                about=About.NOBODY),
        UseCase("promises.ledger",
                "What was promised to the team and its partners, and what became of it.",
                NoInputs, rules.Ledger, _ALL, actions.read_ledger),
    ),
    claims=("evidence/promises",),
    page="page.html",
)  # fmt: skip
