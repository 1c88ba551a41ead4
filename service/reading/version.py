"""The version of the readers: raised whenever the same bytes may give another Submission."""

READER_VERSION = "12"
