"""Intake: requests get an answer within a day, and none is taken before it is seen who pays."""

from groundplan.practices.intake import actions, rules
from groundplan.records import asked
from groundplan.records.kinds import EntryKind
from groundplan.terms.scope import Role
from groundplan.usecase import NoInputs, Practice, UseCase

_TEAM = frozenset({Role.ENGINEER, Role.LEAD, Role.ADMIN})
_LEAD = frozenset({Role.LEAD})
_ALL = frozenset(Role)

PRACTICE = Practice(
    name="intake",
    title="Intake",
    says="One door for what others want of the team: who asks, who will use it, what it would "
    "displace, and an answer within a working day.",
    source="Beyond First 90 Days; Leadership Diary",
    reads=("items", "item_events", "landings"),
    writes=tuple(map(EntryKind, asked.KINDS)),
    use_cases=(
        UseCase("intake.list", "The requests that you may read, and where each stands.",
                NoInputs, rules.Requests, _ALL, actions.list_requests),
        UseCase("intake.ask", "Ask the team for something.",
                rules.AskInputs, rules.Said, _ALL, actions.ask, True),
        UseCase("intake.read_mail", "Take a request out of a saved e-mail (.eml).",
                rules.MailInputs, rules.Said, _TEAM, actions.read_mail, True),
        UseCase("intake.weigh", "What a request would displace, with a drafted answer.",
                rules.WeighInputs, rules.Weighed, _LEAD, actions.weigh),
        UseCase("intake.decide", "Absorb, hold, negotiate, pass, put on the backlog, or decline.",
                rules.DecideInputs, rules.Said, _LEAD, actions.decide, True),
        UseCase("intake.answer", "Tell the asker what becomes of the request.",
                rules.SayInputs, rules.Said, _LEAD, actions.answer, True),
        UseCase("intake.remind", "Ask again for what is still needed.",
                rules.NumberInputs, rules.Said, _ALL, actions.remind, True),
        UseCase("intake.withdraw", "Take a request back, and say why.",
                rules.SayInputs, rules.Said, _ALL, actions.withdraw, True),
        UseCase("intake.deliver", "Say that what was asked for is delivered.",
                rules.DeliverInputs, rules.Said, _TEAM, actions.deliver, True),
        UseCase("intake.use", "Say whether the asker uses what was delivered.",
                rules.UseInputs, rules.Said, _ALL, actions.use, True),
        UseCase("intake.record", "How soon requests were answered, and what became of them.",
                NoInputs, rules.Record, _LEAD, actions.review_record),
    ),
    findings=actions.find_sentences,
    claims=("evidence/forecast_coverage",),
    page="page.html",
)  # fmt: skip
