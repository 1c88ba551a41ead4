"""What one reading may cost: the limits that `sandbox` sets and `worker` runs under."""

from dataclasses import dataclass

_MB = 1 << 20


@dataclass(frozen=True, slots=True)
class Bounds:
    """Per child or per mail; generous for honest mail, tight enough that one hostile mail cannot stop the service."""

    memory_bytes: int = 2560 * _MB  # address space of the child
    cpu_seconds: float = 120.0  # of the child itself, per mail; recognition is bounded by its own process
    written_bytes: int = 256 * _MB  # per file that the child writes
    file_cpu_seconds: float = 12.0  # of that, per file
    files_given_up: int = 3  # per mail: files that end the child and are left alone when the mail is read again
    wall_seconds: float = 900.0  # per mail
    marking_seconds: float = 60.0  # per file that goes back with its marks
    offering_seconds: float = 60.0  # per mail whose files may be rules
    start_seconds: float = 60.0  # until a fresh child takes the rules
    recycle_after: int = 500  # mails per child
    swollen_bytes: int = 900 * _MB  # resident memory above which a child is replaced
