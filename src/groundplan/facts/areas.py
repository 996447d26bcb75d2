"""Parts of a tree that people would name: directories of a sensible size, found by splitting."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

ROOT = "."
MOST_AREAS = 30
SMALLEST_AREA = 5  # files; a smaller directory belongs to the one above
SMALLEST_SPLIT = 30  # files; a smaller directory is one area
LARGEST_SHARE = 0.08  # of all files; a larger directory is split while it has parts


def find_areas(paths: Iterable[str]) -> frozenset[str]:
    """Directories that divide the living files into areas; a file belongs to the nearest one above.

    Starts with the top directories and splits the largest until none is too large.
    """
    own: Counter[str] = Counter(_directory(path) for path in paths)
    total: Counter[str] = Counter()
    children: dict[str, set[str]] = defaultdict(set)
    for directory, count in own.items():
        below = directory
        total[below] += count
        while below != ROOT:
            above = _directory(below)
            children[above].add(below)
            total[above] += count
            below = above
    return frozenset(_split(own, total, children))


def _split(own: Counter[str], total: Counter[str], children: dict[str, set[str]]) -> set[str]:
    def parts(directory: str) -> list[str]:
        large = (child for child in children[directory] if total[child] >= SMALLEST_AREA)
        return [_deepen(child, own, children) for child in large]

    areas = {ROOT, *parts(ROOT)}
    enough = max(SMALLEST_SPLIT, LARGEST_SHARE * total[ROOT])
    whole = {area: total[area] for area in areas if area != ROOT}
    while len(areas) < MOST_AREAS and whole:
        largest = max(whole, key=lambda area: (whole[area], area))
        if whole.pop(largest) <= enough:
            break
        for part in parts(largest):
            areas.add(part)
            whole[part] = total[part]
    return areas


def _deepen(directory: str, own: Counter[str], children: dict[str, set[str]]) -> str:
    """Walk down while a directory holds nothing but one other directory."""
    while not own[directory] and len(children[directory]) == 1:
        (directory,) = children[directory]
    return directory


def area_of(path: str, areas: frozenset[str]) -> str:
    """The nearest area above `path`."""
    directory = _directory(path)
    while directory not in areas and directory != ROOT:
        directory = _directory(directory)
    return directory


def assign_areas(paths: Sequence[str], areas: frozenset[str]) -> list[str]:
    """The area of each path, remembering directories."""
    known: dict[str, str] = {}
    found = []
    for path in paths:
        directory = _directory(path)
        if directory not in known:
            known[directory] = area_of(path, areas)
        found.append(known[directory])
    return found


def name_area(area: str) -> str:
    """An area as a person calls it: the root's own files have a name too."""
    return "top-level files" if area == ROOT else area


def _directory(path: str) -> str:
    head, slash, _ = path.rpartition("/")
    return head if slash else ROOT
