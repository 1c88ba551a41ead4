"""The nouns of the collection mailbox: frozen values that every other part speaks in.

Promises: nothing here does I/O, reads a clock or imports another part of the service. None always means
"not in the mail", never "" or 0; datetimes are always aware.
"""
