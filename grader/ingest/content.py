"""What a reader makes of one file."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["code", "markdown", "raw"]


@dataclass(frozen=True, slots=True)
class Content:
    """Cells in order, and what was odd about them."""

    cells: tuple[tuple[Kind, str], ...]
    """Kind and source of each cell."""
    notes: tuple[str, ...] = ()
    """Whole sentences for people."""
