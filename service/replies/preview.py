"""Every letter with invented data, as files to look at."""

from datetime import timedelta
from pathlib import Path

from service.domain.mail import Address
from service.domain.rules import Rulebook
from service.replies.composing import compose
from service.replies.identity import message_id_for
from service.replies.rendering import Letters
from service.replies.sample_corrections import Say, sample_file
from service.replies.samples import sample_judgements

_SENDER = Address("征集工作邮箱", "collection@mail.example")


def preview(folder_out: Path, letters: Letters, rulebook: Rulebook, say: Say) -> tuple[Path, ...]:
    """Write NAME.html, NAME.txt and NAME.eml of every letter; returns the paths written.

    say: the sentences of findings.

    Raises jinja2.TemplateError for a broken template, OSError when the folder cannot be written.
    """
    folder_out.mkdir(parents=True, exist_ok=True)
    written = []
    for name, judgement in sample_judgements(rulebook, say).items():
        number = f"{rulebook.campaign.number_prefix}-0012"
        letter = letters.render(judgement, rulebook, number, letters.returned(judgement, rulebook, sample_file))
        envelope = judgement.dossier.submission.envelope
        message_id = message_id_for(letter.template, judgement.dossier.submission.sha256, 0, b"preview", "mail.example")
        date = judgement.dossier.received + timedelta(seconds=20)
        mail = compose(letter, _SENDER, envelope.senders, message_id, envelope.message_id, (), date)
        for suffix, content in (
            (".html", letter.html.encode()),
            (".txt", _text(letter.subject, letter.text)),
            (".eml", mail),
        ):
            path = folder_out / f"{name}{suffix}"
            path.write_bytes(content)
            written.append(path)
    return tuple(written)


def _text(subject: str, text: str) -> bytes:
    return f"主题：{subject}\n\n{text}".encode()
