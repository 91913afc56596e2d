"""What a worker finds inside, and what its ending says; the same in each kind."""

import stat

import pytest

from grader.course import Limits
from grader.errors import SandboxError


def test_worker_sees_its_job_and_sends_frames_with_payloads(any_bench):
    result = any_bench.run("send(b'abc', n=job['n']); send(last=True)", {"n": 7})
    assert [frame.head for frame in result.frames] == [{"n": 7}, {"last": True}]
    blob = result.frames[0].blob
    assert (blob.size, blob.path.read_bytes()) == (3, b"abc")
    assert blob.path.parent == any_bench.spool
    assert result.frames[1].blob is None
    assert (result.ending.status, result.ending.message) == ("ok", None)


def test_relative_imports_of_the_package_work(any_bench):
    (any_bench.package / "part.py").write_text("VALUE = 3\n")
    assert any_bench.run("from .part import VALUE; send(value=VALUE)").said == {"value": 3}


def test_home_is_an_empty_writable_working_folder(any_bench):
    result = any_bench.run("""
        import tempfile
        found = os.listdir(".")
        open("mine.txt", "w").write("x")
        with tempfile.TemporaryFile() as file:
            file.write(b"x")
        send(found=found, same=os.getcwd() == os.path.realpath(os.environ["HOME"]))
    """)
    assert result.said == {"found": [], "same": True}


def test_nothing_of_the_judges_environment_is_passed_on(any_bench, monkeypatch):
    monkeypatch.setenv("API_KEY", "secret")
    said = any_bench.run("send(names=list(os.environ), kind=os.environ['GRADE_SANDBOX'])").said
    assert "API_KEY" not in said["names"]
    assert said["kind"] == any_bench.sandbox.name


def test_attachments_are_readable_and_not_writable(bench, tmp_path):
    file = tmp_path / "mnist.npz"
    file.write_bytes(b"numbers")
    file.chmod(0o600)
    said = bench.run(
        """
        path = os.path.join(stage, "attachments", "mnist.npz")
        send(text=open(path).read(), write=attempt(lambda: open(path, "w")),
             job=attempt(lambda: open(os.path.join(stage, "job.json"), "a")))
        """,
        attachments={"mnist.npz": file},
    ).said
    assert said["text"] == "numbers"
    assert said["write"].startswith("refused")
    assert said["job"].startswith("refused")
    assert file.read_bytes() == b"numbers"


def test_honest_numpy_program_works(bench):
    said = bench.run("""
        import numpy as np, threading, subprocess, tempfile, shutil
        x = np.random.default_rng(0).normal(size=(300, 300))
        np.savez("x.npz", x=x)
        shutil.copy("x.npz", "y.npz")
        thread = threading.Thread(target=lambda: None)
        thread.start(); thread.join()
        echoed = subprocess.run(["echo", "hi"], capture_output=True, text=True).stdout
        send(same=bool((np.load("y.npz")["x"] == x).all()), echoed=echoed)
    """)
    assert said.said == {"same": True, "echoed": "hi\n"}


@pytest.mark.parametrize(
    ("source", "status", "words"),
    [
        ("sys.exit(0)", "ok", None),
        ("sys.exit(3)", "dead_kernel", "exit status 3"),
        ("raise ValueError('x')", "dead_kernel", "exit status 1"),
        ("os.kill(os.getpid(), 11)", "dead_kernel", "SIGSEGV"),
        ("os.abort()", "dead_kernel", "SIGABRT"),
        ("os.kill(os.getpid(), 9)", "killed", "killed from outside"),
    ],
)
def test_ending_says_how_it_died(any_bench, source, status, words):
    ending = any_bench.run(source).ending
    assert ending.status == status
    assert words is None or words in ending.message


def test_frames_before_a_death_are_kept(any_bench):
    result = any_bench.run("send(kept=True); os._exit(1)")
    assert result.said == {"kept": True}


def test_last_words_on_stderr_are_kept(any_bench):
    result = any_bench.run("os.write(2, b'x' * 10**6 + b'last words')")
    assert result.ending.stderr.endswith("last words")
    assert len(result.ending.stderr) == 64 * 1024


def test_package_without_main_is_the_workers_fault_not_a_hang(any_bench):
    (any_bench.package / "__main__.py").unlink(missing_ok=True)
    ending = any_bench.sandbox.run(
        any_bench.package.parent / "spool",
        {},
        limits=Limits(submission_seconds=20),
        spool=any_bench.spool,
        on_frame=lambda frame: None,
    )
    assert ending.status == "dead_kernel"


def test_worker_that_cannot_start_is_a_sandbox_error(any_bench, monkeypatch):
    monkeypatch.setattr("grader.sandbox.stage._START", "import os; os._exit(1)")
    with pytest.raises(SandboxError, match="did not start"):
        any_bench.run("send(x=1)")


def test_error_of_the_caller_ends_the_worker(any_bench):
    def fail(frame):
        raise KeyError("caller")

    with pytest.raises(KeyError, match="caller"):
        any_bench.run("send(x=1); import time; time.sleep(60)", on_frame=fail)


def test_no_file_of_a_run_is_left(any_bench, tmp_path, monkeypatch):
    work = tmp_path / "temporary"
    work.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(work))
    any_bench.run("""
        os.mkdir("shut"); open("shut/file", "w").close(); os.chmod("shut", 0)
        for _ in range(1500):
            os.mkdir("d"); os.chdir("d")
    """)
    assert list(work.iterdir()) == []


def test_worker_runs_as_nobody_special(bench):
    said = bench.run("""
        status = open("/proc/self/status").read().split("\\n")
        send(**{l.split(":")[0]: l.split()[1] for l in status if l[:3] in ("Cap", "NoN", "Sec")})
    """).said
    assert {said[name] for name in ("CapPrm", "CapEff", "CapInh", "CapAmb")} == {"0" * 16}
    assert (said["NoNewPrivs"], said["Seccomp"]) == ("1", "2")


def test_spooled_files_are_not_executable(any_bench):
    blob = any_bench.run("send(b'#!/bin/sh')").frames[0].blob
    assert not stat.S_IMODE(blob.path.stat().st_mode) & 0o111
