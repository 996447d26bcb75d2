"""What can go wrong, in a few kinds. Each says what happened and what to do next."""

from __future__ import annotations


class GroundplanError(Exception):
    """Base of every error meant for a person: a message and a hint."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class NotFound(GroundplanError):
    """There is no such thing, or the viewer may not see it: both look the same."""


class Refused(GroundplanError):
    """The request is understood and will not be carried out; the message is the reason."""


class Conflict(Refused):
    """Somebody else was faster; reading what is new and trying again may work."""


class BadInput(GroundplanError):
    """A field holds something that is not allowed."""

    def __init__(self, field: str, got: object, allowed: str, hint: str = "") -> None:
        super().__init__(f"{field}: got {got!r}; allowed: {allowed}", hint)
        self.field = field
        self.got = got
        self.allowed = allowed


class SourceDown(GroundplanError):
    """A source or store cannot be reached now; trying again later may work."""

    def __init__(self, message: str, hint: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(message, hint)
        self.retry_after_s = retry_after_s


class SourceBroken(GroundplanError):
    """A source answers, but with something that cannot be right; trying again will not help."""
