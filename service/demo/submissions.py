"""What an invented unit has to report: its letter and rows, drawn from a seed and always complete and consistent."""

import datetime
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

from service import rulebook
from service.defaults import rules_folder
from service.demo.forms import RowSpec, TableSpec
from service.demo.letters import DateStyle, Layout, LetterSpec, sealed
from service.demo.world import Sender, World
from service.domain.rules import Block, Forms, Question, QuestionKind

_WE = (
    ("局", "我局"),
    ("委员会", "我委"),
    ("大学", "我校"),
    ("学院", "我校"),
    ("医院", "我院"),
    ("研究所", "我所"),
    ("公司", "我公司"),
)
_PLAN_OF = {"nyx.plan_text": "events", "doctor.plan_text": "doctors", "join.projects": "projects"}


@cache
def samples() -> Mapping[str, Any]:
    """The invented texts (samples.toml)."""
    return tomllib.loads(files("service.demo").joinpath("samples.toml").read_text("utf-8"))


@cache
def official_forms() -> Forms:
    """The forms of the packaged rules."""
    return rulebook.load(rules_folder()).forms


class Scribe:
    """Writes for units. The same seed writes the same; nothing it writes needs correction."""

    def __init__(self, seed: int, world: World, forms: Forms) -> None:
        self._rng = Random(seed)
        self._world = world
        self._forms = forms

    def letter(self, sender: Sender, *, nil: bool = False, pages: int = 1) -> LetterSpec:
        """The sealed cover letter of a unit; pages > 1 makes its text long enough for two."""
        words = samples()["letter"]
        body = self._rng.choice(words["nil_bodies"] if nil else words["bodies"])
        layout = self._rng.choice(list(Layout))
        numbered = bool(sender.letter_prefix) or layout is not Layout.PLAIN
        return LetterSpec(
            unit=sender.name,
            title=self.say(self._rng.choice(words["titles"]), sender),
            date=datetime.date(2020, 3, self._rng.randint(9, 18)),
            addressee=self._rng.choice(("省科技厅", self._world.department)),
            body=tuple(
                self.say(line, sender) for line in ([*words["long_paragraphs"] * 2] if pages > 1 else []) + body
            ),
            number=f"{sender.letter_prefix or '函'}〔2020〕{self._rng.randint(1, 180)}号" if numbered else None,
            layout=layout,
            seal=sealed(sender.name, tilt=self._rng.uniform(-8, 8), strength=self._rng.uniform(0.7, 0.95)),
            date_style=self._rng.choice(list(DateStyle)),
            attachment_note=None if nil else words["note"],
            contact=self.say(words["contact"], sender) if self._rng.random() < 0.5 else None,
        )

    def tables(self, sender: Sender) -> tuple[TableSpec, ...]:
        """表1-4 with rows: a bureau's own city's units, or the unit's own needs."""
        return tuple(self.table(form.number, sender) for form in self._forms.tables)

    def table(self, number: int, sender: Sender) -> TableSpec:
        """One table with one to four rows; tables with questions hold a unit once."""
        form = self._forms.table(number)
        assert form is not None
        units = self._units(sender)
        if not form.blocks:
            units = sorted(self._rng.choices(units, k=self._rng.randint(1, 4)))
        return TableSpec(number, tuple(self.row(number, unit, sender.city) for unit in units))

    def row(self, number: int, unit: str, city: str) -> RowSpec:
        """A complete row."""
        form = self._forms.table(number)
        assert form is not None
        answers: dict[str, str] = {}
        for block in form.blocks:
            answers |= self._answers(block)
        return RowSpec(unit, city, {} if form.blocks else self._cells(number), answers)

    def say(self, text: str, sender: Sender) -> str:
        """A sample text for this unit."""
        we = next((we for ending, we in _WE if sender.name.endswith(ending)), "我单位")
        phone = f"020-0000{self._rng.randint(0, 9999):04}"
        form = f"《{samples()['letter']['note']}》"
        return text.format(unit=sender.name, we=we, phone=phone, form=form, city=sender.city, subject="{subject}")

    def mail_words(self, sender: Sender) -> tuple[str, str, str]:
        """Subject, text and signature block of a submitting mail."""
        words = samples()["mail"]
        subject, text = self._rng.choice(words["subjects"]), self._rng.choice(words["texts"])
        return self.say(subject, sender), self.say(text, sender), self.say(words["signature"], sender)

    def _units(self, sender: Sender) -> list[str]:
        if sender.route != "city_bureau":
            return [sender.name]
        words = samples()["city_units"]
        short = sender.city.removesuffix("市")
        invented = [f"{sender.city}{kind}" for kind in words["kinds"]] + [
            f"{short}{kind}" for kind in words["companies"]
        ]
        return self._rng.sample(invented, self._rng.randint(2, 4))

    def _cells(self, number: int) -> dict[str, str]:
        words = samples()["rows"]
        keys = {
            1: {"field": "fields", "post": "posts", "number": "numbers", "major": "majors", "degree": "degrees"}
            | {"country": "countries", "duties": "duties", "mode": "modes", "pay": "pays"},
            2: {"field": "fields", "project": "projects", "kind": "kinds", "content": "contents", "target": "targets"}
            | {"way": "ways", "country": "countries", "budget": "budgets", "base": "bases"},
        }[number]
        cells = {key: self._rng.choice(words[source]) for key, source in keys.items()}
        phone = f"020-0000{self._rng.randint(0, 9999):04}"
        return cells | {"contact": self._rng.choice(words["contacts"]), "phone": phone, "email": "lxr@unit.example"}

    def _answers(self, block: Block) -> dict[str, str]:
        """是 with all that follows from it, or 否 alone."""
        first, *rest = block.questions
        if self._rng.random() < 0.4:
            return {first.key: "no"}
        return {first.key: "yes"} | {question.key: self._follow_up(question) for question in rest}

    def _follow_up(self, question: Question) -> str:
        if question.kind is QuestionKind.TICK:
            return self._rng.choice(("yes", "no"))
        if question.kind is QuestionKind.CHOICE:
            chosen = self._rng.sample(question.choices, self._rng.randint(1, len(question.choices)))
            return "|".join(choice.key for choice in question.choices if choice in chosen)
        text: str = self._rng.choice(samples()["plans"][_PLAN_OF.get(question.key, "own")])
        return text
