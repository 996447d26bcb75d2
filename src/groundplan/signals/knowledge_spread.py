"""Knowledge spread: how much of the code more than one person works on, and the truck factor."""

from __future__ import annotations

import numpy as np

from groundplan.inference.arrays import Integers
from groundplan.inference.expertise import (
    degree_of_authorship,
    find_authors,
    truck_factor_interval,
)
from groundplan.inference.proportions import share_by_cluster, share_of
from groundplan.signals import sentences
from groundplan.signals.samples import codes, column, numbered, too_few, words
from groundplan.signals.signal import Finding, Part, Reading, Sample, Signal
from groundplan.terms.estimate import Estimate, Measured
from groundplan.terms.units import SHARE

# At most some 10,000 files, taken evenly by number, of eight years and the running one: a share of
# files needs no more, and rows stay few on ten million changes. Years, not weeks, so that blocks
# of weeks stay where they are when a week passes.
SELECT = """
with numbers as (
  select repo, row_number() over (order by repo) * 10000000000 as nr from scope_repos
),
taken as (
  select greatest(1, cast(floor(count(*) / 10000) as bigint)) as every
  from files where repo in (select repo from scope_repos) and entry = 'file'
)
select authored_week as week, person_id, min(area) as area, nr + file_id as file,
  count(*) as changes, max(case when status = 'A' then 1 else 0 end) as created
from changes join numbers using (repo) cross join taken
where actor = 'human' and not bulk
  and entry = 'file' and status <> 'D' and mod(file_id, every) = 0
  and authored_week is not null and authored_at >= :since and authored_at < :until
  and authored_at >= (
    select date_trunc('year', max(as_of)) - interval 8 years from repos
    where repo in (select repo from scope_repos)
  )
group by nr, file_id, authored_week, person_id
"""
MINIMUM = 20
FEWEST_AREAS = 5  # below that, areas are too few to be clusters


def estimate(sample: Sample) -> Measured:
    """Of the files changed at least twice, the share changed by two people or more [share]."""
    area, people, changes = _files(sample)
    often = changes >= 2
    if unknown := too_few(int(often.sum()), MINIMUM, "files"):
        return unknown
    shared = (people >= 2) & often
    clusters = int(area.max()) + 1
    if clusters < FEWEST_AREAS:
        return share_of(int(shared.sum()), int(often.sum()), "files")
    trials = np.bincount(area, weights=often, minlength=clusters)
    some = trials > 0
    return share_by_cluster(
        np.bincount(area, weights=shared, minlength=clusters)[some], trials[some], "files"
    )


def truck_factor(sample: Sample) -> tuple[Part, ...]:
    """How few people wrote more than half of the files of the window [people]."""
    file, files = numbered(sample, "file")
    person, names = codes(words(sample, "person_id"))
    if not len(file):
        return ()
    people = len(names)
    pair, inverse = np.unique(file * people + person, return_inverse=True)
    own = np.bincount(inverse, weights=column(sample, "changes"))
    created = np.bincount(inverse, weights=column(sample, "created")) > 0
    of_file = pair // people
    others = np.bincount(of_file, weights=own, minlength=files)[of_file] - own
    is_author = find_authors(of_file, degree_of_authorship(created, own - created, others))
    area, _ = codes(words(sample, "area"))
    home = np.zeros(files, dtype=np.int64)
    home[file] = area
    # files without a main author are nobody's to lose, and stay out
    authored, renumbered = np.unique(of_file[is_author], return_inverse=True)
    factor = truck_factor_interval(
        renumbered,
        pair[is_author] % people,
        np.unique(home[authored], return_inverse=True)[1],
        MINIMUM,
        np.random.default_rng(files),
    )
    return (Part("truck factor", factor),)


def _files(sample: Sample) -> tuple[Integers, Integers, Integers]:
    """Of each file its area, its people and its changes; shapes (files,)."""
    file, files = numbered(sample, "file")
    person, _ = codes(words(sample, "person_id"))
    area, _ = codes(words(sample, "area"))
    of_file = np.zeros(files, dtype=np.int64)
    of_file[file] = area
    pairs = np.unique(file * (int(person.max(initial=0)) + 1) + person)
    people = np.bincount(pairs // (int(person.max(initial=0)) + 1), minlength=files)
    changes = np.bincount(file, weights=column(sample, "changes"), minlength=files)
    return of_file, people, changes.astype(np.int64)


def speak(reading: Reading) -> Finding | None:
    """A sentence when few people carry most of the code, or when sharing moved."""
    now = reading.now
    if not isinstance(now, Estimate):
        return None
    alone = 1 - now.value
    year = sentences.span(reading.window.weeks)
    detail = "Sharing grows by reviews, pairs and small changes in new places, not by rules."
    moved = sentences.share_moved(
        reading,
        f"the files that changed more than once in the last {year} were changed by several people",
        detail,
    )
    if moved:
        return moved
    factor = next((p.value for p in reading.parts if p.name == "truck factor"), None)
    if isinstance(factor, Estimate) and 0 < factor.value <= 2:
        who = "the same one" if factor.value == 1 else "one of the same two"
        sentence = f"Of the files of the last {year} with one main author, most have {who}."
        return sentences.finding(reading, sentence, 0.6, detail)
    if now.high < 0.5:
        told = sentences.in_ten(alone).capitalize()
        sentence = f"{told} files that changed more than once were changed by one person only."
        return sentences.finding(reading, sentence, sentences.LEVEL_WORTH_KNOWING, detail)
    return None


SIGNAL = Signal(
    name="knowledge_spread",
    title="Files known by several",
    version=1,
    says="What share of the files at work is known by more than one person? [share]",
    unit=SHARE,
    counts="Files that were changed at least twice in the window; of these, the files changed by "
    "two people or more. The part `truck factor` is the number of people who are the only main "
    "authors of more than half of the files that have one, by degree of authorship in the window.",
    leaves_out="Bots and agents, merge commits, bulk commits, deletions, links and submodules, and "
    "files that rested or changed once: older knowledge is not in it. Reviewers know code too, and "
    "are not seen here. Of more than 10,000 files an even sample is taken.",
    misuse="Not a list of whom to watch or whom to keep: no names here. One careful owner can be "
    "right for a small part.",
    source="Avelino, Passos, Hora and Valente 2016, A novel approach for estimating truck factors, "
    "ICPC (arXiv 1604.06766); Bird et al. 2011, Don't touch my code!, ESEC/FSE",
    model="Wilson interval on the effective sample, clustered by area (Korn and Graubard 1998)",
    select=SELECT,
    minimum=MINIMUM,
    minimum_of="files",
    estimate=estimate,
    speak=speak,
    parts=truck_factor,
    window_weeks=52,
    tags=("people", "risk"),
)
