"""The situations that specimens are made of: who writes, what is attached, what is wrong, and so what must come of it.

Each situation is right by construction: it starts from a complete and consistent submission and changes one thing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from random import Random
from typing import Any

from service.demo.forms import RowSpec, TableSpec
from service.demo.letters import Layout, LetterSpec, sealed
from service.demo.mime import File, Mail, make_mail
from service.demo.pieces import Pieces
from service.demo.submissions import Scribe, official_forms, samples
from service.demo.world import FREE_MAIL, Sender, World, the_world
from service.domain.rules import Forms
from tests.specimens import habits
from tests.specimens.expected import Expected, answers_of, row_counts

CHINA = timezone(timedelta(hours=8))
CHANNELS = {"city_bureau": "city_bureau", "direct": "direct_unit", "via_city": "via_city"}


@dataclass
class Desk:
    """Where one specimen is made."""

    name: str
    rng: Random
    world: World
    forms: Forms
    scribe: Scribe
    pieces: Pieces
    carriers: Sequence[str] = habits.CARRIERS
    sender: Sender = field(init=False)

    def speak_as(self, sender: Sender) -> Sender:
        self.sender = sender
        return sender

    def any_submitter(self) -> Sender:
        """Somebody who may report to us, with a directory entry."""
        direct = self.world.units_by_route("direct")
        return self.speak_as(self.rng.choice(self.world.bureaus if self.rng.random() < 0.5 else direct))

    def any_bureau(self) -> Sender:
        return self.speak_as(self.rng.choice(self.world.bureaus))

    def letter(self, spec: LetterSpec | None = None, **changes: Any) -> tuple[list[File], str]:
        """The sender's letter in some carrier; and which."""
        carrier = self.rng.choice(self.carriers)
        spec = replace(spec or self.scribe.letter(self.sender), **changes)
        return habits.letter_file(self.rng, habits.suits(spec, carrier), carrier), carrier

    def form(self, tables: Sequence[TableSpec]) -> list[File]:
        return habits.form_files(self.rng, self.forms, tables, self.sender)

    def mail(self, files: list[File], *, late: bool = False, **changes: Any) -> bytes:
        """Written, packed, dressed and dated."""
        subject, text, signature = self.scribe.mail_words(self.sender)
        start = datetime(2020, 3, 26, tzinfo=CHINA) if late else datetime(2020, 3, 19, 8, tzinfo=CHINA)
        date = start + timedelta(minutes=self.rng.randint(1, 6 * 1440))
        pack = changes.pop("pack", True)
        mail = replace(
            Mail(habits.address_of(self.rng, self.sender), subject, text, date, signature=signature), **changes
        )
        mail = replace(mail, files=habits.packed(self.rng, files, mail) if pack else tuple(files))
        return make_mail(habits.dressed(self.rng, mail, self.sender))

    def expect(self, verdict: str, *codes: str, tables: Sequence[TableSpec] = (), carrier: str | None = None,
               **more: Any) -> Expected:  # fmt: skip
        """The outcome for the sender as the directory knows it."""
        remarks = frozenset(more.pop("remarks", ())) | ({"L105"} if carrier in habits.COLOURLESS else set())
        return Expected(
            self.name,
            verdict,
            channel=more.pop("channel", CHANNELS.get(self.sender.route)),
            unit=more.pop("unit", self.sender.name),
            codes=frozenset(codes),
            may=frozenset(more.pop("may", ())),
            remarks=remarks,
            rows=row_counts(tables),
            answers=answers_of(tables, self.forms),
            letter=carrier,
            **more,
        )


Specimen = tuple[bytes, Expected]
Scenario = Callable[[Desk], Specimen]


def complete(desk: Desk) -> Specimen:
    """Letter and form, nothing wrong."""
    tables = desk.scribe.tables(desk.any_submitter())
    files, carrier = desk.letter()
    return desk.mail(files + desk.form(tables)), desk.expect("accepted", tables=tables, carrier=carrier)


def other_name(desk: Desk) -> Specimen:
    """A bureau that signs with its short name or as 外国专家局: the same bureau."""
    sender = desk.any_bureau()
    name = desk.rng.choice(sender.other_names)
    tables = desk.scribe.tables(sender)
    files, carrier = desk.letter(desk.scribe.letter(replace(sender, name=name)))
    return desk.mail(files + desk.form(tables)), desk.expect("accepted", tables=tables, carrier=carrier)


def loosely_written(desk: Desk) -> Specimen:
    """Cities without 市 or with the province before them, spaces around names, one table that says 无."""
    sender = desk.any_submitter()
    short = sender.city.removesuffix("市")
    cities = (short, f"{desk.world.province}{sender.city}", f"{sender.city} ", f"\u3000{sender.city}")
    tables = [_respelled(table, desk.rng, cities) for table in desk.scribe.tables(sender)]
    place = desk.rng.randrange(len(tables))
    tables[place] = TableSpec(tables[place].number, nil=True)
    files, carrier = desk.letter()
    return desk.mail(files + desk.form(tables)), desk.expect("accepted", tables=tables, carrier=carrier)


def _respelled(table: TableSpec, rng: Random, cities: Sequence[str]) -> TableSpec:
    rows = tuple(
        replace(row, unit=rng.choice((row.unit, f" {row.unit}")), city=rng.choice(cities)) for row in table.rows
    )
    return replace(table, rows=rows)


def long_letter(desk: Desk) -> Specimen:
    """A letter of two pages, the seal on the second."""
    sender = desk.any_submitter()
    tables = desk.scribe.tables(sender)
    carrier = desk.rng.choice([c for c in desk.carriers if c in ("text_pdf", "scan_pdf", "tiff")] or ["text_pdf"])
    files = habits.letter_file(desk.rng, desk.scribe.letter(sender, pages=2), carrier)
    return desk.mail(files + desk.form(tables)), desk.expect("accepted", tables=tables, carrier=carrier)


def late(desk: Desk) -> Specimen:
    tables = desk.scribe.tables(desk.any_submitter())
    files, carrier = desk.letter()
    outcome = desk.expect("accepted", tables=tables, carrier=carrier, remarks=["T501"], on_time=False)
    return desk.mail(files + desk.form(tables), late=True), outcome


def nil_return(desk: Desk) -> Specimen:
    sender = desk.any_submitter()
    files, carrier = desk.letter(desk.scribe.letter(sender, nil=True))
    return desk.mail(files, text=desk.scribe.say(samples()["mail"]["nil"], sender)), desk.expect(
        "accepted", carrier=carrier
    )


def nil_tables(desk: Desk) -> Specimen:
    """Every table says 无, and the letter says 零报送."""
    sender = desk.any_submitter()
    tables = [TableSpec(form.number, nil=True) for form in desk.forms.tables]
    files, carrier = desk.letter(desk.scribe.letter(sender, nil=True))
    return desk.mail(files + desk.form(tables)), desk.expect("accepted", tables=tables, carrier=carrier)


def no_letter(desk: Desk) -> Specimen:
    sender = desk.any_submitter()
    tables = desk.scribe.tables(sender)
    address = next(iter(sender.addresses), f"kjc@{sender.domains[0]}" if sender.domains else f"kjc@{FREE_MAIL}")
    return desk.mail(desk.form(tables), sender=address), desk.expect("needs_correction", "L101", tables=tables)


def no_form(desk: Desk) -> Specimen:
    desk.any_submitter()
    files, carrier = desk.letter()
    return desk.mail(files), desk.expect("needs_correction", "F201", carrier=carrier)


def form_scan(desk: Desk) -> Specimen:
    sender = desk.any_submitter()
    files, carrier = desk.letter()
    return desk.mail([*files, desk.pieces.printed_form(sender)]), desk.expect(
        "needs_correction", "F202", carrier=carrier
    )


def word_letter(desk: Desk) -> Specimen:
    sender = desk.any_submitter()
    tables = desk.scribe.tables(sender)
    files = [desk.pieces.letter_word(sender), *desk.form(tables)]
    return desk.mail(files), desk.expect("needs_correction", "L103", tables=tables)


def no_seal(desk: Desk) -> Specimen:
    """A scan with a red letterhead, so a seal's colour would show, and no seal."""
    sender = desk.any_submitter()
    tables = desk.scribe.tables(sender)
    unsealed = replace(desk.scribe.letter(sender), seal=None, layout=desk.rng.choice((Layout.GENERAL, Layout.LETTER)))
    files = habits.letter_file(desk.rng, unsealed, "scan_pdf")
    return desk.mail(files + desk.form(tables)), desk.expect("staff_review", "L104", tables=tables, carrier="scan_pdf")


def table_absent(desk: Desk) -> Specimen:
    tables = list(desk.scribe.tables(desk.any_submitter()))
    del tables[desk.rng.randrange(len(tables))]
    files, carrier = desk.letter()
    outcome = desk.expect("accepted", tables=tables, carrier=carrier, remarks=["F207"])
    return desk.mail(files + desk.form(tables)), outcome


def all_empty(desk: Desk) -> Specimen:
    """The blank form came back: headers, and the questions as they were printed."""
    desk.any_submitter()
    unanswered = (RowSpec("", ""),)
    tables = [TableSpec(form.number, unanswered if form.blocks else ()) for form in desk.forms.tables]
    files, carrier = desk.letter()
    plain = desk.pieces.workbook(tables)
    return desk.mail([*files, plain]), desk.expect("needs_correction", "F206", carrier=carrier)


def bad_answers(desk: Desk) -> Specimen:
    """One to three faults in the answers of 表3 and 表4."""
    sender = desk.any_submitter()
    tables = list(desk.scribe.tables(sender))
    codes = set()
    for place, faults in ((2, _FAULTS_OF_3), (3, _FAULTS_OF_4)):
        code, answers = desk.rng.choice(faults)
        first, *others = tables[place].rows
        tables[place] = replace(tables[place], rows=(replace(first, answers=answers), *others))
        codes.add(code)
    files, carrier = desk.letter()
    outcome = desk.expect("needs_correction", *codes, tables=tables, carrier=carrier)
    return desk.mail(files + desk.form(tables)), outcome


def remarked_answers(desk: Desk) -> Specimen:
    """Text after 否 or beyond the limit: noted, and nobody is bothered."""
    tables = list(desk.scribe.tables(desk.any_submitter()))
    code, answers = desk.rng.choice(_REMARKABLE)
    first, *others = tables[2].rows
    tables[2] = replace(tables[2], rows=(replace(first, answers=answers), *others))
    files, carrier = desk.letter()
    outcome = desk.expect("accepted", tables=tables, carrier=carrier, remarks=[code])
    return desk.mail(files + desk.form(tables)), outcome


def nameless_row(desk: Desk) -> Specimen:
    """The first row of 表1 or 表2 has content and no unit."""
    sender = desk.any_bureau()
    tables = list(desk.scribe.tables(sender))
    place = desk.rng.choice((0, 1))
    tables[place] = replace(tables[place], rows=(desk.scribe.row(place + 1, "", sender.city), *tables[place].rows))
    files, carrier = desk.letter()
    return desk.mail(files + desk.form(tables)), desk.expect("needs_correction", "F220", tables=tables, carrier=carrier)


def other_citys_row(desk: Desk) -> Specimen:
    sender = desk.any_bureau()
    tables = list(desk.scribe.tables(sender))
    other = desk.rng.choice([b for b in desk.world.bureaus if b.city != sender.city])
    strange = desk.scribe.row(1, f"{other.city}第一人民医院", other.city)
    tables[0] = replace(tables[0], rows=(*tables[0].rows, strange))
    files, carrier = desk.letter()
    return desk.mail(files + desk.form(tables)), desk.expect("staff_review", "F221", tables=tables, carrier=carrier)


def wrong_route(desk: Desk) -> Specimen:
    """A unit of the directory that must report through its city."""
    sender = desk.speak_as(desk.rng.choice(desk.world.units_by_route("via_city")))
    tables = desk.scribe.tables(sender)
    files, carrier = desk.letter()
    return desk.mail(files + desk.form(tables)), desk.expect("wrong_route", "R401", tables=tables, carrier=carrier)


def wrong_route_unlisted(desk: Desk) -> Specimen:
    """A city's own hospital or company that stands in no directory, in a city that is not the capital."""
    city = desk.rng.choice([b.city for b in desk.world.bureaus if b.city != desk.world.seat_city])
    name = desk.rng.choice((f"{city}第二人民医院", f"{city}蓝海生物科技有限公司"))
    sender = desk.speak_as(Sender(name, city, "via_city", (), (f"office@{FREE_MAIL}",), ""))
    tables = desk.scribe.tables(sender)
    files, carrier = desk.letter()
    return desk.mail(files + desk.form(tables)), desk.expect("wrong_route", "R401", tables=tables, carrier=carrier)


def unknown_unit(desk: Desk) -> Specimen:
    name = desk.rng.choice(("远帆科技发展促进会", "晨星青年创业促进会"))
    sender = desk.speak_as(Sender(name, desk.world.seat_city, "unknown", (), (f"yuanfan@{FREE_MAIL}",), ""))
    tables = desk.scribe.tables(sender)
    files, carrier = desk.letter()
    outcome = desk.expect("staff_review", "R402", tables=tables, carrier=carrier, channel="unknown", unit=None)
    return desk.mail(files + desk.form(tables)), outcome


def asked_unit(desk: Desk) -> Specimen:
    """A unit whose channel only a person can decide."""
    sender = desk.speak_as(desk.rng.choice(desk.world.units_by_route("ask")))
    tables = desk.scribe.tables(sender)
    files, carrier = desk.letter()
    outcome = desk.expect("staff_review", tables=tables, carrier=carrier, may=["R402", "R403"])
    return desk.mail(files + desk.form(tables)), outcome


def sub_unit(desk: Desk) -> Specimen:
    """A school of a university writes in its own name."""
    parent = desk.world.unit("岭海大学")
    school = desk.rng.choice(("材料科学与工程学院", "海洋学院"))
    name = f"{parent.name}{school}"
    desk.speak_as(replace(parent, name=name))
    tables = desk.scribe.tables(desk.sender)
    files, carrier = desk.letter()
    outcome = desk.expect("staff_review", "R404", tables=tables, carrier=carrier, channel=None, unit=None,
                          may=["R402", "R403", "L106"])  # fmt: skip
    return desk.mail(files + desk.form(tables)), outcome


def borrowed_letter(desk: Desk) -> Specimen:
    """The letter is another unit's than form and sender."""
    sender, other = desk.rng.sample(desk.world.units_by_route("direct"), 2)
    desk.speak_as(sender)
    tables = desk.scribe.tables(sender)
    files, carrier = desk.letter(desk.scribe.letter(other), seal=sealed(other.name))
    outcome = desk.expect("staff_review", tables=tables, carrier=carrier, channel=None, unit=None, may=["L106", "R403"])
    address = f"kjc@{sender.domains[0]}" if sender.domains else sender.address
    return desk.mail(files + desk.form(tables), sender=address), outcome


_PLAN = "拟于6月举办专场活动，邀请海外专家十五名。"
_FAULTS_OF_3: Sequence[tuple[str, dict[str, str]]] = (
    ("F210", {"nyx.plan_nyx": "", "doctor.will_doctor": "no"}),
    ("F210", {"nyx.plan_nyx": "yes", "nyx.plan_text": _PLAN, "nyx.budget": "", "doctor.will_doctor": "no"}),
    ("F211", {"nyx.plan_nyx": "both", "doctor.will_doctor": "no"}),
    ("F211", {"nyx.plan_nyx": "no", "doctor.will_doctor": "both"}),
    ("F212", {"nyx.plan_nyx": "yes", "nyx.plan_text": "", "nyx.budget": "no", "doctor.will_doctor": "no"}),
)
_JOINED = {"join.join": "yes", "join.projects": "拟对接新型膜材料项目。", "join.budget": "yes"}
_FAULTS_OF_4: Sequence[tuple[str, dict[str, str]]] = (
    ("F214", {**_JOINED, "join.group": "", "join.foreign_affairs_quota": "no", "self.self": "no"}),
    (
        "F212",
        {**_JOINED, "join.projects": "", "join.group": "aoxin", "join.foreign_affairs_quota": "no", "self.self": "no"},
    ),
    ("F210", {**_JOINED, "join.group": "aoxin", "join.foreign_affairs_quota": "no", "self.self": ""}),
    ("F211", {"join.join": "no", "self.self": "both"}),
)
_REMARKABLE: Sequence[tuple[str, dict[str, str]]] = (
    ("F215", {"nyx.plan_nyx": "no", "nyx.plan_text": _PLAN, "doctor.will_doctor": "no"}),
    ("F213", {"nyx.plan_nyx": "yes", "nyx.plan_text": _PLAN * 11, "nyx.budget": "yes", "doctor.will_doctor": "no"}),
)


def new_desk(name: str, seed: int, carriers: Sequence[str]) -> Desk:
    world, forms = the_world(), official_forms()
    scribe = Scribe(seed, world, forms)
    return Desk(name, Random(seed), world, forms, scribe, Pieces(scribe, world, forms, seed), carriers)
