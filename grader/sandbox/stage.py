"""Lay out the files of one run: the worker's stage, its scratch, and what starts it."""

import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.sandbox import gpu

HELLO = "hello"
"""Type of the first frame: the worker's interpreter is up, and no code of anybody ran yet."""

# Runs inside as `python -I -B -c START package stage entries`, before anything of the package.
_START = """
import os, resource, runpy, struct, sys
name, stage, ceiling, *entries = sys.argv[1:]
if int(ceiling):
    resource.setrlimit(resource.RLIMIT_NPROC, (int(ceiling), int(ceiling)))
head = b'{"type":"hello"}'
os.write(int(os.environ["GRADE_EXPORT_FD"]), struct.pack("<IQ", len(head), 0) + head)
sys.path[:0] = [stage]
sys.path += [entry for entry in entries if entry not in sys.path]
sys.argv[1:] = []
runpy.run_module(name, run_name="__main__", alter_sys=True)
"""


@dataclass(frozen=True)
class Stage:
    """The folders of one run; they are gone after it."""

    name: str
    """Of the worker package."""
    folder: Path
    """Holds `<name>/`, `job.json` and `attachments/`."""
    attachments: Mapping[str, Path]
    """The real files behind `attachments/<name>`."""
    scratch: Path
    """Empty but for `home/` and `tmp/`; for kinds that cannot mount a file system of their own."""
    private: Path
    """For the judge's side; never visible inside."""

    def command(
        self, executable: Path, shown_at: Path, extra: tuple[str, ...], processes: int = 0
    ) -> list[str]:
        """What starts the worker.

        Args:
            executable: The interpreter.
            shown_at: Where the stage appears inside.
            extra: Further entries of `sys.path`.
            processes: Ceiling to set from inside; 0 for none.
        """
        flags = [str(executable), "-I", "-B", "-c", _START]
        return [*flags, self.name, str(shown_at), str(processes), *extra]


@contextlib.contextmanager
def prepare(
    package: Path, job: dict[str, Any], attachments: Mapping[str, Path], *, foreign: bool
) -> Iterator[Stage]:
    """Make the folders of one run and remove them afterwards.

    Args:
        package: Folder with `__main__.py`.
        job: Written to `job.json`.
        attachments: Files to show, by name.
        foreign: True when the worker has another user id: files that only their owner may read
            are then copied.
    """
    root = Path(tempfile.mkdtemp(prefix="grade-"))
    try:
        stage = Stage(package.name, root / "stage", {}, root / "scratch", root / "private")
        for folder in (stage.folder, stage.private, stage.folder / "attachments"):
            folder.mkdir(mode=0o755)
        for folder in (stage.scratch, stage.scratch / "home", stage.scratch / "tmp"):
            folder.mkdir(mode=0o700)
        target = stage.folder / package.name
        shutil.copytree(package, target, ignore=shutil.ignore_patterns("__pycache__"))
        (stage.folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
        files = {}
        for name, path in attachments.items():
            shown = stage.folder / "attachments" / name
            if foreign and not path.stat().st_mode & 0o004:
                shutil.copyfile(path, shown)
                files[name] = shown
            else:
                shown.symlink_to(path.resolve())
                files[name] = path.resolve()
        # The judge's umask may be strict; another user id must be able to read all of it.
        for path in (stage.folder, *stage.folder.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() else 0o644)
        yield Stage(stage.name, stage.folder, files, stage.scratch, stage.private)
    finally:
        _remove(root)


def environment(
    kind: str, *, stage: Path, home: Path, temporary: Path, fd: int, devices: tuple[Path, ...]
) -> dict[str, str]:
    """All variables of the worker; nothing of the judge's own (API keys!) is passed on.

    Args:
        kind: Of the sandbox.
        stage: Where the stage appears inside.
        home: Empty working folder.
        temporary: For everything else that is written.
        fd: Write end of the export pipe.
        devices: Of GPUs that the worker may use.
    """
    programs = [str(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin"]
    return {
        "GRADE_STAGE": str(stage),
        "GRADE_EXPORT_FD": str(fd),
        "GRADE_SANDBOX": kind,
        "HOME": str(home),
        "USER": "student",
        "LOGNAME": "student",
        "TMPDIR": str(temporary),
        "PATH": ":".join(programs),
        "LANG": "C.UTF-8",
        "MPLCONFIGDIR": str(temporary / "matplotlib"),
        "IPYTHONDIR": str(temporary / "ipython"),
        "KERAS_HOME": str(temporary / "keras"),
        "TORCH_HOME": str(temporary / "torch"),
        "XDG_CACHE_HOME": str(temporary / "cache"),
        "TF_CPP_MIN_LOG_LEVEL": "2",
        **gpu.environment(devices),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
    }


def _remove(root: Path) -> None:
    try:
        shutil.rmtree(root)
    except (OSError, RecursionError):
        # A worker can leave folders without permissions, or nested deeper than Python recurses;
        # chmod and rm walk those without following links.
        for command in (["chmod", "-R", "u+rwx"], ["rm", "-rf", "--one-file-system"]):
            subprocess.run([*command, "--", str(root)], check=False, stderr=subprocess.DEVNULL)
