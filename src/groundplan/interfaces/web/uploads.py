"""Forms with files, as browsers send them (RFC 7578): each part by its name, files as text."""

from __future__ import annotations

import re
from typing import Final

from groundplan.interfaces.codec.inputs import without_controls
from groundplan.sources.csv.tables import decode

_BOUNDARY: Final = re.compile(
    r'multipart/form-data\s*;.*?boundary="?([^";]{1,70})"?', re.IGNORECASE
)
_NAME: Final = re.compile(rb'\bname="([^"\r\n]*)"')
_FILE: Final = re.compile(rb'\bfilename="')


def read_parts(body: bytes, kind: str) -> dict[str, str] | None:
    """The parts of a form of this content type; None if it is of another one.

    Of parts of one name the last that is not empty: a file may be chosen or its text pasted.
    """
    told = _BOUNDARY.match(kind)
    if told is None:
        return None
    found: dict[str, str] = {}
    for part in (b"\r\n" + body).split(b"\r\n--" + told[1].encode("latin-1"))[1:]:
        head, _, value = part.partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if part.startswith(b"--") or name is None:
            continue
        text = without_controls(decode(value)[0]) if _FILE.search(head) else _plain(value)
        key = name[1].decode("utf-8", "replace")
        found[key] = text or found.get(key, "")
    return found


def _plain(value: bytes) -> str:
    return value.decode("utf-8", "replace")
