"""Places in the code that a path or a question means, and the documents beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from groundplan.facts.engines.duckdb import DuckDB

MOST_WORDS: Final = 8  # of a question
COMMON: Final = 0.05  # of all commits: a word in more of them tells nothing
FEW: Final = 50  # commits; a word in no more of them always tells something
_PATHS: Final = """
select path, changes from files
where repo = :repo and alive and entry = 'file' and (
  path = :what or starts_with(path, :what || '/') or path glob :what
  or contains('/' || path || '/', '/' || :what || '/')
)
order by path = :what desc, starts_with(path, :what || '/') desc, changes desc, path
"""
_READMES: Final = """
with documents as (
  select path, regexp_replace(path, '/?[^/]*$', '') as folder from files
  where repo = :repo and alive and entry = 'file'
    and (contains(lower(path), 'readme') or contains(lower(path), 'contributing'))
)
select path from documents where folder in (select unnest(:folders))
  and regexp_matches(path, '(^|/)(README|CONTRIBUTING)[^/]*$', 'i')
order by length(folder) desc, path
"""
_WORD_COUNTS: Final = """
select w.word, count(*) from (select unnest(:words) as word) w
join commits c on contains(lower(c.subject), w.word) where c.repo = :repo group by w.word
"""
_SUBJECTS: Final = """
select c.commit_id, any_value(c.subject) from (select unnest(:words) as word) w
join commits c on contains(lower(c.subject), w.word)
where c.repo = :repo and not c.is_merge group by c.commit_id, c.order_nr
order by c.order_nr desc limit 3000
"""
_NAMED: Final = """
select f.path from (select unnest(:words) as word) w
join files f on contains(lower(f.path), w.word)
where f.repo = :repo and f.alive and f.entry = 'file' group by f.path order by f.path
"""
_TOUCHED: Final = """
with those as (
  select file_id, commit_id, count(*) over (partition by commit_id) as files from changes
  where repo = :repo and not bulk and commit_id in (select unnest(:commits))
)
select f.path, t.commit_id, t.files, f.changes from those t join files f using (file_id)
where f.repo = :repo and f.alive and f.entry = 'file' order by f.path, t.commit_id
"""


@dataclass(frozen=True, slots=True)
class Topic:
    """What a history has to do with some words.

    telling: those that are not everywhere, the rarest first. seen: of `of` commits, those whose
    subjects hold a word. subjects: of commits that hold a telling one, by id. touched: living path,
    commit, files of the commit, changes of the path. paths: living ones that hold a telling word.
    """

    telling: tuple[str, ...]
    seen: Mapping[str, int]
    of: int
    subjects: Mapping[str, str]
    touched: Sequence[tuple[str, str, int, int]]
    paths: Sequence[str]


def find_paths(mart: DuckDB, repo: str, what: str) -> list[tuple[str, int]]:
    """Living files that `what` means as a path, a folder or a glob, with their changes."""
    return [(path, n) for path, n in mart.rows(_PATHS, {"repo": repo, "what": what})]


def find_readmes(mart: DuckDB, repo: str, path: str) -> list[str]:
    """What introduces the folders above `path`, the nearest first."""
    folders = {"", *(path.rsplit("/", n)[0] for n in range(1, path.count("/") + 1))}
    return [one for (one,) in mart.rows(_READMES, {"repo": repo, "folders": sorted(folders)})]


def read_topic(mart: DuckDB, repo: str, words: Sequence[str]) -> Topic:
    """The commits, paths and files that hold some words."""
    asked: dict[str, object] = {"repo": repo, "words": list(words)}
    seen = dict(mart.rows(_WORD_COUNTS, asked))
    of = mart.rows("select commits from repos where repo = :repo", asked)[0][0]
    rare = [word for word in words if seen.get(word, 0) <= max(FEW, COMMON * of)] or list(words)
    subjects = dict(mart.rows(_SUBJECTS, {"repo": repo, "words": rare}))
    touched = mart.rows(_TOUCHED, {"repo": repo, "commits": list(subjects)})
    paths = [path for (path,) in mart.rows(_NAMED, {"repo": repo, "words": rare})]
    telling = tuple(sorted(rare, key=lambda word: seen.get(word, 0)))
    return Topic(telling, seen, of, subjects, [(p, c, n, k) for p, c, n, k in touched], paths)
