"""Try a sandbox with a small hostile program before trusting it."""

import socket
import tempfile
from pathlib import Path
from typing import Any

from grader.course import Limits
from grader.errors import SandboxError
from grader.sandbox import Frame, Sandbox

# Written to a file of its own, since a worker is staged as a package and imports nothing of ours.
_PROGRAM = '''
"""Read a canary, write beside it, connect to the judge; say what was possible."""
import json, os, socket, struct

job = json.load(open(os.path.join(os.environ["GRADE_STAGE"], "job.json")))
possible = []
def attempt(what, action):
    try:
        action()
    except OSError:
        return
    possible.append(what)

attempt("read files", lambda: open(job["canary"]).read())
attempt("write files", lambda: open(job["target"], "w").write("x"))
attempt("connect to this machine", lambda: socket.create_connection(job["address"], timeout=2))
attempt("work", lambda: open("scratch", "w").write("x"))
head = json.dumps({"possible": possible}).encode()
os.write(int(os.environ["GRADE_EXPORT_FD"]), struct.pack("<IQ", len(head), 0) + head)
'''
_LIMITS = Limits(submission_seconds=30, memory_mib=512, scratch_mib=16, export_mib=1)


def run(sandbox: Sandbox) -> None:
    """Return if `sandbox` refuses what it must and lets a program work.

    Raises:
        SandboxError: If it does not start, or something got through.
    """
    frames: list[Frame] = []
    with tempfile.TemporaryDirectory(prefix="grade-probe-") as name, socket.socket() as listener:
        folder = Path(name)
        package, spool = folder / "probe", folder / "spool"
        package.mkdir()
        spool.mkdir()
        (package / "__main__.py").write_text(_PROGRAM, encoding="utf-8")
        canary, target = folder / "canary", folder / "target"
        canary.write_text("canary", encoding="utf-8")
        # Open to everybody, so that only the sandbox can be what refuses.
        folder.chmod(0o777)
        canary.chmod(0o644)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        job: dict[str, Any] = {
            "canary": str(canary),
            "target": str(target),
            "address": listener.getsockname(),
        }
        ending = sandbox.run(package, job, limits=_LIMITS, spool=spool, on_frame=frames.append)
        if ending.status != "ok" or len(frames) != 1:
            said = ending.stderr.strip().splitlines()[-1:] or [ending.message or "no answer"]
            raise SandboxError(f"a trial run failed: {said[0]}")
        possible = set(frames[0].head.get("possible", ()))
        if target.exists():
            possible.add("write files")
    if "work" not in possible:
        raise SandboxError("a trial run could not write its own scratch folder")
    if leaks := possible - {"work"}:
        raise SandboxError(f"a trial run could {', '.join(sorted(leaks))}: it does not hold")
