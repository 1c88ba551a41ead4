"""letter.toml and mail.toml: how cover letters read and how mail behaves."""

from service.domain.orders import Action
from service.domain.rules import Counted, CountWords, LetterWords, MailWords
from service.rulebook.addresses import fault_of_domain, split
from service.rulebook.patterns import fault_of, safe_patterns
from service.rulebook.sections import Document, Section


def read_letter(document: Document) -> LetterWords:
    """Every pattern compiles and is safe to run."""
    root = document.root()
    words = LetterWords(
        title_patterns=safe_patterns(root, "title_patterns"),
        document_number_pattern=_pattern(root, "document_number_pattern"),
        unit_suffixes=root.texts("unit_suffixes", required=True),
        salutation_marks=root.texts("salutation_marks", required=True),
        nil_phrases=root.texts("nil_phrases", required=True),
        nil_exceptions=root.texts("nil_exceptions"),
        nil_doubts=root.texts("nil_doubts"),
        addressee_doubts=root.texts("addressee_doubts"),
        counts=tuple(map(_count_words, root.sections("count"))),
        count_doubts=root.texts("count_doubts"),
    )
    for key in ("nil_phrases", "nil_exceptions", "nil_doubts"):
        for phrase in getattr(words, key):
            if not phrase.strip("…. "):
                root.problem(key, "有一个只有省略号的说法", "请写出前后的字", phrase)
    root.close()
    return words


def _count_words(section: Section) -> CountWords:
    phrases = section.texts("phrases", required=True)
    for phrase in phrases:
        if phrase.count("{n}") != 1 or not phrase.replace("{n}", "").strip("…. "):
            section.problem("phrases", f"“{phrase[:40]}”里要有一个 {{n}}，前后要有字", "例如 需求{n}项", phrase)
    words = CountWords(phrases, section.one_of("of", Counted, Counted.ROWS), _table_numbers(section))
    section.close()
    return words


def _table_numbers(section: Section) -> tuple[int, ...]:
    written = section.texts("tables", required=True)
    for number in written:
        if not number.isdigit():
            section.problem("tables", f"“{number}”不是表号", '请写表号，例如 ["1", "2"]', number)
    return tuple(int(number) for number in written if number.isdigit())


def _pattern(root: Section, key: str) -> str:
    pattern = root.text(key, required=True)
    fault = fault_of(pattern) if pattern else None
    if fault:
        root.problem(key, f"表达式“{pattern[:40]}”{fault}", "请改回原来的写法")
    return pattern


def read_mail(document: Document) -> MailWords:
    """Every pattern compiles and is safe to run; free mail domains are lower case."""
    root = document.root()
    words = MailWords(
        free_mail=_free_mail(root),
        subject_prefixes=root.texts("subject_prefixes", required=True),
        submitting_words=root.texts("submitting_words", required=True),
        auto_reply_subjects=root.texts("auto_reply_subjects", required=True),
        auto_reply_phrases=root.texts("auto_reply_phrases"),
        bounce_local_parts=root.texts("bounce_local_parts", required=True),
        bounce_subjects=root.texts("bounce_subjects", required=True),
        bounce_phrases=root.texts("bounce_phrases"),
        receipt_subjects=root.texts("receipt_subjects", required=True),
        link_patterns=safe_patterns(root, "link_patterns"),
        link_marks=root.texts("link_marks"),
        withdraw_words=root.texts("withdraw_words"),
        supplement_words=root.texts("supplement_words"),
        correction_words=root.texts("correction_words"),
        whole_words=root.texts("whole_words"),
        enclosing_words=root.texts("enclosing_words", required=True),
        inquiry_words=root.texts("inquiry_words", required=True),
        request_words=root.texts("request_words"),
        courtesy_words=root.texts("courtesy_words"),
        orders=_orders(root.section("orders")),
    )
    root.close()
    return words


_USUAL_ORDERS = {
    Action.ENABLE: ("启用",), Action.UNDO: ("回退",), Action.EXPORT: ("导出", "导出规则"), Action.ASSIGN: ("归入",),
    Action.WITHDRAW: ("撤件",),
}  # fmt: skip
"""For a mail.toml that was written before there were such orders."""


def _orders(section: Section) -> dict[Action, tuple[str, ...]]:
    """The words of each action; a word that two of them have would be obeyed in one of two ways."""
    orders = {action: section.texts(action.value) or _USUAL_ORDERS.get(action, ()) for action in Action}
    seen: dict[str, Action] = {}
    for action, words in orders.items():
        for word in words:
            if seen.setdefault(word.strip(), action) is not action:
                section.problem(action.value, f"“{word}”同时用于两种指令", "请只保留一处", word)
    section.close()
    return orders


def _free_mail(root: Section) -> frozenset[str]:
    found: set[str] = set()
    for written in root.texts("free_mail"):
        for domain in (one.lstrip("@") for one in split([written])):
            fault = fault_of_domain(domain)
            if fault:
                root.problem("free_mail", f"“{domain}”{fault}", "请改正，例如 qq.com", written)
            found.add(domain)
    return frozenset(found)
