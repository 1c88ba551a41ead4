"""The electronic form: a spreadsheet or word processor file in, the campaign's tables out.

Two stages. A reader per file kind makes neutral grids (`grid`), which one recogniser, blind to the kind,
turns into tables (`finder`, `rows`, `questions`). Input is never trusted: bad files give a problem, not an
exception, and cost bounded time and memory.
"""

from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from service.domain.rules import Forms
from service.domain.submission import Problem, Table
from service.reading.forms.candidate import Kind
from service.reading.forms.finder import TableFinder
from service.reading.forms.folding import squeeze
from service.reading.forms.grid import Workbook
from service.reading.forms.kinds import kind_of, read_workbook
from service.reading.forms.limits import MAX_TEXT
from service.reading.forms.package import FileDamaged, FileEncrypted, FileRefused, UnsupportedKind

_KIND_WORDS = {
    Kind.SPREADSHEET: "电子表格",
    Kind.WORD: "文字处理文档",
    Kind.PAGES: "PDF ",
    Kind.TEXT: "文本",
    Kind.UNKNOWN: "文件",
}


@dataclass(frozen=True, slots=True)
class FormReading:
    """What one file holds of the form.

    is_form is true for a file in which a table or the form's title was found, and for a spreadsheet that
    cannot be opened: it claims to be the form.
    """

    tables: tuple[Table, ...]
    is_form: bool
    problem: Problem | None
    note: str  # Chinese: what the problem is, "" without one
    text: str  # all words of the file, cells separated by tabs and lines
    why: str  # Chinese: why it is or is not the form


def read_form(content: bytes, path: str, name: str, media_type: str, forms: Forms) -> FormReading:
    """Read one file as the form. path goes into the tables as their attachment; name and media_type only
    break ties, the content decides. Never raises for bad input; same input, same reading."""
    kind = kind_of(content, name, media_type)
    try:
        workbook = read_workbook(content, kind)
    except FileEncrypted:
        return _unread(kind, Problem.ENCRYPTED, "文件设有打开密码，无法读取", name, forms)
    except FileRefused as refusal:
        return _unread(kind, Problem.REFUSED, str(refusal), name, forms)
    except UnsupportedKind as unsupported:
        return _unread(kind, Problem.UNSUPPORTED, str(unsupported), name, forms)
    except FileDamaged as damage:
        return _unread(kind, Problem.DAMAGED, str(damage), name, forms)
    except (etree.LxmlError, ValueError, ArithmeticError, LookupError, EOFError, OSError):
        return _unread(kind, Problem.DAMAGED, "文件内容不符合格式，无法读取", name, forms)
    return _recognised(workbook, kind, path, name, forms)


def _recognised(workbook: Workbook, kind: Kind, path: str, name: str, forms: Forms) -> FormReading:
    tables = _finder(forms).find(workbook.grids, path)
    text = _text(workbook)
    titled = _names_the_form(text, forms) or _names_the_form(name, forms)
    if tables:
        found = "、".join(dict.fromkeys(f"表{table.number}" for table in tables))
        why = f"{_KIND_WORDS[kind]}中找到{found}"
    else:
        why = "写有征集表名称，但没有找到表1-4" if titled else f"{_KIND_WORDS[kind]}中没有找到征集表"
    return FormReading(
        tables=tables,
        is_form=bool(tables) or titled,
        problem=Problem.MACROS if workbook.macros else None,
        note="文件含有宏，未运行，只读取了内容" if workbook.macros else "",
        text=text,
        why=why,
    )


def _unread(kind: Kind, problem: Problem, note: str, name: str, forms: Forms) -> FormReading:
    is_form = kind is Kind.SPREADSHEET or _names_the_form(name, forms)
    return FormReading((), is_form, problem, note, "", f"{_KIND_WORDS[kind]}，{note}")


def _names_the_form(text: str, forms: Forms) -> bool:
    letters = squeeze(text[:4000])
    titles = [*forms.titles, *(title for t in forms.tables for title in (t.title, *t.title_aliases))]
    return any(len(title) > 3 and title in letters for title in map(squeeze, titles))


@lru_cache(maxsize=4)
def _finder(forms: Forms) -> TableFinder:
    return TableFinder(forms)


def _text(workbook: Workbook) -> str:
    lines = [workbook.loose_text] if workbook.loose_text else []
    length = 0
    for grid in workbook.grids:
        row_before, line = 0, ""
        for (row, _), text in grid.cells.items():  # in the file's order
            if row != row_before:
                lines.append(line)
                row_before, line = row, text
            else:
                line += "\t" + text
            length += len(text)
            if length > MAX_TEXT:
                break
        lines.extend((line, *grid.floating))
    return "\n".join(filter(None, lines))[:MAX_TEXT]
