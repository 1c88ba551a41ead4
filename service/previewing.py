"""Every paper that answers no single mail, rendered with invented data: digests, notices, reminders, drafts."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from service.desk.amendments import render_answer as render_answer_on_rules
from service.desk.amendments import render_trial, sample_answers, sample_trial
from service.desk.answer import render_answer, render_draft, sample_answer, sample_draft
from service.digest.notice import render_notice, sample_notices
from service.digest.rendering import render_digest, sample_facts
from service.domain.rules import Campaign
from service.replies.reminder import render_reminder, sample_reminders
from service.typesetting.papers import RenderedLetter
from service.typesetting.templates import Templates


def papers_of(templates: Templates, campaign: Campaign) -> Iterator[tuple[str, RenderedLetter]]:
    """Each under the name of its file. Raises jinja2.TemplateError for a broken template."""
    made = campaign.deadline - timedelta(days=1, hours=14)
    for name, facts in zip(("digest", "digest-quiet"), sample_facts(), strict=True):
        yield name, render_digest(facts, templates)
    for name, notice in zip(("rules-broken", "rules-mended"), sample_notices(), strict=True):
        yield name, render_notice(notice, Path("rules"), campaign, made, templates)
    for name, reminder in zip(("reminder", "reminder-silent"), sample_reminders(), strict=True):
        yield name, render_reminder(reminder, campaign, made, templates)
    yield "rules-trial", render_trial(sample_trial(), Path("rules"), campaign, made, templates)
    for answer in sample_answers():
        name = f"rules-answer-{answer.outcome.value.replace('_', '-')}"
        yield name, render_answer_on_rules(answer, Path("rules"), campaign, made, templates)
    yield "draft", render_draft(sample_draft(), campaign, made, templates)
    yield "answer", render_answer(sample_answer(), campaign, made, templates)
