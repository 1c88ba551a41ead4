from pathlib import Path

from service.replies.preview import preview
from service.replies.rendering import Letters
from service.replies.samples import sample_judgements, sample_rulebook


def test_every_letter_can_be_looked_at_as_page_text_and_mail(tmp_path: Path, letters: Letters) -> None:
    rulebook = sample_rulebook()

    written = preview(tmp_path / "out", letters, rulebook)

    expected = {f"{name}{suffix}" for name in sample_judgements(rulebook) for suffix in (".html", ".txt", ".eml")}
    assert {path.name for path in written} == expected == {path.name for path in (tmp_path / "out").iterdir()}
