"""Hostile programs that reach for what is not theirs."""

import os
import signal
import socket
import sys
from pathlib import Path

import pytest

from grader import course
from grader import sandbox as sandboxes
from grader.sandbox.landlock import Landlock

from .conftest import Bench, confined


def test_files_of_the_judge_cannot_be_read(bench, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "canary").write_text("secret")
    (home / "canary").chmod(0o644)
    root = course.default_root()
    paths = [home / "canary", root / "setup.cfg", Path(course.__file__), Path("/etc/shadow")]
    paths += [Path("/etc/passwd"), Path.home() / ".bashrc", bench.spool.parent / "worker"]
    source = "send(**{p: attempt(lambda: open(p).read(1)) for p in job['paths']})"
    said = bench.run(source, {"paths": [str(p) for p in paths]}).said
    assert {path: word for path, word in said.items() if not word.startswith("refused")} == {}


def test_folders_of_the_judge_cannot_be_listed(bench, tmp_path):
    paths = [course.default_root(), Path(course.__file__).parent, Path.home(), tmp_path]
    source = "send(**{p: attempt(lambda: sorted(os.listdir(p))) for p in job['paths']})"
    said = bench.run(source, {"paths": [str(p) for p in paths]}).said
    # Bubblewrap shows folders on the way to the interpreter, and nothing else in them.
    way = {part for path in (sys.prefix, sys.base_prefix) for part in Path(path).parts}
    for path, word in said.items():
        names = set(eval(word.removeprefix("possible: "))) if "possible" in word else set()
        assert names <= way, path


@pytest.mark.parametrize("folder", ["/", "/etc", "/usr", "/dev", "/proc/sys/kernel", "/var/tmp"])
def test_nothing_can_be_written_outside_the_scratch(bench, folder):
    source = "send(word=attempt(lambda: open(job['path'], 'w').write('x')))"
    target = Path(folder) / "grade-canary"
    assert bench.run(source, {"path": str(target)}).said["word"].startswith("refused")
    assert not target.exists()


def test_files_of_the_judge_cannot_be_changed(bench, tmp_path):
    tmp_path.chmod(0o777)
    file = tmp_path / "gradebook"
    file.write_text("A")
    file.chmod(0o666)
    before = file.stat()
    said = bench.run(
        """
        p = job["path"]
        send(write=attempt(lambda: open(p, "w")), truncate=attempt(lambda: os.truncate(p, 0)),
             unlink=attempt(lambda: os.unlink(p)), rename=attempt(lambda: os.rename(p, p + "2")),
             link=attempt(lambda: os.link(p, "mine")), symlink=attempt(lambda: os.symlink(p, "s")))
        for action in (lambda: os.chmod(p, 0o600), lambda: os.utime(p, (0, 0)),
                       lambda: os.setxattr(p, "user.x", b"x"), lambda: open("s", "w")):
            attempt(action)
        """,
        {"path": str(file)},
    ).said
    assert said.pop("symlink") == "possible: None"  # and of no use
    assert all(word.startswith("refused") for word in said.values())
    after = file.stat()
    assert file.read_text() == "A"
    assert (after.st_mode, after.st_mtime) == (before.st_mode, before.st_mtime)
    assert os.listxattr(file) == []


def test_interpreter_cannot_be_changed(bench):
    said = bench.run("""
        import json as target
        folder = os.path.dirname(target.__file__)
        send(write=attempt(lambda: open(target.__file__, "a")),
             add=attempt(lambda: open(os.path.join(folder, "grade_canary.py"), "w")),
             truncate=attempt(lambda: os.open(target.__file__, os.O_RDONLY | os.O_TRUNC)))
    """).said
    assert all(word.startswith("refused") for word in said.values())


@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_UNIX", "abstract"])
def test_services_of_the_host_cannot_be_reached(bench, family, tmp_path):
    kind = socket.AF_UNIX if family == "abstract" else getattr(socket, family)
    address = {
        "AF_INET": ("127.0.0.1", 0),
        "AF_INET6": ("::1", 0),
        "AF_UNIX": str(tmp_path / "s"),
        "abstract": f"\0grade-test-{os.getpid()}",
    }[family]
    with socket.socket(kind) as listener:
        try:
            listener.bind(address)
        except OSError as error:
            pytest.skip(f"no {family} here: {error}")
        listener.listen()
        if family == "AF_UNIX":
            (tmp_path / "s").chmod(0o777)
            tmp_path.chmod(0o777)
        source = """
            import socket
            address = job["address"]
            address = tuple(address) if isinstance(address, list) else address
            def connect():
                s = socket.socket(job["family"])
                s.settimeout(2)
                s.connect(address)
            send(word=attempt(connect))
        """
        job = {"address": listener.getsockname(), "family": int(kind)}
        if family == "abstract":
            job["address"] = address
        assert bench.run(source, job).said["word"].startswith("refused")


def test_nothing_leaves_by_datagram(bench, tmp_path):
    tmp_path.chmod(0o777)
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as local,
    ):
        udp.bind(("127.0.0.1", 0))
        local.bind(str(tmp_path / "s"))
        (tmp_path / "s").chmod(0o777)
        for listener in (udp, local):
            listener.setblocking(False)
        bench.run(
            """
            import socket
            attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(
                b"x", tuple(job["udp"])))
            attempt(lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(
                b"x", job["local"]))
            """,
            {"udp": udp.getsockname(), "local": str(tmp_path / "s")},
        )
        for listener in (udp, local):
            with pytest.raises(BlockingIOError):
                listener.recv(1)


def test_judge_cannot_be_signalled(bench):
    received = []
    before = signal.signal(signal.SIGUSR1, lambda number, frame: received.append(number))
    source = """
        import signal
        for pid in (job["judge"], os.getppid(), -1, 0):
            attempt(lambda: os.kill(pid, signal.SIGUSR1 if pid == job["judge"] else 0))
        for pid in (os.getppid(), 1):
            attempt(lambda: os.kill(pid, signal.SIGKILL))
        send(alive=True)
    """
    try:
        result = bench.run(source, {"judge": os.getpid()})
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert (received, result.said, result.ending.status) == ([], {"alive": True}, "ok")


def test_older_landlock_lets_a_worker_signal_itself_only(tmp_path):
    confined("landlock")
    bench = Bench(Landlock(abi=4), tmp_path)
    said = bench.run(
        """
        import fcntl, signal, subprocess
        child = subprocess.Popen(["sleep", "30"])
        send(judge=attempt(lambda: os.kill(job["judge"], 0)),
             parent=attempt(lambda: os.kill(os.getppid(), signal.SIGKILL)),
             all=attempt(lambda: os.kill(-1, 0)), child=attempt(child.kill),
             owner=attempt(lambda: fcntl.fcntl(0, fcntl.F_SETOWN, job["judge"])),
             own=attempt(lambda: os.kill(os.getpid(), 0)))
        """,
        {"judge": os.getpid()},
    ).said
    assert said.pop("own") == "possible: None"
    assert set(said.values()) == {"refused: PermissionError"}


def test_limits_and_priority_of_the_judge_stay(bench):
    import resource

    before = resource.getrlimit(resource.RLIMIT_CPU), os.getpriority(os.PRIO_PROCESS, 0)
    said = bench.run(
        """
        import resource
        send(limit=attempt(lambda: resource.prlimit(job["judge"], resource.RLIMIT_CPU, (1, 1))),
             nice=attempt(lambda: os.setpriority(os.PRIO_PROCESS, job["judge"], 19)))
        """,
        {"judge": os.getpid()},
    ).said
    assert all(word.startswith("refused") for word in said.values())
    assert (resource.getrlimit(resource.RLIMIT_CPU), os.getpriority(os.PRIO_PROCESS, 0)) == before


def test_memory_and_environment_of_the_judge_stay_shut(bench):
    said = bench.run(
        """
        send(**{name: attempt(lambda: open(f"/proc/{job['judge']}/{name}", "rb").read(1))
                for name in ("environ", "mem", "maps")},
             root=attempt(lambda: os.listdir(f"/proc/{job['judge']}/root/etc")))
        """,
        {"judge": os.getpid()},
    ).said
    assert all(word.startswith("refused") for word in said.values())


@pytest.mark.parametrize(
    "call",
    [
        pytest.param("unshare(0x10000000)", id="unshare"),
        pytest.param("ptrace(0, 0, 0, 0)", id="ptrace"),
        pytest.param("mount(b'x', b'/tmp', b'tmpfs', 0, None)", id="mount"),
        pytest.param("chroot(b'.')", id="chroot"),
        pytest.param("syscall(321, 0, 0, 0)", id="bpf"),
        pytest.param("syscall(425, 1, 0)", id="io_uring_setup"),
        pytest.param("syscall(250, 0, 0, 0, 0, 0)", id="keyctl"),
        pytest.param("syscall(298, 0, 0, 0, 0, 0)", id="perf_event_open"),
        pytest.param("syscall(323, 0)", id="userfaultfd"),
        pytest.param("syscall(56, 0x10000011, 0, 0, 0, 0)", id="clone into a user namespace"),
        pytest.param("syscall(172, 3)", id="iopl"),
    ],
)
def test_kernel_refuses_what_no_notebook_needs(bench, call):
    if os.uname().machine != "x86_64":
        pytest.skip("the numbers here are those of x86_64")
    said = bench.run(f"""
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        send(result=libc.{call}, error=ctypes.get_errno())
    """).said
    assert said == {"result": -1, "error": 1}


def test_clone3_looks_like_an_old_kernel(bench):
    said = bench.run("""
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        send(result=libc.syscall(435, 0, 0), error=ctypes.get_errno())
    """).said
    assert said == {"result": -1, "error": 38}


def test_hidden_files_inside_the_interpreter_are_out_of_sight(bench, tmp_path):
    library = Path(os.__file__).parent
    hidden = (library / "this.py", library / "email")
    (tmp_path / "own").mkdir()
    kind = sandboxes.find(bench.sandbox.name, hidden=hidden)
    said = (
        Bench(kind, tmp_path / "own")
        .run(
            """
        import wave  # imports of the rest go on
        def read(path):
            if not open(path).read(1):
                raise FileNotFoundError(path)  # a masked file looks empty
        send(**{p: attempt(lambda: read(p)) for p in job["paths"]})
        """,
            {"paths": [str(hidden[0]), str(hidden[1] / "__init__.py")]},
        )
        .said
    )
    assert len(said) == 2
    assert all(word.startswith("refused") for word in said.values())
