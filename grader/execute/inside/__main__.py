"""Run the notebook that `job.json` in the stage folder holds."""

import faulthandler
import json
import os
import sys
from pathlib import Path

from . import outputs, shell
from .channel import Channel
from .context import Run
from .executor import Executor, environment
from .hooks import Hooks

MIB = 2**20


def main() -> None:
    """Run all cells; every frame that was sent stays valid however this ends."""
    stage = Path(os.environ["GRADE_STAGE"])
    job = json.loads((stage / "job.json").read_text(encoding="utf-8"))
    limits = job["limits"]
    channel = Channel(int(os.environ["GRADE_EXPORT_FD"]), limits["export_mib"] * MIB)
    run = Run(job, stage, channel)
    # A crash in native code leaves its trace where the sandbox looks for it.
    faulthandler.enable(os.fdopen(os.dup(2), "w"))
    # The package goes on by its own path; the notebook need not see the stage.
    sys.path[:] = [entry for entry in sys.path if entry != str(stage)]
    hooks = Hooks(run)
    hooks.install()
    collected = outputs.Outputs(
        int(limits["stream_mib"] * MIB), int(limits["rich_output_mib"] * MIB)
    )
    pipes = outputs.take_over(collected)
    ipython = shell.start(run, collected, pipes)
    executor = Executor(run, ipython, collected, pipes, hooks)
    run.send({"type": "environment", "environment": environment(run, hooks)})
    for cell in job["cells"]:
        executor.cell(cell["index"], cell["source"])
    run.send({"type": "environment", "environment": environment(run, hooks)})
    run.send({"type": "done"})
    # At once: threads and exit handlers of the student's code have nothing more to say.
    os._exit(0)


if __name__ == "__main__":
    main()
