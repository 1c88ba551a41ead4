"""The collection mailbox: reads, judges and answers what units mail to one public mailbox."""

__version__ = "0.1.0"
