"""Which accounts count as one: a union of sets that refuses what was ruled out."""

from __future__ import annotations

from collections.abc import Iterable


class Clusters:
    """Disjoint sets of the numbers 0..size-1, with pairs that must stay apart."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))
        self._members: dict[int, list[int]] = {}
        self._apart: dict[int, set[int]] = {}

    def root(self, item: int) -> int:
        """The set of `item`, as a number that all its members share."""
        parent = self._parent
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    def members(self, item: int) -> list[int]:
        """Everything in the set of `item`."""
        root = self.root(item)
        return self._members.get(root, [root])

    def keep_apart(self, a: int, b: int) -> None:
        """From now on no join may bring `a` and `b` together."""
        a, b = self.root(a), self.root(b)
        if a != b:
            self._apart.setdefault(a, set()).add(b)
            self._apart.setdefault(b, set()).add(a)

    def are_apart(self, a: int, b: int) -> bool:
        """Whether a join of `a` and `b` was ruled out."""
        return self.root(b) in self._apart.get(self.root(a), ())

    def join(self, a: int, b: int) -> bool:
        """Make one set of two; False if they were one, or must stay apart."""
        a, b = self.root(a), self.root(b)
        if a == b or self.are_apart(a, b):
            return False
        if len(self.members(a)) < len(self.members(b)):
            a, b = b, a
        self._parent[b] = a
        moved = self._members.pop(b, [b])
        self._members.setdefault(a, [a]).extend(moved)
        for other in self._apart.pop(b, set()):
            self._apart[other].discard(b)
            self._apart[other].add(a)
            self._apart.setdefault(a, set()).add(other)
        return True

    def sets(self) -> Iterable[list[int]]:
        """Every set, by its smallest member."""
        seen: set[int] = set()
        for item in range(len(self._parent)):
            root = self.root(item)
            if root not in seen:
                seen.add(root)
                yield self.members(root)
