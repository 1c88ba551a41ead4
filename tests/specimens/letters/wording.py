"""What letters say: titles, sentences, dates and numbers as offices write them, drawn by chance."""

import datetime
import random

from tests.specimens.letters.organs import Organ

ADDRESSEES = ("岭海省科学技术厅", "省科学技术厅", "省科技厅", "岭海省科技厅")
_TITLES = (
    "关于报送海外人才与科技交流合作需求的函",
    "关于报送2020年海外人才科技交流合作需求征集表的函",
    "{unit}关于报送海外人才与科技交流合作需求情况的函",
    "关于上报海外人才与科技交流合作需求的报告",
    "关于反馈2020年海外人才与科技交流合作需求的复函",
    "{unit}关于提交海外人才需求征集表的函",
    "关于报送我单位海外专家人才及科技合作项目需求的函",
)
_OPENINGS = (
    "根据贵厅《关于征集海外人才与科技交流合作需求的函》要求，我单位高度重视，认真组织开展征集工作。",
    "贵厅2020年3月2日印发的征集函收悉。我单位及时转发各部门，组织填报。",
    "按照省科技厅有关通知精神，现将有关情况函报如下。",
    "贵厅来函收悉。经研究，现函复如下：",
)
_MIDDLES = (
    "经征集汇总，共收到{n}家单位提出的需求{m}项，其中人才需求{a}项，合作项目需求{b}项。",
    "此次征集范围包括新一代信息技术、生物医药、新材料、海洋经济等领域，要求3月18日前报送，现已完成。",
    "我单位拟于2020年下半年引进海外专家{a}名，开展联合攻关，经费预算{b}万元，已列入年度计划。",
    "各申报单位均具有独立法人资格，所填内容真实有效，相关材料已经审核。",
    "拟重点围绕海洋观测、先进制造和生命健康等方向开展交流合作，希望贵厅给予指导支持。",
)
_ENDINGS = ("现将《海外人才与科技交流合作需求征集表（表1-4）》随函报送，请审阅。", "现将征集表随函报送，请予支持。")
_CLOSINGS = ("特此函报。", "专此函复。", "特此报告。", None)
BRACKETS = ("〔〕", "[]", "［］", "【】", "（）", "()")
_DIGITS = "〇一二三四五六七八九"
TRADITIONAL = str.maketrans(
    "关于报送与术交合汇总单组织开贵厅发现将随请审阅认证项进经费预为据办学医机构门实验联",
    "關於報送與術交合匯總單組織開貴廳發現將隨請審閱認證項進經費預為據辦學醫機構門實驗聯",
)


def title(rng: random.Random, organ: Organ) -> str:
    return rng.choice(_TITLES).format(unit=organ.name)


def paragraphs(rng: random.Random, length: int) -> list[str]:
    """The body: an opening, so many sentences between, and an ending."""
    numbers = {"n": rng.randint(2, 40), "m": rng.randint(20, 90), "a": rng.randint(1, 20), "b": rng.randint(1, 70)}
    middle = [rng.choice(_MIDDLES).format(**numbers) for _ in range(length)]
    closing = rng.choice(_CLOSINGS)
    return [rng.choice(_OPENINGS), *middle, rng.choice(_ENDINGS), *([closing] if closing else [])]


def day(rng: random.Random) -> datetime.date:
    return datetime.date(2020, 3, 1) + datetime.timedelta(rng.randrange(-6, 31))


def number(rng: random.Random, organ: Organ, brackets: str | None = None) -> str:
    opening, closing = brackets or rng.choice((*BRACKETS[:1] * 4, *BRACKETS))
    ordinal = "第" if rng.random() < 0.1 else ""
    return f"{organ.prefix}{opening}2020{closing}{ordinal}{rng.randint(1, 399)}号"


def plain_number(written: str) -> str:
    """A number with the standard's brackets and without 第."""
    text = written.replace("第", "")
    for opening, closing in BRACKETS:
        text = text.replace(f"{opening}2020{closing}", "〔2020〕")
    return text


def date_text(rng: random.Random, on: datetime.date, style: str) -> str:
    """A date as written. style: arabic, spaced, padded, chinese, dots or any."""
    if style == "any":
        style = rng.choice(("arabic", "arabic", "arabic", "chinese", "chinese", "spaced", "padded"))
    if style == "chinese":
        zero = rng.choice("〇〇○O零")
        year = "".join(_DIGITS[int(digit)] for digit in str(on.year)).replace("〇", zero)
        return f"{year}年{numeral(on.month)}月{numeral(on.day)}日"
    if style == "spaced":
        return f"{on.year} 年 {on.month} 月 {on.day} 日"
    if style == "padded":
        return f"{on.year}年{on.month:02}月{on.day:02}日"
    if style == "dots":
        mark = rng.choice(".-/")
        return f"{on.year}{mark}{on.month}{mark}{on.day}"
    return f"{on.year}年{on.month}月{on.day}日"


def numeral(value: int) -> str:
    """1 to 99 as 三十一."""
    tens, ones = divmod(value, 10)
    return (("" if tens == 1 else _DIGITS[tens]) + "十" if tens else "") + (_DIGITS[ones] if ones else "")
