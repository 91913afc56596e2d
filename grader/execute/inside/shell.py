"""An IPython shell without kernel, history or terminal, whose outputs are collected."""

import builtins
import getpass
import os
import subprocess
import sys
import warnings
from contextlib import AbstractContextManager, nullcontext
from types import ModuleType
from typing import Any, NoReturn

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

from . import installs
from .budget import LoopCut
from .context import Run
from .outputs import Outputs, Pipes


class _Hook(DisplayHook):  # type: ignore[misc]
    """Collects the value of a cell's last line."""

    def start_displayhook(self) -> None:
        pass

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: dict[str, Any], md_dict: Any = None) -> None:
        self.shell.outputs.rich(format_dict)

    def finish_displayhook(self) -> None:
        pass


class _Publisher(DisplayPublisher):  # type: ignore[misc]
    """Collects what `display` and `plt.show` are given."""

    def publish(self, data: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        self.shell.outputs.rich(data)

    def clear_output(self, wait: bool = False) -> None:
        pass


class NotebookShell(InteractiveShell):  # type: ignore[misc]
    """Runs cells as Jupyter would."""

    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)
    outputs: Outputs
    pipes: Pipes
    run: Run

    def enable_gui(self, gui: Any = None) -> None:
        """There is no window to open."""

    def enable_matplotlib(self, gui: Any = None) -> Any:
        """Figures become pictures in the notebook, whichever way was asked for."""
        return super().enable_matplotlib("inline")

    def _tee(self, channel: str) -> AbstractContextManager[None]:
        """IPython keeps a copy of all that is printed, without a limit; `Outputs` keeps enough."""
        return nullcontext()

    def ask_exit(self) -> NoReturn:
        """`exit()` ends the cell."""
        raise SystemExit

    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        self.outputs.error(self.InteractiveTB.stb2text(stb))

    def system(self, cmd: str) -> None:
        """Run `!command`, with its output in the notebook; installing is recorded only."""
        command = self.var_expand(cmd, depth=1)
        if installs.is_install(command):
            self.run.skipped(command.strip())
            return
        done = subprocess.run(command, shell=True, stdin=subprocess.DEVNULL, check=False)
        self.user_ns["_exit_code"] = done.returncode
        self.pipes.drain()

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        """Run `lines = !command`."""
        if installs.is_install(cmd):
            self.run.skipped(cmd.strip())
            cmd = "true"
        return super().getoutput(cmd, split=split, depth=depth + 1)


def start(run: Run, outputs: Outputs, pipes: Pipes) -> NotebookShell:
    """Make the shell in which the cells run, with a `__main__` of its own."""
    # Read by matplotlib when it is first imported.
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    # A pip that is started all the same fails at once, where there is no network.
    os.environ.update(PIP_NO_INDEX="1", PIP_DISABLE_PIP_VERSION_CHECK="1")
    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.xmode = "Context"
    shell: NotebookShell = NotebookShell.instance(config=config, user_module=ModuleType("__main__"))
    shell.outputs, shell.pipes, shell.run = outputs, pipes, run
    shell.display_formatter.active_types = ["text/plain", "image/png"]
    # A loop that was cut short is no error of the student's: no traceback.
    shell.set_custom_exc((LoopCut,), lambda *args, **kwargs: None)
    for name in installs.MAGICS:
        shell.register_magic_function(_skipping(run, name), "line", name)
    _refuse_input()
    # IPython's advice after `sys.exit()`, which is meant for a terminal.
    warnings.filterwarnings("ignore", message="To exit: use")
    sys.path.insert(0, "")
    return shell


def _skipping(run: Run, name: str) -> Any:
    def magic(line: str) -> None:
        run.skipped(f"{name} {line}".strip())

    return magic


def _refuse_input() -> None:
    sys.stdin = open(os.devnull)  # noqa: SIM115, PTH123  stays open as long as the process lives
    os.dup2(sys.stdin.fileno(), 0)

    def refuse(prompt: object = "", *args: Any, **kwargs: Any) -> NoReturn:
        raise EOFError(
            f"the cell waits for an input ({str(prompt).strip() or 'no prompt'}), but nobody is "
            "there to type when a notebook is graded: assign the value in the code instead"
        )

    builtins.input = refuse
    getpass.getpass = refuse
