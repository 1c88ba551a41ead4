"""Every fault of the groups B (SMTP) and H (spoofing, loops, abuse) has a test that bears its name."""

import re
from pathlib import Path

import pytest

FAULTS = [*(f"b{n}" for n in range(1, 12)), *(f"h{n}" for n in range(1, 20))]
_NAMED = re.compile(r"def test_((?:[bh]\d+_)+)")


def named() -> set[str]:
    files = Path(__file__).parent.rglob("test_*.py")
    return {one for file in files for found in _NAMED.findall(file.read_text("utf-8")) for one in found.split("_")}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_has_a_test_of_its_name(fault: str) -> None:
    assert fault in named()
