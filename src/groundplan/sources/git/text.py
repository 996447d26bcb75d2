"""Git's bytes as the text that facts hold: names, messages and paths. Pure."""

from __future__ import annotations

import re

_ESCAPES = {7: "a", 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r", 34: '"', 92: "\\"}
_UNESCAPES = {letter: code for code, letter in _ESCAPES.items()}
_ESCAPED = re.compile(r"\\([0-3][0-7]{2}|.)", re.DOTALL)


def text(raw: bytes) -> str:
    """A name or message: UTF-8, else Latin-1, in which every byte means something."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def path_text(raw: bytes) -> str:
    """A path as facts hold it: itself if it is UTF-8, else in git's quoted form."""
    try:
        path = raw.decode("utf-8")
    except UnicodeDecodeError:
        return _quoted(raw)
    return _quoted(raw) if path.startswith('"') else path


def path_bytes(path: str) -> bytes:
    """The bytes of a path that facts hold: the inverse of `path_text`."""
    if not (path.startswith('"') and path.endswith('"') and len(path) > 1):
        return path.encode("utf-8")
    plain = _ESCAPED.sub(_unescaped, path[1:-1])
    return plain.encode("latin-1")


def _unescaped(found: re.Match[str]) -> str:
    code = found[1]
    return chr(int(code, 8)) if len(code) == 3 else chr(_UNESCAPES[code])


def _quoted(raw: bytes) -> str:
    return '"' + "".join(_quoted_byte(byte) for byte in raw) + '"'


def _quoted_byte(byte: int) -> str:
    if byte in _ESCAPES:
        return "\\" + _ESCAPES[byte]
    return chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}"
