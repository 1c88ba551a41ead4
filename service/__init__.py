"""The collection mailbox: reads, judges and answers what units mail to one public mailbox."""
