"""Focus time: what meetings leave of one's own days, and a few blocks worth keeping free."""

from groundplan.practices.focus_time import actions, rules
from groundplan.records import calendars
from groundplan.records.kinds import EntryKind
from groundplan.terms.scope import Role
from groundplan.usecase import About, NoInputs, Practice, UseCase

_TEAM = frozenset({Role.ENGINEER, Role.LEAD, Role.ADMIN})
_SELF = About.SELF

PRACTICE = Practice(
    name="focus_time",
    title="Focus time",
    says="What meetings leave of your own days, a few blocks worth keeping free, and one window in "
    "which your team is quiet. Your calendar is yours: nobody else sees it.",
    source="Managing High Technical Talent in Machine Learning and Engineering",
    reads=(),
    writes=tuple(map(EntryKind, calendars.KINDS)),
    use_cases=(
        UseCase("focus_time.show", "Your own weeks, and blocks worth keeping free.",
                NoInputs, rules.Mine, _TEAM, actions.show_mine, about=_SELF),
        UseCase("focus_time.quiet", "The window in which most of your team is free.",
                NoInputs, rules.QuietWindow, _TEAM, actions.show_quiet),
        UseCase("focus_time.bring", "Bring your calendar as a file, for yourself alone.",
                rules.BringInputs, rules.Said, _TEAM, actions.bring, True, _SELF),
        UseCase("focus_time.share", "Let your calendar count for your team's window and numbers.",
                NoInputs, rules.Said, _TEAM, actions.share, True, _SELF),
        UseCase("focus_time.unshare", "Take that back.",
                NoInputs, rules.Said, _TEAM, actions.unshare, True, _SELF),
        UseCase("focus_time.feed", "Your blocks as a calendar (.ics).",
                NoInputs, rules.Feed, _TEAM, actions.feed, about=_SELF),
        UseCase("focus_time.subscribe", "A link by which a calendar program follows your blocks.",
                NoInputs, rules.Link, _TEAM, actions.subscribe, True, _SELF),
        UseCase("focus_time.unsubscribe", "Take the link back: it stops working at once.",
                NoInputs, rules.Said, _TEAM, actions.unsubscribe, True, _SELF),
        UseCase("focus_time.follow", "What a link to your blocks shows.",
                rules.FollowInputs, rules.Feed, _TEAM, actions.follow, about=_SELF),
    ),
    claims=(),
    page="page.html",
)  # fmt: skip
