"""Every letter as its readers get it, by the name of its situation, and the ways in which mail programs show it."""

import re
from functools import cache
from pathlib import Path

from service.checks.wording import load_wording
from service.previewing import papers_of, sentences_of
from service.replies.rendering import Letters
from service.replies.sample_corrections import sample_file
from service.replies.samples import sample_judgements, sample_rulebook
from service.typesetting.papers import RenderedLetter

TEMPLATES = Path(__file__).parents[2] / "mail_templates"
SIMPLE = (
    "receipt", "receipt-nil", "receipt-nil-and-carried", "receipt-late", "receipt-follow-up", "correction-one",
    "correction-late", "correction-follow-up",
    "correction-letter-missing", "correction-nothing-attached", "correction-form-scanned", "correction-shortcut", "redirect",
    "redirect-no-address", "handover", "reminder", "reminder-faulty", "reminder-silent", "reminder-last-day",
    "digest-quiet", "draft", "answer", "rules-broken", "rules-mended",
)  # fmt: skip
"""Those that a person should see whole on a telephone."""

_STYLE = re.compile(r"<style>.*?</style>", re.S)
_BODY = re.compile(r"<body[^>]*>(.*)</body>", re.S)
_WEBMAIL = """<!DOCTYPE html><html><head><meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body style="margin:0;font:12px/1 serif;color:#ddd;background:#222">{}</body></html>"""


@cache
def every_letter() -> dict[str, RenderedLetter]:
    rulebook, letters = sample_rulebook(), Letters(TEMPLATES)
    judgements = sample_judgements(rulebook, sentences_of(load_wording(TEMPLATES / "findings.toml")))
    answers = {
        name: letters.render(judgement, rulebook, "LH2020-0012", letters.returned(judgement, rulebook, sample_file))
        for name, judgement in judgements.items()
    }
    return answers | dict(papers_of(letters.templates, rulebook.campaign))


def as_sent(page: str) -> str:
    """What a mail program shows that knows style sheets."""
    return page


def without_style(page: str) -> str:
    """What is left of it where style sheets are taken out."""
    return _STYLE.sub("", page)


def inside_webmail(page: str) -> str:
    """Its body alone, in the page of a webmail with looks of its own: small, light grey on dark."""
    body = _BODY.search(without_style(page))
    assert body is not None
    return _WEBMAIL.format(body[1])
