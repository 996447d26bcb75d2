"""The use cases on a panel that somebody brings along: read for the answer, kept nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from groundplan.experiments import inputs as asked
from groundplan.experiments.report import write_table, write_verdict
from groundplan.experiments.verdicts import speak, verdict_of
from groundplan.experiments.views import Situation, Situations, Verdict
from groundplan.experiments.wide import read_any
from groundplan.inference.panels.analysis import analyse
from groundplan.inference.panels.designs import TABLE, TASKS, Design
from groundplan.inference.panels.placebo import run_placebos
from groundplan.sources.csv.item_events import Rejected
from groundplan.sources.csv.panels import PanelFile
from groundplan.sources.csv.shape import Guess
from groundplan.sources.csv.tables import read_columns
from groundplan.terms.errors import BadInput
from groundplan.terms.estimate import Estimate, Measured
from groundplan.terms.scope import Scope
from groundplan.terms.units import Share
from groundplan.usecase import Context, NoInputs


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How a file was read: which column was taken for what, and what was left out, by line."""

    markdown: str
    units: int
    periods: int
    guesses: tuple[Guess, ...]
    notes: tuple[str, ...]
    rejected: tuple[Rejected, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysed(Told):
    """The verdict on a panel. verdict, estimate, low, high, p: the answer's, found at once."""

    verdict: str
    estimate: float | None
    low: float | None
    high: float | None
    p: float | None
    answer: Verdict


@dataclass(frozen=True, slots=True)
class Rate:
    """How often a rule cried wolf where nothing had happened [share], with its 95% interval.

    rate, low, high: None where the rule is not defined.
    """

    rule: str
    placebos: int
    rate: Share | None
    low: Share | None
    high: Share | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarms(Told):
    """False alarms of the path that the decision table chooses, and of naive rules beside it.

    chosen: of the decision table's path; of_judged: the same of the placebos on which it may say
    helped or hurt at all, as on the others it never does; naive: of what is commonly done.
    """

    treated: int
    runs: int
    path: str
    chosen: Rate
    of_judged: Rate
    naive: tuple[Rate, ...]


def list_designs(_: Context, __: Scope, ___: NoInputs) -> Situations:
    """The decision table, row by row; the first that fits is taken."""
    rows = (
        Situation(row.name, row.when, row.design, row.estimator, row.inference, row.strength)
        for row in (TASKS, *TABLE)
    )
    return Situations(write_designs(), tuple(rows))


def write_designs() -> str:
    """The decision table in Markdown, as the documents print it."""
    head = ("row", "when", "design", "estimator", "inference", "may claim")
    rows = (TASKS, *TABLE)
    return write_table(head, [(row.name, row.when, row.design, row.estimator, row.inference,
                               row.strength) for row in rows])  # fmt: skip


def analyse_file(context: Context, _: Scope, inputs: asked.AnalyseInputs) -> Analysed:
    """The verdict on anybody's panel, by the path that the decision table chooses.

    Errors: BadInput for a file that is no panel, or in which nobody is treated.
    """
    read = read_any(inputs.panel, read_columns(inputs.columns), inputs.treated_from)
    panel = read.panel
    if not panel.treated.any():
        allowed = "a column with the first treated period of each treated unit, or of 0 and 1"
        hint = " ".join(("Nobody in the file is ever treated, as it was read.", *read.notes))
        raise BadInput("treated_from", inputs.treated_from or "nothing", allowed, hint)
    if not inputs.worth >= 0:
        raise BadInput("worth", inputs.worth, "0 percent or more")
    better = 1 if inputs.better is asked.Better.MORE else -1
    design = Design(
        rule="complete" if inputs.drawn else "observed",
        better="higher" if better > 0 else "lower",
        worth_percent=inputs.worth or None,
        weights=read.weights,
        season=read.season,
    )
    found = analyse(panel, design, context.rng)
    verdict = verdict_of(found, len(panel.periods), better=better)
    told = speak(verdict, "the intervention", read.outcome)
    return Analysed(
        markdown="\n\n".join((f"# {told.verdict.capitalize()}", told.sentence,
                              *write_verdict(told), *_say_reading(read))) + "\n",
        verdict=told.verdict,
        estimate=told.estimate,
        low=told.low,
        high=told.high,
        p=told.p,
        answer=told,
        **_told(read),
    )  # fmt: skip


def run_placebo_file(context: Context, _: Scope, inputs: asked.PlaceboInputs) -> Alarms:
    """How often the chosen path, and naive rules, cry wolf on a panel where nothing happened."""
    read = read_any(inputs.panel, read_columns(inputs.columns))
    found = run_placebos(read.panel, inputs.treated, context.rng)
    path = ", ".join(f"{name} ({runs:,})" for name, runs in found.routes)
    chosen = _rate("the decision table's path", found.chosen)
    of_judged = _rate("the same, where it may say helped or hurt", found.of_judged)
    naive = tuple(_rate(rule, share) for rule, share in found.naive)
    says = (
        f"{found.runs:,} interventions that never happened, {found.treated} of "
        f"{len(read.panel.units)} units each. Path chosen: {path}."
    )
    rows = [(one.rule, _percent(one.rate), f"{_percent(one.low)} to {_percent(one.high)}")
            for one in (chosen, of_judged, *naive)]  # fmt: skip
    table = write_table(("Rule", "False alarms", "95% interval"), rows)
    text = "\n\n".join(("# False alarms", says, table, *_say_reading(read))) + "\n"
    return Alarms(markdown=text, treated=found.treated, runs=found.runs, path=path, chosen=chosen,
                  of_judged=of_judged, naive=naive, **_told(read))  # fmt: skip


def _rate(rule: str, share: Measured) -> Rate:
    if not isinstance(share, Estimate):
        return Rate(rule, share.have, None, None, None)
    return Rate(rule, share.n, share.value, share.low, share.high)


def _percent(share: float | None) -> str:
    return "not defined" if share is None else f"{100 * share:.1f}%"


def _told(read: PanelFile) -> dict[str, Any]:
    return {
        "units": len(read.panel.units),
        "periods": len(read.panel.periods),
        "guesses": read.guesses,
        "notes": read.notes,
        "rejected": read.rejected,
    }


def _say_reading(read: PanelFile) -> Iterator[str]:
    """How the file was read, so that nobody wonders what was taken for what."""
    yield "## How the file was read"
    lines = [f"{one.role}: {one.column or 'none'} ({one.reason})" for one in read.guesses]
    lines += [*read.notes, *(f"Line {row.line}: {row.reason}" for row in read.rejected[:10])]
    if len(read.rejected) > 10:
        lines.append(f"{len(read.rejected) - 10:,} more rows were left out; --json lists them.")
    yield "\n".join(f"- {line}" for line in lines)
