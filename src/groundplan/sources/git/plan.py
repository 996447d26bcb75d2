"""What a run has to do: which commits are new, regained or lost since the facts were written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from groundplan.facts.code import COMMITS, REACHABILITY
from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.ledger import Run
from groundplan.sources.git.fetch import Git, Look, Repository, with_cuts
from groundplan.sources.git.landings import Ancestry, chain_of
from groundplan.sources.git.refs import main_ref, ref_text, wanted
from groundplan.sources.git.state import State
from groundplan.sources.git.walk import (
    ancestry_of,
    commits_of,
    find_cuts,
    keeps,
    peel,
    present,
)


@dataclass(frozen=True, slots=True)
class Ground:
    """What the repository shows, with tags peeled and the places where its history is cut."""

    tips: Mapping[str, str]
    main_ref: str | None
    main_tip: str | None
    cuts: Mapping[str, str | None]
    walker: Git
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to read and what to say.

    fresh: commits without facts, newest of the main line first. gained: reachable again, with
    facts already. lost: no ref reaches them any longer. forced: refs that were rewritten.
    ancestry: of the main line, whole or (`extends`) only what is new; None if it did not move.
    cut: the commits at the cuts, to be written anew in a part of their own; None to leave it.
    added: commits that had no facts at all.
    """

    fresh: Sequence[str]
    gained: Sequence[str]
    lost: Sequence[str]
    forced: frozenset[str]
    ancestry: Ancestry | None
    extends: bool
    cut: Sequence[str] | None
    added: int


def survey(git: Git, seen: Look, state: State | None) -> Ground:
    """Peel the tips and find out where walking has to stop. Notes say what is left out."""
    ids = wanted(seen)
    main = main_ref(seen, ids)
    if main == b"HEAD":
        ids[main] = seen.head_id
    sure = set(state.tips.values()) if state else set()
    unsure = {ref: name for ref, name in ids.items() if name not in sure}
    peeled = peel(git, set(unsure.values())) if unsure else {}
    tips = {
        ref_text(ref): peeled.get(name, name)
        for ref, name in ids.items()
        if name in peeled or ref not in unsure
    }
    notes = []
    if left := [ref_text(ref) for ref in unsure if ref_text(ref) not in tips]:
        notes.append(f"{len(left)} refs lead to no commit and are left out, such as {left[0]}")
    cuts: dict[str, str | None] = dict.fromkeys(seen.shallow)
    if state is not None:
        cuts |= {commit: damage for commit, damage in state.cuts.items() if damage}
    main_text = ref_text(main) if main is not None else None
    tip = tips.get(main_text) if main_text else None
    if tip is None:
        main_text = None
    return Ground(tips, main_text, tip, cuts, with_cuts(git, list(cuts)), tuple(notes))


def repaired(git: Git, ground: Ground, seen: Look) -> Ground:
    """The same ground, with cuts where commits are missing. Reads the whole history."""
    cuts = dict.fromkeys(seen.shallow) | find_cuts(git, ground.tips.values(), seen.shallow)
    damaged = sum(damage is not None for damage in cuts.values())
    note = f"{damaged} commits have a parent that is missing: history ends there"
    walker = with_cuts(git, list(cuts))
    notes = (*ground.notes, note)
    return Ground(ground.tips, ground.main_ref, ground.main_tip, cuts, walker, notes)


def notes_on(ground: Ground, seen: Look, repository: Repository) -> list[str]:
    """What a person should know of history that is not there."""
    notes = []
    if ground.main_tip is None:
        notes.append(
            "there is no main line: the repository is empty, or it has neither HEAD's branch "
            "nor main nor master"
        )
    if seen.shallow:
        notes.append(
            f"the clone is shallow: history ends at {len(seen.shallow)} commits, whose "
            "changes are unknown (git fetch --unshallow brings the rest)"
        )
    if repository.promises_objects:
        notes.append(
            "the clone is partial: contents left on the server are not counted, and renames "
            "are recognised only between identical files"
        )
    return notes


def plan(run: Run, connection: DuckDB, ground: Ground, state: State | None) -> Plan:
    """Compare the ground with the facts. Raises GitFailed where the history cannot be walked."""
    if state is None or not state.finished or dict(state.cuts) != dict(ground.cuts):
        return _whole_plan(run, connection, ground, state)
    gone_or_moved = {ref for ref, tip in state.tips.items() if ground.tips.get(ref) != tip}
    old = {state.tips[ref] for ref in gone_or_moved}
    if old - present(ground.walker, old):
        return _whole_plan(run, connection, ground, state)
    return _next_plan(run, connection, ground, state, old)


def _whole_plan(run: Run, connection: DuckDB, ground: Ground, state: State | None) -> Plan:
    walker = ground.walker
    ancestry = ancestry_of(walker, ground.main_tip) if ground.main_tip else []
    main = [commit for commit, _ in reversed(ancestry)]
    known = [ground.main_tip] if ground.main_tip else []
    reachable = dict.fromkeys(main)
    reachable.update(dict.fromkeys(commits_of(walker, sorted(set(ground.tips.values())), known)))
    have = _known_commits(run, connection)
    reached = _reached(run, connection)
    cut, at_cuts = None, set[str]()
    if state is None or not state.finished or set(state.cuts) != set(ground.cuts):
        at_cuts = _written_at_cuts(run, connection)
        cut = [c for c in reachable if c in ground.cuts and (c not in have or c in at_cuts)]
        unreached = sorted(at_cuts - reachable.keys())
        cut += [commit for commit in unreached if commit in present(walker, unreached)]
    known_whole = have - at_cuts
    fresh = [c for c in reachable if c not in known_whole and c not in ground.cuts]
    new = {*fresh, *(cut or ())}
    gained = [c for c in reachable if c not in reached and c not in new]
    gained += [c for c in cut or () if c in reachable and c not in reached]
    lost = sorted(commit for commit in reached if commit not in reachable)
    added = sum(commit not in have for commit in new)
    return Plan(fresh, gained, lost, _forced(walker, ground, state), ancestry, False, cut, added)


def _next_plan(
    run: Run, connection: DuckDB, ground: Ground, state: State, old: Collection[str]
) -> Plan:
    walker = ground.walker
    before = set(state.tips.values())
    moved = sorted(set(ground.tips.values()) - before)
    known = sorted({*old, *([state.main_tip] if state.main_tip else [])})
    candidates = commits_of(walker, moved, known) if moved else []
    have, reached = _facts_about(run, connection, candidates)
    ancestry, extends = _next_ancestry(walker, ground, state)
    main = [commit for commit, _ in reversed(ancestry or [])]
    order = dict.fromkeys(commit for commit in main if commit in set(candidates))
    order.update(dict.fromkeys(candidates))
    fresh = [commit for commit in order if commit not in have]
    gained = [commit for commit in candidates if commit in have and commit not in reached]
    lost = _lost(walker, ground, old, moved)
    return Plan(
        fresh,
        gained,
        lost,
        _forced(walker, ground, state),
        ancestry,
        extends,
        None,
        len(fresh),
    )


def _lost(walker: Git, ground: Ground, old: Collection[str], moved: Sequence[str]) -> list[str]:
    """Commits that only the old tips reach. Cheap unless history was rewritten."""
    gone = sorted(set(old) - set(ground.tips.values()))
    likely = [*moved, *([ground.main_tip] if ground.main_tip else [])]
    if not gone or not commits_of(walker, gone, likely):
        return []
    tips = sorted(set(ground.tips.values()))
    perhaps = commits_of(walker, gone, tips)
    still = set(commits_of(walker, tips)) if perhaps else set()  # skewed clocks mislead git above
    return [commit for commit in perhaps if commit not in still]


def _next_ancestry(walker: Git, ground: Ground, state: State) -> tuple[Ancestry | None, bool]:
    """The main line's new part if it grew at its tip, the whole line if it was rewritten."""
    if ground.main_tip == state.main_tip:
        return None, False
    if ground.main_tip is None:
        return [], False
    if state.main_tip is not None:
        added = ancestry_of(walker, ground.main_tip, state.main_tip)
        _, before = chain_of(ground.main_tip, dict(added))
        if before == state.main_tip:
            return added, True
    return ancestry_of(walker, ground.main_tip), False


def _forced(walker: Git, ground: Ground, state: State | None) -> frozenset[str]:
    if state is None:
        return frozenset()
    moved = [
        (ref, tip, ground.tips[ref])
        for ref, tip in state.tips.items()
        if ref in ground.tips and ground.tips[ref] != tip
    ]
    verdicts = {pair: keeps(walker, *pair) for pair in {(old, new) for _, old, new in moved}}
    return frozenset(ref for ref, old, new in moved if not verdicts[old, new])


def _known_commits(run: Run, connection: DuckDB) -> set[str]:
    rows = connection.query(f"select commit_id from {run.relation(COMMITS)}")
    return set(rows["commit_id"].tolist())


def _written_at_cuts(run: Run, connection: DuckDB) -> set[str]:
    rows = connection.query(
        f"select commit_id from {run.relation(COMMITS)} where boundary or damage like 'parent %'"
    )
    return set(rows["commit_id"].tolist())


def _reached(run: Run, connection: DuckDB) -> set[str]:
    rows = connection.query(
        f"select commit_id from {run.relation(REACHABILITY)} "
        "group by commit_id having arg_max(reachable, run)"
    )
    return set(rows["commit_id"].tolist())


def _facts_about(run: Run, connection: DuckDB, commits: Iterable[str]) -> tuple[set[str], set[str]]:
    """Which of `commits` have facts, and which of them were reachable last."""
    connection.load("candidates", {"commit_id": np.array([*commits, ""], dtype=object)})
    have = connection.query(
        f"select commit_id from {run.relation(COMMITS)} semi join candidates using (commit_id)"
    )
    reached = connection.query(
        f"select commit_id from {run.relation(REACHABILITY)} semi join candidates "
        "using (commit_id) group by commit_id having arg_max(reachable, run)"
    )
    return set(have["commit_id"].tolist()), set(reached["commit_id"].tolist())
