"""Every letter rendered with invented data: those that answer a mail, and digests, notices, reminders, drafts."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

from service.checks.wording import Wording
from service.desk.amendments import render_answer as render_answer_on_rules
from service.desk.amendments import render_trial, sample_trial
from service.desk.amendments import sample_answers as sample_answers_on_rules
from service.desk.answer import render_answer, render_draft, sample_answers, sample_draft
from service.digest.notice import render_notice, sample_notices
from service.digest.rendering import render_digest, sample_facts
from service.domain.rules import Campaign, Rulebook
from service.replies.preview import preview
from service.replies.reminder import render_reminder, sample_reminders
from service.replies.rendering import Letters
from service.replies.sample_corrections import Say
from service.typesetting.papers import RenderedLetter
from service.typesetting.templates import Templates


def preview_all(folder: Path, letters: Letters, wording: Wording, rulebook: Rulebook) -> Iterator[Path]:
    """Write every letter as page and text, those that answer a mail as .eml too; yields the paths written.

    Raises jinja2.TemplateError for a broken template, OSError when the folder cannot be written.
    """
    yield from preview(folder, letters, rulebook, sentences_of(wording))
    for name, paper in papers_of(letters.templates, rulebook.campaign):
        for suffix, content in ((".html", paper.html), (".txt", f"主题：{paper.subject}\n\n{paper.text}")):
            path = folder / f"{name}{suffix}"
            path.write_text(content, encoding="utf-8")
            yield path


def sentences_of(wording: Wording) -> Say:
    """What findings say, for samples."""

    def say(code: str, variant: str, values: Mapping[str, str]) -> str:
        return wording.sentences[code][variant].format_map(values)

    return say


def papers_of(templates: Templates, campaign: Campaign) -> Iterator[tuple[str, RenderedLetter]]:
    """Each under the name of its file. Raises jinja2.TemplateError for a broken template."""
    made = campaign.deadline - timedelta(days=1, hours=14)
    for name, facts in zip(("digest", "digest-quiet"), sample_facts(), strict=True):
        yield name, render_digest(facts, templates)
    for name, notice in zip(("rules-broken", "rules-mended"), sample_notices(), strict=True):
        yield name, render_notice(notice, Path("rules"), campaign, made, templates)
    for name, reminder in zip(("reminder", "reminder-faulty", "reminder-silent"), sample_reminders(), strict=True):
        yield name, render_reminder(reminder, campaign, made, templates)
    last_day = campaign.deadline - timedelta(hours=14)
    yield "reminder-last-day", render_reminder(sample_reminders()[0], campaign, last_day, templates)
    yield "rules-trial", render_trial(sample_trial(), Path("rules"), campaign, made, templates)
    for told in sample_answers_on_rules():
        name = f"rules-answer-{told.outcome.value.replace('_', '-')}"
        yield name, render_answer_on_rules(told, Path("rules"), campaign, made, templates)
    yield "draft", render_draft(sample_draft(), campaign, made, templates)
    for name, answer in zip(("answer", "answer-many"), sample_answers(), strict=True):
        yield name, render_answer(answer, campaign, made, templates)
