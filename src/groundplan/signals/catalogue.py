"""Which signals there are: every file of this folder that declares one, nothing registers."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

import groundplan.signals as folder
from groundplan.signals.signal import Signal


def discover() -> tuple[Signal, ...]:
    """The `SIGNAL` constants of this folder, by file name.

    Raises ValueError where a signal is not named as its file.
    """
    found: list[Signal] = []
    for module in sorted(iter_modules(folder.__path__), key=lambda m: m.name):
        declared = getattr(import_module(f"{folder.__name__}.{module.name}"), "SIGNAL", None)
        if not isinstance(declared, Signal):
            continue
        if declared.name != module.name:
            raise ValueError(f"signals/{module.name}.py declares a signal named {declared.name!r}")
        found.append(declared)
    return tuple(found)
