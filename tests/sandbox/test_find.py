"""Which sandbox is taken, and what is said when none holds."""

import tempfile

import pytest

from grader import sandbox as sandboxes
from grader.errors import SandboxError
from grader.sandbox import probe

from .conftest import confined


@pytest.fixture(autouse=True)
def fresh():
    sandboxes.try_kind.cache_clear()
    yield
    sandboxes.try_kind.cache_clear()


def test_no_kind_holds_says_what_to_install(monkeypatch):
    monkeypatch.setattr("grader.sandbox.bubblewrap.shutil.which", lambda *a, **k: None)
    monkeypatch.setattr("grader.sandbox.landlock._OLDEST", 1000)
    with pytest.raises(SandboxError) as caught:
        sandboxes.find()
    message = str(caught.value)
    for words in ("bwrap is not installed", "apt install bubblewrap", "Landlock", "--sandbox none"):
        assert words in message


def test_landlock_is_taken_where_bubblewrap_is_missing(monkeypatch):
    confined("landlock")
    monkeypatch.setattr("grader.sandbox.bubblewrap.shutil.which", lambda *a, **k: None)
    assert sandboxes.find().name == "landlock"


def test_forced_kind_that_does_not_hold_is_an_error(monkeypatch):
    monkeypatch.setattr("grader.sandbox.bubblewrap.shutil.which", lambda *a, **k: None)
    with pytest.raises(SandboxError, match="bwrap"):
        sandboxes.find("bubblewrap")


def test_bubblewrap_that_may_not_make_namespaces_is_noticed(monkeypatch, tmp_path):
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2; exit 1")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    attempt = sandboxes.try_kind("bubblewrap")
    assert attempt.sandbox is None
    assert "No permissions to create new namespace" in attempt.problem
    assert "apparmor" in attempt.hint


def test_unknown_kind_names_the_known_ones():
    with pytest.raises(SandboxError, match=r"'docker'.*bubblewrap, landlock, none"):
        sandboxes.find("docker")


def test_none_is_given_only_when_asked_for():
    assert sandboxes.find("none").name == "none"


def test_auto_prefers_bubblewrap():
    confined("bubblewrap")
    assert sandboxes.find().name == "bubblewrap"


def test_answer_is_remembered():
    assert sandboxes.try_kind("landlock") is sandboxes.try_kind("landlock")


def test_probe_notices_that_nothing_is_confined():
    with pytest.raises(SandboxError, match="connect to this machine, read files, write files"):
        probe.run(sandboxes.find("none"))


def test_probe_notices_a_hole_in_the_rules(monkeypatch):
    landlock = confined("landlock")
    monkeypatch.setattr("grader.sandbox.interpreter.SYSTEM_FILES", (tempfile.gettempdir(),))
    with pytest.raises(SandboxError, match="read files"):
        probe.run(landlock)


def test_each_kind_says_what_it_does_not_do():
    for kind in sandboxes.KINDS:
        sandbox = sandboxes.find("none") if kind == "none" else confined(kind)
        assert sandbox.weaker
        assert all(sandbox.weaker)
