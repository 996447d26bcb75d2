"""Which file is it? Follows a path through renames, deletions and returns, oldest change first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Lineage:
    """Files of one repository and the spans of history in which paths meant them.

    From `from_order[i]` on, `path_id[i]` means `file_id[i]` (until the same path's next row).
    last_path[f]: the path id under which file f is or was last known.
    holds_path[f]: whether that path still means f at the end, and not a file that replaced it.
    """

    path_id: Ints
    from_order: Ints
    file_id: Ints
    last_path: Ints
    holds_path: npt.NDArray[np.bool_]


def follow(order_nr: Ints, status: npt.NDArray[np.object_], path: Ints, source: Ints) -> Lineage:
    """Files from the changes that add, delete or rename, sorted by `order_nr`; source -1 is none.

    A path that comes back after a deletion is the same file; a path taken again after its file was
    renamed away is a new one. Branches interleave in topological order, so a late change under a
    renamed file's old path still belongs to that file.
    """
    walk = _Walk()
    for order, what, name, origin in zip(
        order_nr.tolist(), status.tolist(), path.tolist(), source.tolist(), strict=True
    ):
        if what == "R":
            walk.move(order, origin, name)
        elif what == "C" or (what == "A" and walk.was_renamed_away(name)):
            walk.begin(order, name)
        else:
            walk.meet(order, name)
    spans = np.array(walk.spans, dtype=np.int64).reshape(-1, 3)
    holds = [walk.holder(path) == file for file, path in enumerate(walk.last_path)]
    return Lineage(
        path_id=spans[:, 0],
        from_order=spans[:, 1],
        file_id=spans[:, 2],
        last_path=np.array(walk.last_path, dtype=np.int64),
        holds_path=np.array(holds, dtype=bool),
    )


class _Walk:
    def __init__(self) -> None:
        self.spans: list[tuple[int, int, int]] = []
        self.last_path: list[int] = []
        self._file_of: dict[int, int] = {}

    def _mean(self, order: int, path: int, file: int) -> None:
        if self._file_of.get(path) != file:
            # The first span of a path reaches back to the beginning: cut histories modify files
            # whose addition is not known.
            self.spans.append((path, order if path in self._file_of else -1, file))
            self._file_of[path] = file

    def holder(self, path: int) -> int | None:
        return self._file_of.get(path)

    def begin(self, order: int, path: int) -> int:
        file = len(self.last_path)
        self.last_path.append(path)
        self._mean(order, path, file)
        return file

    def meet(self, order: int, path: int) -> int:
        known = self._file_of.get(path)
        return self.begin(order, path) if known is None else known

    def move(self, order: int, source: int, path: int) -> None:
        file = self.meet(order, source)
        self.last_path[file] = path
        self._mean(order, path, file)

    def was_renamed_away(self, path: int) -> bool:
        known = self._file_of.get(path)
        return known is not None and self.last_path[known] != path
