"""Experiments: whether an intervention helped, told by a study that was sealed before it began."""

from groundplan.experiments import (
    concluding,
    files,
    inputs,
    powering,
    reading,
    register,
    report,
    views,
)
from groundplan.records import studies as records
from groundplan.records.kinds import EntryKind
from groundplan.terms.scope import Role
from groundplan.usecase import About, NoInputs, Practice, UseCase

_TEAM = frozenset({Role.ENGINEER, Role.LEAD, Role.ADMIN})
_MEMBERS = frozenset({Role.ENGINEER, Role.LEAD})
_LEAD = frozenset({Role.LEAD})
_ALL = frozenset(Role)

PRACTICE = Practice(
    name="experiments",
    title="Studies",
    says="Did it help? A study is designed in four questions, shows what it could see, is sealed "
    "before its first outcome, analysed once, and may answer that it cannot tell.",
    source="Leading engineers: lessons I've learned",
    reads=("throughput", "time_to_merge", "rework", "off_hours", "landings", "commits"),
    writes=tuple(EntryKind(name) for name in records.KINDS),
    use_cases=(
        UseCase("experiments.list", "Studies under way and ended, and what each waits for.",
                NoInputs, views.Studies, _TEAM, reading.list_studies),
        UseCase("experiments.read",
                "One study in full: plan, power, seal, assignment audit and verdict.",
                inputs.NumberInputs, views.Shown, _TEAM, reading.read),
        UseCase("experiments.draft", "Begin a study: what do you want to know?",
                inputs.DraftInputs, views.Said, _MEMBERS, register.draft, True),
        UseCase("experiments.measure",
                "Say what would show an effect, what is worth having, and what must not get worse.",
                inputs.MeasureInputs, views.Said, _MEMBERS, register.measure, True),
        UseCase("experiments.plan", "Say who, how and when; lots among tasks or dates come first.",
                inputs.PlanInputs, views.Said, _MEMBERS, register.plan, True),
        UseCase("experiments.power",
                "Show which effects the plan would find, from its units' own history.",
                inputs.HistoryInputs, views.Said, _MEMBERS, powering.show_power, True),
        UseCase("experiments.seal",
                "Seal the plan before its first outcome, and draw the lots.",
                inputs.SealInputs, views.Said, _LEAD, register.seal, True),
        UseCase("experiments.draw", "Draw whether a task of yours is done with the intervention.",
                inputs.DrawInputs, views.Said, _MEMBERS, register.draw_task, True),
        UseCase("experiments.start", "Note when a unit really started.",
                inputs.StartInputs, views.Said, _MEMBERS, register.start, True),
        UseCase("experiments.deviate", "Note something that was not as sealed.",
                inputs.DeviateInputs, views.Said, _MEMBERS, register.deviate, True),
        UseCase("experiments.feel", "Count the answers to the pulse statement, without names.",
                inputs.FeelInputs, views.Said, _LEAD, register.feel, True),
        UseCase("experiments.look", "The one planned look before the end, for harm alone.",
                inputs.HistoryInputs, views.Said, _LEAD, concluding.look, True),
        UseCase("experiments.conclude", "Analyse a study that is over, once.",
                inputs.HistoryInputs, views.Said, _LEAD, concluding.conclude, True),
        UseCase("experiments.repeat", "Run a study's analysis again, to see the same digits.",
                inputs.HistoryInputs, views.Said, _TEAM, concluding.repeat),
        UseCase("experiments.report", "A study as a document that a doubter can check.",
                inputs.NumberInputs, views.Report, _TEAM, report.write_report),
        UseCase("experiments.publish", "Put a study's answer into the library.",
                inputs.NumberInputs, views.Said, _LEAD, concluding.publish, True),
        UseCase("experiments.give_up", "Give a study up, and say why.",
                inputs.GiveUpInputs, views.Said, _LEAD, register.give_up, True),
        UseCase("experiments.findings",
                "What studies found so far, and what the next team may expect.",
                NoInputs, views.Library, _ALL, reading.read_library, about=About.NOBODY),
        UseCase("experiments.designs",
                "The decision table: which design, estimator and test a study gets, or none.",
                NoInputs, views.Situations, _ALL, files.list_designs, about=About.NOBODY),
        UseCase("experiments.analyse",
                "Did it help? The verdict on a panel of your own: unit, period, outcome.",
                inputs.AnalyseInputs, files.Analysed, _TEAM, files.analyse_file,
                about=About.NOBODY),
        UseCase("experiments.placebo",
                "How often would nothing be called something on a panel of your own?",
                inputs.PlaceboInputs, files.Alarms, _TEAM, files.run_placebo_file,
                about=About.NOBODY),
    ),
    claims=("evidence/null_studies", "evidence/placebo_real", "evidence/power"),
    page="page.html",
)  # fmt: skip
