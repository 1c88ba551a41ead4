"""Options in columns of their own: 是 and 否 side by side under a question, a mark in one of them.

The cells of such columns are put together as the one cell that the official form has, so that both are read alike.
"""

from collections.abc import Iterable
from typing import Final

from service.domain.rules import Choice, Forms
from service.reading.forms.folding import fold, squeeze
from service.reading.forms.marks import NO, YES
from service.reading.forms.plans import is_nil

_LONGEST: Final = 2  # letters of a word that heads a column of answers: 是, 没有
_SHOWN: Final = {YES: "是", NO: "否"}


class OptionColumns:
    """Knows the words that head a column of one option. Built once per rules."""

    def __init__(self, forms: Forms) -> None:
        self._nil = forms.nil_words
        self._marks = frozenset(
            fold(mark) for marks in (forms.marks.checked, forms.marks.weak_checked, forms.marks.ambiguous,
                                     forms.marks.unchecked) for mark in marks
        )  # fmt: skip
        choices = [choice for table in forms.tables for q in table.questions() for choice in q.choices]
        self._kinds = {squeeze(word): choice.key for choice in choices for word in (choice.label, *choice.aliases)}
        for kind, words in ((NO, forms.marks.no), (YES, forms.marks.yes)):
            self._kinds |= {squeeze(w): kind for w in words if squeeze(w) and len(w) <= _LONGEST and not w.isascii()}
        self._yes = frozenset(map(fold, forms.marks.yes))
        self._labels = {choice.key: choice.label for choice in choices}

    def kind(self, label: str) -> str | None:
        """Which option a column's lowest label names: yes, no or a choice's key."""
        return self._kinds.get(squeeze(label))

    def together(self, cells: Iterable[tuple[str, str]], choices: Iterable[Choice]) -> str:
        """The cell that these (option, text) would be: "☑是（□中东欧团，☑澳新团） □否"."""
        shown = {kind: self._shown(kind, text) for kind, text in cells}
        groups = "，".join(shown[choice.key] for choice in choices if choice.key in shown)
        bracket = f"（{groups}）" if groups else ""
        return " ".join(part for part in (shown.get(YES, "") + bracket, shown.get(NO, "")) if part)

    def _shown(self, kind: str, text: str) -> str:
        label, written = _SHOWN.get(kind) or self._labels[kind], fold(text).strip()
        if not written or (is_nil(written, self._nil) and self.kind(written) != kind):
            return f"□{label}"
        if written in self._marks:
            return f"{written}{label}"
        said = self.kind(written) == kind or written in self._yes
        return f"☑{label}" if said else f"□{label} {written}"
