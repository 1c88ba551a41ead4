"""Landlock (landlock(7), Linux 5.13): which files this process and all it starts may touch. Needs no privileges.

The C library has no calls for it, and no kept package binds it: three system calls, called here by their numbers,
which are the same on every machine we run on.
"""

import ctypes
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # system calls
_VERSION: Final = 1  # flag: tell the ABI instead of making a ruleset
_PATH_BENEATH: Final = 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_RIGHTS: Final = {1: 13, 2: 14, 3: 15, 4: 15}  # how many rights an ABI knows; later ones: 16
_TCP: Final = 0b11  # to bind, to connect; from ABI 4
_OUTSIDERS: Final = 0b11  # abstract sockets of others, signals to others; from ABI 6

READ: Final = _EXECUTE | _READ_FILE | _READ_DIR
LIST: Final = _READ_DIR
_OF_FILES: Final = _EXECUTE | _READ_FILE

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("tcp", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("rights", ctypes.c_uint64), ("place", ctypes.c_int32))


def abi() -> int:
    """What the kernel offers; 0 for nothing."""
    return max(0, int(_libc.syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION))))


def restrict(full: Path, readable: Iterable[Path], listed: Iterable[Path]) -> None:
    """From now on this thread and all it starts may do anything below full, read and run what is readable, and see
    names in the folders listed; nothing else. Raises OSError, and then nothing has changed.
    """
    version = abi()
    everything = (1 << _RIGHTS.get(version, 16)) - 1
    attributes = _Ruleset(everything, _TCP, _OUTSIDERS)
    size = 8 if version < 4 else 16 if version < 6 else 24
    rules = _called(_CREATE, ctypes.byref(attributes), ctypes.c_size_t(size), ctypes.c_uint32(0))
    try:
        _allow(rules, full, everything)
        _allow(rules, Path(os.devnull), _READ_FILE | _WRITE_FILE)
        for path in readable:
            _allow(rules, path, READ)
        for path in listed:
            _allow(rules, path, LIST)
        _called(_RESTRICT, ctypes.c_int(rules), ctypes.c_uint32(0))
    finally:
        os.close(rules)


def _allow(rules: int, path: Path, rights: int) -> None:
    """Grants rights below a folder, or on a file. What is not there needs no rights."""
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        rule = _Beneath(rights if path.is_dir() else rights & (_OF_FILES | _WRITE_FILE), place)
        _called(_ADD, ctypes.c_int(rules), ctypes.c_int(_PATH_BENEATH), ctypes.byref(rule), ctypes.c_uint32(0))
    finally:
        os.close(place)


def _called(number: int, *arguments: object) -> int:
    result = int(_libc.syscall(number, *arguments))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result
