"""The only file of this source that touches the world: it runs git and keeps a shadow directory.

Every git here runs under the same pinned environment, so that nobody's configuration, attributes,
grafts or replacements change what a commit did. Nothing is written into the repository read.
"""
# size: law: all subprocesses and files of a source live in its one fetch.py

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import subprocess
import tempfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import IO

from groundplan.terms.errors import BadInput, NotFound, Refused, SourceBroken, SourceDown

OLDEST_GIT = (2, 30)
REF_ROOTS = ("refs/heads", "refs/remotes", "refs/tags", "refs/pull", "refs/merge-requests")
REQUESTS_AHEAD = 400  # object ids of 65 bytes in a pipe of 64 KiB: asking never blocks

READ_AT_ONCE = 64 * 1024  # bytes
LARGEST_PIPE = 256 * 1024  # bytes; fewer changes between git and us

_PINNED_SETTINGS = (
    ("safe.directory", "*"),
    ("core.fsmonitor", "false"),
    ("core.hooksPath", os.devnull),
    ("core.attributesFile", os.devnull),
    ("core.bigFileThreshold", "512m"),
    ("core.quotePath", "true"),
    ("log.showRoot", "true"),
    ("log.mailmap", "false"),
    ("log.showSignature", "false"),
    ("diff.renameLimit", "1000"),
    ("diff.algorithm", "myers"),
    ("i18n.commitEncoding", "UTF-8"),
    ("i18n.logOutputEncoding", "UTF-8"),
)


@dataclass(frozen=True, slots=True)
class Repository:
    """A git repository on this machine.

    path: what a person calls it (the main working tree, or the bare directory).
    git_dir: the common git directory. settings: its own configuration, nobody else's.
    """

    path: Path
    git_dir: Path
    object_format: str
    settings: Mapping[str, str]

    @property
    def promises_objects(self) -> bool:
        """Whether it is a partial clone, which leaves objects on a server."""
        return "extensions.partialclone" in self.settings or any(
            key.startswith("remote.") and key.endswith(".promisor") and value != "false"
            for key, value in self.settings.items()
        )


@dataclass(frozen=True, slots=True)
class Look:
    """What the repository shows now: its refs, HEAD, and where its history is cut.

    digest: of all of it, so that seeing nothing new costs no more than looking.
    """

    listing: bytes
    head_ref: bytes
    head_id: str
    shallow: tuple[str, ...]
    digest: str

    def refs(self) -> list[tuple[str, bytes, bytes]]:
        """Each ref: object id, full name, symbolic target or nothing."""
        lines = (line.split(b" ", 2) for line in self.listing.splitlines())
        return [(object_id.decode(), ref, target) for object_id, ref, target in lines]


class GitFailed(Exception):
    """One git command did not end well; `stdout` is what it had said until then."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.complaint)
        self.reply = reply


@dataclass(frozen=True, slots=True)
class Reply:
    """What one git command answered."""

    stdout: bytes
    stderr: bytes
    code: int

    @property
    def complaint(self) -> str:
        """The first line of what went wrong."""
        lines = self.stderr.decode("utf-8", "replace").strip().splitlines()
        told = [line for line in lines if line.startswith(("fatal:", "error:"))] or lines
        return told[0] if told else f"git ended with code {self.code}"


@dataclass(frozen=True, slots=True)
class Git:
    """Runs git on one git directory under the pinned environment.

    cuts: a file of commits at which walking stops, in git's shallow format.
    """

    git_dir: Path
    cuts: Path | None = None

    def reply(self, *args: str | bytes, stdin: bytes = b"") -> Reply:
        """Run a command to its end, however it ends."""
        done = _run([f"--git-dir={self.git_dir}", *args], stdin, self._environment())
        return Reply(done.stdout, done.stderr, done.returncode)

    def output(self, *args: str | bytes, stdin: bytes = b"") -> bytes:
        """What a command prints. Raises GitFailed."""
        reply = self.reply(*args, stdin=stdin)
        if reply.code:
            raise GitFailed(reply)
        return reply.stdout

    def lines(self, *args: str | bytes, most: int) -> list[bytes]:
        """The first `most` lines a command prints; it is stopped when they are there."""
        taken: list[bytes] = []
        with self._open(args) as process:
            assert process.stdout is not None
            for line in process.stdout:
                taken.append(line.removesuffix(b"\n"))
                if len(taken) >= most:
                    process.kill()
                    break
        return taken

    @contextlib.contextmanager
    def answers(self, requests: bytes) -> Iterator[IO[bytes]]:
        """What `git cat-file --batch` says of many objects, one to a line, in one stream."""
        try:
            with tempfile.TemporaryFile(dir=self.git_dir) as asked:
                asked.write(requests)
                asked.seek(0)
                process = self._open(["cat-file", "--batch", "--buffer"], asked)
        except OSError as error:
            raise _disk(self.git_dir, error) from error
        with process:
            assert process.stdout is not None
            try:
                yield process.stdout
            finally:
                process.kill()  # it may still be writing to somebody who has stopped reading

    def _open(
        self, args: Sequence[str | bytes], stdin: int | IO[bytes] = subprocess.PIPE
    ) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            _command([f"--git-dir={self.git_dir}", *args]),
            bufsize=READ_AT_ONCE,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._environment(),
        )
        assert process.stdout is not None
        with contextlib.suppress(AttributeError, OSError):  # Linux only, and only if allowed
            fcntl.fcntl(process.stdout.fileno(), fcntl.F_SETPIPE_SZ, LARGEST_PIPE)
        return process

    def _environment(self) -> dict[str, str]:
        environment = _environment()
        if self.cuts is not None:
            environment["GIT_SHALLOW_FILE"] = str(self.cuts)
        return environment

    def objects(self) -> Objects:
        """A conversation about objects: ask for many, one process."""
        return Objects(self)

    def write_tree(self, content: bytes, algorithm: str) -> tuple[str, Path]:
        """Put a tree object into this directory (a shadow, never the user's); its id and file."""
        whole = b"tree %d\0" % len(content) + content
        name = hashlib.new(algorithm, whole, usedforsecurity=False).hexdigest()
        path = self.git_dir / "objects" / name[:2] / name[2:]
        try:
            path.parent.mkdir(exist_ok=True)
            unfinished = path.with_name(f"{path.name}.{os.getpid()}")
            unfinished.write_bytes(zlib.compress(whole, 0))
            unfinished.replace(path)
        except OSError as error:
            raise _disk(path, error) from error
        return name, path


class Objects:
    """One `git cat-file --batch` process; a context manager."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Objects:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def contents(self, names: Sequence[str]) -> Iterator[bytes | None]:
        """Each object's content in order; None for one that is missing or damaged."""
        asked = 0
        for nr, _ in enumerate(names):
            if self._process is None:
                self._process = self._git._open(["cat-file", "--batch"])
                asked = nr
            if asked - nr < REQUESTS_AHEAD // 2 and asked < len(names):
                ahead = names[asked : nr + REQUESTS_AHEAD]
                asked += len(ahead)
                self._ask("".join(f"{name}\n" for name in ahead).encode())
            yield self._answer()

    def _ask(self, request: bytes) -> None:
        assert self._process is not None and self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(request)
            self._process.stdin.flush()

    def _answer(self) -> bytes | None:
        assert self._process is not None and self._process.stdout is not None
        head = self._process.stdout.readline().split()
        if len(head) == 3 and head[2].isdigit():
            size = int(head[2])
            content = self._process.stdout.read(size)
            if len(content) == size and self._process.stdout.read(1) == b"\n":
                return content
        if not head or head[-1] != b"missing":
            self._stop()  # git gives up on a damaged object; the next request starts another
        return None


def find(path: Path) -> Repository:
    """The repository at or above `path`.

    Raises NotFound (no such path), Refused (not permitted, git too old), BadInput (no repository),
    SourceDown (git is not installed).
    """
    _require_git()
    try:
        place = path.expanduser().resolve(strict=True)
        next(iter(os.scandir(place)), None)
    except FileNotFoundError as error:
        raise NotFound(f"{path}: there is no such directory", "Check the spelling.") from error
    except NotADirectoryError as error:
        raise BadInput("path", str(path), "a git repository's directory") from error
    except PermissionError as error:
        raise Refused(
            f"{path}: permission denied", "Run as somebody who may read the repository."
        ) from error
    shape = _ask_at(place, "rev-parse", "--is-bare-repository", "--show-object-format").split()
    git_dir = (place / os.fsdecode(_ask_at(place, "rev-parse", "--absolute-git-dir"))).resolve()
    common = (place / os.fsdecode(_ask_at(place, "rev-parse", "--git-common-dir"))).resolve()
    bare = shape[0] == b"true"
    _require_access(common)
    listed = Git(common).output("config", "-z", "--list").split(b"\0")
    settings = dict(_pair(entry) for entry in listed if entry)
    own_path = common
    if not bare and common.name == ".git":
        own_path = common.parent
    elif not bare and git_dir == common and not place.is_relative_to(common):
        own_path = Path(os.fsdecode(_ask_at(place, "rev-parse", "--show-toplevel"))).resolve()
    return Repository(own_path, common, shape[1].decode(), settings)


def look(repository: Repository) -> Look:
    """The refs, HEAD and history cuts as they are now. Raises SourceBroken."""
    git = Git(repository.git_dir)
    try:
        listing = git.output(
            "for-each-ref", "--format=%(objectname) %(refname) %(symref)", *REF_ROOTS
        )
    except GitFailed as failure:
        raise SourceBroken(
            f"{repository.path}: git cannot list the refs: {failure}",
            "Try `git fsck` in the repository.",
        ) from failure
    head_ref = git.reply("symbolic-ref", "-q", "HEAD").stdout.strip()
    head_id = git.reply("rev-parse", "-q", "--verify", "HEAD^{commit}").stdout.strip()
    try:
        shallow = (repository.git_dir / "shallow").read_bytes()
    except FileNotFoundError:
        shallow = b""
    digest = hashlib.sha256(b"\0".join((listing, head_ref, head_id, shallow))).hexdigest()
    cuts = tuple(sorted(shallow.decode().split()))
    return Look(listing, head_ref, head_id.decode(), cuts, digest)


def shadow(repository: Repository, folder: Path) -> Git:
    """A bare git directory of our own at `folder` that borrows the repository's objects."""
    version = 1 if repository.object_format != "sha1" else 0
    config = f"[core]\n\trepositoryformatversion = {version}\n\tbare = true\n"
    if version:
        config += f"[extensions]\n\tobjectFormat = {repository.object_format}\n"
    borrowed = b"".join(
        _quote_line(os.fsencode(place)) + b"\n"
        for place in _object_places(repository.git_dir / "objects")
    )
    try:
        for part in ("objects/info", "objects/pack", "refs"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        _keep(folder / "HEAD", b"ref: refs/heads/none\n")
        _keep(folder / "config", config.encode())
        _keep(folder / "objects/info/alternates", borrowed)
    except OSError as error:
        raise _disk(folder, error) from error
    return Git(folder)


def with_cuts(git: Git, commits: Sequence[str]) -> Git:
    """The same directory, walking no further than `commits`."""
    if not commits:
        return Git(git.git_dir)
    path = git.git_dir / "cuts"
    try:
        _keep(path, "".join(f"{commit}\n" for commit in sorted(commits)).encode())
    except OSError as error:
        raise _disk(path, error) from error
    return Git(git.git_dir, path)


def exists(path: Path) -> bool:
    """Whether there still is something at `path`."""
    return path.exists()


def remove(paths: Sequence[Path]) -> None:
    """Delete files of ours."""
    for path in paths:
        path.unlink(missing_ok=True)


def _keep(path: Path, content: bytes) -> None:
    with contextlib.suppress(FileNotFoundError):
        if path.read_bytes() == content:
            return
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.write_bytes(content)
    unfinished.replace(path)


def _object_places(first: Path) -> list[Path]:
    """The object directory and all it borrows from; git itself follows few and no relative ones."""
    found: list[Path] = []
    waiting = [first]
    while waiting:
        place = waiting.pop(0)
        if place in found or not place.is_dir():
            continue
        found.append(place)
        with contextlib.suppress(FileNotFoundError):
            listed = (place / "info/alternates").read_bytes().splitlines()
            waiting += [
                (place / os.fsdecode(_unquote_line(line))).resolve()
                for line in listed
                if line and not line.startswith(b"#")
            ]
    return found


def _quote_line(path: bytes) -> bytes:
    if path.startswith((b'"', b"#")) or b"\n" in path:
        escaped = path.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
        return b'"' + escaped + b'"'
    return path


def _unquote_line(line: bytes) -> bytes:
    if not (line.startswith(b'"') and line.endswith(b'"')):
        return line
    return line[1:-1].decode("unicode_escape").encode("latin-1")


def _pair(entry: bytes) -> tuple[str, str]:
    key, _, value = entry.decode("utf-8", "surrogateescape").partition("\n")
    return key, value


def _ask_at(place: Path, *args: str) -> bytes:
    done = _run(["-C", str(place), *args], b"", _environment())
    if done.returncode == 0:
        return done.stdout.removesuffix(b"\n")
    complaint = Reply(b"", done.stderr, done.returncode).complaint
    if "not a git repository" in complaint:
        for candidate in (place, *(above / ".git" for above in (place, *place.parents))):
            _require_access(candidate)
        raise BadInput(
            "path", str(place), "a git repository", "Clone one, or name another directory."
        )
    if "Permission denied" in complaint:
        raise Refused(complaint, "Run as somebody who may read the repository.")
    raise SourceBroken(f"{place}: {complaint}", "Try `git fsck` in the repository.")


def _require_access(git_dir: Path) -> None:
    """Git calls a repository that it may not read no repository."""
    for part in (git_dir, git_dir / "objects"):
        if os.path.lexists(part) and not os.access(part, os.R_OK | os.X_OK):
            raise Refused(
                f"{part}: permission denied", "Run as somebody who may read the repository."
            )


@cache
def _require_git() -> None:
    try:
        told = subprocess.run(["git", "--version"], capture_output=True, check=False).stdout
    except OSError as error:
        raise SourceDown("git is not installed", "Install git 2.30 or newer.") from error
    numbers = re.search(rb"(\d+)\.(\d+)", told)
    if numbers is None or (int(numbers[1]), int(numbers[2])) < OLDEST_GIT:
        raise Refused(f"{told.decode().strip()} is too old", "Install git 2.30 or newer.")


def _command(args: Sequence[str | bytes]) -> list[str | bytes]:
    settings = [part for key, value in _PINNED_SETTINGS for part in ("-c", f"{key}={value}")]
    return ["git", "--no-pager", "--no-replace-objects", *settings, *args]


def _run(
    args: Sequence[str | bytes], stdin: bytes, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            _command(args), input=stdin, capture_output=True, check=False, env=environment
        )
    except FileNotFoundError as error:
        raise SourceDown("git is not installed", "Install git 2.30 or newer.") from error


def _environment() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return kept | {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_FLUSH": "0",  # git log would write to a pipe after each commit
        "GIT_GRAFT_FILE": os.devnull,
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "HOME": os.devnull,
        "XDG_CONFIG_HOME": os.devnull,
        "LC_ALL": "C",
        "TZ": "UTC",
    }


def _disk(path: Path, error: OSError) -> SourceDown:
    return SourceDown(
        f"{path}: {error.strerror}",
        "Free some space and run again; nothing ingested so far is lost.",
    )
