"""The kinds of fact that a version history leaves, whatever tool keeps it."""

from __future__ import annotations

from groundplan.facts.kinds import Column, FactKind, Type

_REPO = Column("repo", Type.TEXT, "the repository's id in this workspace")
_COMMIT = Column("commit_id", Type.TEXT, "full object id")

COMMITS = FactKind(
    name="commits",
    version=1,
    grain="one commit object, immutable",
    columns=(
        _REPO,
        _COMMIT,
        Column("parents", Type.TEXT, "object ids of the parents, in order, separated by a space"),
        Column("parent_count", Type.INTEGER, "number of parents: 0 is a root, 2 and more a merge"),
        Column("author_name", Type.TEXT, "as written, decoded (see sources/git/shape.py)"),
        Column("author_email", Type.TEXT, "as written, decoded"),
        Column("authored_at", Type.TIMESTAMP, "UTC; null where the commit's date cannot be read"),
        Column("author_offset_minutes", Type.INTEGER, "the author's zone, minutes east of UTC"),
        Column("committer_name", Type.TEXT, "as written, decoded"),
        Column("committer_email", Type.TEXT, "as written, decoded"),
        Column("committed_at", Type.TIMESTAMP, "UTC; null where the commit's date cannot be read"),
        Column("committer_offset_minutes", Type.INTEGER, "minutes east of UTC"),
        Column("subject", Type.TEXT, "first paragraph of the message on one line"),
        Column("body", Type.TEXT, "the message after the subject"),
        Column("boundary", Type.BOOLEAN, "the history is cut here (shallow): changes are unknown"),
        Column("damage", Type.TEXT, "what of this commit could not be read; null if nothing"),
    ),
    key=("repo", "commit_id"),
    accounts=(("author_name", "author_email"), ("committer_name", "committer_email")),
    texts=("subject", "body", "damage"),
)

CHANGES = FactKind(
    name="changes",
    version=1,
    grain="one path changed by one commit against one parent; none for merges, as in git log",
    columns=(
        _REPO,
        _COMMIT,
        Column("parent_nr", Type.INTEGER, "which parent it is compared with; 0 for a root commit"),
        Column("path", Type.TEXT, "as is if valid UTF-8, otherwise in git's quoted form"),
        Column("status", Type.TEXT, "A added, M modified, D deleted, R renamed, C copied, T type"),
        Column("source_path", Type.TEXT, "where a renamed or copied path came from, else null"),
        Column("similarity", Type.INTEGER, "percent, of renames and copies, else null"),
        Column("entry", Type.TEXT, "file, link or submodule (after the change, before if deleted)"),
        Column("lines", Type.TEXT, "counted, binary, pending (not counted yet) or missing"),
        Column("added", Type.BIGINT, "lines added; null unless counted"),
        Column("deleted", Type.BIGINT, "lines deleted; null unless counted"),
    ),
    key=("repo", "commit_id", "parent_nr", "path"),
)

TRAILERS = FactKind(
    name="trailers",
    version=1,
    grain="one trailer line of one commit message, as git parses trailers",
    columns=(
        _REPO,
        _COMMIT,
        Column("nr", Type.INTEGER, "position among the commit's trailers, from 0"),
        Column("token", Type.TEXT, "lower case: co-authored-by, reviewed-by, signed-off-by, ..."),
        Column("value", Type.TEXT, "as written, unfolded"),
        Column("name", Type.TEXT, "the name, if the value is `Name <e-mail>`"),
        Column("email", Type.TEXT, "the e-mail address, if the value is `Name <e-mail>`"),
    ),
    key=("repo", "commit_id", "nr"),
    accounts=(("name", "email"),),
    texts=("value",),
)

REFS = FactKind(
    name="refs",
    version=1,
    grain="one observation that a ref appeared, moved or was deleted",
    columns=(
        _REPO,
        Column("run", Type.BIGINT, "the ingest run that saw it; larger is later"),
        Column("ref", Type.TEXT, "full name: refs/heads/..., refs/tags/..., refs/pull/7/head"),
        Column("ref_kind", Type.TEXT, "branch, remote, tag or pull"),
        Column("commit_id", Type.TEXT, "the commit it points to; null when deleted"),
        Column("event", Type.TEXT, "appeared, moved, forced (history was rewritten) or deleted"),
        Column("seen_at", Type.TIMESTAMP, "when the run looked, UTC"),
    ),
    key=("repo", "run", "ref"),
)

REACHABILITY = FactKind(
    name="reachability",
    version=1,
    grain="one commit gained or lost by the set of all refs; the latest run's word holds",
    columns=(
        _REPO,
        Column("run", Type.BIGINT, "the ingest run that saw it; larger is later"),
        _COMMIT,
        Column("reachable", Type.BOOLEAN, "true: some ref reaches it; false: a tombstone"),
    ),
    key=("repo", "run", "commit_id"),
)

LANDINGS = FactKind(
    name="landings",
    version=1,
    grain="one commit of the main line's history: which first-parent commit brought it there",
    columns=(
        _REPO,
        _COMMIT,
        Column("landed_by", Type.TEXT, "the first-parent commit that brought it; itself if direct"),
        Column(
            "landing_nr",
            Type.BIGINT,
            "position of `landed_by` on the main line, from 0 at the root",
        ),
        Column(
            "order_nr", Type.BIGINT, "topological position in the whole main history, parents first"
        ),
    ),
    key=("repo", "commit_id"),
)

TREE = FactKind(
    name="tree",
    version=1,
    grain="one file in the newest tree of the main line",
    columns=(
        _REPO,
        Column("path", Type.TEXT, "as in changes"),
        Column("entry", Type.TEXT, "file, link or submodule"),
    ),
    key=("repo", "path"),
)

MAILMAP = FactKind(
    name="mailmap",
    version=1,
    grain="one line of the repository's .mailmap at the newest main commit (gitmailmap(5))",
    columns=(
        _REPO,
        Column("nr", Type.INTEGER, "line position, from 0; later lines override"),
        Column("proper_name", Type.TEXT, "null: keep the commit's name"),
        Column("proper_email", Type.TEXT, "null: keep the commit's e-mail"),
        Column("commit_name", Type.TEXT, "null: match on e-mail alone"),
        Column("commit_email", Type.TEXT, "the e-mail to match, ignoring case"),
    ),
    key=("repo", "nr"),
    accounts=(("proper_name", "proper_email"), ("commit_name", "commit_email")),
)

CODE_KINDS = (COMMITS, CHANGES, TRAILERS, REFS, REACHABILITY, LANDINGS, TREE, MAILMAP)
