"""Updates: once a month what is done, done, done; drafted from facts, sent after a person's yes."""

from groundplan.practices.updates import actions, rules
from groundplan.records.kinds import EntryKind
from groundplan.records.updates import deliveries, published
from groundplan.records.updates.shown import Shown
from groundplan.terms.scope import Role
from groundplan.usecase import About, NoInputs, Practice, UseCase

_TEAM = frozenset({Role.ENGINEER, Role.LEAD, Role.ADMIN})
_MEMBERS = frozenset({Role.ENGINEER, Role.LEAD})
_LEAD = frozenset({Role.LEAD})
_ALL = frozenset(Role)
_NOBODY = About.NOBODY

PRACTICE = Practice(
    name="updates",
    title="Updates",
    says="Once a month partners read what is done, done, done, what is in flight with odds, what "
    "slipped and why, and what comes next: drafted from facts, sent only after a person's yes.",
    source="Leadership Diary - A Quarter of Culture Change; How I'd Start My Engineering Career",
    reads=("landings", "commits", "items"),
    writes=tuple(map(EntryKind, (*published.KINDS, *deliveries.KINDS))),
    use_cases=(
        UseCase("updates.list", "What was published, what is for you, and which months were told.",
                NoInputs, rules.Updates, _ALL, actions.list_updates),
        UseCase("updates.show", "One update, also as a Markdown document.",
                rules.NumberInputs, Shown, _ALL, actions.show_update),
        UseCase("updates.draft", "What partners would be told of a month, drafted from facts.",
                rules.MonthInputs, rules.Draft, _TEAM, actions.read_draft),
        UseCase("updates.edit", "Put your own words in place of the draft's.",
                rules.EditInputs, rules.Said, _MEMBERS, actions.edit, True),
        UseCase("updates.approve", "Say yes to the words as they stand; nothing is sent yet.",
                rules.MonthInputs, rules.Said, _LEAD, actions.approve, True),
        UseCase("updates.publish", "Publish what was approved: page, e-mail, chat.",
                rules.PublishInputs, rules.Said, _LEAD, actions.publish, True),
        UseCase("updates.record", "How often what was stated with odds came true.",
                NoInputs, rules.Record, _TEAM, actions.review_record),
        UseCase("updates.outbox", "Every e-mail and chat post, and what became of it.",
                NoInputs, rules.Outbox, _LEAD, actions.read_outbox, about=_NOBODY),
        UseCase("updates.deliver", "Note that an e-mail or post is being sent, was sent, or not.",
                rules.DeliverInputs, rules.Said, _LEAD, actions.deliver, True, _NOBODY),
        UseCase("updates.resend", "Try a failed e-mail or post again.",
                rules.ResendInputs, rules.Said, _LEAD, actions.resend, True),
        UseCase("updates.subscribe", "Get updates by e-mail, or on the page alone.",
                rules.SubscribeInputs, rules.Said, _ALL, actions.subscribe, True),
    ),
    claims=("evidence/forecast_coverage", "evidence/delay"),
    page="page.html",
)  # fmt: skip
