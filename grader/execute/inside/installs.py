"""Recognise commands that install packages: they are recorded and not run."""

import ast
import re
from collections.abc import Callable

_TOOLS = r"(?:pip3?(?:\.\d+)?|conda|mamba|micromamba|uv)"
_COMMAND = re.compile(
    rf"^\s*(?:sudo\s+)?(?:(?:\S*python[\d.]*|\{{?sys\.executable\}}?)\s+-m\s+)?{_TOOLS}\s+\S"
    r"|^\s*(?:sudo\s+)?apt(?:-get)?\s+(?:-\S+\s+)*(?:install|update)\b"
)
_BARE = re.compile(rf"^(?={_TOOLS}\s+(?:install|uninstall|list|show|freeze|--upgrade)\b)", re.M)

MAGICS = ("pip", "conda", "mamba", "micromamba", "uv")
"""IPython's own magics of this kind."""


def is_install(command: str) -> bool:
    """Whether a shell command calls a package manager."""
    return bool(_COMMAND.match(command))


def mend(source: str, transform: Callable[[str], str]) -> str:
    """Turn lines like `pip install torch`, which are no Python, into magics.

    Args:
        source: A cell's text.
        transform: IPython's way from a cell to Python.
    """
    if not _BARE.search(source):
        return source
    try:
        ast.parse(transform(source))
    except SyntaxError:
        return _BARE.sub("%", source)
    return source
