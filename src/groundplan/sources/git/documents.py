"""The files of ingested repositories as they are now on their main lines, asked of git itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from groundplan.facts.ledger import Ledger
from groundplan.sources.git import fetch
from groundplan.sources.git.fetch import Git
from groundplan.sources.git.state import state_of
from groundplan.sources.git.text import path_bytes, path_text, text
from groundplan.terms.errors import NotFound

LONGEST_LINE = 1_000  # characters of one found line; generated files have longer ones
LONGEST_FILE = 5_000_000  # bytes of a file that a person would read
_FOUND = re.compile(
    rb"(?P<tip>[0-9a-f]+):(?P<path>[^\0]*)\0(?P<nr>\d+)[\0:](?P<line>.*)", re.DOTALL
)
_GREP = ("grep", "-z", "-n", "-I", "-F", "-i", "--full-name", "--no-color", "--threads=1", "-e")


@dataclass(frozen=True, slots=True)
class GitDocuments:
    """Answers from the newest main-line commit that was ingested, whatever is checked out."""

    ledger: Ledger
    shadows: Path

    def search(self, repo: str, text: str, most: int) -> Sequence[tuple[str, int, str]]:
        """Lines that contain `text`, in any case: path, line number from 1, the line.

        At most `most`; binary files are left out. Raises NotFound for an unknown repository.
        """
        git, tip = self._main(repo)
        if tip is None or most < 1 or not text.strip() or "\n" in text or "\0" in text:
            return ()
        found = (_FOUND.match(line) for line in git.lines(*_GREP, text, tip, "--", most=most))
        return tuple(
            (path_text(hit["path"]), int(hit["nr"]), _shown(hit["line"])) for hit in found if hit
        )

    def read(self, repo: str, path: str) -> str | None:
        """A file's text; None if the main line has no such text file."""
        git, tip = self._main(repo)
        if tip is None or "\0" in path:
            return None
        place = tip.encode() + b":" + path_bytes(path)
        size = git.reply("cat-file", "-s", place)
        if size.code or int(size.stdout) > LONGEST_FILE:
            return None
        reply = git.reply("cat-file", "blob", place)
        return None if reply.code or b"\0" in reply.stdout else text(reply.stdout)

    def _main(self, repo: str) -> tuple[Git, str | None]:
        state = state_of(self.ledger.cursor(repo))
        if state is None:
            raise NotFound(f"{repo}: no such repository", "Run `groundplan ingest PATH`.")
        repository = fetch.find(Path(state.path))
        return fetch.shadow(repository, self.shadows / f"{repo}.git"), state.main_tip


def _shown(line: bytes) -> str:
    return text(line).rstrip("\r\n")[:LONGEST_LINE]
