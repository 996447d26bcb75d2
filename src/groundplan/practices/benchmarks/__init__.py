"""Benchmarks: a KPI is trusted once it is measured the same way, by itself, and sees enough."""

from groundplan.practices.benchmarks import actions, rules
from groundplan.records.kinds import EntryKind
from groundplan.records.measured import DEFINED, MEASURED
from groundplan.sources.measurements.history import Found
from groundplan.terms.scope import Role
from groundplan.usecase import About, NoInputs, Practice, UseCase

_TEAM = frozenset({Role.ENGINEER, Role.LEAD, Role.ADMIN})
_NOBODY = About.NOBODY

PRACTICE = Practice(
    name="benchmarks",
    title="Benchmarks",
    says="Whether a KPI can be trusted: where its noise comes from, which host disagrees, the "
    "smallest change that it sees, and when its level changed.",
    source="Beyond First 90 Days",
    reads=("measurements",),
    writes=(EntryKind(DEFINED), EntryKind(MEASURED)),
    use_cases=(
        UseCase("benchmarks.list", "Every KPI, and how much was measured of it.",
                NoInputs, rules.Kpis, _TEAM, actions.list_kpis, about=_NOBODY),
        UseCase("benchmarks.show",
                "Whether a KPI can be trusted, what to do about it, and when its level changed.",
                rules.KpiInputs, rules.Shown, _TEAM, actions.show, about=_NOBODY),
        UseCase("benchmarks.check",
                "Whether the newest session of each KPI is as good as those before it.",
                rules.CheckInputs, rules.Check, _TEAM, actions.check, about=_NOBODY),
        UseCase("benchmarks.changes",
                "When any series changed its level, each change with its place, size and odds.",
                rules.ChangesInputs, Found, _TEAM, actions.tell_own_changes, about=_NOBODY),
        UseCase("benchmarks.amdahl", "What users feel of a part that became faster.",
                rules.AmdahlInputs, rules.FeltView, _TEAM, actions.weigh, about=_NOBODY),
        UseCase("benchmarks.define", "Say what a KPI is and how it is measured.",
                rules.DefineInputs, rules.Said, _TEAM, actions.define, True, _NOBODY),
        UseCase("benchmarks.record", "Keep the runs of a benchmark tool's results.",
                rules.RecordInputs, rules.Recorded, _TEAM, actions.record, True, _NOBODY),
        UseCase("benchmarks.gather", "Keep what was pushed here of KPIs that are defined.",
                rules.CheckInputs, rules.Recorded, _TEAM, actions.gather, True, _NOBODY),
    ),
    claims=("evidence/kpi_reliability", "evidence/change_points"),
    page="page.html",
)  # fmt: skip
