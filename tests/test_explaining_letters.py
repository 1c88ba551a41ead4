"""What `explain --json` tells of a cover letter: as read, as the directory has it, where it stands."""

from dataclasses import replace
from typing import Any

from service.domain.submission import FieldRead
from service.explaining import cover_letter
from tests.builders import UNIVERSITY, a_letter, judged, of_unit


def told(**changes: object) -> dict[str, Any]:
    letter = replace(a_letter(UNIVERSITY), **changes)  # type: ignore[arg-type]
    judgement = judged(of_unit(UNIVERSITY, letters=(letter,)))
    found = cover_letter(judgement.dossier.letter, judgement.decision.route)
    assert found is not None
    return found


def test_a_seal_that_is_matched_bears_the_directorys_name() -> None:
    assert told(seal_text=f"一{UNIVERSITY}")["seal_unit"] == UNIVERSITY


def test_a_seal_that_is_not_matched_is_told_as_read() -> None:
    assert told(seal_text="海理工大学")["seal_unit"] == "海理工大学"


def test_a_field_tells_page_place_and_certainty() -> None:
    signer = FieldRead("signer", UNIVERSITY, "报送函.pdf", 2, (0.6, 1.1, 0.8, 1.13), 0.93)

    assert told(fields=(signer,))["fields"] == {
        "signer": {
            "value": UNIVERSITY, "attachment": "报送函.pdf", "page": 2, "box": [0.6, 1.1, 0.8, 1.13],
            "confidence": 0.93, "doubt": None,
        }
    }  # fmt: skip
