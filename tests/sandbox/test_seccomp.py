"""The filter, run by a little interpreter of BPF instead of by a kernel."""

import errno
import struct

import pytest

from grader.errors import SandboxError
from grader.sandbox import seccomp

ALLOW, KILL = "allow", "kill"
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


def verdict(program, machine, number, *arguments):
    """What the filter says to a call: allow, kill or the error number."""
    padded = [*arguments, *[0] * (6 - len(arguments))]
    architecture = ARCHITECTURES.get(machine, 0x40000003)
    data = struct.pack("<IIQ6Q", number, architecture, 0, *padded)
    code = list(struct.iter_unpack("<HBBI", program))
    at = value = 0
    while True:
        operation, yes, no, k = code[at]
        at += 1
        if operation == 0x20:
            (value,) = struct.unpack_from("<I", data, k)
        elif operation == 0x54:
            value &= k
        elif operation == 0x15:
            at += yes if value == k else no
        elif operation == 0x35:
            at += yes if value >= k else no
        elif operation == 0x45:
            at += yes if value & k else no
        elif operation == 0x06:
            if k == 0x7FFF0000:
                return ALLOW
            return KILL if k == 0x80000000 else k & 0xFFFF
        else:
            raise AssertionError(f"unknown instruction {operation:#x}")


# From the manual pages and `ausyscall`: name, number on x86_64, on aarch64.
@pytest.mark.parametrize(
    ("numbers", "arguments", "with_namespaces", "without"),
    [
        pytest.param((0, 63), (), ALLOW, ALLOW, id="read"),
        pytest.param((59, 221), (), ALLOW, ALLOW, id="execve"),
        pytest.param((101, 117), (), errno.EPERM, errno.EPERM, id="ptrace"),
        pytest.param((272, 97), (), errno.EPERM, errno.EPERM, id="unshare"),
        pytest.param((308, 268), (), errno.EPERM, errno.EPERM, id="setns"),
        pytest.param((435, 435), (), errno.ENOSYS, errno.ENOSYS, id="clone3"),
        pytest.param((56, 220), (0x3D0F00,), ALLOW, ALLOW, id="clone of a thread"),
        pytest.param((56, 220), (0x01200011,), ALLOW, ALLOW, id="clone of fork"),
        pytest.param((56, 220), (0x10000011,), errno.EPERM, errno.EPERM, id="clone new user"),
        pytest.param((56, 220), (0x40000011,), errno.EPERM, errno.EPERM, id="clone new net"),
        pytest.param((41, 198), (1, 1), ALLOW, errno.EPERM, id="unix socket"),
        pytest.param((41, 198), (2, 1), ALLOW, errno.EPERM, id="inet socket"),
        pytest.param((41, 198), (16, 3), errno.EPERM, errno.EPERM, id="netlink socket"),
        pytest.param((41, 198), (17, 3), errno.EPERM, errno.EPERM, id="packet socket"),
        pytest.param((41, 198), (40, 1), errno.EPERM, errno.EPERM, id="vsock"),
        pytest.param((53, 199), (1, 0x80801), ALLOW, ALLOW, id="stream pair"),
        pytest.param((53, 199), (1, 2), ALLOW, errno.EPERM, id="datagram pair"),
        pytest.param((53, 199), (1, 0x80002), ALLOW, errno.EPERM, id="datagram pair, cloexec"),
        pytest.param((16, 29), (0, 0x5401), ALLOW, ALLOW, id="ioctl TCGETS"),
        pytest.param((16, 29), (0, 0x5412), errno.EPERM, errno.EPERM, id="ioctl TIOCSTI"),
        pytest.param((302, 261), (0,), ALLOW, ALLOW, id="own limits"),
        pytest.param((302, 261), (77,), ALLOW, errno.EPERM, id="limits of others"),
        pytest.param((268, 53), (), ALLOW, 0, id="fchmodat"),
        pytest.param((62, 129), (77, 9), ALLOW, ALLOW, id="kill"),
    ],
)
@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_verdicts(machine, numbers, arguments, with_namespaces, without):
    number = numbers[list(ARCHITECTURES).index(machine)]
    for namespaces, expected in ((True, with_namespaces), (False, without)):
        program = seccomp.program(namespaces=namespaces, machine=machine)
        assert verdict(program, machine, number, *arguments) == expected


@pytest.mark.parametrize(
    ("pid", "expected"), [(seccomp.SELF, ALLOW), (0, ALLOW), (77, errno.EPERM), (2**32 - 1, 1)]
)
def test_unscoped_signals_reach_only_the_worker_itself(pid, expected):
    program = seccomp.program(namespaces=False, signals_scoped=False, machine="x86_64")
    for number in (62, 200, 234, 129, 297):
        assert verdict(program, "x86_64", number, pid, 9) == expected
    assert verdict(program, "x86_64", 424) == errno.EPERM
    assert verdict(program, "x86_64", 72, 0, 8) == errno.EPERM
    assert verdict(program, "x86_64", 72, 0, 1) == ALLOW


def test_other_architectures_are_killed():
    program = seccomp.program(namespaces=True, machine="x86_64")
    assert verdict(program, "i386", 3) == KILL
    assert verdict(program, "x86_64", 0x40000000 | 101) == errno.ENOSYS


def test_unknown_machine_is_an_error():
    with pytest.raises(SandboxError, match="riscv64"):
        seccomp.program(namespaces=True, machine="riscv64")
