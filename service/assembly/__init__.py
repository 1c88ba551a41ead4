"""A mail laid beside what its case holds already: the dossier that the checks look at.

Pure. What arrives later wins piece by piece, and nothing that was filled in is ever replaced by something empty.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from service import routing
from service.assembly.merging import merge, was_written_before
from service.assembly.rows import is_filled
from service.domain.dating import with_believable_date
from service.domain.judgement import CaseSoFar, Dossier
from service.domain.mail import MailKind
from service.domain.nil import NilStatement, fold, stated_nil
from service.domain.rules import Rulebook
from service.domain.submission import CoverLetter, LetterSource, Row, Submission, Table


def assemble(
    submission: Submission, received: datetime, kind: MailKind, earlier: CaseSoFar | None, rulebook: Rulebook
) -> Dossier:
    """The dossier of a mail, joined to its case when it has one."""
    submission = _with_believable_dates(submission, received, rulebook)
    letter, letter_mail = _letter(submission, earlier, rulebook)
    merged = merge(submission, earlier, rulebook)
    tables = tuple(table for table, _ in merged.held)
    nil = stated_nil(submission, letter, tables, rulebook)
    return Dossier(
        submission=submission,
        received=received,
        kind=kind,
        letter=letter,
        tables=tables,
        letter_mail=letter_mail,
        table_mails=tuple(mail for _, mail in merged.held),
        earlier=earlier,
        states_nil=nil in (NilStatement.LETTER, NilStatement.MAIL, NilStatement.TABLES),
        nil_source=nil.value if nil else None,
        undecided=merged.undecided,
        filled_rows=tuple(_filled_rows(tables, frozenset(map(fold, rulebook.forms.nil_words)))),
    )


def _with_believable_dates(submission: Submission, received: datetime, rulebook: Rulebook) -> Submission:
    zone = rulebook.campaign.timezone
    return replace(
        submission, letters=tuple(with_believable_date(letter, received, zone) for letter in submission.letters)
    )


def _filled_rows(tables: Iterable[Table], nil: frozenset[str]) -> Iterator[tuple[Table, Row]]:
    return ((table, row) for table in tables for row in table.rows if is_filled(row, nil))


def _letter(
    submission: Submission, earlier: CaseSoFar | None, rulebook: Rulebook
) -> tuple[CoverLetter | None, str | None]:
    new = routing.speaking_letter(submission.letters, rulebook)
    old = earlier.letter if earlier else None
    if earlier and old and (new is None or _is_weaker(new, old) or was_written_before(submission, earlier)):
        return old, earlier.letter_mail
    return new, submission.sha256 if new else None


def _is_weaker(new: CoverLetter, old: CoverLetter) -> bool:
    """True for an editable letter beside a scan: people attach the draft again with the missing form."""
    return new.source is LetterSource.EDITABLE and old.source is not LetterSource.EDITABLE
