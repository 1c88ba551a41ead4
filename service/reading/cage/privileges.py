"""Capabilities (capabilities(7)) that a process of root's would have, given up for itself and all it starts.

Only what lets root pass by file modes stays: the program may lie in somebody's home. Landlock is not passed by it.
"""

import ctypes
from typing import Final

_NO_NEW_PRIVILEGES: Final = 38  # prctl(2): nor is anything won back by running a program
_VERSION: Final = 0x20080522
_KEPT: Final = 1 << 1 | 1 << 2  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH


class _Head(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("process", ctypes.c_int))


class _Half(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def give_up() -> bool:
    """Give them up for good; False when the kernel refuses."""
    libc = ctypes.CDLL(None)
    if libc.prctl(_NO_NEW_PRIVILEGES, *map(ctypes.c_ulong, (1, 0, 0, 0))):
        return False
    head, halves = _Head(_VERSION, 0), (_Half * 2)()
    if libc.capget(ctypes.byref(head), halves):
        return False
    kept = halves[0].permitted & _KEPT
    halves[0], halves[1] = _Half(kept, kept, 0), _Half(0, 0, 0)
    return bool(libc.capset(ctypes.byref(head), halves) == 0)
