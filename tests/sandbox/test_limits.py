"""Programs that take too much: each is ended, named, and leaves nothing running."""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from grader import course


def running(token: str) -> list[int]:
    """Processes with `token` among their arguments."""
    return [p.pid for p in psutil.process_iter(["cmdline"]) if token in (p.info["cmdline"] or ())]


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    """Whether `holds` became true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return False


def test_sleeper_is_stopped_at_the_wall_limit(any_bench):
    started = time.monotonic()
    ending = any_bench.run("import time; time.sleep(60)", limits={"submission_seconds": 1}).ending
    assert (ending.status, ending.message) == ("timeout", "It ran for more than 1 seconds.")
    assert time.monotonic() - started < 10


def test_signals_do_not_save_a_sleeper(any_bench):
    source = """
        import signal, time
        for number in range(1, 65):
            try: signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError): pass
        while True: time.sleep(60)
    """
    assert any_bench.run(source, limits={"submission_seconds": 1}).ending.status == "timeout"


@pytest.mark.parametrize("end", ["ok", pytest.param("timeout", marks=pytest.mark.slow)])
def test_daemon_does_not_outlive_its_run(any_bench, end):
    token = f"100000.{secrets.randbelow(10**9)}"
    source = """
        import signal, time
        read, write = os.pipe()  # closed by exec
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                os.execvp("sleep", ["sleep", job["token"]])
            os._exit(0)
        os.close(write)
        os.wait()
        os.read(read, 1)
        send(started=True)
        time.sleep(60 if job["end"] == "timeout" else 0.5)
    """
    seen = []
    result = any_bench.run(
        source,
        {"token": token, "end": end},
        limits={"submission_seconds": 30 if end == "ok" else 4},
        on_frame=lambda frame: seen.extend(running(token)),
    )
    assert result.ending.status == end
    assert len(seen) == 1
    assert running(token) == []


@pytest.mark.slow
def test_memory_bomb_is_stopped_and_named(any_bench):
    source = """
        import time
        blocks = []
        for _ in range(40):
            blocks.append(bytearray(os.urandom(1) * 50_000_000))
            time.sleep(0.02)
        send(survived=True)
    """
    result = any_bench.run(source, limits={"memory_mib": 512})
    assert (result.ending.status, result.frames) == ("memory", [])
    assert 512 < result.ending.peak_memory_mib < 1500


@pytest.mark.slow
def test_memory_that_processes_share_counts_once(any_bench):
    source = """
        import time
        block = bytearray(b"x" * 200_000_000)
        for _ in range(4):
            if os.fork() == 0:
                sum(block[::4096]); time.sleep(0.6); os._exit(0)
        time.sleep(0.7)
        send(survived=True)
    """
    result = any_bench.run(source, limits={"memory_mib": 512})
    assert (result.ending.status, result.said) == ("ok", {"survived": True})


def test_memory_of_children_counts_too(any_bench):
    source = """
        import time
        for _ in range(4):
            if os.fork() == 0:
                block = bytearray(b"x" * 200_000_000); time.sleep(60)
        time.sleep(60)
    """
    assert any_bench.run(source, limits={"memory_mib": 512}).ending.status == "memory"


@pytest.mark.slow
def test_memory_in_nameless_files_counts_too(any_bench):
    source = """
        import time
        files = [os.memfd_create("x") for _ in range(12)]
        for file in files: os.write(file, bytes(50_000_000))
        time.sleep(60)
    """
    limits = {"memory_mib": 512, "scratch_mib": 64}
    assert any_bench.run(source, limits=limits).ending.status == "memory"


def test_worker_cannot_hide_from_its_supervisor(bench):
    said = bench.run("""
        import ctypes
        send(result=ctypes.CDLL(None).prctl(4, 0, 0, 0, 0))
    """).said
    assert said == {"result": -1}


def test_fork_bomb_is_stopped_and_nothing_is_left(bench):
    token = f"100000.{secrets.randbelow(10**9)}"
    source = """
        import subprocess, time
        while True:
            try: subprocess.Popen(["sleep", job["token"]])
            except OSError: time.sleep(0.01)
    """
    ending = bench.run(source, {"token": token}, limits={"processes": 16}).ending
    assert (ending.status, running(token)) == ("killed", [])
    assert "16 processes" in ending.message


def test_full_disk_is_named(any_bench):
    source = """
        import time
        with open("big", "wb") as file:
            while True:
                try: file.write(bytes(2**20)); file.flush()
                except OSError: file = open(f"big{time.time()}", "wb")
    """
    result = any_bench.run(source, limits={"scratch_mib": 32, "submission_seconds": 10})
    assert result.ending.status == "disk"
    assert "32 MiB" in result.ending.message


def test_deleted_files_count_as_long_as_they_are_open(any_bench):
    source = """
        import time
        files = []
        for n in range(8):
            files.append(open(str(n), "wb", buffering=0))
            os.unlink(str(n))
            try: files[-1].write(bytes(10 * 2**20))
            except OSError: pass  # bubblewrap's own file system is full at once
        time.sleep(5)
    """
    assert any_bench.run(source, limits={"scratch_mib": 32}).ending.status == "disk"


def test_flood_on_stdout_is_cut(any_bench):
    result = any_bench.run("while True: os.write(1, b'x' * 65536)")
    assert result.ending.status == "output_limit"
    assert "printed" in result.ending.message


def test_flood_on_the_export_pipe_is_cut_and_what_came_is_kept(any_bench):
    source = """
        send(first=True)
        while True: send(b"x" * 2**22)
    """
    result = any_bench.run(source, limits={"export_mib": 1})
    assert result.ending.status == "output_limit"
    assert result.frames[0].head == {"first": True}
    assert sum(f.blob.size for f in result.frames if f.blob) <= 33 * 2**20


@pytest.mark.parametrize(
    "bytes_sent",
    [
        pytest.param("b'garbage' * 100", id="garbage"),
        pytest.param("struct.pack('<IQ', 3, 0) + b'{{{'", id="no JSON"),
        pytest.param("struct.pack('<IQ', 2**31, 2**62)", id="absurd sizes"),
        pytest.param("struct.pack('<IQ', 10, 0) + b'{\"a\"'", id="cut short"),
        pytest.param("struct.pack('<IQ', 2, 99) + b'{}payload'", id="payload cut short"),
    ],
)
def test_broken_frames_end_the_run_and_keep_what_came(any_bench, bytes_sent):
    result = any_bench.run(f"send(kept=True); os.write(fd, {bytes_sent})")
    assert result.said == {"kept": True}
    assert result.ending.status in ("dead_kernel", "output_limit")
    assert result.ending.message
    assert list(any_bench.spool.iterdir()) == []


@pytest.mark.slow
def test_nothing_outlives_a_judge_that_is_killed(any_bench):
    token = f"100000.{secrets.randbelow(10**9)}"
    (any_bench.package / "__main__.py").write_text(
        "import subprocess, sys\n"
        f"subprocess.Popen(['sleep', '{token}'], start_new_session=True)\n"
        "import time; time.sleep(60)\n"
    )
    judge = f"""
from pathlib import Path
from grader import sandbox
from grader.course import Limits
sandbox.find({any_bench.sandbox.name!r}).run(
    Path({str(any_bench.package)!r}), {{}}, limits=Limits(), spool=Path({str(any_bench.spool)!r}),
    on_frame=print)
"""
    root = Path(course.__file__).parents[1]
    # A killed judge cannot clear up its stage.
    environment = os.environ | {"TMPDIR": str(any_bench.spool)}
    process = subprocess.Popen([sys.executable, "-c", judge], cwd=root, env=environment)
    try:
        assert within(20, lambda: running(token) != [])
    finally:
        process.kill()
        process.wait()
    assert within(20, lambda: running(token) == [])
