"""Who knows what, from touches: decayed knowledge, shares with back-off, authorship, truck factor.

People and files are numbers here; nothing is stored, nothing is named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv

from groundplan.terms.estimate import Estimate, Measured, Unknown
from groundplan.terms.units import PEOPLE, SHARE

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]

AUTHOR_NORMALISED = 0.75  # of the file's highest degree of authorship (Avelino et al. 2016)
AUTHOR_ABSOLUTE = 3.293  # the regression's intercept: an author is above a stranger
SLOPES = (1.098, 0.164, 0.321)  # of its terms: created, own changes, others' changes
COVERED = 0.5  # of the files still have an author; below that, the team has lost the code
AVELINO: Final = (
    "Avelino et al. 2016: authors by degree of authorship; whoever has most files is removed until "
    "more than half of the living files that a person ever changed have no author."
)


@dataclass(frozen=True, slots=True)
class TruckFactor:
    """How many people the code can lose.

    factor: 0 when no file has an author. removed: people, in the order of removal, shape (factor,).
    lost_share: of all files without an author after each removal, shape (factor,).
    """

    factor: int
    removed: Ints
    lost_share: Floats
    files: int


@dataclass(frozen=True, slots=True)
class Loss:
    """What the people of a truck factor take with them.

    removed: people, in the order of removal. first: a row of each file, shape (files,).
    lost: files that have no author left, shape (files,); none while nobody is removed.
    """

    factor: Measured
    removed: Ints
    first: Ints
    lost: Flags


def decayed(weight: npt.ArrayLike, age_days: npt.ArrayLike, half_life_days: float) -> Floats:
    """What is left of each touch [fresh changes]: half after one half-life, never more than all.

    Ages below zero (a clock ran ahead) count as zero. Forgetting curve: Krueger et al. 2018,
    "Do you remember this source code?", ICSE.
    """
    age = np.maximum(np.asarray(age_days, dtype=float), 0.0)
    return np.asarray(np.asarray(weight, dtype=float) * np.exp2(-age / half_life_days))


def knowledge_shares(levels: npt.ArrayLike, backoff: npt.ArrayLike) -> tuple[Floats, float]:
    """Each person's share of the next touches [0 to 1], and the evidence behind it.

    levels: decayed knowledge of each person, shape (levels, people), from the narrowest place
    (file) to the widest (repository). backoff: how many fresh changes of a level weigh as much as
    all that is known from the wider levels, shape (levels - 1,).
    Returns shares, shape (people,), summing to 1 (all zero if nobody ever touched anything), and
    the narrowest level's total plus its back-off [fresh changes].
    Interpolated Dirichlet smoothing: MacKay and Peto 1995.
    """
    known = np.asarray(levels, dtype=float)
    strength = np.asarray(backoff, dtype=float)
    if known.ndim != 2 or strength.shape != (known.shape[0] - 1,):
        raise ValueError(f"levels {known.shape} need {known.shape[0] - 1} back-off strengths")
    total = known.sum(axis=1)
    shares = known[-1] / total[-1] if total[-1] > 0 else np.zeros(known.shape[1])
    for level in range(known.shape[0] - 2, -1, -1):
        shares = (known[level] + strength[level] * shares) / (total[level] + strength[level])
    return shares, float(total[0] + (strength[0] if len(strength) else 0.0))


def present(silent_days: npt.ArrayLike, scale_days: float) -> Floats:
    """Odds that somebody is still around after so many days of silence [0 to 1].

    1 / (1 + days / scale): need falls with the power of recency (Anderson and Schooler 1991).
    """
    silent = np.maximum(np.asarray(silent_days, dtype=float), 0.0)
    return np.asarray(1 / (1 + silent / scale_days))


def rank_people(
    levels: npt.ArrayLike,
    silent_days: npt.ArrayLike,
    backoff: npt.ArrayLike,
    presence_days: float,
) -> tuple[Floats, float]:
    """Each person's share of the next changes to a place, and the evidence [fresh changes].

    Decayed knowledge with back-off to wider places (as `knowledge_shares`), times the odds of
    still being around (as `present`, with a scale of `presence_days`).
    """
    shares, evidence = knowledge_shares(levels, backoff)
    shares = shares * present(silent_days, presence_days)
    return shares / max(float(shares.sum()), 1e-300), evidence


def calibrate(share: npt.ArrayLike, slope: float, intercept: float) -> Floats:
    """What a share has meant in the past [0 to 1]: slope and intercept on the log odds.

    Keeps the order (slope above 0); 0 stays 0. The rest belongs to people whom the history did
    not name. Platt 1999.
    """
    given = np.clip(np.asarray(share, dtype=float), 0.0, 1.0)
    inner = np.clip(given, 1e-12, 1 - 1e-12)
    odds = slope * (np.log(inner) - np.log1p(-inner)) + intercept
    return np.asarray(np.where(given <= 0, 0.0, 1 / (1 + np.exp(-odds))))


def share_interval(
    share: float, evidence: float, n: int, need: int, level: float = 0.9
) -> Measured:
    """A knowledge share with its credible interval [share], Unknown below `need` touches.

    The posterior is Beta: `evidence` fresh changes stand behind the share.
    """
    if n < need or evidence <= 0:
        return Unknown("too few changes to tell who knows it", n, need, "changes")
    tail = (1 - level) / 2
    a, b = max(share * evidence, 1e-9), max((1 - share) * evidence, 1e-9)
    low, high = float(betaincinv(a, b, tail)), float(betaincinv(a, b, 1 - tail))
    return Estimate(
        share, min(low, share), max(high, share), level, SHARE, n, "changes", "Dirichlet posterior"
    )


def degree_of_authorship(
    created: npt.ArrayLike, own: npt.ArrayLike, others: npt.ArrayLike
) -> Floats:
    """Degree of authorship of a person in a file [points].

    created: the person added the file. own, others: changes by the person, by everybody else.
    Fritz et al. 2010 (ICSE), as used by Avelino et al. 2016 (ICPC).
    """
    first = np.asarray(created, dtype=float)
    delivered = np.asarray(own, dtype=float)
    accepted = np.asarray(others, dtype=float)
    created_it, own_change, others_change = SLOPES
    points = created_it * first + own_change * delivered - others_change * np.log1p(accepted)
    return np.asarray(AUTHOR_ABSOLUTE + points)


def find_authors(file: Ints, degree: Floats) -> Flags:
    """Which rows name an author of their file: near its highest degree, and above a stranger.

    file: which file each row is about, from 0. degree: of the row's person in it.
    Avelino et al. 2016: normalised degree above 0.75, absolute degree at least 3.293.
    """
    highest = np.full(int(file.max(initial=-1)) + 1, -np.inf)
    np.maximum.at(highest, file, degree)
    return np.asarray((degree > AUTHOR_NORMALISED * highest[file]) & (degree >= AUTHOR_ABSOLUTE))


def find_truck_factor(
    file: Ints, person: Ints, files: int, weight: Floats | None = None
) -> TruckFactor:
    """The fewest people who leave more than half of the files without an author, greedily [people].

    file, person: one row for each author of each file; files: how many there are, authored or not.
    weight: what each file counts (all 1 unless given). The person with most authored files is
    removed first, as in Avelino et al. 2016. A file that never had an author counts as lost.
    """
    counts = np.ones(files) if weight is None else weight
    if not len(file):
        return TruckFactor(0, np.empty(0, dtype=np.int64), np.empty(0), files)
    owned = np.bincount(person, weights=counts[file])
    order = np.argsort(-owned, kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    last = np.full(files, -1, dtype=np.int64)
    np.maximum.at(last, file, rank[person])
    lost = np.cumsum(np.bincount(last + 1, weights=counts, minlength=len(order) + 1))
    lost_share = lost / max(counts.sum(), 1e-12)
    factor = int(np.argmax(lost_share > COVERED))
    return TruckFactor(factor, order[:factor], lost_share[1 : factor + 1], files)


def truck_factor_interval(
    file: Ints,
    person: Ints,
    cluster: Ints,
    need: int,
    rng: np.random.Generator,
    draws: int = 200,
    level: float = 0.9,
) -> Measured:
    """The truck factor [people] with a bootstrap interval over clusters of files.

    cluster: which part of the tree (directory) each file belongs to, shape (files,); files of one
    directory share their authors, so directories are drawn, not files (Field and Welsh 2007).
    Unknown below `need` files.
    """
    files = len(cluster)
    if files < need:
        return Unknown("too few files", files, need, "files")
    clusters = int(cluster.max()) + 1
    drawn = []
    for _ in range(draws):
        weight = rng.multinomial(clusters, np.full(clusters, 1 / clusters))[cluster].astype(float)
        if weight.sum() > 0:
            drawn.append(find_truck_factor(file, person, files, weight).factor)
    point = find_truck_factor(file, person, files).factor
    tail = (1 - level) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail], method="inverted_cdf")
    return Estimate(
        point,
        min(float(low), point),
        max(float(high), point),
        level,
        PEOPLE,
        files,
        "files",
        "bootstrap over directories",
    )


def assess_loss(rows: Mapping[str, npt.NDArray[Any]], need: int, rng: np.random.Generator) -> Loss:
    """The truck factor [people] of some files, and which of them lose their last author.

    rows: columns file, directory, nr (the person), created, own, others: a row for each file and
    person who changed it; rows of people who cannot be authors may be left out.
    """
    _, first, number = np.unique(rows["file"], return_index=True, return_inverse=True)
    degree = degree_of_authorship(rows["created"], rows["own"], rows["others"])
    authors = find_authors(number, degree)
    file, person = number[authors], rows["nr"][authors]
    removed = find_truck_factor(file, person, len(first)).removed
    cluster = np.unique(rows["directory"][first], return_inverse=True)[1]
    factor = truck_factor_interval(file, person, cluster, need, rng)
    kept = np.isin(np.arange(len(first)), file[~np.isin(person, removed)])
    return Loss(factor, removed, first, ~kept & bool(len(removed)))
