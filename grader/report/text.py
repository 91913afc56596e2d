"""Text and numbers as they are printed: nothing hidden, nothing that steers a terminal."""

import re

from grader.records import Shape

# C0 but tab and newline, DEL and C1 steer terminals; lone surrogates cannot be written as UTF-8;
# the rest reorders a line or hides in it. U+200C and U+200D stay: Persian, Hindi and emoji need
# them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    """`text` with control, bidirectional and zero-width characters shown instead of obeyed.

    Tab and newline stay, a carriage return before a newline goes.
    """
    return _UNSEEN.sub(_name, text.replace("\r\n", "\n"))


def one_line(text: str, limit: int | None = None) -> str:
    """`text` on one line without control characters, cut to `limit` characters with an ellipsis."""
    line = visible(" ".join(text.split()))
    if limit is not None and len(line) > limit:
        return line[: limit - 1].rstrip() + "…"
    return line


def cut(text: str, limit: int) -> str:
    """The first `limit` characters of `text`, and how many were left out."""
    left_out = len(text) - limit
    return text if left_out <= 0 else f"{text[:limit]} [… {left_out:,} more characters]"


def points(value: float) -> str:
    """Points with two decimals at most: 4, 2.5, 2.67."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def count(value: int) -> str:
    """A whole number with thousands apart: 61,706."""
    return f"{value:,}"


def share(value: float, digits: int = 0) -> str:
    """A share from 0 to 1 in percent: 93%."""
    return f"{100 * value:.{digits}f}%"


def seconds(value: float) -> str:
    """A time to a tenth of a second: 41.3 s."""
    return f"{value:,.1f} s"


def shape(value: Shape | None) -> str:
    """Sizes of a tensor without its batch axis: 28 × 28 × 6; a question mark where it is open."""
    if value is None:
        return "not known"
    return " × ".join("?" if n is None else f"{n:,}" for n in value) or "a single number"


def _name(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)  # the Unicode pictures of the control characters
    return "␡" if code == 0x7F else f"⟨U+{code:04X}⟩"
