"""Where secrets are: the environment, a file of its owner alone, or the system's keyring."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from groundplan.sources.http.secrets import Secret
from groundplan.terms.errors import BadInput, NotFound, Refused

MOST_BYTES: Final = 100_000
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def read_secret(where: str, environ: Mapping[str, str]) -> Secret:
    """The secret at `env:NAME`, `file:PATH` or `keyring:SERVICE/USER`.

    Errors: NotFound where nothing is, Refused for a file that others may read. No error says any
    of it.
    """
    way, _, name = where.partition(":")
    if way == "env":
        found = Secret(environ.get(name, ""))
        if not found:
            raise NotFound(f"{name} is not set", "Set it, or name a file with --token-file.")
        return found
    if way == "file":
        return _read_file(Path(name).expanduser())
    if way == "keyring":
        return _read_keyring(name)
    raise BadInput("secret", way, "env:NAME, file:PATH or keyring:SERVICE/USER")


def _read_file(path: Path) -> Secret:
    try:
        told = path.stat()
        if not stat.S_ISREG(told.st_mode) or told.st_size > MOST_BYTES:
            raise BadInput("token file", str(path), "a small file")
        if told.st_mode & OTHERS:
            raise Refused(f"others than you may read {path}", f"Run: chmod 600 {path}")
        found = Secret(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise BadInput("token file", str(path), "a file of text") from None
    except OSError as error:
        raise NotFound(f"{path}: {error.strerror}", "Name a file that holds the token.") from None
    if not found:
        raise NotFound(f"{path} is empty", "Put the token into it.")
    return found


def _read_keyring(name: str) -> Secret:
    try:
        import keyring  # noqa: PLC0415 - optional
        from keyring.errors import KeyringError  # noqa: PLC0415
    except ImportError:
        raise Refused("the system's keyring cannot be asked", "Run: pip install keyring") from None
    service, _, user = name.partition("/")
    try:
        found = keyring.get_password(service, user)
    except KeyringError as error:
        raise Refused(f"the keyring does not answer ({type(error).__name__})") from None
    if not found:
        raise NotFound(f"the keyring has nothing for {service!r} and {user!r}")
    return Secret(found)
