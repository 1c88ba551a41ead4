"""One file out of a mail, by the path that its reading gave it."""

from service.domain.rules import Rulebook
from service.reading.containers import unpack
from service.reading.found import Found
from service.reading.mail import parse
from service.reading.mail.passwords import passwords_in


def retrieved(content: bytes, path: str, rulebook: Rulebook) -> Found | None:
    """The file with this path; None when the mail holds no such file. Raises nothing for what the mail holds."""
    mail = parse(content, rulebook.mail)
    unpacked = unpack(mail.files, rulebook.mail, passwords_in(mail.envelope.subject, mail.text))
    return next((found for found in unpacked.files if found.path == path), None)
