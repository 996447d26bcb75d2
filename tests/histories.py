"""Real repositories for tests, built with git itself, with authors and times as asked."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

ANN = "Ann Example <ann@example.com>"
BEN = "Ben Example <ben@example.com>"
BOT = "dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>"


class History:
    """One repository under construction. Times are UTC; `zone` is what the commit says."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True)
        self.git("init", "-q", "-b", "main")

    def git(self, *words: str, env: dict[str, str] | None = None) -> str:
        """Run git here, with nobody's settings."""
        settings = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.path),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Nobody",
            "GIT_AUTHOR_EMAIL": "nobody@example.com",
            "GIT_COMMITTER_NAME": "Nobody",
            "GIT_COMMITTER_EMAIL": "nobody@example.com",
        }
        done = subprocess.run(
            ["git", *words],
            cwd=self.path,
            env={**settings, **(env or {})},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def commit(
        self,
        files: dict[str, str | None],
        subject: str = "Change things",
        *,
        by: str = ANN,
        at: datetime,
        committed_at: datetime | None = None,
        zone: str = "+0000",
    ) -> str:
        """Write files (None deletes), commit, and give the commit's id."""
        for name, text in files.items():
            target = self.path / name
            if text is None:
                target.unlink()
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text)
        self.git("add", "-A")
        self.git(
            "commit", "-q", "--allow-empty", "-m", subject, env=stamp(by, at, committed_at, zone)
        )
        return self.git("rev-parse", "HEAD")

    def merge(self, branch: str, *, by: str = ANN, at: datetime, subject: str = "Merge") -> str:
        """Merge `branch` into the current one with a merge commit."""
        self.git("merge", "-q", "--no-ff", "-m", subject, branch, env=stamp(by, at, None, "+0000"))
        return self.git("rev-parse", "HEAD")


def stamp(by: str, at: datetime, committed_at: datetime | None, zone: str) -> dict[str, str]:
    """Git's environment for one author and time."""
    name, email = by.rstrip(">").split(" <")
    author = f"{int(at.replace(tzinfo=UTC).timestamp())} {zone}"
    committer = f"{int((committed_at or at).replace(tzinfo=UTC).timestamp())} {zone}"
    return {
        "GIT_AUTHOR_NAME": name,
        "GIT_AUTHOR_EMAIL": email,
        "GIT_AUTHOR_DATE": author,
        "GIT_COMMITTER_NAME": name,
        "GIT_COMMITTER_EMAIL": email,
        "GIT_COMMITTER_DATE": committer,
    }
