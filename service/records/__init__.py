"""The records: ledger, cases with their versions, outbox, stories. SQLModel tables, converted at the border."""
