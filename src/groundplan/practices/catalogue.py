"""Finds the practices: each folder here that declares a PRACTICE."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from groundplan import practices
from groundplan.usecase import Practice


@cache
def discover() -> tuple[Practice, ...]:
    """Every practice, by name."""
    folders = sorted(module.name for module in iter_modules(practices.__path__) if module.ispkg)
    return tuple(import_module(f"{practices.__name__}.{name}").PRACTICE for name in folders)
