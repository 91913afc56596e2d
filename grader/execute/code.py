"""Tell whether a code cell holds anything to run."""

import re

_TOOL = r"(?:pip3?|conda|mamba|micromamba|uv)"
_IDLE = re.compile(
    rf"^\s*(?:#.*|[!%]{{1,2}}\s*{_TOOL}\s.*|{_TOOL}\s+(?:install|uninstall|list|show|freeze)\b.*)?$"
)


def is_code(source: str) -> bool:
    """Whether there is a line besides blank ones, comments and package installs."""
    return any(not _IDLE.match(line) for line in source.splitlines())
