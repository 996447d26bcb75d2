"""How much of what is done in a place falls to one person, without saying who."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from groundplan.inference.arrays import Floats, Integers


def falls_to_busiest(
    place: Integers, person: Integers, week: Integers
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Whether each act is by who does most in its place in the other weeks, shapes (n,) [share].

    The first array has a part of 1 where several do most there; the second says for which acts
    there are other weeks to tell from. Whoever is busiest is found without the week that is
    counted, since choosing and counting on the same acts would flatter the share (the winner's
    curse): the mean is that of somebody who was known before.

    Source: Stone (1974), Cross-validatory choice, Journal of the Royal Statistical Society B 36.
    """
    share, known = np.zeros(len(place)), np.zeros(len(place), dtype=bool)
    order = np.argsort(place, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(place[order])) + 1):
        people, who = np.unique(person[rows], return_inverse=True)
        weeks, when = np.unique(week[rows], return_inverse=True)
        counts = np.zeros((len(weeks), len(people)))
        np.add.at(counts, (when, who), 1.0)
        others = counts.sum(axis=0) - counts
        most = others.max(axis=1, keepdims=True)
        busiest = others == most
        share[rows] = (busiest / busiest.sum(axis=1, keepdims=True))[when, who]
        known[rows] = most[when, 0] > 0
    return share, known
