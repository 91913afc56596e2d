"""Run without confinement, under the same limits: for code that one trusts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.course import Limits
from grader.sandbox import Ending, Frame, interpreter, stage, supervisor, usage


@dataclass(frozen=True)
class Unconfined:
    """No sandbox at all."""

    devices: tuple[Path, ...] = ()
    """See `find`."""
    name: str = "none"
    weaker: tuple[str, ...] = (
        "the code can read, change and send anywhere whatever this account can",
        "memory, processes and files are watched ten times a second, not walled",
    )

    def run(
        self,
        package: Path,
        job: dict[str, Any],
        *,
        limits: Limits,
        spool: Path,
        on_frame: Callable[[Frame], None],
        attachments: Mapping[str, Path] = {},
    ) -> Ending:
        """See `Sandbox.run`."""
        python = interpreter.locate()
        with (
            stage.prepare(package, job, attachments, foreign=False) as staged,
            supervisor.export_pipe() as (source, target),
        ):
            home, temporary = staged.scratch / "home", staged.scratch / "tmp"
            plan = supervisor.Plan(
                command=staged.command(python.executable, staged.folder, python.extra),
                environment=stage.environment(
                    self.name,
                    stage=staged.folder,
                    home=home,
                    temporary=temporary,
                    fd=target,
                    devices=self.devices,
                ),
                folder=home,
                private=staged.private,
                source=source,
                export=target,
                disk=lambda processes: usage.folder(staged.scratch, processes),
            )
            return supervisor.supervise(plan, limits=limits, spool=spool, on_frame=on_frame)


def create(hidden: tuple[Path, ...] = (), devices: tuple[Path, ...] = ()) -> Unconfined:
    """The absence of a sandbox; `hidden` is not hidden."""
    return Unconfined(devices)
