"""What `grade doctor` looks at."""

import subprocess
import sys
from importlib import metadata

from grader import doctor, sandbox


def test_sandboxes_are_really_tried():
    lines = {line.name: line for line in doctor.report() if line.kind == "sandbox"}
    assert set(lines) == {"bubblewrap", "landlock"}
    for name, line in lines.items():
        assert line.holds == (sandbox.try_kind(name).sandbox is not None)
        assert line.detail
        assert bool(line.hint) != line.holds


def test_sandbox_is_needed_until_one_holds(monkeypatch):
    def fail(kind, *, hidden=()):
        return sandbox.Attempt(kind, problem="broken", hint="install it")

    monkeypatch.setattr(sandbox, "try_kind", fail)
    lines = [line for line in doctor.report() if line.kind == "sandbox"]
    assert [(line.holds, line.needed, line.hint) for line in lines] == [
        (False, True, "install it"),
        (False, True, "install it"),
    ]


def test_missing_package_comes_with_its_install_command(monkeypatch):
    def version(name):
        if name in ("torch", "keras"):
            raise metadata.PackageNotFoundError(name)
        return "1.2.3"

    monkeypatch.setattr(doctor.metadata, "version", version)
    lines = {line.name: line for line in doctor.report() if line.kind == "package"}
    assert (lines["tensorflow"].holds, lines["tensorflow"].detail) == (True, "1.2.3")
    assert (lines["keras"].holds, lines["keras"].hint) == (False, "pip install keras")
    assert (lines["torch"].needed, lines["torch"].hint) == (False, "pip install grade[torch]")


def test_no_framework_is_imported():
    code = """
import sys
from grader import doctor
doctor.report()
print([name for name in doctor.FRAMEWORKS if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
