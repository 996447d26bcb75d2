"""The files of a simulated repository, line by line, so that git itself counts what changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from groundplan.sources.simulated import words
from groundplan.sources.simulated.dice import Dice
from groundplan.sources.simulated.items import DOCS, STORY, TASK

POOL_LINES: Final = 1_500  # of each sort of text, from which blocks are cut
FIRST_FILES: Final = 7  # of code in each area
MOST_FILES: Final = 40  # touched by one commit
MOST_LINES: Final = 400  # added to a file at once
FILES_SD: Final = 1.1  # log
TESTED, DESCRIBED, ELSEWHERE = 0.25, 0.05, 0.12  # shares of what is touched besides
IN_README: Final = 0.1  # share of what is written
NEW_FILE, RENAMED = 0.12, 0.03  # shares of stories and tasks
LONG_FILE: Final = 400  # lines; a longer one loses as many as it gains
REPLACED: Final = 0.9  # lines deleted for each added, at most
README, OWNERS, REQUIREMENTS = "README.md", "CODEOWNERS", "requirements.txt"


class Tree:
    """What stands at each path now. Every method says which paths it touched."""

    def __init__(self, areas: Sequence[str], owners: Sequence[str], dice: Dice) -> None:
        self._dice = dice
        self._code = _pool(words.CODE, dice)
        self._prose = _pool(words.PROSE, dice)
        self._areas = areas
        self._files: list[list[str]] = [[] for _ in areas]
        self.lines: dict[str, list[str]] = {README: ["# A simulated team", ""]}
        owned = [f"/src/{area}/ {who}" for area, who in zip(areas, owners, strict=True)]
        self.lines[OWNERS] = ["# Who is asked to review what", *owned]
        self.lines[REQUIREMENTS] = [f"library-{nr}==1.0" for nr in range(12)]
        for nr, area in enumerate(areas):
            self.lines[f"docs/{area}.md"] = [f"# {area.capitalize()}", "", *self._cut(True, 25)]
            for thing in _distinct(words.THINGS, FIRST_FILES, dice):
                self._create(nr, thing)

    def text(self, path: str) -> bytes:
        """A file's bytes."""
        return ("\n".join(self.lines[path]) + "\n").encode()

    def change(self, area: int, sort: str, size: float, size_sd: float) -> Iterator[str]:
        """Do one commit's work in an area. size: median lines added to a file."""
        dice = self._dice
        paths: dict[str, None] = {}
        if sort == DOCS:
            paths[README if dice.share() < IN_README else f"docs/{self._areas[area]}.md"] = None
        elif sort == STORY and dice.share() < NEW_FILE:
            paths |= dict.fromkeys(self._create(area, dice.one_of(words.THINGS)))
        for path in () if sort == DOCS else self._choose(area):
            paths[path] = None
        for path in paths:
            self._edit(path, size, size_sd)
            yield path

    def move(self, area: int) -> tuple[str, str] | None:
        """Give a file of an area another name; from what to what, None if it has that already."""
        files = self._files[area]
        old = self._dice.one_of(files)
        thing, part = self._dice.one_of(words.THINGS), self._dice.one_of(words.PARTS)
        new = f"src/{self._areas[area]}/{thing}_{part}.py"
        if new in self.lines:
            return None
        files[files.index(old)] = new
        self.lines[new] = self.lines.pop(old)
        return old, new

    def wants_rename(self, sort: str) -> bool:
        """Whether this is one of the few commits that rename."""
        return sort == TASK and self._dice.share() < RENAMED

    def bump(self) -> str:
        """Raise the version of a library, as bots do."""
        lines = self.lines[REQUIREMENTS]
        nr = self._dice.below(len(lines))
        name, _, version = lines[nr].partition("==")
        lines[nr] = f"{name}=={float(version) + 0.1:.1f}"
        return REQUIREMENTS

    def _choose(self, area: int) -> Iterator[str]:
        """Files of code, those that came first most often, with their tests."""
        dice = self._dice
        for _ in range(min(int(dice.log_normal(1.0, FILES_SD)) or 1, MOST_FILES)):
            where = dice.below(len(self._areas)) if dice.share() < ELSEWHERE else area
            files = self._files[where]
            path = files[int(len(files) * dice.share() ** 2)]
            yield path
            test = _test_of(path)
            if dice.share() < TESTED:
                self.lines.setdefault(test, [])
                yield test
        if dice.share() < DESCRIBED:
            yield f"docs/{self._areas[area]}.md"

    def _edit(self, path: str, size: float, size_sd: float) -> None:
        dice, lines = self._dice, self.lines[path]
        added = min(int(dice.log_normal(size, size_sd)), MOST_LINES)
        deleted = min(int(added * REPLACED * dice.share() * 1.5), len(lines))
        if len(lines) > LONG_FILE:
            deleted = max(deleted, added)
        if not added and not deleted:
            added = 1
        at = dice.below(len(lines) - deleted + 1)
        lines[at : at + deleted] = self._cut(path.endswith(".md"), added)

    def _create(self, area: int, thing: str) -> list[str]:
        """Write a new file of code with its test; their paths, none if it is there already."""
        name = self._areas[area]
        path = f"src/{name}/{thing}.py"
        if path in self.lines:
            path = f"src/{name}/{thing}_{self._dice.one_of(words.PARTS)}.py"
        if path in self.lines:
            return []
        self._files[area].append(path)
        self.lines[path] = self._cut(False, 20 + self._dice.below(80))
        self.lines[_test_of(path)] = self._cut(False, 10 + self._dice.below(40))
        return [path, _test_of(path)]

    def _cut(self, prose: bool, count: int) -> list[str]:
        pool = self._prose if prose else self._code
        at = self._dice.below(POOL_LINES - MOST_LINES)
        return pool[at : at + count]


def _pool(forms: Sequence[str], dice: Dice) -> list[str]:
    return [
        dice.one_of(forms).format(
            thing=dice.one_of(words.THINGS),
            other=dice.one_of(words.THINGS),
            part=dice.one_of(words.PARTS),
            verb=dice.one_of(words.VERBS),
        )
        for _ in range(POOL_LINES)
    ]


def _distinct(things: Sequence[str], count: int, dice: Dice) -> list[str]:
    left = list(things)
    return [left.pop(dice.below(len(left))) for _ in range(count)]


def _test_of(path: str) -> str:
    folder, _, name = path.removeprefix("src/").rpartition("/")
    return f"tests/{folder}/test_{name}"
