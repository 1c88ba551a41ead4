"""Opening the database: SQLite with the settings that keep promises, or PostgreSQL."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, text
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from service.errors import DatabaseUnusable

HEAD = "0004"
"""The migration this code is written for."""


def open_engine(url: str) -> Engine:
    """An engine with the newest schema.

    SQLite: WAL, synchronous=FULL (a verdict told to a submitter must survive a power cut), foreign keys, and
    BEGIN IMMEDIATE for every writing transaction (a deferred one fails with SQLITE_BUSY_SNAPSHOT at once).
    Raises DatabaseUnusable when the file is damaged, read-only, or of a newer version of the service; so does
    everything done with the engine later when the database is locked for long, full or gone.
    """
    engine = _sqlite(url) if url.startswith("sqlite") else server_engine(url, pool_pre_ping=True)
    event.listen(engine, "handle_error", _as_ours)
    try:
        _migrate(engine)
    except DatabaseError as error:
        raise DatabaseUnusable(
            f"数据库 {engine.url.render_as_string()}",
            f"无法打开（{error.orig}）",
            "请检查文件权限、磁盘空间，或用备份恢复",
        ) from error
    return engine


def has_tables(url: str) -> bool:
    """Whether a database server's database holds records of ours. Raises DatabaseUnusable."""
    engine = server_engine(url)
    event.listen(engine, "handle_error", _as_ours)
    try:
        return _version(engine) is not None
    finally:
        engine.dispose()


def server_engine(url: str, **options: Any) -> Engine:
    """An engine for a server. Raises DatabaseUnusable for a URL that names none, or whose driver is missing."""
    try:
        return create_engine(url, hide_parameters=True, **options)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise DatabaseUnusable(
            "[database] url",
            f"打不开这样的数据库（{type(error).__name__}）",
            "应写作 postgresql+psycopg://用户@主机/库名，并安装 collection-mailbox[postgresql]；或用 sqlite:///data/records.db",
        ) from None  # what it says would show the password


def refuse_damage(engine: Engine) -> None:
    """Look through the whole file, which takes a second for each gigabyte. Raises DatabaseUnusable."""
    if engine.dialect.name != "sqlite":
        return
    with engine.connect().execution_options(reading=True) as connection:
        found = connection.execute(text("PRAGMA quick_check(1)")).scalar()
    if found != "ok":
        raise DatabaseUnusable(f"数据库 {engine.url.database}", f"文件已损坏（{found}）", "请用备份恢复")


def _sqlite(url: str) -> Engine:
    path = url.removeprefix("sqlite:///")
    if path and path != url and path != ":memory:":
        file = Path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.exists() and file.stat().st_size == 0:
            raise DatabaseUnusable(
                f"数据库 {file}", "文件长度为零，可能已损坏", "请用备份恢复；确属新装，可先删除该文件"
            )
    engine = create_engine(url, connect_args={"timeout": 30}, hide_parameters=True)  # errors are logged
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


def _as_ours(context: ExceptionContext) -> None:
    """What is wrong with the database, not with a statement, is for a person to hear of, and for nobody to swallow:
    SQLite ends the transaction by itself when the disk is full."""
    error = context.original_exception
    seen_as = context.sqlalchemy_exception
    if not isinstance(seen_as, OperationalError) and type(seen_as) is not DatabaseError:  # a damaged file
        return
    seen = str(error)
    if "locked" in seen or "busy" in seen:
        todo = "另一个程序长时间占用；没有写入任何内容，稍后自动重试"
    elif "full" in seen or "disk I/O" in seen:
        todo = "请清出磁盘空间；没有写入任何内容，之后自动继续"
    else:
        todo = "请检查文件权限、磁盘空间，或用备份恢复"
    where = f"数据库 {context.engine.url.render_as_string()}" if context.engine else "数据库"
    raise DatabaseUnusable(where, f"暂时不能使用（{seen}）", todo) from error


def _begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _version(engine: Engine) -> str | None:
    with engine.connect().execution_options(reading=True) as connection:
        if not engine.dialect.has_table(connection, "alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(engine: Engine) -> None:
    """Bring the schema to HEAD. Alembic is only imported when there is something to do."""
    found = _version(engine)
    if found == HEAD:
        return
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, HEAD)
    except CommandError as error:
        raise DatabaseUnusable(
            "数据库", f"版本 {found} 不是本程序认识的（应为 {HEAD}）", "请使用较新的程序，或用备份恢复"
        ) from error
