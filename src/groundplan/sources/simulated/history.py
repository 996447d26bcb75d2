"""A simulated team's repository as the stream that `git fast-import` reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Final

from groundplan.sources.simulated import words
from groundplan.sources.simulated.changes import MINUTE, Change
from groundplan.sources.simulated.dice import Dice
from groundplan.sources.simulated.items import Items
from groundplan.sources.simulated.people import Engineer
from groundplan.sources.simulated.trees import Tree
from groundplan.sources.simulated.worlds import World

MAIN: Final = "refs/heads/main"
BRANCH: Final = "refs/heads/branch"  # of whatever is about to land; gone in the end
BOT: Final = ("library-updates[bot]", "library-updates[bot]@users.noreply.example.com")
BOT_DAYS, BOT_HOUR = 7, 4.5  # a machine raises a version every Monday morning
FIRST_HOUR: Final = 9.0  # of the first day: the first commit
REVIEWED: Final = 0.9  # share of branches whose last commit names who reviewed it
REBASED: Final = 10 * MINUTE  # before the merge: when commits come onto the newest main line


@dataclass(frozen=True, slots=True)
class Signature:
    """Who, and in which zone."""

    name: str
    email: str
    zone_minutes: int = 0


class History:
    """Writes commits one after the other; each method returns the bytes that say so."""

    def __init__(self, world: World, tree: Tree, dice: Dice) -> None:
        self._dice, self._tree, self._world = dice, tree, world
        self._begins_s = datetime.combine(world.starts_on, time(), UTC).timestamp()
        self._mark = 0

    def begin(self, who: Signature) -> bytes:
        """The first commit: everything that there is."""
        parts, changes = [], []
        for path in sorted(self._tree.lines):
            blob, line = self._blob(path)
            parts.append(blob)
            changes.append(line)
        at = (FIRST_HOUR / 24, FIRST_HOUR / 24)
        parts.append(self._commit(who, who, at, MAIN, "Import what there is", changes))
        return b"".join(parts)

    def bump(self, at: float) -> bytes:
        """A bot's commit."""
        blob, line = self._blob(self._tree.bump())
        who = Signature(*BOT)
        return blob + self._commit(who, who, (at, at), MAIN, "Bump a library", [line])

    def land(self, change: Change, items: Items, area: str, people: Sequence[Signature]) -> bytes:
        """The commits of a change, on the newest main line, and their merge."""
        nr, ref = change.item, MAIN if change.direct else BRANCH
        title = items.title(nr)
        merger = people[change.reviewer]
        parts: list[bytes] = []
        touched: dict[str, bytes] = {}
        onto = "" if change.direct else f"from {MAIN}\n"
        for place, (at, author) in enumerate(zip(change.times, change.authors, strict=True), 1):
            last = place == len(change.times)
            subject = title if last else self._step(items.thing_of(nr), title, area)
            blobs, changes = self._work(change, touched)
            by = people[author] if change.direct else merger
            committed = change.landed if change.direct else max(at, change.landed - REBASED)
            parts += blobs
            message = f"{subject} ({key_of(nr)})"
            if last and not change.direct and self._dice.share() < REVIEWED:
                message += f"\n\nReviewed-by: {merger.name} <{merger.email}>"
            parts.append(
                self._commit(people[author], by, (at, committed), ref, message, changes, onto)
            )
            onto = ""
        if not change.direct:
            message = f"Merge {key_of(nr)}: {title}"
            at_merge = (change.landed, change.landed)
            lines, merged = list(touched.values()), f"merge {BRANCH}\n"
            parts.append(self._commit(merger, merger, at_merge, MAIN, message, lines, merged))
        return b"".join(parts)

    def _step(self, about: tuple[str, str], title: str, area: str) -> str:
        form = self._dice.one_of(words.STEPS)
        return form.format(title=title, thing=about[0], part=about[1], area=area)

    def _work(self, change: Change, touched: dict[str, bytes]) -> tuple[list[bytes], list[bytes]]:
        """Change files; their blobs, and the lines of the commit that name them."""
        blobs, changes = [], []
        if self._tree.wants_rename(change.sort) and (moved := self._tree.move(change.area)):
            old, new = moved
            changes.append(f"R {old} {new}\n".encode())
            touched[old] = f"D {old}\n".encode()
            blob, touched[new] = self._blob(new)
            blobs.append(blob)
        size, size_sd = self._world.size_lines, self._world.size_sd
        for path in self._tree.change(change.area, change.sort, size, size_sd):
            blob, touched[path] = self._blob(path)
            blobs.append(blob)
            changes.append(touched[path])
        return blobs, changes

    def _blob(self, path: str) -> tuple[bytes, bytes]:
        data = self._tree.text(path)
        self._mark += 1
        return (
            b"blob\nmark :%d\ndata %d\n%s\n" % (self._mark, len(data), data),
            b"M 100644 :%d %s\n" % (self._mark, path.encode()),
        )

    def _commit(
        self,
        author: Signature,
        committer: Signature,
        at: tuple[float, float],
        ref: str,
        message: str,
        changes: Sequence[bytes],
        parents: str = "",
    ) -> bytes:
        """One commit on top of `ref`. parents: what else git is told of where it goes on from."""
        said = message.encode()
        head = f"commit {ref}\nauthor {self._sign(author, at[0])}\n"
        head += f"committer {self._sign(committer, at[1])}\ndata {len(said)}\n"
        return b"".join([head.encode(), said, f"\n{parents}".encode(), *changes, b"\n"])

    def _sign(self, who: Signature, at: float) -> str:
        seconds = int(self._begins_s + at * 86_400)
        zone = f"+{who.zone_minutes // 60:02}{who.zone_minutes % 60:02}"
        return f"{who.name} <{who.email}> {seconds} {zone}"


def key_of(item: int) -> str:
    """An item's key in its tracker, which its commits name."""
    return f"W-{item + 1}"


def write_history(
    world: World,
    tree: Tree,
    items: Items,
    changes: Sequence[Change],
    people: Sequence[Engineer],
    areas: Sequence[str],
    dice: Dice,
) -> Iterator[bytes]:
    """The whole stream, in the order of the main line."""
    history = History(world, tree, dice)
    signatures = [Signature(one.name, one.email, one.zone_minutes) for one in people]
    first = next((nr for nr, one in enumerate(people) if one.joins <= 0 < one.leaves), 0)
    yield history.begin(signatures[first])
    bumps = [day + BOT_HOUR / 24 for day in range(BOT_DAYS, 7 * world.weeks, BOT_DAYS)]
    for change in changes:
        while bumps and bumps[0] < change.landed:
            yield history.bump(bumps.pop(0))
        yield history.land(change, items, areas[change.area], signatures)
    yield f"reset {BRANCH}\nfrom {'0' * 40}\n\n".encode()
