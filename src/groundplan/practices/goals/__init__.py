"""Goals: two a half-year, each with a KPI that can be trusted and a chance that is scored."""

from groundplan.practices.goals import actions, rules
from groundplan.records import goals as records
from groundplan.records.kinds import EntryKind
from groundplan.signals.goal_outlooks import Scored
from groundplan.terms.scope import Role
from groundplan.usecase import NoInputs, Practice, UseCase

_TEAM = frozenset({Role.ENGINEER, Role.LEAD, Role.ADMIN})
_MEMBERS = frozenset({Role.ENGINEER, Role.LEAD})
_LEAD = frozenset({Role.LEAD})

PRACTICE = Practice(
    name="goals",
    title="Goals",
    says="Two goals a half-year, no more. Each rests on a KPI that can be trusted, is looked at "
    "every month, and says how likely it is to be reached.",
    source="Leadership Diary - A Quarter of Culture Change",
    reads=("commits", "items"),
    writes=tuple(EntryKind(name) for name in records.KINDS),
    use_cases=(
        UseCase("goals.list", "Goals: where their KPIs stand, and how likely they are reached.",
                NoInputs, rules.Listed, _TEAM, actions.list_goals),
        UseCase("goals.show", "A goal with its KPI's series and the changes of its level.",
                rules.GoalInputs, rules.Shown, _TEAM, actions.show),
        UseCase("goals.time", "What share of the team's active days went to a goal.",
                rules.GoalInputs, rules.Time, _TEAM, actions.measure_time),
        UseCase("goals.record", "How often goals were reached, against the chances said of them.",
                NoInputs, Scored, _TEAM, actions.review_record),
        UseCase("goals.set", "Set a goal; a third one in its period is refused.",
                rules.SetInputs, rules.Said, _LEAD, actions.set_goal, True),
        UseCase("goals.start", "Begin a goal, once its KPI can be trusted.",
                rules.GoalInputs, rules.Said, _LEAD, actions.start, True),
        UseCase("goals.check", "The month's progress check of a goal.",
                rules.SayInputs, rules.Said, _MEMBERS, actions.check, True),
        UseCase("goals.park", "Park a goal, with the reason, which makes room for another.",
                rules.ParkInputs, rules.Said, _LEAD, actions.park, True),
        UseCase("goals.resume", "Take a parked goal up again.",
                rules.GoalInputs, rules.Said, _LEAD, actions.resume, True),
        UseCase("goals.close", "Close a goal; its KPI says whether it was reached.",
                rules.SayInputs, rules.Said, _LEAD, actions.close, True),
        UseCase("goals.frame", "Say how long the team's periods are: 3, 4, 6 or 12 months.",
                rules.FrameInputs, rules.Said, _LEAD, actions.frame, True),
    ),
    findings=actions.find_sentences,
    claims=("evidence/goal_chances", "evidence/kpi_reliability", "evidence/change_points"),
    page="page.html",
)  # fmt: skip
