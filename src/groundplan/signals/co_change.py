"""Co-change: how often a change reaches across areas, and which files move together."""

from __future__ import annotations

import numpy as np

from groundplan.facts.work_kinds import sort_path
from groundplan.inference.association import find_pairs
from groundplan.inference.proportions import share_by_week, share_of
from groundplan.signals import sentences
from groundplan.signals.samples import by_week, codes, column, numbered, too_few, words
from groundplan.signals.signal import Finding, Part, Reading, Sample, Signal
from groundplan.terms.estimate import Estimate, Measured
from groundplan.terms.units import SHARE

# Four years and the running one; a row of each change, and of the last year, from which pairs are
# read, one of each file that may be named: it is still there, changes often enough to have
# partners, and not together with very many files, where every pair of them seems tied.
SELECT = """
with numbers as (
  select repo, row_number() over (order by repo) * 10000000000 as nr from scope_repos
),
recent as (
  select n.nr + x.order_nr as change_id, n.nr + x.file_id as file, x.repo, x.file_id, x.area,
    x.authored_week
  from changes x join numbers n on n.repo = x.repo
  where x.actor = 'human' and not x.bulk
    and x.authored_week is not null and x.authored_at >= :since and x.authored_at < :until
    and x.authored_at >= (
      select date_trunc('year', max(as_of)) - interval 4 years from repos
      where repo in (select repo from scope_repos)
    )
),
often as (
  select repo, file_id from recent group by repo, file_id having count(*) >= 5
),
reach as (
  select change_id, min(authored_week) as week, min(area) <> max(area) as spans,
    count(*) as files
  from recent group by change_id
)
select week, change_id, true as leads, spans, null as file, null as area, null as path from reach
union all
select r.authored_week, r.change_id, false, w.spans, r.file, r.area, f.path
from recent r
join reach w on w.change_id = r.change_id and w.files <= 30
join often o on o.repo = r.repo and o.file_id = r.file_id
join files f on f.repo = o.repo and f.file_id = o.file_id and f.alive
where r.authored_week >= cast(:until as timestamp) - interval 52 weeks
"""
MINIMUM = 50
MOST_PARTS = 10


def estimate(sample: Sample) -> Measured:
    """The share of changes that reach into more than one area [share]."""
    leads = column(sample, "leads")
    if unknown := too_few(leads.sum(), MINIMUM, "changes"):
        return unknown
    spans = by_week(sample, leads * column(sample, "spans"))
    return share_by_week(spans, by_week(sample, leads), "changes")


def pairs(sample: Sample) -> tuple[Part, ...]:
    """The files that change together most surely: of changes to either, the share to both."""
    change, changes = numbered(sample, "change_id")
    known = ~np.ma.getmaskarray(sample.rows["file"])
    path, area = (words(sample, name)[known] for name in ("path", "area"))
    _, at, of_row = np.unique(sample.rows["file"][known], return_index=True, return_inverse=True)
    code = np.array([sort_path(str(one)) == "code" for one in path[at].tolist()], dtype=bool)
    if not code.any():
        return ()
    file_of = np.full(len(at), -1, dtype=np.int64)
    file_of[code], names = codes(path[at[code]])
    file = file_of[of_row]
    home: dict[int, object] = dict(zip(file.tolist(), area.tolist(), strict=True))
    found = find_pairs(change[known][file >= 0], file[file >= 0], changes)
    # pairs across areas first: inside an area, moving together is what an area is for
    order = sorted(
        range(len(found.first)),
        key=lambda i: (
            home[int(found.first[i])] == home[int(found.second[i])],
            -_surely(int(found.together[i]), int(found.either[i])),
        ),
    )
    parts: list[Part] = []
    shown: set[str] = set()
    for i in order:
        first, second = str(names[found.first[i]]), str(names[found.second[i]])
        # a header beside its source is no news, nor a file that was named before
        if first in shown or second in shown or _are_twins(first, second):
            continue
        shown |= {first, second}
        share = share_of(int(found.together[i]), int(found.either[i]), "changes to either")
        parts.append(Part(f"{first} + {second}", share))
    return tuple(parts[:MOST_PARTS])


def _are_twins(first: str, second: str) -> bool:
    one, other = first.rsplit("/", 1)[-1], second.rsplit("/", 1)[-1]
    return one != other and one.split(".", 1)[0] == other.split(".", 1)[0]


def _surely(together: int, either: int) -> float:
    share = share_of(together, either, "changes to either")
    return share.low if isinstance(share, Estimate) else 0.0


def speak(reading: Reading) -> Finding | None:
    """A sentence on the surest pair, or on changes that reach further than before."""
    reaching = "Areas are directories; a test beside its code in another one counts as reaching."
    moved = sentences.share_moved(reading, "changes reach into more than one area", reaching)
    if moved:
        return moved
    best = next((part for part in reading.parts if isinstance(part.value, Estimate)), None)
    if best is None or not isinstance(best.value, Estimate) or best.value.low < 0.3:
        return None
    first, second = best.name.split(" + ", 1)
    sentence = (
        f"{first} and {second} move together: {sentences.in_ten(best.value.value)} changes to "
        "either touch both."
    )
    detail = "More often than chance would bring about, over all pairs that were looked at."
    return sentences.finding(reading, sentence, sentences.LEVEL_WORTH_KNOWING, detail)


SIGNAL = Signal(
    name="co_change",
    title="Changes across areas",
    version=1,
    says="What share of changes reaches into more than one area, and which files move together? "
    "[share]",
    unit=SHARE,
    counts="Commits whose files lie in two areas or more, of all commits. The parts are pairs of "
    "files: of the commits that change either, the share that changes both; shown only where that "
    "is more than chance explains (false discovery rate 1% over all pairs), across areas first.",
    leaves_out="Merge commits, bots and agents, bulk commits (more than 100 files); for pairs, "
    "a source and its header, changes with more than 30 files, files with fewer than five "
    "changes, tests and documentation, which move with their code.",
    misuse="Moving together is no fault: it is a place to look at, where a boundary may be missing "
    "or a rule unwritten. It says nothing about people.",
    source="Gall, Hajek and Jazayeri 1998, Detection of logical coupling based on product release "
    "history, ICSM; Zimmermann et al. 2005, Mining version histories to guide software changes, "
    "TSE 31(6); Benjamini and Yekutieli 2001",
    model="Wilson interval on the effective sample by week (Korn and Graubard 1998)",
    select=SELECT,
    minimum=MINIMUM,
    minimum_of="changes",
    estimate=estimate,
    speak=speak,
    parts=pairs,
    about_people=False,
    window_weeks=52,
    tags=("structure",),
)
