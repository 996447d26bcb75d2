"""Estimates under many assignments at once, each of them linear in the outcomes.

What an effect of 1 on the treated adds to each is kept beside it: with both, a test of any
effect needs no second pass, so intervals by inversion are exact and cost nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from groundplan.inference.arrays import Floats, Integers

_CHUNK: Final = 4_000_000  # cells that are gathered at once


@dataclass(frozen=True, slots=True)
class Contrast:
    """Estimates under each assignment, (assignments,), the actual one first.

    values: of the outcomes. echoes: of an effect of 1 on the actually treated; the first is 1.
    """

    values: Floats
    echoes: Floats


def contrast_gains(
    gains: Floats,
    treated: Integers,
    actual: Floats,
    *,
    covariates: Floats | None = None,
    weights: Floats | None = None,
) -> Contrast:
    """Treated less untreated mean gain, given covariates, by (weighted) least squares.

    treated: 0 or 1, (assignments, units). actual: (units,), how much an effect of 1 adds to each
    gain. covariates: (units, columns), of before the start. weights: (units,). Assignments that
    covariates explain wholly have NaN.
    """
    root = np.ones(len(gains)) if weights is None else np.sqrt(weights / np.mean(weights))
    columns = np.ones((len(gains), 1))
    if covariates is not None:
        columns = np.column_stack([columns, covariates])
    left, sizes, _ = np.linalg.svd(root[:, None] * columns, full_matrices=False)
    basis = left[:, sizes > sizes.max() * 1e-10]

    def rest(values: Floats) -> Floats:
        scaled = root * values
        return np.asarray(root * (scaled - basis @ (basis.T @ scaled)))

    # one product, because the table of assignments is large
    sums = treated.astype(np.float64) @ np.column_stack(
        [rest(gains), rest(actual), root**2, root[:, None] * basis]
    )
    freedom = sums[:, 2] - np.sum(sums[:, 3:] ** 2, axis=1)
    # divided by its root an assignment echoes no other more than itself
    freedom = np.sqrt(np.where(freedom > 1e-9, freedom, np.nan))
    values, echoes = sums[:, 0] / freedom, sums[:, 1] / freedom
    return Contrast(values / echoes[0], echoes / echoes[0])


def contrast_quiet(gains: Floats, treated: Integers, noise: Floats) -> Contrast:
    """The treated units' distance from the mean gain, each in units of its own noise.

    For one or two treated units: a unit that always jumps about must jump further. treated: 0 or
    1, (assignments, units); noise: (units,), from before the start alone.

    Source: the idea of ratios to the fit before the start, Abadie, Diamond and Hainmueller (2010),
    Journal of the American Statistical Association 105.
    """
    chosen = treated.astype(np.float64)
    share = chosen.mean(axis=1)[0]
    values = chosen @ ((gains - gains.mean()) / noise)
    echoes = chosen @ ((chosen[0] - share) / noise)
    return Contrast(values / echoes[0], echoes / echoes[0])


def contrast_starts(
    values: Floats,
    groups: Integers,
    starts: Integers,
    lengths: Floats,
    *,
    weights: Floats | None = None,
) -> Contrast:
    """The mean effect over treated cells by imputation, under each order of the starts.

    values: block means, (units, blocks). groups: (assignments, units), which of `starts` each
    unit has; starts: first treated blocks, the number of blocks for never. lengths: periods of
    the blocks. Two-way effects are fitted to untreated cells, and what treated cells exceed them
    by is averaged over cells; left out are treated cells of blocks in which all are treated, and
    of groups without a block before.

    Source: Borusyak, Jaravel and Spiess (2024), Review of Economic Studies 91(6); Gardner (2022).
    """
    patterns = (np.arange(len(lengths)) >= starts[:, None]).astype(np.float64)
    ones = np.ones(len(values)) if weights is None else weights / np.mean(weights)
    if weights is None:
        sizes = np.bincount(groups[0], minlength=len(starts)).astype(np.float64)
        cells = impute_weights(sizes[None], starts, lengths)[0] / sizes[:, None]
        told, echo = values @ cells.T, patterns[groups[0]] @ cells.T
        return Contrast(sum_scores(told, groups), sum_scores(echo, groups))
    sizes = np.stack([(groups == one) @ ones for one in range(len(starts))], axis=1)
    cells = impute_weights(sizes, starts, lengths) / sizes[:, :, None]
    actual = patterns[groups[0]]
    found = np.zeros(len(groups))
    echoes = np.zeros(len(groups))
    for one in range(len(starts)):
        member = (groups == one) * ones
        found += np.sum((member @ values) * cells[:, one], axis=1)
        echoes += np.sum((member @ actual) * cells[:, one], axis=1)
    return Contrast(found, echoes)


def impute_weights(sizes: Floats, starts: Integers, lengths: Floats) -> Floats:
    """The weight of each group's block mean in the imputation estimate, (draws, groups, blocks).

    sizes: (draws, groups). Weights sum to 1 over treated cells and to 0 over every group and
    block. Raises ValueError where no treated cell can be compared with anything.
    """
    groups, blocks = len(starts), len(lengths)
    treated: npt.NDArray[np.bool_] = np.arange(blocks) >= starts[:, None]
    apart = ~np.asarray(treated.all(axis=1))[:, None]
    usable = treated & ~treated.all(axis=0) & apart
    if not usable.any():
        raise ValueError("no treated block can be compared with an untreated one")
    mass = sizes[:, :, None] * lengths
    goal = mass * usable
    goal = (goal / goal.sum(axis=(1, 2), keepdims=True)).reshape(len(sizes), -1)
    design = np.zeros((groups * blocks, groups + blocks))
    cell = np.arange(groups * blocks)
    design[cell, cell // blocks] = 1
    design[cell, groups + cell % blocks] = 1
    free = (mass * ~treated).reshape(len(sizes), -1)
    normal = np.einsum("cp,dc,cq->dpq", design, free, design, optimize=True)
    pull = np.linalg.pinv(normal, hermitian=True) @ (goal @ design)[:, :, None]
    weights = goal - free * (design @ pull)[:, :, 0]
    return np.asarray(weights.reshape(len(sizes), groups, blocks))


def sum_scores(scores: Floats, groups: Integers) -> Floats:
    """The sum over units of their score in the group that each assignment gives them.

    scores: (units, groups), or more columns of each, which are kept apart.
    """
    units = np.arange(groups.shape[1])
    found = np.empty((len(groups), *scores.shape[2:]))
    step = max(1, _CHUNK // (len(units) * scores[0, 0].size))
    for first in range(0, len(groups), step):
        found[first : first + step] = scores[units, groups[first : first + step]].sum(axis=1)
    return found
