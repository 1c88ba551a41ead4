"""Judgement to letter. Values are data in every letter; a broken template is told before it is needed."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from service.domain.judgement import Judgement
from service.domain.rules import Rulebook
from service.replies.issue_list import issue_list
from service.replies.view import view_of
from service.typesetting.papers import OutgoingFile, RenderedLetter
from service.typesetting.templates import Templates

__all__ = ["Letters", "OutgoingFile", "RenderedLetter"]


class Letters:
    """The letters of a templates folder, read once. Immutable: a changed folder is a new Letters."""

    def __init__(self, folder: Path) -> None:
        self.templates = Templates(folder)

    def render(self, judgement: Judgement, rulebook: Rulebook, number: str | None) -> RenderedLetter:
        """The letter that the decision plans; number None (`explain`) shows none.

        Raises ValueError when the decision plans no reply, jinja2.TemplateError for a broken template.
        """
        plan = judgement.decision.reply
        if plan is None:
            raise ValueError("the decision plans no reply")
        attached = issue_list(judgement, rulebook, self.templates.words("issue_list"))
        not_told = self.templates.words("_shared").not_told
        view = view_of(judgement, rulebook, number, attached is not None, not_told)
        letter = self.templates.render(plan.letter.value, view.values())
        if attached is None:
            return letter
        return RenderedLetter(letter.template, letter.subject, letter.text, letter.html, (attached,))

    def problems(self) -> tuple[str, ...]:
        """Every letter rendered with every sample: what is wrong, each with file, line and what to do."""
        return tuple(problem for name, runs in self._trials() for problem in self.templates.problems(name, iter(runs)))

    def _trials(self) -> Iterator[tuple[str, list[Callable[[], object]]]]:
        from service.replies.samples import sample_judgements, sample_rulebook

        rulebook = sample_rulebook()
        runs: dict[str, list[Callable[[], object]]] = {}
        for judgement in sample_judgements(rulebook).values():
            for number in ("LH2020-0012", None):
                if plan := judgement.decision.reply:
                    runs.setdefault(plan.letter.value, []).append(partial(self.render, judgement, rulebook, number))
        yield from runs.items()
