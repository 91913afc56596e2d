"""Say that a network holds something that is not taken over."""

from typing import Any

_LONGEST = 60


class RefusedError(Exception):
    """The network cannot be rebuilt from what was handed over; the message says what is wrong."""


def shown(value: Any) -> str:
    """A hostile value as at most 60 characters of one line."""
    if isinstance(value, dict | list):
        # The repr of a large container would be built whole before it could be cut.
        return f"a {type(value).__name__} of {len(value)} entries"
    if isinstance(value, int) and abs(value) > 10**30:
        return "a number of more than 30 digits"
    text = repr(value[:_LONGEST] if isinstance(value, str) else value)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "..."
