"""Declared owners: the file CODEOWNERS as GitHub and GitLab read it, and who its owners are.

What is declared is a statement of the team's, not of the history: it is shown beside what the
facts say, and never mixed into it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.identities.naming import read_address

PLACES: Final = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
OF_HANDLES: Final = 0.5  # of the merges from a handle's branches: more are by its person

_SECTION = re.compile(r"\^?\[(?P<name>[^\]]+)\](?:\[\d*\])?(?P<owners>.*)")
_WORD = re.compile(r"(?:\\.|[^\s\\])+")  # a backslash keeps a space inside a word
_OWNER = re.compile(r"@{1,2}[\w./-]+|[^@\s]+@[^@\s]+\.[^@\s]+")
_GLOB = re.compile(r"\\(?P<plain>.)|(?P<deep>/\*\*/|^\*\*/|/\*\*$|\*\*)|\*|\?", re.DOTALL)
_HANDLES = """
select a.person_id, p.name, lower(a.name), lower(a.email) from accounts a
join people p using (person_id) where p.actor = 'human'
"""
_BRANCHES = r"""
select lower(regexp_extract(subject, ' from ([^/ ]+)/', 1)) as handle, person_id, count(*)
from landings
where repo = :repo and actor = 'human' and starts_with(subject, 'Merge pull request #')
  and lower(regexp_extract(subject, ' from ([^/ ]+)/', 1)) in (select unnest(:handles))
group by all
"""


_THESE = "select '', unnest(:paths)"
_LIVING = """
select area, path from files where repo = :repo and alive and entry = 'file'
  and (:prefix = '' or path = :prefix or starts_with(path, :prefix || '/'))
"""


@dataclass(frozen=True, slots=True)
class Rule:
    """A line: owners (as written) of the paths that fit; none where a line takes them back."""

    pattern: str
    owners: tuple[str, ...]


@dataclass(frozen=True)
class CodeOwners:
    """The rules by section; where several rules of a section fit a path, the last one holds.

    gitlab: a pattern without a leading slash fits at any depth, and a folder needs a trailing one.
    """

    place: str
    sections: tuple[tuple[Rule, ...], ...]
    gitlab: bool

    @cached_property
    def _fits(self) -> tuple[tuple[re.Pattern[str], tuple[Rule, ...]], ...]:
        newest_first = [section[::-1] for section in self.sections]
        return tuple(
            (re.compile("|".join(f"({as_regex(r.pattern, self.gitlab)})" for r in rules)), rules)
            for rules in newest_first
        )

    def owners(self, path: str) -> tuple[str, ...]:
        """Who is declared to own `path`, in every section; each once."""
        found = ((fits.fullmatch(path), rules) for fits, rules in self._fits)
        named = (rules[(hit.lastindex or 1) - 1].owners for hit, rules in found if hit)
        return tuple(dict.fromkeys(owner for owners in named for owner in owners))

    def count(self, paths: Iterable[str]) -> dict[str, int]:
        """How many of `paths` each declared owner has, most first [files]."""
        counts: dict[str, int] = defaultdict(int)
        for path in paths:
            for owner in self.owners(path):
                counts[owner] += 1
        return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def parse(text: str, place: str) -> CodeOwners:
    """The rules of a CODEOWNERS file; lines that mean nothing, and negations, are left out.

    Sections are GitLab's; a file without any, outside `.gitlab`, is read as GitHub reads it.
    https://docs.github.com/articles/about-code-owners, https://docs.gitlab.com/user/project/codeowners
    """
    sections: dict[str, list[Rule]] = {"": []}
    section = ""
    defaults: tuple[str, ...] = ()
    for line in (line.strip() for line in text.splitlines()):
        if heading := _SECTION.fullmatch(line):
            section, defaults = heading["name"].strip().lower(), _owners(heading["owners"])[0]
            sections.setdefault(section, [])
        elif line and not line.startswith(("#", "!")):
            pattern, rest = _split(line)
            owners, clear = _owners(rest)
            if clear:
                sections[section].append(Rule(pattern, owners or defaults))
    rules = tuple(tuple(some) for some in sections.values() if some)
    return CodeOwners(place, rules, place.startswith(".gitlab/") or len(sections) > 1)


def _split(line: str) -> tuple[str, str]:
    word = _WORD.match(line)
    end = word.end() if word else 0
    return line[:end], line[end:]


def _owners(rest: str) -> tuple[tuple[str, ...], bool]:
    """The owners before a comment, and whether the line can be meant: it has one, or no words."""
    words = rest.split("#", 1)[0].split()
    found = tuple(word for word in words if _OWNER.fullmatch(word))
    return found, bool(found) or not words


def as_regex(pattern: str, gitlab: bool) -> str:
    """A pattern as a regular expression for whole paths."""
    inner = pattern.rstrip("/") if pattern != "/" else ""
    anchored = pattern.startswith("/") or (not gitlab and "/" in inner)
    body = "".join(_translate(inner.removeprefix("/")))
    if pattern.endswith("/"):
        below = "/.*" if body else ".*"
    elif gitlab or inner.endswith("/*"):
        below = ""  # `docs/*` means the files in docs, not those further down
    else:
        below = "(?:/.*)?"
    return ("" if anchored else "(?:.*/)?") + body + below


def _translate(glob: str) -> Iterator[str]:
    at = 0
    for hit in _GLOB.finditer(glob):
        yield re.escape(glob[at : hit.start()])
        at = hit.end()
        deep = {"/**/": "/(?:.*/)?", "**/": "(?:.*/)?", "/**": "/.*", "**": ".*"}
        if hit["plain"]:
            yield re.escape(hit["plain"])
        else:
            yield deep[hit["deep"]] if hit["deep"] else "[^/]*" if hit[0] == "*" else "[^/]"
    yield re.escape(glob[at:])


@dataclass(frozen=True, slots=True)
class Declared:
    """Who is declared to own some places: files by owner of each place, and whom owners are.

    by: the file that declares. files: of each place. people: person ids of owners recognised.
    """

    by: str
    counts: Mapping[str, Mapping[str, int]]
    files: Mapping[str, int]
    people: Mapping[str, str]

    def at(self, place: str) -> tuple[str, Mapping[str, int], int, Mapping[str, str]]:
        """What declares, files by owner, files of the place, and the people of owners."""
        return self.by, self.counts.get(place, {}), self.files.get(place, 0), self.people


NOTHING: Final = Declared("", {}, {}, {})


def read_declared(
    mart: DuckDB,
    repo: str,
    read: Callable[[str, str], str | None] | None,
    where: Mapping[str, object],
) -> Declared:
    """Who is declared to own :paths (one place, ""), or else the areas of what is below :prefix.

    read: gives a file's text as it is now; None if the viewer may not see who knows what.
    """
    owners = find_codeowners(mart, repo, read) if read else None
    if owners is None:
        return NOTHING
    places: dict[str, list[str]] = defaultdict(list)
    for place, path in mart.rows(_THESE if "paths" in where else _LIVING, where):
        places[place].append(path)
    counts = {place: owners.count(paths) for place, paths in places.items()}
    named = sorted({owner for some in counts.values() for owner in some})
    files = {place: len(paths) for place, paths in places.items()}
    return Declared(owners.place, counts, files, find_owners(mart, repo, named))


def find_codeowners(
    mart: DuckDB, repo: str, read: Callable[[str, str], str | None]
) -> CodeOwners | None:
    """The newest tree's CODEOWNERS, from the first place that has one; None without it."""
    standing = "select path from files where repo = :repo and alive and path in (select unnest(:p))"
    alive = {path for (path,) in mart.rows(standing, {"repo": repo, "p": list(PLACES)})}
    place = next((place for place in PLACES if place in alive), None)
    text = read(repo, place) if place else None
    return parse(text, place) if place and text is not None else None


def find_owners(mart: DuckDB, repo: str, owners: Sequence[str]) -> dict[str, str]:
    """The person ids of owners that one person of the history answers to; teams have none.

    By address; by handle: in a code host's hidden address, as an account's name, before the `@`
    of one address, or as the owner of branches that were merged.
    """
    people: dict[str, set[str]] = defaultdict(set)
    loosely: dict[str, set[str]] = defaultdict(set)
    for person, _, name, email in mart.rows(_HANDLES):
        address = read_address(email)
        people[email].add(person)
        people["@" + name].add(person)
        if address.noreply:
            people["@" + address.noreply.login].add(person)
        elif not address.generic:
            loosely["@" + address.local].add(person)
    keys = {owner: owner.lower() for owner in owners}
    unknown = [key[1:] for key in keys.values() if key[0] == "@" and len(people[key]) != 1]
    merged: dict[str, dict[str, int]] = defaultdict(dict)
    for handle, person, times in mart.rows(_BRANCHES, {"repo": repo, "handles": unknown}):
        merged["@" + handle][person] = times
    found = {}
    for owner, key in keys.items():
        often = {p for p, n in merged[key].items() if n > OF_HANDLES * sum(merged[key].values())}
        sure = (some for some in (people[key], often, loosely[key]) if len(some) == 1)
        if one := next(sure, None):
            found[owner] = next(iter(one))
    return found
