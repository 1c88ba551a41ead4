"""The failures that are ours to report: each owns its sentence and its exit code.

What a submitter got wrong is a Finding, never one of these. An error names where, what was seen and what
to do, in the words of the person who runs the service; only the command line prints them.
"""

import errno
from typing import ClassVar


class ServiceError(Exception):
    """A failure a person can act upon. `str()` is the whole sentence, fit for stderr."""

    exit_code: ClassVar[int] = 1

    def __init__(self, where: str, seen: str, todo: str) -> None:
        super().__init__(where, seen, todo)  # all three, so that the error survives pickling
        self.where = where
        self.seen = seen
        self.todo = todo

    def __str__(self) -> str:
        return f"{self.where}：{self.seen}；{self.todo}"


class _Faulty(ServiceError):
    """Something written by a person holds problems: all are named at once."""

    def __init__(self, where: str, problems: tuple[str, ...], todo: str) -> None:
        super().__init__(where, f"有{len(problems)}处问题", todo)
        self.args = (where, problems, todo)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join((super().__str__(), *(f"  - {problem}" for problem in self.problems)))


class RulesInvalid(_Faulty):
    """A rules folder cannot be used; the service keeps the rules it had."""

    exit_code = 20

    def __init__(self, where: str, problems: tuple[str, ...], todo: str = "请逐条改正，改正前沿用原有规则") -> None:
        super().__init__(where, problems, todo)


class MailboxUnreachable(ServiceError):
    """The IMAP server could not be used. Nothing is lost: mail waits on the server.

    permanent: the server refused the login itself (RFC 5530 AUTHENTICATIONFAILED and its kin); trying again
    soon may lock the account, so wait for a person.
    """

    exit_code = 21

    def __init__(self, where: str, seen: str, todo: str, *, permanent: bool = False) -> None:
        super().__init__(where, seen, todo)
        self.permanent = permanent

    def again(self) -> "MailboxUnreachable":
        """The same error, to be raised once more without contacting the server."""
        return MailboxUnreachable(self.where, self.seen, self.todo, permanent=self.permanent)


class SubmissionUnreachable(ServiceError):
    """The SMTP server could not be used for any mail; nothing of the mail at hand was handed over.

    permanent: the server refused the login, see MailboxUnreachable.
    """

    exit_code = 22

    def __init__(self, where: str, seen: str, todo: str, *, permanent: bool = False) -> None:
        super().__init__(where, seen, todo)
        self.permanent = permanent

    def again(self) -> "SubmissionUnreachable":
        """The same error, to be raised once more without contacting the server."""
        return SubmissionUnreachable(self.where, self.seen, self.todo, permanent=self.permanent)


class DatabaseUnusable(ServiceError):
    """The records cannot be opened or written, are damaged or belong to another version. Never re-created silently."""

    exit_code = 23


class BackupUnusable(ServiceError):
    """A backup cannot be written, or is not whole. What was there before is as it was."""

    exit_code = 23


class ConfigurationInvalid(_Faulty):
    """config.toml, or a secret it names, cannot be used."""

    exit_code = 24

    def __init__(self, where: str, problems: tuple[str, ...], todo: str = "请逐条改正后重新启动") -> None:
        super().__init__(where, problems, todo)


_EXHAUSTED = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.ENOMEM, errno.EAGAIN, errno.EMFILE, errno.ENFILE}
)
"""What this machine lacks says nothing against a mail."""


def is_our_trouble(error: Exception) -> bool:
    """Whether an error tells of this machine, not of a mail: the next mail would meet it too."""
    return isinstance(error, DatabaseUnusable) or (isinstance(error, OSError) and error.errno in _EXHAUSTED)
