"""Alembic's entry: the connection is handed in by `service.records.engine`."""

from alembic import context
from sqlmodel import SQLModel

from service.records import tables  # noqa: F401  registers the tables

context.configure(
    connection=context.config.attributes["connection"], target_metadata=SQLModel.metadata, transactional_ddl=True
)
with context.begin_transaction():
    context.run_migrations()
