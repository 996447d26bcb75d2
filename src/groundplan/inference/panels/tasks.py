"""A trial in which tasks, not people, are assigned at random: the design that small teams can
afford, because a few people do hundreds of tasks."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from groundplan.inference.arrays import Floats, Integers
from groundplan.inference.panels.assignments import assign
from groundplan.inference.panels.contrasts import contrast_gains
from groundplan.inference.panels.effects import Scale
from groundplan.inference.panels.permutation import DRAWS, Permuted, conclude
from groundplan.terms.estimate import Unknown

LEAST_PEOPLE: Final = 5  # an aggregate over fewer would tell of one


def permute_tasks(
    outcome: npt.ArrayLike,
    treated: npt.ArrayLike,
    person: npt.ArrayLike,
    rng: np.random.Generator,
    *,
    covariate: npt.ArrayLike | None = None,
    scale: Scale = "percent",
    draws: int = DRAWS,
    level: float = 0.95,
) -> Permuted | Unknown:
    """The effect on a task of being treated, tested by shuffling treatment within each person.

    outcome: of tasks, such as hours; treated: 0 or 1; person: a number each; covariate: known
    before the assignment, such as the forecast. Percent: outcome and covariate in logs. Counted
    are people with tasks of both kinds; Unknown below five of them, so that no estimate tells of
    one person. Raises ValueError for percent of outcomes that are not positive.

    Source: Lin (2013), Annals of Applied Statistics 7(1), for the covariate; Fisher (1935).
    """
    values, chosen = np.asarray(outcome, dtype=np.float64), np.asarray(treated, dtype=np.int64)
    people = np.unique(np.asarray(person), return_inverse=True)[1].ravel()
    columns = None if covariate is None else np.asarray(covariate, dtype=np.float64)
    if scale == "percent":
        if (values <= 0).any() or (columns is not None and (columns <= 0).any()):
            raise ValueError("a percentage needs positive numbers")
        values, columns = np.log(values), None if columns is None else np.log(columns)
    kept = _with_both(chosen, people)
    values, chosen, people = values[kept], chosen[kept], people[kept]
    found = np.unique(people)
    if len(found) < LEAST_PEOPLE:
        reason = "too few people have tasks of both kinds"
        return Unknown(reason, len(found), LEAST_PEOPLE, "people")
    given = (people[:, None] == found[1:]).astype(np.float64)
    if columns is not None:
        given = np.column_stack([given, columns[kept]])
    made = assign(chosen, draws, rng, people)
    contrast = contrast_gains(values, made.labels, chosen.astype(np.float64), covariates=given)
    effect = conclude(contrast, made, scale, level, "difference within people")
    return Permuted(effect, contrast.values, made.possible, made.exact)


def _with_both(chosen: Integers, people: Integers) -> npt.NDArray[np.bool_]:
    """Which tasks are of people who have treated and untreated ones."""
    tasks: Floats = np.bincount(people).astype(np.float64)
    share = np.bincount(people, chosen) / np.maximum(tasks, 1)
    mixed: npt.NDArray[np.bool_] = (share > 0) & (share < 1)
    return mixed[people]
