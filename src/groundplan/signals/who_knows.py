"""Who knows what some words mean, and where it lies: for whoever asks in private.

Below the practices, because being stuck asks what ownership answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from groundplan.facts import knowledge, places
from groundplan.facts.engines.duckdb import DuckDB
from groundplan.inference import go_to, similarity
from groundplan.inference.go_to import Crowd, Expert

MOST_FILES: Final = 8


@dataclass(frozen=True, slots=True)
class Known:
    """Files that words mean, and who knows them; words: those that tell most, the rarest first."""

    repo: str
    files: tuple[str, ...]
    people: tuple[Expert, ...]
    words: tuple[str, ...]


def find_known(mart: DuckDB, repos: Sequence[str], what: str, *, people: bool) -> Known | None:
    """The first repository in which words are a path, or are told of; None where nothing is.

    people: whether the viewer may read who knows what.
    """
    for repo in repos:
        paths = [path for path, _ in places.find_paths(mart, repo, what)][:MOST_FILES]
        words = tuple(sorted(set(similarity.find_words(what)))[: places.MOST_WORDS])
        telling: tuple[str, ...] = words
        if not paths and words:
            topic = places.read_topic(mart, repo, words)
            told = (topic.subjects, topic.touched, topic.paths, topic.seen, topic.of)
            ranked = similarity.rank_files(list(words), *told, MOST_FILES)
            paths, telling = [path for path, _ in ranked], topic.telling
        if paths:
            experts = _find_people(mart, repo, paths) if people else ()
            return Known(repo, tuple(paths), experts, telling)
    return None


def _find_people(mart: DuckDB, repo: str, paths: Sequence[str]) -> tuple[Expert, ...]:
    asked = {"repo": repo, "prefix": "", **go_to.settings(), "paths": sorted(paths)}
    crowd = Crowd.of(mart.query(knowledge.NEAR, asked), ("here", "near", "around", "anywhere"))
    return go_to.choose_experts(crowd, thing="it" if len(paths) == 1 else "these files")[0]
