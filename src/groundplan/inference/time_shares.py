"""What share of people's time went to something, where it is only likely what the time was for."""

from __future__ import annotations

import numpy as np

from groundplan.inference.arrays import Floats, Integers
from groundplan.inference.longrun import LEVEL, clustered_variance
from groundplan.inference.proportions import effective_trials, share_by_cluster, wilson_bounds
from groundplan.terms.estimate import Estimate, Measured, Unknown
from groundplan.terms.units import SHARE

PERSON_DAYS = "person-days"


def share_of_time(
    days: Floats, chance: Floats, person: Integers, *, level: float = LEVEL
) -> Measured:
    """The share of time that went to something [share].

    days: of each piece of work, shape (n,). chance: that it was for that, shape (n,). person: whose
    it was, from 0, shape (n,). The interval holds both doubts: that other days of these people
    would have gone elsewhere (people as clusters), and that chances below one may be wrong
    (independent trials). That a classifier is wrong in one direction is not in it; its record is
    printed beside it.

    Source: Korn and Graubard (1998), Survey Methodology 24(2); Hopkins and King (2010), A method of
    automated nonparametric content analysis, AJPS 54(1), for shares of what is only likely.
    """
    total = float(days.sum())
    if total == 0:
        return Unknown("nobody's time is known", 0, 1, PERSON_DAYS)
    spent = np.bincount(person, days)
    there = np.bincount(person, days * chance)
    if len(spent) < 2:
        return Unknown("the time of one person is theirs", 1, 2, "people")
    share = min(1.0, float(there.sum()) / total)
    variance, freedom = clustered_variance(there - share * spent, total)
    doubt = float((days**2 * chance * (1 - chance)).sum()) / total**2
    worth = effective_trials(share, total, variance + doubt, freedom, level)
    low, high = wilson_bounds(share, worth, level)
    method = f"Wilson on the effective sample, {len(spent)} people and the doubt of attribution"
    return Estimate(share, low, high, level, SHARE, round(total), PERSON_DAYS, method)


def pool_shares(days: Floats, share: Floats, *, level: float = LEVEL) -> Measured:
    """The share over several stretches of time [share], each with its days and its own share.

    Errors: ValueError for a share outside 0 to 1.
    """
    return share_by_cluster(days * share, days, PERSON_DAYS, level=level)
