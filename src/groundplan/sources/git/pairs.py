"""Files before and after as arrays, so that no row of a large history costs Python a step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

COUNTED, BINARY, MISSING = range(3)
LINES = np.array(["counted", "binary", "missing"], dtype=object)  # of these, as facts have them
NO_MODE = b"000000"  # the file was not there
NOT_A_FILE = b"160000"  # a submodule: it has a commit in place of contents

Pairs: TypeAlias = npt.NDArray[np.void]  # fields old_mode, new_mode, old_id, new_id, as git prints
Flags: TypeAlias = npt.NDArray[np.bool_]
Numbers: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Counts:
    """Lines added and deleted between pairs: `state` is COUNTED, or both numbers are 0."""

    state: Numbers
    added: Numbers
    deleted: Numbers

    @classmethod
    def of(cls, rows: int, state: int = MISSING) -> Counts:
        """So many pairs in one state, without lines."""
        return cls(np.full(rows, state), np.zeros(rows, np.int64), np.zeros(rows, np.int64))

    def __getitem__(self, rows: Flags | Numbers | slice) -> Counts:
        return Counts(self.state[rows], self.added[rows], self.deleted[rows])

    def put(self, rows: Flags | Numbers | slice, counts: Counts) -> None:
        """Fill in what was found of some rows."""
        self.state[rows] = counts.state
        self.added[rows] = counts.added
        self.deleted[rows] = counts.deleted


def pairs_of(rows: Sequence[str]) -> Pairs:
    """The pairs of git's raw lines without their status: modes and ids, all of one width."""
    id_size = (len(rows[0]) - 16) // 2 if rows else 1
    form = np.dtype(
        [
            ("colon", "S1"),
            ("old_mode", "S6"),
            ("space", "S1"),
            ("new_mode", "S6"),
            ("second_space", "S1"),
            ("old_id", f"S{id_size}"),
            ("third_space", "S1"),
            ("new_id", f"S{id_size}"),
        ]
    )
    return np.frombuffer("".join(rows).encode("ascii"), form)


def comes_or_goes(pairs: Pairs) -> Flags:
    """Which files were added or deleted whole."""
    gone: Flags = (pairs["old_mode"] == NO_MODE) | (pairs["new_mode"] == NO_MODE)
    return gone


def has_contents(pairs: Pairs) -> Flags:
    """Which pairs have no submodule on either side."""
    plain: Flags = (pairs["old_mode"] != NOT_A_FILE) & (pairs["new_mode"] != NOT_A_FILE)
    return plain


def blobs_of(pairs: Pairs) -> set[str]:
    """The blobs on both sides: neither submodules nor what is not there."""
    found: set[str] = set()
    for mode, name in (("old_mode", "old_id"), ("new_mode", "new_id")):
        there = (pairs[mode] != NO_MODE) & (pairs[mode] != NOT_A_FILE)
        found.update(blob.decode("ascii") for blob in pairs[name][there].tolist())
    return found
