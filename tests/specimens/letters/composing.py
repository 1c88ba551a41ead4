"""Letters on A4 pages: both layouts of GB/T 9704-2012 and what offices make at home."""

import random

from PIL import Image, ImageDraw

from tests.specimens.letters.faces import Kind, faces, font
from tests.specimens.letters.plans import Layout, Place, Plan, Seal
from tests.specimens.letters.seals import seal_ink
from tests.specimens.letters.sheets import BLACK, BLUE, RED, WIDTH, Sheet, width_of, wrapped

_LEFT, _RIGHT, _TOP, _BOTTOM = 28.0, 184.0, 37.0, 262.0
_EM = 25.4 / 72
_CONTACTS = (
    "（联系人：张三，电话：020-00001234）",
    "联系人：李四  联系电话：0000-0000567",
    "联系人及电话：王五 00000000",
)
_ROWS = (("序号", "申报单位", "人才需求", "合作项目"), ("1", "岭海大学", "3", "1"), ("2", "云江学院", "2", "4"))


def pages_of(plan: Plan, dpi: int, rng: random.Random) -> list[Image.Image]:
    """The pages of a letter as a flawless scanner would see them."""
    return _Composed(plan, dpi, rng).pages()


class _Composed:
    def __init__(self, plan: Plan, dpi: int, rng: random.Random) -> None:
        self.plan, self.dpi, self.rng = plan, dpi, rng
        self.sheets = [Sheet(dpi)]
        self.y = _TOP

    def pages(self) -> list[Image.Image]:
        self._head()
        self._lines(f"{self.plan.addressee}：")
        for paragraph in self.plan.body[:-1] if self.plan.table else self.plan.body:
            self._lines(f"　　{paragraph}")
        if self.plan.table:
            self._table()
            self._lines(f"　　{self.plan.body[-1]}")
        if self.plan.annex:
            self.y += self.plan.pitch
            self._lines("　　附件：海外人才与科技交流合作需求征集表（表1-4）")
        self._signature()
        self._by_others()
        return [sheet.picture for sheet in self.sheets]

    def _new_page(self) -> None:
        self.sheets.append(Sheet(self.dpi))
        self.y = _TOP

    def _lines(self, text: str) -> None:
        for line in wrapped(text, self.plan.text, self.plan.size, _RIGHT - _LEFT):
            if self.y + self.plan.pitch > _BOTTOM:
                self._new_page()
            self.sheets[-1].write(line, _LEFT, self.y, self.plan.text, self.plan.size)
            self.y += self.plan.pitch

    def _centred(self, text: str, y: float, size: float, colour: tuple[int, int, int] = BLACK) -> float:
        """Shrunk to the type area; returns its lower edge."""
        size = min(size, size * (_RIGHT - _LEFT) / width_of(text, self.plan.head, size))
        x = (WIDTH - width_of(text, self.plan.head, size)) / 2
        self.sheets[0].write(text, x, y, self.plan.head, size, colour)
        return y + size * _EM

    def _head(self) -> None:
        plan, sheet = self.plan, self.sheets[0]
        if plan.layout is Layout.GENERAL:
            bottom = self._centred(plan.organ.name + self.rng.choice(("文件", "")), 42.0, 40.0, RED)
            if plan.number:
                self._centred(plan.number, bottom + 10, 16)
            sheet.rule(_LEFT, bottom + 20, 156, 0.6)
            self.y = bottom + 30
        elif plan.layout is Layout.LETTER:
            bottom = self._centred(plan.organ.name, 26.0, 34.0, RED)
            for y, thick in ((bottom + 4, 1.1), (bottom + 5.9, 0.4), (276.0, 0.4), (277.2, 1.1)):
                sheet.rule(20, y, 170, thick)
            if plan.number:
                wide = width_of(plan.number, plan.text, 16)
                sheet.write(plan.number, _RIGHT - wide, bottom + 9, plan.text, 16)
            self.y = bottom + 24
        else:
            self.y = self._centred(plan.organ.name, 26.0, 22.0) + 6 if plan.address else 34.0
        if plan.address and plan.layout is not Layout.GENERAL:
            line = "地址：岭州市文教路1号  邮编：000000  电话：020-00000000"
            sheet.write(line, 52, self.y if plan.layout is Layout.HOME else 280.0, plan.text, 9)
            self.y += 10
        self._title()

    def _title(self) -> None:
        plan = self.plan
        numbered = plan.number and plan.layout is Layout.HOME
        if numbered and plan.number_first:
            self.y = self._centred(str(plan.number), self.y, plan.size) + 6
        size = self.rng.choice((22.0, 20.0, 18.0))
        for line in _title_lines(plan, size):
            self.y = self._centred(line, self.y, size) + 3.5
        if numbered and not plan.number_first:
            self.y = self._centred(str(plan.number), self.y + 3, plan.size) + 2
        self.y += 8

    def _table(self) -> None:
        sheet = self.sheets[-1]
        widths, height = (18, 62, 38, 38), 9.0
        self.y += 3
        for row in range(len(_ROWS) + 1):
            sheet.rule(_LEFT, self.y + row * height, 156, 0.3, BLACK)
        x = _LEFT
        for column, width in enumerate((*widths, 0)):
            sheet.rule(x, self.y, 0.3, height * len(_ROWS), BLACK)
            for row, cells in enumerate(_ROWS):
                if column < len(cells):
                    sheet.write(cells[column], x + 3, self.y + row * height + 2, self.plan.text, 12)
            x += width
        self.y += height * len(_ROWS) + 4

    def _signature(self) -> None:
        plan = self.plan
        needed = plan.pitch * (3 + bool(plan.second)) + 4
        self.y += plan.pitch * self.rng.uniform(1.2, 2.5)
        if plan.alone or self.y + needed > _BOTTOM:
            self._new_page()
            self.y += plan.pitch * 2
        names = [plan.organ.name, *([plan.second.name] if plan.second else [])]
        lines = [plan.date_text, *names] if plan.date_first else [*names, plan.date_text]
        sheet, middle_of_date, row = self.sheets[-1], 0.0, self.y
        for line in lines:
            x = self._left_of(line, plan)
            sheet.write(line, x, self.y, plan.text, plan.size)
            if line == plan.date_text:
                middle_of_date, row = x + width_of(line, plan.text, plan.size) / 2, self.y
            self.y += plan.pitch
        self._sealed(plan.seal, plan.organ.name, middle_of_date, row)
        if plan.second_seal and plan.second:
            self._sealed(plan.second_seal, plan.second.name, middle_of_date - 46, row)
        self._contact()

    def _left_of(self, line: str, plan: Plan) -> float:
        wide = width_of(line, plan.text, plan.size)
        if plan.place is Place.FLUSH:
            return _RIGHT - wide
        if plan.place is Place.CENTRE:
            return (WIDTH - wide) / 2
        if plan.place is Place.LEFT:
            return _LEFT
        half = width_of(plan.date_text, plan.text, plan.size) / 2
        return min(_RIGHT - 2 * plan.size * _EM - half - wide / 2, _RIGHT - wide)

    def _sealed(self, seal: Seal | None, name: str, x: float, y: float) -> None:
        if seal is None:
            return
        ink = seal_ink(seal, name, self.sheets[-1].scale, self.rng.randrange(1 << 30))
        middle = max(x + seal.shift[0], seal.size / 2 + 3), min(y + seal.shift[1], 294 - seal.size / 2)
        self.sheets[-1].press(ink, min(middle[0], WIDTH - seal.size / 2 - 2), middle[1])

    def _contact(self) -> None:
        plan = self.plan
        text = self.rng.choice(_CONTACTS)
        y = min(self.y + plan.pitch * self.rng.uniform(1.5, 2.2), 266)
        if plan.contact == "typed":
            self.sheets[-1].write(text, _LEFT + 11, y, plan.text, plan.size)
        elif plan.contact == "hand":
            self._by_hand(self.sheets[-1], text, 75, min(y + 12, 272), 16)

    def _by_hand(self, sheet: Sheet, text: str, x: float, y: float, size: float) -> None:
        """x, y: the middle."""
        type_ = font(faces(Kind.HAND)[-1], round(size * self.dpi / 72))
        ink = Image.new("RGBA", (round(type_.getlength(text)) + 20, round(size * self.dpi / 40)), (*BLUE, 0))
        ImageDraw.Draw(ink).text((10, ink.height / 2), text, fill=(*BLUE, 235), font=type_, anchor="lm")
        turned = ink.rotate(self.rng.uniform(-2.5, 2.5), Image.Resampling.BICUBIC, expand=True)
        sheet.press(turned, x, y)

    def _by_others(self) -> None:
        """What hands and stamps of other offices left on the first page."""
        first = self.sheets[0]
        if self.plan.urgent:
            first.write(self.rng.choice(("急件", "特急")), _LEFT, 18, faces(Kind.HEI)[0], 20, RED)
        if self.plan.received:
            stamp = _received(first.scale, self.rng).rotate(self.rng.uniform(-8, 8), expand=True)
            first.press(stamp, 168, 20)
        if self.plan.notes:
            note = self.rng.choice(("请科技处阅办。", "已阅，存档", "转综合科办理 3.22"))
            self._by_hand(first, note, 45, 14, 20)


def _title_lines(plan: Plan, size: float) -> list[str]:
    """The unit's name on a line of its own, as most set it; else broken where the line is full."""
    named = plan.title.startswith(plan.organ.name)
    parts = [plan.organ.name, plan.title.removeprefix(plan.organ.name)] if named else [plan.title]
    return [line for part in parts for line in wrapped(part, plan.head, size, _RIGHT - _LEFT - 12)]


def _received(scale: float, rng: random.Random) -> Image.Image:
    """A rectangular stamp 收文 with a number and a day of its own."""
    ink = Image.new("RGBA", (round(58 * scale), round(22 * scale)), (*RED, 0))
    draw = ImageDraw.Draw(ink)
    draw.rectangle((1, 1, ink.width - 2, ink.height - 2), outline=(*RED, 200), width=max(2, round(0.6 * scale)))
    face = faces(Kind.HEI)[0]
    lines = ("收文章（测试样章）", f"收文第{rng.randint(100, 999)}号", f"2020年3月{rng.randint(20, 31)}日")
    for place, line in enumerate(lines):
        at = (ink.width / 2, (4.5 + 6.5 * place) * scale)
        draw.text(at, line, fill=(*RED, 200), font=font(face, round(4 * scale)), anchor="mm")
    return ink
