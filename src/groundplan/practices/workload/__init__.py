"""Workload: who is overloaded sees it first; of areas, that they wait for one person."""

from groundplan.practices.workload import actions, rules
from groundplan.records.kinds import EntryKind
from groundplan.records.workload import SHARED
from groundplan.terms.scope import Role
from groundplan.usecase import About, NoInputs, Practice, UseCase

_TEAM = frozenset({Role.ENGINEER, Role.LEAD, Role.ADMIN})
_LEAD = frozenset({Role.LEAD})
_SELF = About.SELF

PRACTICE = Practice(
    name="workload",
    title="Workload",
    says="You see your own mix of roles and whether it is much for you, before anybody else, and "
    "share it with one key. Of areas everybody sees that they wait for one person, not for whom.",
    source="Leadership Diary - A Quarter of Culture Change; Managing High Technical Talent",
    reads=("credits", "reviews", "changes", "pulls", "questions"),
    writes=(EntryKind(SHARED),),
    use_cases=(
        UseCase("workload.mine", "Your own mix of roles, and whether it is much for you.",
                NoInputs, rules.Mine, _TEAM, actions.read_mine, about=_SELF),
        UseCase("workload.share", "Let your lead, or somebody you choose, read it as it is now.",
                rules.ShareInputs, rules.Said, _TEAM, actions.share, True, _SELF),
        UseCase("workload.areas", "Areas whose reviews or changes wait for one person; no names.",
                NoInputs, rules.Areas, _TEAM, actions.read_areas),
        UseCase("workload.mirror",
                "A lead's own mirror: hands-on share, requests absorbed, useful work to take.",
                NoInputs, rules.Mirror, _LEAD, actions.look_in_mirror, about=_SELF),
        UseCase("workload.ceremony", "What rituals cost: minutes of typing, hours of meetings.",
                NoInputs, rules.Ceremony, _TEAM, actions.count_ceremony),
    ),
    claims=(),
    page="page.html",
)  # fmt: skip
