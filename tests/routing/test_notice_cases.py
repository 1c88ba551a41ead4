"""Every kind of sender that the notice's sentence on channels has to answer for, and every trap known among them:
to the verdict, on the directory that ships. Names of public bodies are facts; companies are invented."""

import pytest

from service.domain.judgement import Judgement, Verdict
from tests.builders import a_letter, a_row, a_submission, a_table, an_envelope, answers_for, judged, the_real_rulebook

FREE = "zhangsan@qq.com"
STAFF, DIRECT, BUREAU = "staff", "direct", "bureau"
GUANGZHOU, SHENZHEN, FOSHAN = "广州市科学技术局", "深圳市科技创新委员会", "佛山市科学技术局"
ZHANJIANG, ZHUHAI, DONGGUAN = "湛江市科学技术局", "珠海市科技创新局", "东莞市科学技术局"


def arrives(unit: str, city: str, sender: str = FREE, *, form: str | None = None, text: str = "请查收") -> Judgement:
    """A letter of a unit with all four tables, its one row each naming the unit (or form) in a city."""
    book = the_real_rulebook()
    row = form or unit
    tables = tuple(
        a_table(n, [a_row(row, city, answers=answers_for(n, book=book) if n > 2 else (), cells={} if n > 2 else None)])
        for n in (1, 2, 3, 4)
    )
    letters = (a_letter(unit, addressee="广东省科学技术厅"),)
    mail = a_submission(envelope=an_envelope(sender), text=text, letters=letters, tables=tables)
    return judged(mail, rules=book)


def outcome(judgement: Judgement) -> str | None:
    """The bureau that a unit is sent to, else what the mail comes to."""
    decision = judgement.decision
    if decision.verdict is Verdict.WRONG_ROUTE:
        return decision.route.report_to
    if decision.verdict is Verdict.STAFF_REVIEW:
        return STAFF
    return {"direct_unit": DIRECT, "city_bureau": BUREAU}.get(decision.route.channel.value)


@pytest.mark.parametrize(
    ("unit", "city", "expected"),
    [
        # central or provincial, in Guangzhou
        *((name, "广州市", DIRECT) for name in ("中山大学", "华南理工大学", "中国科学院南海海洋研究所", "广东省科学院")),
        *((name, "广州", DIRECT) for name in ("广东省人民医院", "中国南方电网有限责任公司", "华工", "省农科院", "中科院广州地化所")),
        ("广东轻工职业技术学院", "广州市", DIRECT),
        ("广东省农业科学院水稻研究所", "广州市", DIRECT),
        ("中铁隧道局集团有限公司", "广州市", DIRECT),
        # provincial or central elsewhere
        ("广东海洋大学", "湛江市", ZHANJIANG),
        ("汕头大学", "汕头市", "汕头市科学技术局"),
        ("广东医科大学", "湛江市", ZHANJIANG),
        ("广东石油化工学院", "茂名市", "茂名市科学技术局"),
        ("中国科学院深圳先进技术研究院", "深圳市", SHENZHEN),
        ("哈工大（深圳）", "深圳市", SHENZHEN),
        ("广东省中西医结合医院", "佛山市", FOSHAN),
        # municipal
        ("广州大学", "广州市", GUANGZHOU),
        ("广州医科大学", "广州市", GUANGZHOU),
        ("广州市妇女儿童医疗中心", "广州市", GUANGZHOU),
        ("深圳大学", "深圳市", SHENZHEN),
        ("南方科技大学", "深圳市", SHENZHEN),
        ("东莞理工学院", "东莞市", DONGGUAN),
        # companies, wherever they sit and whatever they are called
        ("广州某某生物科技有限公司", "广州市", GUANGZHOU),
        ("某某精密机械有限公司", "佛山市", FOSHAN),
        ("广东某某新材料有限公司", "清远市", "清远市科学技术局"),
        ("中国某某科技（深圳）有限公司", "深圳市", SHENZHEN),
        ("广东某某科技有限公司", "广州市", STAFF),
        ("中国某某有限公司", "广州市", STAFF),
        ("广州某某船舶设计有限公司", "广州市", STAFF),
        # campuses of a legal person in Guangzhou
        ("中山大学（深圳）", "深圳市", DIRECT),
        ("中山大学·深圳", "深圳市", DIRECT),
        ("暨南大学珠海校区", "珠海市", DIRECT),
        ("华南师范大学汕尾校区", "汕尾市", DIRECT),
        # hospitals that are legal persons
        ("中山大学附属第一医院", "广州市", DIRECT),
        ("南方医科大学南方医院", "广州市", DIRECT),
        ("中山大学附属第五医院", "珠海市", ZHUHAI),
        ("南方医科大学深圳医院", "深圳市", SHENZHEN),
        ("广州医科大学附属第一医院", "广州市", GUANGZHOU),
        # provincial laboratories
        ("广州再生医学与健康广东省实验室", "广州市", STAFF),
        ("南方海洋科学与工程广东省实验室（广州）", "广州市", STAFF),
        ("南方海洋科学与工程广东省实验室（珠海）", "珠海市", ZHUHAI),
        ("南方海洋科学与工程广东省实验室（湛江）", "湛江市", ZHANJIANG),
        ("先进制造科学与技术广东省实验室（季华实验室）", "佛山市", FOSHAN),
        # districts, and cities of a county's rank
        ("佛山市顺德区经济促进局", "顺德", FOSHAN),
        ("广州开发区科技创新局", "广州市", GUANGZHOU),
        ("天河区科技工业和信息化局", "广州市", GUANGZHOU),
        ("台山市科工商务局", "江门市", "江门市科学技术局"),
        ("普宁市科技局", "揭阳市", "揭阳市科学技术局"),
        # zones
        ("横琴新区管理委员会", "珠海市", ZHUHAI),
        ("深圳市深汕特别合作区科技创新和经济服务局", "深圳市", SHENZHEN),
        ("深汕特别合作区管理委员会", "汕尾市深汕特别合作区", SHENZHEN),
        # organs of the province
        ("广东省自然资源厅", "广州市", DIRECT),
        ("省农业农村厅", "广州市", DIRECT),
        ("广东省市场监督管理局", "广州市", DIRECT),
        # bodies without legal personality
        ("华南理工大学材料科学与工程学院", "广州市", STAFF),
        ("中山大学附属第一医院骨科", "广州市", STAFF),
        # bureaus under every name, and what only looks like one
        ("深圳市外国专家局", "深圳市", BUREAU),
        ("珠海市科技和工业信息化局", "珠海市", BUREAU),
        ("珠海市科技工贸和信息化局", "珠海市", BUREAU),
        ("清远市人力资源和社会保障局", "清远市", STAFF),
        ("汕科局", "汕头市", STAFF),
        # from elsewhere
        ("湖南省科学技术厅", "长沙市", STAFF),
        ("清华大学", "深圳市", STAFF),
        ("武汉大学深圳研究院", "深圳市", SHENZHEN),
        ("深圳市", "", STAFF),
    ],
)  # fmt: skip
def test_each_kind_of_unit_is_answered_for(unit: str, city: str, expected: str) -> None:
    assert outcome(arrives(unit, city)) == expected


@pytest.mark.parametrize(
    ("unit", "city", "sender", "expected"),
    [
        pytest.param("广州医科大学", "广州市", "a@gzhmu.edu.cn", GUANGZHOU, id="guangzhou_medical"),
        pytest.param("广东医科大学", "湛江市", "a@gdmu.edu.cn", ZHANJIANG, id="guangdong_medical"),
        pytest.param("广东医科大学", "湛江市", "a@gzhmu.edu.cn", STAFF, id="one_medical_university_by_the_others_mail"),
        pytest.param("光明实验室", "深圳市", "a@gml.ac.cn", SHENZHEN, id="gml_is_shenzhen"),
        pytest.param("光明实验室", "深圳市", "a@gmlab.ac.cn", STAFF, id="gmlab_is_another_laboratory"),
        pytest.param("中山大学肿瘤防治中心", "广州市", "a@sysucc.org.cn", DIRECT, id="sysucc_is_the_cancer_centre"),
        pytest.param("中国南玻集团股份有限公司", "深圳市", "a@csg.cn", STAFF, id="csg_cn_is_the_grid"),
        pytest.param("中国南方电网有限责任公司", "广州市", "a@csg.cn", DIRECT, id="the_grid_itself"),
        pytest.param("汕头大学", "汕头市", "a@stu.edu.cn", "汕头市科学技术局", id="stu_edu_cn_is_shantou"),
        pytest.param("华南理工大学", "广州市", "a@stu.scut.edu.cn", DIRECT, id="a_students_mail_is_its_universitys"),
        pytest.param("哈尔滨工业大学（深圳）", "深圳市", "a@hit.edu.cn", SHENZHEN, id="the_parents_domain"),
        pytest.param("哈尔滨工业大学", "哈尔滨市", "a@hit.edu.cn", STAFF, id="the_parent_out_of_province"),
        pytest.param("中国科学技术大学", "合肥市", "a@ustc.edu.cn", STAFF, id="out_of_province"),
        pytest.param("中山大学附属第一医院", "广州市", "a@mail.sysu.edu.cn", DIRECT, id="a_shared_domain"),
        pytest.param("广州某某科技有限公司", "广州市", "a@scut.edu.cn", STAFF, id="a_company_by_a_universitys_mail"),
        pytest.param("佛山某某有限公司", "佛山市", "a@foshan.gov.cn", STAFF, id="a_company_by_its_governments_mail"),
    ],
)
def test_a_domain_never_decides_and_never_misleads(unit: str, city: str, sender: str, expected: str) -> None:
    assert outcome(arrives(unit, city, sender)) == expected


@pytest.mark.parametrize(
    ("letter", "form", "city"),
    [
        pytest.param("中山大学", "华南理工大学", "广州市", id="two_direct_units"),
        pytest.param("广州医科大学", "广东医科大学", "湛江市", id="look_alikes"),
        pytest.param("佛山市科学技术局", "中山大学", "广州市", id="a_bureau_and_a_direct_unit"),
        pytest.param("佛山某某有限公司", "佛山某某有限公司", "广州市", id="a_name_and_a_city"),
    ],
)
def test_letter_and_form_that_disagree_send_nobody_anywhere(letter: str, form: str, city: str) -> None:
    assert outcome(arrives(letter, city, form=form)) == STAFF


@pytest.mark.parametrize(
    ("unit", "city", "expected"),
    [
        pytest.param("广东省东江流域管理局", "惠州市", STAFF, id="an_organ_of_the_province_elsewhere"),
        pytest.param("广东省中医院", "广州市", DIRECT, id="a_hospital_that_keeps_its_universitys_mail"),
    ],
)
def test_what_the_rules_cannot_tell_is_left_to_staff(unit: str, city: str, expected: str) -> None:
    assert outcome(arrives(unit, city, "a@gzucm.edu.cn" if expected == DIRECT else FREE)) == expected
