"""The submitting mails of the demo's day, one function each: what is sent and what must come of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from service.demo.forms import FormLayout, SheetNames, TableSpec
from service.demo.mime import Client, File, gbk_zip
from service.demo.naming import Naming
from service.demo.pieces import FORM_NAME, Pieces
from service.demo.scanning import Scan
from service.demo.submissions import samples
from service.demo.world import FREE_MAIL, Sender

_LINK = (
    "从QQ邮箱发来的超大附件\n\n{name} (60.57M, 2020年04月24日 09:39 到期)"
    "进入下载页面：https://mail.qq.com/cgi-bin/ftnExs_download?k=0000&t=exs_ftn_download&code=0000"
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A mail before it is dated and written. subject and text None: the usual words of somebody who submits."""

    key: str
    description: str  # Chinese, one line
    sender: Sender
    files: tuple[File, ...]
    verdict: str
    codes: tuple[str, ...] = ()  # findings that must be made
    may: tuple[str, ...] = ()  # findings that may be made besides remarks
    answers: str | None = None  # the key of the mail whose letter from us this one replies to
    subject: str | None = None
    text: str | None = None
    client: Client = Client.QQ
    sender_name: str = ""
    after_deadline: bool = False


Writer = Callable[[Pieces], Draft]


def _consolidated_set(pieces: Pieces) -> Draft:
    sender = pieces.bureau("云江")
    layout = FormLayout(one_sheet=True, reporter=sender.name, merge_units=True, total_row=True)
    files = (pieces.letter_pdf(sender), pieces.form(sender, layout))
    return Draft("bureau", "市科技局汇总报送，材料齐全", sender, files, "accepted", sender_name="云江市科技局")


def _direct_unit(pieces: Pieces) -> Draft:
    sender = pieces.world.unit("岭海大学")
    files = (pieces.letter_scan(sender, Scan(skew=1.2)), pieces.form(sender))
    return Draft("direct", "驻省会高校直接报送，报送函为扫描件", sender, files, "accepted", client=Client.COREMAIL)


def _gbk_zip(pieces: Pieces) -> Draft:
    sender = pieces.bureau("望海")
    letter, form = pieces.letter_pdf(sender), pieces.form(sender, FormLayout(sheet_names=SheetNames.DEFAULT))
    packed = gbk_zip({f"望海市报送材料/{file.name}": file.content for file in (letter, form)})
    files = (File("望海市报送材料.zip", packed),)
    return Draft("zip", "材料打成压缩包，文件名为GBK编码", sender, files, "accepted", client=Client.FOXMAIL)


def _sideways_photo(pieces: Pieces) -> Draft:
    sender = pieces.world.unit("岭海医科大学附属第一医院")
    photo = pieces.letter_photo(sender, Scan(dpi=170, photo=1, quarter_turns=1))
    return Draft("photo", "手机拍的报送函，照片是横的", sender, (photo, pieces.form(sender)), "accepted")


def _nil_return(pieces: Pieces) -> Draft:
    sender = pieces.bureau("竹川")
    text = pieces.scribe.say(samples()["mail"]["nil"], sender)
    letter = pieces.letter_pdf(sender, nil=True, name="零报送函.pdf")
    return Draft("nil", "市科技局零报送", sender, (letter,), "accepted", text=text)


def _badly_named(pieces: Pieces) -> Draft:
    sender = pieces.world.unit("南方海洋观测研究所")
    letter = replace(pieces.letter_pdf(sender), naming=Naming.NONE)
    form = replace(pieces.form(sender), naming=Naming.JUNK_BESIDE_STAR)
    return Draft("names", "附件名丢失或成乱码", sender, (letter, form), "accepted", client=Client.PLAIN)


def _without_letter(pieces: Pieces) -> Draft:
    sender = pieces.world.unit("岭海理工大学")
    files = (pieces.form(sender, FormLayout(reporter=sender.name)),)
    return Draft("no_letter", "只有征集表，没有报送函", sender, files, "needs_correction", ("L101",))


def _without_form(pieces: Pieces) -> Draft:
    sender = pieces.bureau("金渡")
    files = (pieces.letter_pdf(sender),)
    return Draft("no_form", "只有报送函，没有征集表", sender, files, "needs_correction", ("F201",))


def _scanned_form(pieces: Pieces) -> Draft:
    sender = pieces.world.unit("岭海农业大学")
    files = (pieces.letter_pdf(sender), pieces.printed_form(sender))
    return Draft("form_scan", "征集表只有扫描件", sender, files, "needs_correction", ("F202",))


def _word_letter(pieces: Pieces) -> Draft:
    sender = pieces.bureau("鹤溪")
    files = (pieces.letter_word(sender), pieces.form(sender))
    return Draft("word_letter", "报送函是Word文档，没有盖章", sender, files, "needs_correction", ("L103",))


def _empty_file(pieces: Pieces) -> Draft:
    sender = pieces.bureau("银滩")
    files = (pieces.letter_pdf(sender), File(FORM_NAME, b""))
    return Draft("empty_file", "征集表是空文件", sender, files, "needs_correction", ("A304",), may=("F201", "F203"))


def _forgotten(pieces: Pieces) -> Draft:
    sender = pieces.bureau("潮岸")
    text = pieces.scribe.say(samples()["mail"]["forgotten"], sender)
    codes = ("L101", "F201")
    return Draft("forgotten", "正文说见附件，却忘了加附件", sender, (), "needs_correction", codes, text=text)


def _link(pieces: Pieces) -> Draft:
    sender = pieces.bureau("北浦")
    text = f"{pieces.scribe.mail_words(sender)[1]}\n\n{_LINK.format(name=FORM_NAME)}"
    files = (pieces.letter_pdf(sender),)
    codes, may = ("A301",), ("F201",)
    return Draft("link", "征集表用超大附件链接发来", sender, files, "needs_correction", codes, may, text=text)


def _bad_answers(pieces: Pieces) -> Draft:
    sender = pieces.world.unit("岭海师范大学")
    tables = list(pieces.scribe.tables(sender))
    wrong = {"nyx.plan_nyx": "yes", "nyx.plan_text": "", "nyx.budget": "yes", "doctor.will_doctor": "both"}
    tables[2] = pieces.answers_only(sender, 3, wrong)
    tables[3] = pieces.answers_only(sender, 4, {"join.join": "no", "self.self": ""})
    files = (pieces.letter_pdf(sender), pieces.workbook(tables))
    codes = ("F210", "F211", "F212")
    return Draft("bad_answers", "表3、表4有漏答、矛盾，选“是”未写计划", sender, files, "needs_correction", codes)


def _nameless_row(pieces: Pieces) -> Draft:
    sender = pieces.bureau("桂湾")
    tables = list(pieces.scribe.tables(sender))
    tables[0] = TableSpec(1, (pieces.scribe.row(1, "", sender.city), *tables[0].rows))
    files = (pieces.letter_pdf(sender), pieces.workbook(tables))
    return Draft("nameless_row", "表1有一行没有单位名称", sender, files, "needs_correction", ("F220",))


def _wrong_route(pieces: Pieces) -> Draft:
    sender = pieces.world.unit("岭州智行科技股份有限公司")
    files = (pieces.letter_pdf(sender), pieces.form(sender))
    return Draft("wrong_route", "民营企业直接来件，应由所在市汇总", sender, files, "wrong_route", ("R401",))


def _unknown(pieces: Pieces) -> Draft:
    sender = Sender("远帆科技发展促进会", "岭州市", "unknown", (), (f"yuanfan@{FREE_MAIL}",), "")
    files = (pieces.letter_pdf(sender), pieces.form(sender))
    return Draft("unknown", "目录里没有的单位", sender, files, "staff_review", ("R402",))


def _completion(pieces: Pieces) -> Draft:
    sender = pieces.bureau("金渡")
    text = pieces.scribe.say(samples()["mail"]["supplement"], sender)
    files = (pieces.form(sender),)
    return Draft("completion", "收到补正通知后补来征集表", sender, files, "accepted", answers="no_form", text=text)


def _inquiry(pieces: Pieces) -> Draft:
    words: Mapping[str, str] = samples()["mail"]
    sender = pieces.world.unit("岭海电网有限责任公司")
    subject, text = words["inquiry_subject"], words["inquiry"]
    return Draft("inquiry", "来信咨询，不是报送", sender, (), "staff_review", subject=subject, text=text)


def _late(pieces: Pieces) -> Draft:
    sender = pieces.world.unit("岭海省科学院")
    files = (pieces.letter_pdf(sender), pieces.form(sender))
    draft = Draft("late", "截止后才到的材料", sender, files, "accepted", ("T501",), client=Client.OUTLOOK)
    return replace(draft, after_deadline=True)


WRITERS: tuple[Writer, ...] = (
    *(_consolidated_set, _direct_unit, _without_letter, _gbk_zip, _without_form, _sideways_photo, _scanned_form),
    *(_bad_answers, _nil_return, _wrong_route, _nameless_row, _unknown, _word_letter, _completion, _inquiry),
    *(_empty_file, _badly_named, _forgotten, _link, _late),
)
