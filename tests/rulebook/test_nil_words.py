"""The phrases of letter.toml tell 零报送 from talk about it."""

import pytest

from service import rulebook
from service.domain.nil import reads_nil


@pytest.mark.parametrize(
    "text",
    [
        "我市无海外人才与科技交流合作需求。",
        "经研究，我单位暂无海外人才与科技交流合作需求，特此函告。",
        "我校2020年无相关需求，实行零报送。",
        "经汇总，我市各单位均无需求，现予零报送",
        "经征集，我市暂无单位申报需求。",
        "我院目前没有海外人才科技交流合作的需求。",
        "我市未收到海外人才与科技交流合作需求。",
        "我单位对海外人才和科技交流合作暂无需求。",
        "我所没有海外人才引进需求，也没有科技合作需求。",
        "我局按照通知要求认真组织征集，我市无单位申报。",
        "需求情况：无",
        "我院如期开展了征集，暂无需求。",
        "特此零报\n送。",
        "我市2020年海外人才与科技交流合作需求为“无”。",
        "我校没有需求也没有计划。",
        "本次征集我单位无内容上报。",
        "經徵集，我校暫無相關需求，特此零報送。",
    ],
)
def test_a_sentence_that_states_a_nil_return_is_understood(text: str) -> None:
    assert reads_nil(text, rulebook.load(rulebook.defaults_folder())) is True


@pytest.mark.parametrize(
    "text",
    [
        "如无需求，也请反馈。",
        "无需求的单位不需报送。",
        "请各单位按要求报送，无需求的请零报送。",
        "凡有海外人才科技交流合作需求的单位均可申报。",
        "我市无人机企业有海外人才需求。",
        "无论是否有海外人才需求都请填报。",
        "我校急需海外人才，无需求助他人。",
        "有没有海外人才需求？",
        "如我单位没有新的需求将另行函告。",
        "某无线通信公司海外人才需求2人。",
        "现将我市海外人才与科技交流合作需求征集表报送贵厅。",
        "云江区暂无需求，其余各区需求见附件。",
        "若各单位无需求，须零报送。",
        "我单位无需盖章，人才需求见附件。",
        "除云江市外均无需求",
        "按照“零报送”制度要求，现将我市需求报送如下。",
        "去年零报送，今年有需求两项。",
        "云江区无需求，其他各区需求见附件。",
        "贵厅要求没有需求也要报送。",
        "需加盖公章，无需求时可不报。",
    ],
)
def test_a_condition_an_instruction_or_another_word_states_nothing(text: str) -> None:
    assert reads_nil(text, rulebook.load(rulebook.defaults_folder())) is not True


@pytest.mark.parametrize("text", ["我单位没有需要填报的内容。", "我校暂不需要引进海外人才，特此报告。"])
def test_words_that_may_mean_a_nil_return_are_left_open(text: str) -> None:
    assert reads_nil(text, rulebook.load(rulebook.defaults_folder())) is None
