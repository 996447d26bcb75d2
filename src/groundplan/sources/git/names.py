"""The names pass: everything about commits except how many lines they changed.

It costs a tenth of counting lines, so the first page is made from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.ledger import Run
from groundplan.facts.manifest import Segment
from groundplan.sources.git.fetch import Git
from groundplan.sources.git.shape import LOG_FORMAT, Names, missing_commit, parse_log

MOST_COMMITS_A_CHUNK = 8000
FEWEST_COMMITS_A_CHUNK = 250
CHUNKS_A_WORKER = 8

RENAMES = ("--find-renames=50%", "-l1000")
ONLY_IDENTICAL = ("--find-renames=100%", "-l1000")
_LOG: tuple[str, ...] = (
    "log",
    "--no-walk=unsorted",
    "--stdin",
    "-z",
    "--no-abbrev",
    "--no-mailmap",
    "--date=raw",
)
_LOG += (f"--format={LOG_FORMAT}", "--no-ext-diff", "--no-textconv", "--no-color", "--no-notes")
_WITH_CHANGES = ("--raw", "--root")
_NAMES_ONLY = "names of renamed files are compared by identity only: a file's content is missing"
_NO_CHANGES = "what it changed cannot be read"


def chunks_of(commits: Sequence[str], workers: int) -> list[Sequence[str]]:
    """The commits in parts of a size that keeps all workers busy to the end."""
    share = -(-len(commits) // (workers * CHUNKS_A_WORKER))
    size = max(FEWEST_COMMITS_A_CHUNK, min(MOST_COMMITS_A_CHUNK, share))
    return [commits[at : at + size] for at in range(0, len(commits), size)]


def read_names(
    git: Git, repo: str, commits: Sequence[str], *, partial: bool, cuts: Mapping[str, str | None]
) -> Names:
    """The names of some commits. What cannot be read is said in `damage`, commit by commit.

    partial: contents are missing by design, so renames are found by identity alone.
    cuts: commits whose parents are not there; what they changed is not asked.
    """
    names = Names(repo)
    whole = [commit for commit in commits if commit not in cuts]
    levels = _LEVELS[1:] if partial else _LEVELS
    _read(git, whole, names, levels)
    for commit in commits:
        if commit in cuts:
            _read(git, [commit], names, [((), cuts[commit])])
            names.commits["boundary"][-1] = cuts[commit] is None
    return names


_Level = tuple[tuple[str, ...], str | None]
_LEVELS: Sequence[_Level] = (
    ((*_WITH_CHANGES, *RENAMES), None),
    ((*_WITH_CHANGES, *ONLY_IDENTICAL), _NAMES_ONLY),
    (("--no-patch",), _NO_CHANGES),
)


def _read(git: Git, commits: Sequence[str], names: Names, levels: Sequence[_Level]) -> None:
    """Read at the first level; git stops at the first commit it cannot show, which goes deeper."""
    options, damage = levels[0]
    rest = commits
    retried = False
    while rest:
        reply = git.reply(*_LOG, *options, stdin="".join(f"{c}\n" for c in rest).encode())
        if reply.code == 0:
            parse_log(reply.stdout, names, damage=damage)
            return
        told = len(parse_log(reply.stdout, Names(names.repo)))
        if told == 0 and not retried and len(rest) > 1:
            retried = True  # being repacked, perhaps: once more, as it was
            continue
        sure = max(told - 1, 0)
        parse_log(reply.stdout, names, most=sure, damage=damage)
        doubtful = rest[sure : sure + 2] if len(rest) > 1 else rest
        rest = rest[sure + len(doubtful) :]
        for commit in doubtful:
            _read_one(git, commit, names, levels, reply.complaint)


def _read_one(
    git: Git, commit: str, names: Names, levels: Sequence[_Level], complaint: str
) -> None:
    for options, damage in levels:
        reply = git.reply(*_LOG, *options, stdin=f"{commit}\n".encode())
        if reply.code == 0 and reply.stdout:
            said = f"{damage} ({complaint})" if damage == _NO_CHANGES else damage
            parse_log(reply.stdout, names, damage=said)
            return
        complaint = reply.complaint
    missing_commit(commit, names, f"the commit cannot be read ({complaint})")


def write_names(run: Run, connection: DuckDB, names: Names, part: str) -> list[Segment]:
    """The segments of one chunk, not visible yet; kinds without rows have none."""
    return [
        run.write(connection, kind, columns, part)
        for kind, columns in names.columns()
        if len(columns["repo"])
    ]
