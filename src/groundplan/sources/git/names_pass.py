"""The names pass of one run, from look to cursor: commits, changed paths, refs, the main line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from groundplan.facts.code import (
    CHANGES,
    COMMITS,
    LANDINGS,
    MAILMAP,
    REACHABILITY,
    REFS,
    TRAILERS,
    TREE,
)
from groundplan.facts.engines.duckdb import Columns, DuckDB
from groundplan.facts.kinds import FactKind
from groundplan.facts.manifest import Segment
from groundplan.sources.git.fetch import Git, GitFailed, Look
from groundplan.sources.git.landings import land
from groundplan.sources.git.names import (
    FEWEST_COMMITS_A_CHUNK,
    chunks_of,
    read_names,
    write_names,
)
from groundplan.sources.git.naming import repository_name
from groundplan.sources.git.plan import Ground, Plan, notes_on, plan, repaired, survey
from groundplan.sources.git.pool import at_once
from groundplan.sources.git.refs import events, reachability
from groundplan.sources.git.shape import parse_mailmap, parse_tree
from groundplan.sources.git.state import CUT_PART, PAIRS, Ingested, State, state_of
from groundplan.sources.git.turn import Turn
from groundplan.terms.errors import SourceBroken


def read_new_names(turn: Turn, seen: Look, now: datetime) -> Ingested:
    """Bring everything but line counts up to date with what a look saw."""
    state = state_of(turn.run.cursor())
    connection = DuckDB(threads=1)
    try:
        return _NamesPass(turn, connection, turn.shadow(), seen, state, now).read()
    except GitFailed as failure:
        raise SourceBroken(
            f"{turn.repository.path}: {failure}", "Try `git fsck` in the repository."
        ) from failure
    finally:
        connection.close()


@dataclass(slots=True)
class _NamesPass:
    turn: Turn
    connection: DuckDB
    git: Git
    seen: Look
    before: State | None
    now: datetime
    segments: list[Segment] = field(default_factory=list)
    next_numbers: tuple[int, int] | None = None

    def read(self) -> Ingested:
        ground = survey(self.git, self.seen, self.before)
        try:
            todo = plan(self.turn.run, self.connection, ground, self.before)
        except GitFailed:
            ground = repaired(self.git, ground, self.seen)
            todo = plan(self.turn.run, self.connection, ground, self.before)
        state = self.next_state()
        if self.fits_one_commit(todo):
            changes = self.read_few(ground, todo, state)
        else:
            self.begin(ground, todo, state)
            changes = self.read_chunks(ground, todo, state)
        done = self.finish(ground, todo, state)
        notes = (*ground.notes, *notes_on(ground, self.seen, self.turn.repository))
        for note in notes:
            self.turn.progress.note(note)
        return Ingested(
            self.turn.repo, done.name, todo.added, len(todo.lost), changes, done.pending, notes
        )

    def next_state(self) -> State:
        """The state while this run is under way."""
        repository = self.turn.repository
        here = State(
            path=str(repository.path),
            name=repository_name(repository),
            object_format=repository.object_format,
            run=1,
        )
        if self.before is not None:
            here = replace(self.before, path=here.path, run=self.before.run + 1, finished=False)
        return replace(here, shallow=bool(self.seen.shallow), partial=repository.promises_objects)

    def fits_one_commit(self, todo: Plan) -> bool:
        """Whether a few new commits came to facts that are whole: then all is written at once."""
        whole = self.before is not None and self.before.finished and todo.cut is None
        return whole and len(todo.fresh) <= FEWEST_COMMITS_A_CHUNK

    def read_few(self, ground: Ground, todo: Plan, state: State) -> int:
        """Read what is new into segments that `finish` makes visible; the rows of changes."""
        self.main_line(ground, todo, state)(self.connection)
        if todo.fresh:
            work = self.chunk(ground, todo.fresh, f"{state.run}.0", state)
            self.segments.extend(work(self.connection))
        return self.unseen()

    def unseen(self) -> int:
        """Rows of changes in segments that are not visible yet."""
        return sum(segment.row_count for segment in self.segments if segment.kind == CHANGES.name)

    def begin(self, ground: Ground, todo: Plan, state: State) -> None:
        """Say that a run is under way, and write the commits at which history is cut."""
        segments = []
        if todo.cut or (todo.cut is not None and self.before is not None):
            cuts = {commit: ground.cuts.get(commit) for commit in todo.cut}
            names = read_names(self.git, self.turn.repo, todo.cut, partial=False, cuts=cuts)
            segments = [
                self.turn.run.write(self.connection, kind, columns, CUT_PART)
                for kind, columns in names.columns()
                if kind in (COMMITS, TRAILERS)
            ]
        self.turn.run.commit("begin", segments, state.as_json())

    def read_chunks(self, ground: Ground, todo: Plan, state: State) -> int:
        """Read the new commits, each chunk visible as it ends; the rows of changes."""
        turn = self.turn
        chunks = chunks_of(todo.fresh, turn.workers)
        tasks = [self.main_line(ground, todo, state)]
        tasks += [
            self.chunk(ground, commits, f"{state.run}.{nr}", state)
            for nr, commits in enumerate(chunks)
        ]
        changes = 0
        stage = turn.progress.stage("commits", len(todo.fresh), "commits")
        with stage, at_once(tasks, self.connection, turn.workers) as results:
            for segments in filter(None, results):
                turn.run.commit("names", segments)
                rows = {segment.kind: segment.row_count for segment in segments}
                changes += rows.get(PAIRS.name, 0)
                stage.advance(rows[REACHABILITY.name])
        return changes

    def chunk(
        self, ground: Ground, commits: Sequence[str], part: str, state: State
    ) -> Callable[[DuckDB], list[Segment]]:
        turn = self.turn

        def work(connection: DuckDB) -> list[Segment]:
            names = read_names(
                self.git, turn.repo, commits, partial=state.partial, cuts=ground.cuts
            )
            segments = write_names(turn.run, connection, names, part)
            reached = reachability(turn.repo, state.run, commits, [])
            return [*segments, turn.run.write(connection, REACHABILITY, reached, part)]

        return work

    def finish(self, ground: Ground, todo: Plan, state: State) -> State:
        """Write refs, tombstones and the main line's state, and move the cursor, all at once."""
        repo = self.turn.repo
        old_tips = state.tips
        seen = events(repo, state.run, old_tips, ground.tips, todo.forced, self.now)
        if len(seen["ref"]):
            self.write(self.connection, state, REFS, seen)
        if todo.gained or todo.lost:
            gained_and_lost = reachability(repo, state.run, todo.gained, todo.lost)
            self.write(self.connection, state, REACHABILITY, gained_and_lost)
        next_landing, next_order = self.next_numbers or (state.next_landing, state.next_order)
        done = replace(
            state,
            main_ref=ground.main_ref,
            main_tip=ground.main_tip,
            next_landing=next_landing,
            next_order=next_order,
            tips=dict(ground.tips),
            digest=self.seen.digest,
            cuts=dict(ground.cuts),
            pending=self.pending(),
            finished=True,
        )
        moved = todo.ancestry is not None
        replaced = [TREE, MAILMAP] if moved else []
        if moved and not todo.extends:
            replaced.append(LANDINGS)
        self.turn.run.commit("names", self.segments, done.as_json(), replace=replaced)
        return done

    def main_line(
        self, ground: Ground, todo: Plan, state: State
    ) -> Callable[[DuckDB], list[Segment]]:
        """Writes landings, tree and mailmap if the main line moved, for `finish` to show."""

        def work(connection: DuckDB) -> list[Segment]:
            if todo.ancestry is not None:
                repo, tip = self.turn.repo, ground.main_tip or ""
                first = (state.next_landing, state.next_order) if todo.extends else (0, 0)
                landed = land(repo, todo.ancestry, tip, *first)
                self.next_numbers = (landed.next_landing, landed.next_order)
                self.write(connection, state, LANDINGS, landed.columns)
                listing = self.show("ls-tree", "-r", "-z", tip)
                self.write(connection, state, TREE, parse_tree(listing, repo))
                mailmap = self.show("cat-file", "blob", f"{tip}:.mailmap")
                self.write(connection, state, MAILMAP, parse_mailmap(mailmap, repo))
            return []

        return work

    def pending(self) -> int:
        """Changes not counted yet: asked of the facts, for an earlier run may have been killed."""
        changes = self.turn.run.relation(CHANGES)
        waiting = f"select count(*) from {changes} where lines = 'pending'"
        return int(self.connection.rows(waiting)[0][0]) + self.unseen()

    def write(self, connection: DuckDB, state: State, kind: FactKind, columns: Columns) -> None:
        part = f"{state.run}.end"
        self.segments.append(self.turn.run.write(connection, kind, columns, part))

    def show(self, *args: str) -> bytes:
        """What git prints, nothing where the main line lacks it."""
        reply = self.git.reply(*args)
        return reply.stdout if reply.code == 0 else b""
