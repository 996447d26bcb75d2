"""Measuring KPIs from a repository, on a machine or in CI: no server, nothing to set up.

Commands that measure run here only: no interface that others can reach carries them out.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from groundplan.bootstrap.settings import utc_now
from groundplan.bootstrap.workspace import Workspace
from groundplan.interfaces.catalogue import Case, list_use_cases
from groundplan.interfaces.cli.asking import print_view, use_case_group
from groundplan.interfaces.cli.opening import open_workspace
from groundplan.interfaces.cli.options import shared
from groundplan.interfaces.cli.terminal import say
from groundplan.interfaces.codec.views import write_pretty_json
from groundplan.interfaces.web.tables import Table, markdown_table
from groundplan.records.measured import KPI, STREAMS
from groundplan.sources.measurements.fetch import Trouble, measure, read_file
from groundplan.sources.measurements.plan import FILE_NAME, Plan, Turn, read_plan
from groundplan.sources.measurements.results import Result, write_results
from groundplan.terms.errors import BadInput, Conflict, NotFound, Refused, SourceDown
from groundplan.usecase import Context, ask

PRACTICE = "benchmarks"
MOST_TRIES = 20  # to record a run, while others record theirs


@click.group(help="Measure KPIs, and tell whether they can be trusted and got worse.")
def bench() -> None:
    """The group's own callback has nothing to do."""


class _Asked:
    """The use cases of benchmarks on one workspace, without reading any repository."""

    def __init__(self, opened: Workspace) -> None:
        self._cases: dict[str, Case] = {
            case.name.partition(".")[2]: case for case in list_use_cases()[PRACTICE]
        }
        self._scope = opened.scope()
        self.context: Context = opened.context(self._scope)

    def __call__(self, verb: str, **inputs: Any) -> Any:
        case = self._cases[verb]
        return ask(case, self.context, self._scope, case.inputs(**inputs))

    def record(self, results: str) -> None:
        """Keep runs, also while somebody else measures the same KPI."""
        for left in reversed(range(MOST_TRIES)):
            try:
                self("record", results=results)
                return
            except Conflict:
                if not left:
                    raise


@bench.command()
@click.option(
    "--file",
    "plan_file",
    default=FILE_NAME,
    show_default=True,
    type=click.Path(path_type=Path),
    help="What to measure, and where.",
)
@click.option("--kpi", "kpis", multiple=True, help="Only this KPI; repeatable.")
@click.option("--host", "hosts", multiple=True, help="Only this host; repeatable.")
@click.option("--session", default="", help="Names this session [default: the time now].")
@click.option("--resume", is_flag=True, help="Go on with the newest session.")
@shared
def run(
    plan_file: Path,
    kpis: tuple[str, ...],
    hosts: tuple[str, ...],
    session: str,
    resume: bool,
    workspace: Path | None,
    quiet: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Measure every KPI on every host, in mixed order; each run is kept at once."""
    plan = _narrow(read_plan(read_file(plan_file)), kpis, hosts)
    opened = open_workspace((Path(),), workspace, quiet)
    asked = _Asked(opened)
    for way in plan.ways:
        asked("define", kpi=way.name, unit=way.unit, better=way.better, how=way.command,
              change=way.change)  # fmt: skip
    known = _list_done(asked.context, plan)
    if resume:
        if not known:
            raise NotFound("There is no session to resume.", "Begin one: groundplan bench run")
        session = next(reversed(known))
    session = session.strip() or utc_now().strftime("%Y-%m-%dT%H:%M:%SZ")
    done = known.get(session, set())
    total = sum(way.repetitions for way in plan.ways) * len(plan.hosts) - len(done)
    kept: list[Result] = []
    with opened.tracker.stage("Measuring", max(total, 0), "runs") as stage:

        def keep(result: Result) -> None:
            asked.record(write_results([result]))
            kept.append(result)
            stage.advance()

        troubles = measure(plan, session, plan_file.resolve().parent, keep, done)
    _tell_run(session, kept, troubles, as_json)


def _narrow(plan: Plan, kpis: tuple[str, ...], hosts: tuple[str, ...]) -> Plan:
    """Only the KPIs and hosts that were named; BadInput for one that the plan does not have."""
    for field, named, have in (
        ("--kpi", kpis, [way.name for way in plan.ways]),
        ("--host", hosts, [host.name for host in plan.hosts]),
    ):
        for name in named:
            if name not in have:
                raise BadInput(field, name, f"one of {', '.join(have)}")
    return Plan(
        tuple(way for way in plan.ways if not kpis or way.name in kpis),
        tuple(host for host in plan.hosts if not hosts or host.name in hosts),
        plan.versions,
    )


def _list_done(context: Context, plan: Plan) -> dict[str, set[Turn]]:
    """The turns that were taken, by session; the session that began last comes last."""
    found = (context.journal.fold(f"{STREAMS}{way.name}", KPI) for way in plan.ways)
    runs = [(kpi.name, run) for kpi in found if kpi for run in kpi.runs if run.source == "command"]
    done: dict[str, set[Turn]] = {}
    for name, run in sorted(runs, key=lambda pair: pair[1].at):
        done.setdefault(run.session, set()).add(Turn(name, run.host, run.repetition))
    return done


def _tell_run(session: str, kept: list[Result], troubles: list[Trouble], as_json: bool) -> None:
    failed = [one for one in kept if one.failed]
    if as_json:
        say(write_pretty_json({"session": session, "runs": len(kept), "failed": len(failed),
                               "troubles": troubles}))  # fmt: skip
    else:
        say(f"Session {session}: {len(kept):,} runs recorded, {len(failed):,} of them failed.")
        for line in dict.fromkeys(f"  {one.kpi} on {one.host}: {one.failed}" for one in failed):
            say(line)
    if troubles:
        told = "; ".join(
            f"{one.host}{f', {one.kpi}' if one.kpi else ''}: {one.reason}; {one.turns:,} runs left"
            for one in troubles
        )
        raise SourceDown(told, "What was measured is kept. Go on: groundplan bench run --resume")


@bench.command()
@click.argument("kpi", default="")
@shared
def show(kpi: str, workspace: Path | None, quiet: bool, as_json: bool) -> None:
    """Whether KPI can be trusted and what to do about it; without KPI, all of them in a list."""
    asked = _Asked(open_workspace((Path(),), workspace, quiet))
    view = asked("show", kpi=kpi) if kpi else asked("list")
    say(write_pretty_json(view)) if as_json else print_view(view)


@bench.command()
@click.argument("kpi", default="")
@click.option("--strict", is_flag=True, help="Fail for a KPI that cannot be trusted yet, too.")
@click.option(
    "--summary",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Append the Markdown summary to this file, such as $GITHUB_STEP_SUMMARY.",
)
@shared
def check(
    kpi: str,
    strict: bool,
    summary: Path | None,
    workspace: Path | None,
    quiet: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Fail (exit code 4) if the newest session of KPI, or of any, is worse than those before it."""
    found = _Asked(open_workspace((Path(),), workspace, quiet))("check", kpi=kpi)
    text = write_summary(found.ok, found.kpis)
    say(write_pretty_json(found) if as_json else text)
    if summary is not None:
        with summary.open("a", encoding="utf-8") as stream:
            stream.write(f"{text}\n")
    worse = [one.kpi for one in found.kpis if not one.ok]
    doubtful = [one.kpi for one in found.kpis if strict and not one.trustworthy]
    if worse:
        raise Refused(f"worse, or without a value: {', '.join(worse)}", "groundplan bench show KPI")
    if doubtful:
        raise Refused(f"not trustworthy yet: {', '.join(doubtful)}", "groundplan bench show KPI")


def write_summary(ok: bool, kpis: Iterable[Any]) -> str:
    """The summary of a check as Markdown, for a pull request or a job."""
    rows = [
        (one.kpi, "ok" if one.ok else "worse", "yes" if one.trustworthy else "not yet", one.says)
        for one in kpis
    ]
    head = "All KPIs are as before or better." if ok else "A KPI is worse, or has no value."
    table = Table(("KPI", "Now", "Can it be trusted?", "What was seen"), rows)
    body = [head, "", *markdown_table(table)] if rows else ["Nothing was measured yet."]
    return "\n".join(["## Benchmarks", "", *body])


for _verb in ("changes", "record"):  # they take a file, so they read no repository either
    bench.add_command(use_case_group(PRACTICE).commands[_verb])
