"""Things as servers tell them, read into forms that ignore what is not asked for."""

from __future__ import annotations

import msgspec


class Object(msgspec.Struct, kw_only=True, frozen=True):
    """Names as Python and many servers write them: `created_at`."""


class CamelObject(msgspec.Struct, kw_only=True, frozen=True, rename="camel"):
    """Names as JavaScript and other servers write them: `createdAt`."""
