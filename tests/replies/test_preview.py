from pathlib import Path

from service.checks.wording import load_wording
from service.previewing import papers_of, preview_all
from service.replies.rendering import Letters
from service.replies.samples import sample_judgements, sample_rulebook
from tests.replies.conftest import TEMPLATES


def test_every_letter_can_be_looked_at_as_page_and_text_and_answers_as_mails_too(
    tmp_path: Path, letters: Letters
) -> None:
    rulebook, wording = sample_rulebook(), load_wording(TEMPLATES / "findings.toml")

    written = list(preview_all(tmp_path / "out", letters, wording, rulebook))

    answers = {f"{name}{suffix}" for name in sample_judgements(rulebook) for suffix in (".html", ".txt", ".eml")}
    papers = {
        f"{name}{end}" for name, _ in papers_of(letters.templates, rulebook.campaign) for end in (".html", ".txt")
    }
    assert {path.name for path in written} == answers | papers == {path.name for path in (tmp_path / "out").iterdir()}


def test_findings_in_a_preview_speak_as_the_folder_says(tmp_path: Path, letters: Letters) -> None:
    said = (TEMPLATES / "findings.toml").read_text("utf-8").replace("没有收到盖章的报送函扫描件", "报送函还没有到")
    (tmp_path / "findings.toml").write_text(said, "utf-8")

    list(preview_all(tmp_path / "out", letters, load_wording(tmp_path / "findings.toml"), sample_rulebook()))

    assert "报送函还没有到" in (tmp_path / "out" / "correction-letter-missing.txt").read_text("utf-8")
