"""A study as a document that somebody who doubts it can check, line by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from groundplan.experiments.inputs import NumberInputs
from groundplan.experiments.reading import show
from groundplan.experiments.register import find_study
from groundplan.experiments.verdicts import say_effect, say_scale
from groundplan.experiments.views import Offset, Report, Shown, Verdict
from groundplan.records.studies import Units
from groundplan.terms.scope import Scope
from groundplan.usecase import Context


def write_report(context: Context, scope: Scope, inputs: NumberInputs) -> Report:
    """The study as Markdown: plan and seal, power, assignment audit, answer, checks, departures."""
    shown = show(context, scope, find_study(context, inputs.number))
    return Report(shown.number, write_markdown(shown))


def write_markdown(shown: Shown) -> str:
    """The whole report; nothing of a unit's outcomes is in it."""
    blocks = [
        f"# Study {shown.number}: {shown.question}",
        *_head(shown),
        "## Plan",
        _list(_plan(shown)),
        "## What it could see before the start",
        *(_list(shown.power_says),),
        "## Seal",
        *_seal(shown),
        "## Assignment audit",
        *_audit(shown),
        "## Answer",
        *_answer(shown),
        "## What must not get worse",
        _list(f"{one.what}: {_held(one.held)}. {one.says}" for one in shown.guards)
        or "Judged with the answer.",
        "## How it can be checked",
        *_again(shown),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _head(shown: Shown) -> Iterator[str]:
    if shown.exploratory:
        yield (
            "**Exploratory.** It was sealed after outcomes existed. It may suggest a study; it is "
            "no test of anything."
        )
    if shown.verdict is not None:
        yield f"**{shown.verdict.verdict.capitalize()}.** {shown.verdict.sentence}"
    else:
        yield f"**No answer yet.** {shown.says}"
    yield f"{shown.team}; drafted by {shown.drafted_by} on {shown.drafted_on}."


def _plan(shown: Shown) -> Iterator[str]:
    yield f"Intervention: {shown.intervention}"
    yield f"Hypothesis: {shown.hypothesis}"
    if shown.outcome:
        yield f"Primary outcome, the only one: {shown.outcome_says}"
        yield f"Guardrail: {shown.guardrail}"
        yield f"Pulse: “{shown.pulse}”, 1 to 5"
    if shown.start_on:
        yield f"Roll-out: {shown.roll_out}; {shown.units_say}"
        yield f"Window: {shown.weeks_before} weeks before {shown.start_on}, until {shown.ends_on}"
        yield f"Stop rule: {shown.stop_rule or 'none; nobody looks before the end'}"
        if shown.because_of:
            yield (
                f"Begun because of: {shown.because_of}. What is unusually bad tends to get better "
                "by itself, so the weeks before the start are part of the model"
            )


def _seal(shown: Shown) -> Iterator[str]:
    if shown.sealed_on is None:
        yield "Not sealed: everything above may still change."
        return
    kind = "after outcomes existed" if shown.exploratory else "before the first outcome"
    yield f"Sealed {kind}, on {shown.sealed_on} by {shown.sealed_by}. SHA-256 `{shown.digest}`."
    if shown.despite:
        yield f"It was run although it could hardly see the effect: {shown.despite}"
    if shown.roll_out != "not drawn":
        yield f"Lots were drawn by NumPy's default generator (PCG64) from seed {shown.seed}."


def _audit(shown: Shown) -> Iterator[str]:
    if not shown.audit:
        yield "Nothing was assigned yet."
        return
    rows = [(a.what, f"{a.units} of {a.of}", "" if a.passed else "here", a.says)
            for a in shown.audit]  # fmt: skip
    yield write_table(("Planned against actual", "Units", "Look", "What it means"), rows)
    if shown.assignment:
        drawn = [
            (
                one.unit if shown.kind == Units.PEOPLE else one.name,
                one.block,
                _day(one.planned_on),
                _day(one.began_on),
                one.note,
            )
            for one in shown.assignment
        ]
        yield write_table(("Unit", "Block", "Drawn for", "Began", "Departure"), drawn)
    said = [
        f"{one.on}: {one.unit or 'all'} {one.what.value}. {one.note}" for one in shown.deviations
    ]
    yield _list(said)
    yield _list(f"Looked on {look.on}: {look.says}" for look in shown.looks)


def _answer(shown: Shown) -> Iterator[str]:
    verdict = shown.verdict
    if verdict is None:
        yield "None yet."
        return
    yield from write_verdict(verdict)


def write_verdict(verdict: Verdict) -> Iterator[str]:
    """A verdict with all that it rests on, in blocks of Markdown."""
    rows = [
        ("Effect", say_effect(verdict)),
        ("p, two-sided", "none" if verdict.p is None else f"{verdict.p:.3g}"),
        (
            "Worth having from",
            f"{verdict.worth:g}{say_scale(verdict.scale)}" if verdict.worth else "",
        ),
        ("Design", verdict.design),
        ("Estimator", verdict.estimator),
        ("Inference", verdict.inference),
        ("Units", f"{verdict.units}, of which {verdict.treated} treated"),
        ("Periods", f"{verdict.periods}"),
    ]
    yield _list(f"{name}: {text}" for name, text in rows if text)
    if verdict.needs:
        yield "It would need:"
        yield _list(verdict.needs)
    if verdict.may_say:
        yield "It may be said:"
        yield _list(verdict.may_say)
    if verdict.may_not_say:
        yield "It may not be said:"
        yield _list(verdict.may_not_say)
    if verdict.checks:
        yield write_table(
            ("Check", "Came out", "What it showed"),
            [(one.name, one.word, one.says) for one in verdict.checks],
        )
    yield from _write_offsets("Periods since the start", verdict.events, verdict)
    yield from _write_offsets("Gap to a mixture of the others", verdict.gap, verdict)
    if verdict.caveats:
        yield "What a reader must know:"
        yield _list(verdict.caveats)


def _write_offsets(title: str, offsets: Sequence[Offset], verdict: Verdict) -> Iterator[str]:
    unit, band = say_scale(verdict.scale), f"{100 * verdict.level:.3g}% band, all at once"
    rows = [
        (
            f"{one.periods:+d}",
            f"{one.estimate:+.3g}{unit}",
            f"{one.low:+.3g}{unit} to {one.high:+.3g}{unit}",
        )
        for one in offsets
    ]
    if rows:
        yield write_table((title, "Difference", band), rows)


def _again(shown: Shown) -> Iterator[str]:
    if shown.analysed_on is None:
        yield "The analysis runs once, after the end; its random numbers follow from the seal."
        return
    yield (
        f"Analysed once, on {shown.analysed_on}. Random numbers follow from the seal, so that the "
        "same facts give the same digits; `groundplan journal verify` shows that no entry of the "
        "journal was changed since."
    )


def _held(held: bool | None) -> str:
    return {True: "held", False: "did not hold", None: "cannot tell"}[held]


def _day(on: date | None) -> str:
    return on.isoformat() if on else "never"


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def write_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown, its columns as wide as their cells, so that it reads as text too."""
    plain = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in (head, *rows)]
    wide = [max(3, *(len(row[nr]) for row in plain)) for nr in range(len(head))]
    lines = [plain[0], ["-" * width for width in wide], *plain[1:]]
    return "\n".join(
        "| " + " | ".join(c.ljust(w) for c, w in zip(line, wide, strict=True)) + " |"
        for line in lines
    )
