"""Build the filter of system calls (BPF) that a confined worker runs under."""

import errno
import platform
import struct
from collections.abc import Sequence

from grader.errors import SandboxError
from grader.sandbox.syscalls import AARCH64, NUMBERS, X86_64

SELF = 0x5E1F_9A7C
"""Stands for the worker's own process id, which only the launcher knows."""

# <linux/bpf_common.h>, <linux/seccomp.h>, <linux/audit.h>
_LOAD, _AND, _RETURN = 0x20, 0x54, 0x06
_JUMP_EQUAL, _JUMP_GREATER_EQUAL, _JUMP_SET = 0x15, 0x35, 0x45
_ALLOW, _KILL, _ERRNO = 0x7FFF_0000, 0x8000_0000, 0x0005_0000
_ARCHITECTURES = {"x86_64": (X86_64, 0xC000_003E), "aarch64": (AARCH64, 0xC000_00B7)}
_X32 = 0x4000_0000

# CLONE_NEWTIME is left out: `clone` reads that bit as part of a signal number.
_NEW_NAMESPACE = 0x7E02_0000
_AF_UNIX, _AF_INET, _AF_INET6 = 1, 2, 10
_SOCK_STREAM, _SOCK_SEQPACKET = 1, 5
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_F_SETOWN, _F_SETSIG, _F_SETOWN_EX = 8, 10, 15
_PR_SET_DUMPABLE = 4


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_REFUSED = _names("""
    ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp pidfd_getfd
    unshare setns mount umount2 pivot_root chroot move_mount open_tree open_tree_attr
    fsopen fsconfig fsmount fspick mount_setattr
    io_uring_setup io_uring_enter io_uring_register bpf perf_event_open userfaultfd
    keyctl add_key request_key kexec_load kexec_file_load init_module finit_module delete_module
    reboot swapon swapoff sethostname setdomainname acct syslog quotactl quotactl_fd vhangup
    lookup_dcookie settimeofday clock_settime clock_adjtime adjtimex iopl ioperm modify_ldt
    personality move_pages migrate_pages open_by_handle_at name_to_handle_at fanotify_init
""")

# Without namespaces the worker shares these with the other processes of the same account.
_SHARED = _names("""
    sched_setscheduler sched_setattr sched_setparam setpriority ioprio_set mq_open mq_unlink
    shmget shmat shmctl msgget msgsnd msgrcv msgctl semget semop semtimedop semctl
    inotify_add_watch
""")

# Landlock does not see these, so the worker could open a private file of its account to the world.
# They report success and do nothing: honest `shutil.copy` and `tarfile` go on.
_IGNORED = _names("""
    chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes futimesat utimensat
    setxattr lsetxattr fsetxattr setxattrat removexattr lremovexattr fremovexattr removexattrat
    file_setattr
""")

_SIGNALS = ("kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo")

_Code = list[tuple[int, int, int, int]]


def program(
    *, namespaces: bool, signals_scoped: bool = True, machine: str = platform.machine()
) -> bytes:
    """The filter as an array of `struct sock_filter`.

    Args:
        namespaces: True where the worker has its own pid, network and IPC namespaces and its own
            root; False where it shares them, so that sockets and the like must go too. Even
            AF_UNIX: Landlock does not watch `connect`, and the session bus or Docker's socket
            would start a process outside the sandbox. Only stream pairs are left.
        signals_scoped: False where nothing else keeps the worker from sending signals to other
            processes of its account; it may then signal only itself (`SELF`).
        machine: As `platform.machine()` says it.

    Raises:
        SandboxError: If the machine is neither x86_64 nor aarch64.
    """
    if machine not in _ARCHITECTURES:
        known = " and ".join(_ARCHITECTURES)
        raise SandboxError(f"the filter of system calls is known for {known}, this is {machine}")
    column, architecture = _ARCHITECTURES[machine]
    rules: dict[str, _Code] = {name: _refuse() for name in _REFUSED}
    # glibc takes ENOSYS as "old kernel" and uses `clone`, whose flags a filter can read.
    rules["clone3"] = _refuse(errno.ENOSYS)
    rules["clone"] = [_argument(0), (_JUMP_SET, 0, 1, _NEW_NAMESPACE), *_refuse(), *_allow()]
    rules["ioctl"] = _refuse_values(1, (_TIOCSTI, _TIOCLINUX))
    # An undumpable process hides its memory and files from the supervisor.
    rules["prctl"] = _refuse_values(0, (_PR_SET_DUMPABLE,))
    if namespaces:
        rules["socket"] = _allow_values(0, (_AF_UNIX, _AF_INET, _AF_INET6))
    else:
        rules |= {name: _refuse() for name in ("socket", *_SHARED)}
        rules |= {name: _refuse(0) for name in _IGNORED}
        # A datagram pair can still send to a named socket.
        rules["socketpair"] = _allow_values(1, (_SOCK_STREAM, _SOCK_SEQPACKET), mask=0xF)
        rules["prlimit64"] = _allow_values(0, (0, SELF))
    if not signals_scoped:
        rules |= {name: _allow_values(0, (0, SELF)) for name in _SIGNALS}
        rules["pidfd_send_signal"] = _refuse()
        rules["fcntl"] = _refuse_values(1, (_F_SETOWN, _F_SETSIG, _F_SETOWN_EX))

    code: _Code = [(_LOAD, 0, 0, 4), (_JUMP_EQUAL, 1, 0, architecture), (_RETURN, 0, 0, _KILL)]
    code.append((_LOAD, 0, 0, 0))
    if column == X86_64:
        code += [(_JUMP_GREATER_EQUAL, 0, 1, _X32), *_refuse(errno.ENOSYS)]
    for name, body in rules.items():
        number = NUMBERS[name][column]
        if number is not None:
            code += [(_JUMP_EQUAL, 0, len(body), number), *body]
    code += _allow()
    return b"".join(struct.pack("<HBBI", *instruction) for instruction in code)


def _allow() -> _Code:
    return [(_RETURN, 0, 0, _ALLOW)]


def _refuse(error: int = errno.EPERM) -> _Code:
    return [(_RETURN, 0, 0, _ERRNO | error)]


def _argument(index: int) -> tuple[int, int, int, int]:
    # The low half; each filtered argument is an int to the kernel, which drops the high half.
    return (_LOAD, 0, 0, 16 + 8 * index)


def _match(index: int, values: Sequence[int], mask: int | None) -> _Code:
    load = [_argument(index)] + ([(_AND, 0, 0, mask)] if mask is not None else [])
    last = len(values) - 1
    return load + [(_JUMP_EQUAL, last - i + 1, 0, value) for i, value in enumerate(values)]


def _allow_values(index: int, values: Sequence[int], mask: int | None = None) -> _Code:
    return [*_match(index, values, mask), *_refuse(), *_allow()]


def _refuse_values(index: int, values: Sequence[int]) -> _Code:
    return [*_match(index, values, None), *_allow(), *_refuse()]
