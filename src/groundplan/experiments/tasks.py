"""Lots among tasks: what a file says of tasks that were drawn, and what came of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from scipy.special import ndtri

from groundplan.experiments.material import Brought
from groundplan.experiments.verdicts import refuse, thin, verdict_of_effect
from groundplan.experiments.views import Verdict
from groundplan.inference.arrays import Floats, Integers
from groundplan.inference.panels.designs import TASKS
from groundplan.inference.panels.sequential import FIRST_LOOK, plan_looks, watch_effect
from groundplan.inference.panels.tasks import LEAST_PEOPLE, permute_tasks
from groundplan.records.studies import Draw, Study
from groundplan.sources.csv.cells import read_numbers
from groundplan.sources.csv.tables import Table, read_columns, read_table
from groundplan.sources.csv.wording import points_for
from groundplan.terms.errors import BadInput, Refused
from groundplan.terms.estimate import Unknown

LAG: Final = timedelta(weeks=2)  # since the draw, so that slow tasks are seen with the quick ones
LEAST_SEEN: Final = 0.9  # of those tasks
TIGHTEST: Final = 200  # tasks at which the sequence of intervals is narrowest
_WORDS: Final = {
    "task": ("task", "item", "issue", "ticket", "key", "id", "story", "name", "number"),
    "outcome": ("outcome", "hours", "days", "duration", "took", "value", "result", "elapsed"),
    "person": ("person", "engineer", "assignee", "developer", "owner", "author", "who"),
}


@dataclass(frozen=True, slots=True)
class Tasks:
    """Tasks with what came of them. person: "" where a file does not tell."""

    names: tuple[str, ...]
    outcome: Floats
    person: tuple[str, ...]


def read_tasks(brought: Brought) -> Tasks:
    """The tasks of a file whose outcome is a number above zero.

    Errors: BadInput without a file, or without columns that say which task and what came of it.
    """
    if not brought.text:
        raise BadInput("panel", "no file", "a CSV with a row for each task: task and outcome")
    table = read_table(brought.text)
    named = read_columns(brought.columns)
    task, outcome = _column(table, named, "task"), _column(table, named, "outcome")
    person = _column(table, named, "person", required=False)
    told = read_numbers(table.columns[outcome]).values
    kept = np.flatnonzero(np.isfinite(told) & (told > 0))
    owners = table.columns[person] if person else [""] * len(told)
    names = table.columns[task]
    return Tasks(tuple(names[nr] for nr in kept), told[kept], tuple(owners[nr] for nr in kept))


def _column(table: Table, named: dict[str, str], role: str, *, required: bool = True) -> str:
    if role in named:
        if named[role] not in table.columns:
            allowed = ", ".join(map(repr, table.columns))
            raise BadInput(f"column for {role}", named[role], f"one of {allowed}")
        return named[role]
    points = {column: points_for(column, _WORDS[role])[0] for column in table.columns}
    best = max(points, key=points.__getitem__)
    if points[best] > 0:
        return best
    if required:
        allowed = ", ".join(map(repr, table.columns))
        raise BadInput("columns", f"none for {role}", f"{role}= one of {allowed}")
    return ""


def match_draws(tasks: Tasks, draws: tuple[Draw, ...]) -> tuple[Floats, Integers, list[str]]:
    """Outcomes, draws and owners of the tasks that were drawn; the others are left out."""
    drawn = {draw.task.strip().lower(): draw for draw in draws}
    pairs = [
        (value, drawn[name.strip().lower()])
        for name, value in zip(tasks.names, tasks.outcome.tolist(), strict=True)
        if name.strip().lower() in drawn
    ]
    outcome = np.array([value for value, _ in pairs])
    treated = np.array([draw.with_it for _, draw in pairs], dtype=np.int64)
    return outcome, treated, [draw.by for _, draw in pairs]


def analyse_tasks(
    study: Study, brought: Brought, rng: np.random.Generator, level: float
) -> tuple[Verdict, str]:
    """The verdict on drawn tasks, each person's compared among themselves; the file's digest."""
    assert study.measure is not None
    outcome, treated, person = match_draws(read_tasks(brought), study.draws)
    digest = hashlib.sha256(np.round(outcome, 9).tobytes() + treated.tobytes()).hexdigest()
    worth, better = study.measure.worth, 1 if study.measure.more_is_better else -1
    if not len(outcome):
        reason = "no task of the file was drawn"
        return refuse(reason, worth=worth, better=better), digest
    found = permute_tasks(outcome, treated, np.array(person), rng, level=level)
    if isinstance(found, Unknown):
        return refuse(str(found), worth=worth, better=better), digest
    verdict = verdict_of_effect(
        found.effect, TASKS, worth=worth, better=better, units=len(outcome),
        treated=int(treated.sum()), placebos=thin(found.others, found.effect.scale),
    )  # fmt: skip
    return verdict, digest


def watch_harm(study: Study, brought: Brought, today: date) -> bool:
    """Whether harm is certain enough to stop, by intervals that may be looked at again and again.

    Of tasks drawn two weeks ago or longer, in the order of their draws: of younger ones the quick
    are seen first, and which are quick may be what the intervention changes. Refused while more
    than a tenth of those have no outcome yet, while they are fewer than thirty, or of fewer than
    five people.

    Source: `watch_effect`.
    """
    assert study.measure is not None
    tasks = read_tasks(brought)
    done = dict(zip((name.strip().lower() for name in tasks.names), tasks.outcome, strict=True))
    old = [draw for draw in study.draws if draw.on <= today - LAG]
    seen = [draw for draw in old if draw.task.strip().lower() in done]
    if len(seen) < max(FIRST_LOOK, LEAST_SEEN * len(old)):
        raise Refused(
            f"{len(seen)} of the {len(old)} tasks drawn over two weeks ago have an outcome; it "
            f"needs {FIRST_LOOK} of them and {LEAST_SEEN:.0%}.",
            "Look again when more are done: quick ones alone would mislead.",
        )
    if len({draw.by for draw in seen}) < LEAST_PEOPLE:
        raise Refused(f"They are tasks of fewer than {LEAST_PEOPLE} people.", "Wait for others.")
    logs = np.log([done[draw.task.strip().lower()] for draw in seen])
    arms = [float(draw.with_it) for draw in seen]
    # one side of the interval is harm, so both together may err twice as often
    level = 1 - 2 * plan_looks().harm_alpha
    told = watch_effect(logs, arms, 0.5, TIGHTEST, level=level)
    worse = told.high[-1] < 0 if study.measure.more_is_better else told.low[-1] > 0
    return bool(worse)


def detectable(tasks: Tasks, level: float, power: float = 0.8) -> float:
    """The smallest effect that as many tasks would show, half of them drawn [percent].

    From the spread within people of what tasks took so far, in logs.

    Source: Bloom (1995), Evaluation Review 19(5), on minimum detectable effects.
    """
    logs = np.log(tasks.outcome)
    people = np.unique(tasks.person, return_inverse=True)[1]
    means = np.bincount(people, logs) / np.bincount(people)
    freedom = max(1, len(logs) - len(means))
    spread = float(np.sqrt(np.sum((logs - means[people]) ** 2) / freedom))
    reach = float(ndtri((1 + level) / 2) + ndtri(power)) * 2 * spread / np.sqrt(len(logs))
    return float(100 * np.expm1(reach))
