"""Letters of the last hour and day are counted before each one that leaves, without looking through all there are."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_outbox_sent", "outbox", ["sent_at", "letter"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_outbox_sent", table_name="outbox")
