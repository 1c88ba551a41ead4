"""Judgement to letter. Values are data in every letter; a broken template is told before it is needed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from service.domain.judgement import Judgement
from service.domain.marking import Pen
from service.domain.rules import Rulebook
from service.replies.issue_list import has_issue_list, issue_list, issue_rows
from service.replies.returned import Mark, Returned, returned_files
from service.replies.view import view_of
from service.typesetting.papers import OutgoingFile, RenderedLetter
from service.typesetting.templates import Templates

__all__ = ["Letters", "OutgoingFile", "RenderedLetter"]

_NUMBER = "LH2020-0012"


class Letters:
    """The letters of a templates folder, read once. Immutable: a changed folder is a new Letters."""

    def __init__(self, folder: Path) -> None:
        self.templates = Templates(folder)

    def returned(self, judgement: Judgement, rulebook: Rulebook, mark: Mark) -> tuple[Returned, ...]:
        """The submitter's own files with the cells in question marked, as far as they can be."""
        words = self.templates.words("_shared")
        pen = Pen(rulebook.campaign.department, str(words.cleared))
        return returned_files(judgement, mark, pen, str(words.marked))

    def render(
        self, judgement: Judgement, rulebook: Rulebook, number: str | None, returned: Sequence[Returned] = ()
    ) -> RenderedLetter:
        """The letter that the decision plans; number None (`explain`) shows none. returned: files that go back.

        Raises ValueError when the decision plans no reply, jinja2.TemplateError for a broken template.
        """
        letter = self._in_words(judgement, rulebook, number, returned)
        files = tuple(one.file for one in returned)
        if has_issue_list(judgement.decision, rulebook, returned):
            files += (issue_list(judgement, rulebook, self.templates.words("issue_list")),)
        return replace(letter, attachments=files)

    def _in_words(
        self, judgement: Judgement, rulebook: Rulebook, number: str | None, returned: Sequence[Returned] = ()
    ) -> RenderedLetter:
        plan = judgement.decision.reply
        if plan is None:
            raise ValueError("the decision plans no reply")
        not_told = self.templates.words("_shared").not_told
        has_list = has_issue_list(judgement.decision, rulebook, returned)
        view = view_of(judgement, rulebook, number, returned, has_list, not_told)
        return self.templates.render(plan.letter.value, view.values())

    def problems(self) -> tuple[str, ...]:
        """Every letter rendered with every sample: what is wrong, each with file, line and what to do."""
        return tuple(problem for name, runs in self._trials() for problem in self.templates.problems(name, iter(runs)))

    def _trials(self) -> Iterator[tuple[str, list[Callable[[], object]]]]:
        """Each letter in words with every sample; the list's own words once."""
        from service.replies.samples import sample_judgements, sample_rulebook

        rulebook = sample_rulebook()
        samples = sample_judgements(rulebook)
        runs: dict[str, list[Callable[[], object]]] = {}
        for judgement in samples.values():
            if plan := judgement.decision.reply:
                tries = runs.setdefault(plan.letter.value, [])
                tries.extend(partial(self._in_words, judgement, rulebook, number) for number in (_NUMBER, None))
                tries.append(partial(self._with_files, judgement, rulebook))
        yield from runs.items()
        yield "issue_list", [partial(self._list_words, samples["correction"], rulebook)]

    def _with_files(self, judgement: Judgement, rulebook: Rulebook) -> RenderedLetter:
        return self._in_words(judgement, rulebook, _NUMBER, self.returned(judgement, rulebook, lambda _: b""))

    def _list_words(self, judgement: Judgement, rulebook: Rulebook) -> object:
        words = self.templates.words("issue_list")
        return (
            words.name,
            words.sheet,
            words.title,
            words.note,
            words.headings,
            [*issue_rows(judgement, rulebook, words)],
        )
