"""Mails and letters know their campaign, also those of no case."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLES = ("mail", "outbox")


def upgrade() -> None:
    for table in _TABLES:
        op.add_column(table, sa.Column("campaign", sa.String(), nullable=False, server_default=""))
        op.execute(
            f"UPDATE {table} SET campaign = (SELECT c.campaign FROM collection_case c WHERE c.id = {table}.case_id) "
            "WHERE case_id IS NOT NULL"
        )


def downgrade() -> None:
    for table in _TABLES:
        with op.batch_alter_table(table) as batch:
            batch.drop_column("campaign")
