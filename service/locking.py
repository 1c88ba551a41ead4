"""One writing process per data folder."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.errors import ConfigurationInvalid


@contextmanager
def only_one(data_dir: Path) -> Iterator[None]:
    """Hold the data folder's lock. Raises ConfigurationInvalid naming the process that has it.

    The kernel lets go of the lock when its holder dies, however it dies.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(data_dir / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 20, 0).decode(errors="replace").strip() or "？"
            raise ConfigurationInvalid(
                str(data_dir), (f"另一个进程（pid {holder}）正在使用这个数据目录",), "请先停止它"
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)
