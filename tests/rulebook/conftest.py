"""A small, right rules folder of an invented province; a test changes one thing in it."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from service import rulebook
from service.domain.rules import Rulebook
from service.errors import RulesInvalid

CAMPAIGN = """\
[campaign]
title = "2020年海外人才与科技交流合作需求征集"
department = "岭海省科学技术厅"
addressees = ["岭海省科学技术厅", "省科技厅"]
number_prefix = "LH2020"
deadline = 2020-03-25T23:59:59+08:00
timezone = "Asia/Shanghai"

[pieces]
required = ["cover_letter", "tables"]

[people]
staff = ["zhangsan@ste.linghai.example"]
admins = []
"""
CITIES = """\
code,city,bureau,other_bureau_names,region,area_code,abbreviation,aliases,domains,addresses,letter_prefix
980100,岭州市,岭州市科学技术局,岭州市外国专家局|岭州市科技局,海湾,0901,岭,岭城,lingzhou.example,kjj@lingzhou.example,岭科函
980200,云江市,云江市科学技术局,,海湾,0902,云,,yunjiang.example,kjj@yunjiang.example,云科函
980300,南屿市,南屿市科技创新委员会,,海湾,0903,南,,nanyu.example,kjj@nanyu.example,南科函
"""
UNITS = """\
name,aliases,affiliation,category,seat_city,domains,addresses,route,note
岭海大学,岭大|LHU,中央,高校,岭州市,lhu.example|mail.lhu.example,kyc@lhu.example,direct,
岭海大学附属医院,,省属,医院,岭州市,lhu.example,,direct,与大学共用域名
岭州大学,,市属,高校,岭州市,lzu.example,,via_city,
云江学院,,省属,高校,云江市,yjxy.example,,via_city,
海洋实验室,,省实验室,省实验室,岭州市,,,ask,
"""


@dataclass
class RulesFolder:
    """The folder under test."""

    path: Path

    def write(self, name: str, text: str | bytes) -> "RulesFolder":
        self.path.joinpath(name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return self

    def change(self, name: str, old: str, new: str) -> "RulesFolder":
        """Replace a text that must stand in the file, packaged or own."""
        own = self.path / name
        text = (own if own.exists() else rulebook.defaults_folder() / name).read_text("utf-8")
        assert old in text
        return self.write(name, text.replace(old, new, 1))

    def load(self) -> Rulebook:
        return rulebook.load(self.path)

    def problems(self) -> tuple[str, ...]:
        with pytest.raises(RulesInvalid) as caught:
            self.load()
        return caught.value.problems


@pytest.fixture
def rules(tmp_path: Path) -> RulesFolder:
    folder = RulesFolder(tmp_path)
    for name, text in (("campaign.toml", CAMPAIGN), ("cities.csv", CITIES), ("units.csv", UNITS)):
        folder.write(name, text)
    return folder
