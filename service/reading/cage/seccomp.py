"""A seccomp filter (seccomp(2)): no sockets but streams between this process and those it starts, and none of the
few calls that change files without opening them, which Landlock does not see.

Everything else is allowed: what may be done to files is Landlock's to say.
"""

import ctypes
import errno
import os
import socket
import sys
from typing import Final, NamedTuple

_SET_SECCOMP, _FILTER = 22, 2  # prctl(2)
_DENY: Final = 0x00050000 | errno.EPERM
_ALLOW: Final = 0x7FFF0000
_LOAD, _AND, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x06  # instructions
_NUMBER, _MACHINE, _ARGUMENTS = 0, 4, 16  # offsets in seccomp_data
_X32: Final = 0x40000000  # another set of calls on x86-64


class _Machine(NamedTuple):
    """One machine's audit number, and its system calls by number; some with the place of the flags among arguments."""

    audit: int
    sockets: tuple[int, ...]  # socket, socketpair
    opens: tuple[tuple[int, int], ...]  # open, openat
    asks: tuple[int, int]  # how C libraries ask whether a file may be written
    denied: tuple[int, ...]


_EVERYWHERE: Final = (425, 437, 452, 463, 466)  # io_uring_setup, openat2, fchmodat2, setxattrat, removexattrat
_MACHINES: Final = {
    "x86_64": _Machine(
        0xC000003E, (41, 53), ((2, 1), (257, 2)), (21, 1),
        # connect, truncate, chmod, chown, lchown, [l]setxattr, [l]removexattr, fchownat, fchmodat
        (42, 76, 90, 92, 94, 188, 189, 197, 198, 260, 268, *_EVERYWHERE),
    ),
    "aarch64": _Machine(
        0xC00000B7, (198, 199), ((56, 2),), (48, 2),
        # [l]setxattr, [l]removexattr, truncate, fchmodat, fchownat, connect
        (5, 6, 14, 15, 45, 53, 54, 203, *_EVERYWHERE),
    ),
}  # fmt: skip

_Instruction = tuple[int, int, int, int]  # what, how far to jump when true, when false, a number


class _Coded(ctypes.Structure):
    _fields_ = (("code", ctypes.c_uint16), ("yes", ctypes.c_uint8), ("no", ctypes.c_uint8), ("k", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(_Coded)))


def restrict() -> bool:
    """From now on this thread and all it starts live under the filter. False where it cannot be had."""
    machine = _MACHINES.get(os.uname().machine)
    if machine is None or sys.maxsize < 1 << 32:
        return False
    program = _program(machine)
    coded = (_Coded * len(program))(*(_Coded(*one) for one in program))
    whole = _Program(len(program), coded)
    return bool(ctypes.CDLL(None).prctl(_SET_SECCOMP, ctypes.c_ulong(_FILTER), ctypes.byref(whole), 0, 0) == 0)


def _program(machine: _Machine) -> list[_Instruction]:
    program = [
        (_LOAD, 0, 0, _MACHINE),
        (_EQUAL, 1, 0, machine.audit),
        (_RETURN, 0, 0, _DENY),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _DENY),
    ]
    for number in machine.denied:
        program += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _DENY)]
    for number in machine.sockets:
        program += _only_local_streams(number)
    for number, flags in machine.opens:  # for reading, but cut to nothing: Landlock allowed it until Linux 6.2
        program += _unless(number, flags, os.O_TRUNC | os.O_ACCMODE, os.O_TRUNC | os.O_RDONLY)
    # LibreOffice puts its socket in /tmp if it believes that it may, and where it is told to if not.
    program += _unless(*machine.asks, os.W_OK, os.W_OK)
    return [*program, (_RETURN, 0, 0, _ALLOW)]


def _only_local_streams(number: int) -> list[_Instruction]:
    """LibreOffice's own processes speak over one. It cannot be connected to a socket of others: connect is denied."""
    return [
        (_EQUAL, 0, 7, number),
        (_LOAD, 0, 0, _argument(0)),
        (_EQUAL, 0, 4, socket.AF_UNIX),
        (_LOAD, 0, 0, _argument(1)),
        (_AND, 0, 0, 0xF),
        (_EQUAL, 0, 1, socket.SOCK_STREAM),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _DENY),
    ]


def _unless(number: int, place: int, mask: int, value: int) -> list[_Instruction]:
    """The call is denied when what the mask leaves of an argument is this value."""
    return [
        (_EQUAL, 0, 5, number),
        (_LOAD, 0, 0, _argument(place)),
        (_AND, 0, 0, mask),
        (_EQUAL, 0, 1, value),
        (_RETURN, 0, 0, _DENY),
        (_RETURN, 0, 0, _ALLOW),
    ]


def _argument(place: int) -> int:
    """The lower half of an argument; both machines have it first."""
    return _ARGUMENTS + 8 * place
