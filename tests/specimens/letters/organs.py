"""Who writes the letters: the directory of 岭海省, and invented units that no directory knows."""

from dataclasses import dataclass
from functools import cache

from service.demo.world import the_world
from tests.specimens.letters.faces import can_write


@dataclass(frozen=True, slots=True)
class Organ:
    """A unit, how its documents are numbered, and whether the directory knows it."""

    name: str
    prefix: str
    listed: bool


_UNLISTED = {
    "海棠市生物医药研究院": "棠生研函",
    "云岭市茶叶研究所": "云茶所",
    "岭海省测绘地理信息中心": "岭测函",
    "岭海职业技术学院": "岭职院函",
    "岭海外语学院": "岭外函",
    "金渡市中心人民医院": "金医函",
    "望海市第二人民医院": "望二医",
    "鹤溪市农业技术推广总站": "鹤农技",
    "东屏市高新技术产业开发区管理委员会": "东高新函",
    "岭海国际生物科技产业园运营管理有限公司": "岭园函",
    "南屿市海洋装备技术研究院有限公司": "屿海研",
    "岭州广电传媒集团有限公司": "岭广函",
    "银滩市水产科学研究所": "银水研",
    "岭海省地质调查与矿产资源综合利用研究院": "岭地研函",
    "碧川市第一人民医院": "碧医",
    "岭海省轻工业设计研究院有限公司": "岭轻设函",
    "潮岸市陶瓷产业技术创新中心": "潮陶创",
    "清岭市林业科学研究所": "清林科",
    "岭海大学附属中学": "岭大附中",
    "梅岭市客家文化研究会": "梅客研",
    "岭海省公路建设养护中心": "岭路函",
    "竹川市玉器行业协会": "竹玉协",
    "凤川市石材机械有限公司": "凤机",
    "岭海省心血管病防治中心": "岭心防函",
    "龙渊市水利水电勘测设计院": "龙水设",
    "岭海省海洋与渔业资源环境监测站": "岭海监函",
    "北浦市石化新材料工程技术研究中心": "浦新材",
    "桂湾市农产品质量安全检验检测中心": "桂检函",
    "西屏市人才交流服务中心": "西人才",
    "玉岩市实验中学": "玉实中",
    "岭海省气象科学研究所": "岭气研",
    "岭海省机器人与智能制造创新联盟": "岭智联函",
    "岭州国际会展中心有限公司": "岭展函",
    "岭海省标准化研究院": "岭标研函",
    "中国科学院岭海能源与环境工程技术研究所": "岭能所函",
    "岭海理工大学附属第三医院": "岭理三医",
    "岭海省国有资产经营投资控股集团股份有限公司": "岭投函",
    "岭海省高等院校与科研机构海外人才引进服务促进中心": "岭引函",
    "海棠湾光电科技有限公司": "棠光",
    "岭海农村合作经济研究会": "岭农经",
    "岭海省科学技术馆": "岭科馆函",
}
_KNOWN = {
    "大学": "大函",
    "医院": "医函",
    "学院": "院函",
    "研究所": "所函",
    "研究院": "研函",
    "科学院": "科院函",
    "实验室": "室函",
    "公司": "司函",
}


@cache
def organs() -> tuple[Organ, ...]:
    """All whose names this machine's faces can write."""
    world = the_world()
    bureaus = [Organ(one.name, one.letter_prefix, listed=True) for one in world.bureaus]
    units = [Organ(one.name, _prefix(one.name), listed=True) for one in world.units]
    others = [Organ(name, prefix, listed=False) for name, prefix in _UNLISTED.items()]
    return tuple(one for one in (*bureaus, *units, *others) if can_write(one.name + one.prefix))


def _prefix(name: str) -> str:
    end = next(suffix for suffix in _KNOWN if name.endswith(suffix))
    return name[0] + name[2] + _KNOWN[end]
