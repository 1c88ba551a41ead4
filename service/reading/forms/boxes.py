"""Puts check boxes that are drawn over a cell where a person sees them: before the options in its text."""

from collections.abc import Sequence
from typing import Final

from service.reading.forms.grid import Box, CellDetail
from service.reading.forms.marks import Scanner
from service.reading.forms.prompts import Anchor

DOUBT_UNPLACED: Final = "复选框控件与文字位置对不上，无法确定所选项"


def glyph(checked: bool) -> str:
    """The mark a box shows."""
    return "☑" if checked else "□"


def with_boxes(
    text: str, folded: str, detail: CellDetail, anchors: Sequence[Anchor], scanner: Scanner
) -> tuple[str, str | None]:
    """The text with every box as a mark, and a doubt when a box finds no place."""
    boxes = detail.boxes
    if all(box.caption for box in boxes):
        return _with_captions(text, boxes, anchors)
    if any(box.caption for box in boxes):
        return text, DOUBT_UNPLACED
    if not text:
        return " ".join(glyph(box.checked) for box in boxes), None
    places = _free_labels(folded, anchors, scanner)
    if len(places) != len(boxes):
        return text, DOUBT_UNPLACED
    for place, box in reversed(list(zip(places, boxes, strict=True))):
        text = text[:place] + glyph(box.checked) + text[place:]
    return text, None


def _free_labels(folded: str, anchors: Sequence[Anchor], scanner: Scanner) -> list[int]:
    places: list[int] = []
    edges = [0, *(edge for a in anchors for edge in (a.start, a.end)), len(folded)]
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        places.extend(label.start for run in scanner.runs(folded, start, end) for label in run.labels)
    return places


def _with_captions(text: str, boxes: Sequence[Box], anchors: Sequence[Anchor]) -> tuple[str, str | None]:
    groups: list[list[Box]] = []
    for box in boxes:
        if not groups or box.caption in {b.caption for b in groups[-1]}:
            groups.append([])
        groups[-1].append(box)
    written = [" ".join(glyph(box.checked) + box.caption for box in group) for group in groups]
    asked = [anchor for anchor in anchors if anchor.question.kind == "tick"]
    if not anchors:
        return "\n".join([text, *written]).strip(), None
    if len(asked) != len(groups):
        return text, DOUBT_UNPLACED
    for anchor, options in reversed(list(zip(asked, written, strict=True))):
        text = f"{text[: anchor.end]} {options} {text[anchor.end :]}"
    return text, None
