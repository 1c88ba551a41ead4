"""The database as a file: a copy while the service writes to it, and whether a file is whole. SQLite only."""

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from service.errors import DatabaseUnusable

_PREFIX = "sqlite:///"
_SIDES = ("-wal", "-shm", "-journal")


def database_file(url: str) -> Path | None:
    """The file of a SQLite database; None for a server's."""
    return Path(url.removeprefix(_PREFIX)) if url.startswith(_PREFIX) else None


def side_files(file: Path) -> list[Path]:
    """The files that SQLite keeps beside a database in use and that are there: they belong to no other one."""
    return [side for end in _SIDES if (side := file.with_name(file.name + end)).exists()]


def snapshot(source: Path, target: Path) -> None:
    """A copy of one moment, in one file, whatever is written to the source meanwhile. Raises DatabaseUnusable.

    OSError's kin of a full disk comes as DatabaseUnusable too, naming the target.
    """
    try:
        with closing(_connect(source, "rw")) as reading, closing(sqlite3.connect(target)) as writing:
            reading.backup(writing)
            writing.execute("PRAGMA journal_mode=DELETE")  # else opening it needs a folder that may be written to
    except sqlite3.DatabaseError as error:
        raise DatabaseUnusable(
            f"数据库 {source}", f"没有复制成（{error}）", f"请检查 {target.parent} 的磁盘空间和权限，以及数据库是否完好"
        ) from error


def flaw_of(file: Path) -> str:
    """What is wrong with a database that nobody uses, as SQLite says it; "" when nothing is."""
    try:
        with closing(_connect(file, "ro&immutable=1")) as connection:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            connection.execute("SELECT count(*) FROM mail").fetchone()
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if found == "ok" else str(found)


def mails_of(file: Path) -> frozenset[str]:
    """SHA-256 of every mail that a database nobody uses knows. Raises DatabaseUnusable."""
    return frozenset(str(row[0]) for row in _rows(file, "SELECT sha256 FROM mail"))


def sums_of(file: Path) -> dict[str, int]:
    """How many cases and letters a database nobody uses holds. Raises DatabaseUnusable."""
    tables = {"cases": "collection_case", "letters": "outbox"}
    return {name: int(str(_rows(file, f"SELECT count(*) FROM {table}")[0][0])) for name, table in tables.items()}


def close_for_good(file: Path) -> None:
    """Put what lies beside a database that nobody uses into it. Raises DatabaseUnusable when that cannot be done."""
    try:
        with closing(_connect(file, "rw")) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.DatabaseError as error:
        raise DatabaseUnusable(f"数据库 {file}", f"不能整理成一个文件（{error}）", "请检查权限和磁盘空间") from error


def _rows(file: Path, query: str) -> list[tuple[object, ...]]:
    try:
        with closing(_connect(file, "ro&immutable=1")) as connection:
            return connection.execute(query).fetchall()
    except sqlite3.DatabaseError as error:
        raise DatabaseUnusable(f"数据库 {file}", f"无法读取（{error}）", "请换一份备份") from error


def _connect(file: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(file))}?mode={mode}", uri=True, timeout=30, isolation_level=None)
