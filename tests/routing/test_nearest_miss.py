"""What would have led elsewhere, told in one sentence beside the route."""

import pytest

from service.deciding import speaker_of
from tests.builders import a_submission, an_envelope, judged, the_real_rulebook


@pytest.mark.parametrize(
    ("unit", "address", "said"),
    [
        pytest.param("华南理工大学", "x@qq.com", "差一项：域名应为scut.edu.cn、mail.scut.edu.cn，实为qq.com", id="another_house"),
        pytest.param("华南理工大学", "x@scut.edu.cn", "", id="nothing_lacks"),
        pytest.param(None, "x@scut.edu.cn", "“华南理工大学”差一项：报送函落款或填报单位应为“华南理工大学”", id="no_name"),
        pytest.param("广州某某船舶有限公司", "x@qq.com", "差一项：名称不应含“船舶”，实为“广州某某船舶有限公司”", id="a_word"),
        pytest.param("某某机械有限公司", "x@qq.com", "规则“其他市的企业”", id="a_rule_by_its_name"),
        pytest.param("某某机械有限公司", "x@qq.com", "差一项：所在地市应已知，实为不明", id="no_city"),
        pytest.param("清远市人力资源和社会保障局", "x@qq.com", "差一项：名称应以区县名开头", id="a_beginning"),
        pytest.param("华南理工大学科技处", "x@qq.com", "差一项：名称应为“华南理工大学”", id="a_listed_name"),
    ],
)  # fmt: skip
def test_the_nearest_miss_names_the_line_and_the_one_thing(unit: str | None, address: str, said: str) -> None:
    found = speaker_of(address, unit, the_real_rulebook())

    assert said in found.near_miss
    assert bool(said) == bool(found.near_miss)


def test_the_story_of_a_mail_tells_rule_evidence_and_nearest_miss() -> None:
    why = judged(a_submission(envelope=an_envelope("x@qq.com"))).decision.why

    assert any(step.startswith("证据：报送函落款 “云江市科学技术局”") and "分量 1" in step for step in why)
    assert any(step.startswith("最接近的另一种认定：cities.csv:") and "实为qq.com" in step for step in why)
