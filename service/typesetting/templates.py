"""The templates folder: sandboxed Jinja2 in which a value can never become markup, code or a hidden character.

A paper is three files: NAME.words holds its sentences as macros, NAME.txt and NAME.html lay them out, so that no
sentence stands in two places. A macro `subject` in NAME.words is its subject line.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, Environment, FunctionLoader, StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from service.typesetting.papers import RenderedLetter
from service.typesetting.text import clean, deadline_text, moment_text, one_line, size_text

_KINDS = frozenset({".words", ".txt", ".html"})
_SUBJECT_LIMIT = 120
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")
_WIDENING = frozenset({"center", "ljust", "rjust", "zfill", "expandtabs", "format", "format_map"})
_TRAILING = re.compile(r"[ \t]+\n")


class _Sandbox(ImmutableSandboxedEnvironment):
    """The sandbox, which looks only once at an attribute of a type: what it thinks of it depends on nothing else.

    Nothing in it makes a long text of a short expression: such a letter would take all memory before it is seen.
    """

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._verdicts: dict[tuple[type, str], bool] = {}
        for name in ("center", "indent", "format"):  # widths without bounds
            del self.filters[name]

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        key = type(obj), attr
        if key not in self._verdicts:
            widens = isinstance(obj, str) and attr in _WIDENING
            self._verdicts[key] = not widens and super().is_safe_attribute(obj, attr, value)
        return self._verdicts[key]

    def wrap_str_format(self, value: Any) -> None:
        """None: str.format is not let through in the sandbox's own guise either."""

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if operator == "**" or not all(isinstance(side, int | float) for side in (left, right)):
            raise SecurityError(f"{operator} is for numbers only, ** for none")
        return super().call_binop(context, operator, left, right)


class Templates:
    """Templates read from a folder, at once; a changed folder is a new Templates."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        files = {path.name: _content(path) for path in sorted(folder.glob("*")) if path.suffix in _KINDS}
        self.version = _digest(files)
        """The SHA-256 of all that was read: of the same version nothing else is to be expected."""
        loader = FunctionLoader(partial(_source, folder, files))
        self._html = _environment(loader, autoescape=True)
        self._text = _environment(loader, autoescape=False)

    def render(self, name: str, values: Mapping[str, Any]) -> RenderedLetter:
        """Words to letter. Raises jinja2.TemplateError, OSError or UnicodeDecodeError for a broken template."""
        words = self._text.get_template(f"{name}.words").make_module(dict(values))
        subject = one_line(str(words.subject()), _SUBJECT_LIMIT) if hasattr(words, "subject") else ""
        if not subject:
            raise TemplateError(f"{name}.words 中的 subject() 是信件主题，不可缺少或为空")
        text = self._text.get_template(f"{name}.txt").render(values)
        html = self._html.get_template(f"{name}.html").render(values, subject=subject)
        return RenderedLetter(name, subject, _tidy(text), html.strip() + "\n")

    def words(self, name: str) -> Any:
        """The plain values and macros that NAME.words sets, to be read as attributes."""
        return self._text.get_template(f"{name}.words").module

    def problems(self, name: str, samples: Iterator[Callable[[], object]]) -> Iterator[str]:
        """What is wrong with a paper: each sample is rendered, each fault told once with file, line, what to do."""
        told = set()
        for render in samples:
            try:
                render()
            except Exception as error:  # whatever a template does wrong must not stop a start
                told.add(self._explain(name, error))
        yield from sorted(told)

    def _explain(self, name: str, error: Exception) -> str:
        where = _place_in(self.folder, error) or f"{name}.*"
        return f"{where}: {_what_to_do(error)}"


_Content = bytes | OSError


def _content(path: Path) -> _Content:
    """A file's bytes, or why there are none: that is told when the file is needed."""
    try:
        return path.read_bytes() if path.is_file() else FileNotFoundError(str(path))
    except OSError as error:
        return error


def _digest(files: Mapping[str, _Content]) -> str:
    digest = sha256()
    for name, content in files.items():
        told = content if isinstance(content, bytes) else repr(content).encode()
        digest.update(f"{name}\0{len(told)}\0".encode("utf-8", "surrogateescape") + told)
    return digest.hexdigest()


def _source(folder: Path, files: Mapping[str, _Content], name: str) -> tuple[str, str, None] | None:
    """A file of the folder itself, as Windows editors save it too: UTF-8 with or without BOM, or GBK."""
    content = files.get(name)
    if content is None or isinstance(content, FileNotFoundError):
        return None
    if isinstance(content, OSError):
        raise content
    try:
        return content.decode("utf-8-sig"), str(folder / name), None
    except UnicodeDecodeError:
        return content.decode("gb18030"), str(folder / name), None


def _environment(loader: BaseLoader, autoescape: bool) -> Environment:
    environment = _Sandbox(
        loader=loader,
        autoescape=autoescape,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    environment.filters |= {
        "moment": moment_text,
        "deadline": deadline_text,
        "day": _day_text,
        "size": size_text,
        "line": one_line,
    }
    return environment


def _shown(value: Any) -> Any:
    """Every printed value passes here: text loses its hidden characters; markup is our own templates' and stays."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _day_text(day: date | datetime) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _tidy(text: str) -> str:
    """No spaces at line ends, never two blank lines running."""
    return _BLANK_LINES.sub("\n\n", _TRAILING.sub("\n", text.strip() + "\n"))


def _place_in(folder: Path, error: Exception) -> str | None:
    """file:line of the innermost template line that the error passed through."""
    if isinstance(error, TemplateSyntaxError):
        return f"{error.name}:{error.lineno}"
    place, step = None, error.__traceback__
    while step is not None:
        file = Path(step.tb_frame.f_code.co_filename)
        if file.parent == folder:
            template = step.tb_frame.f_globals.get("__jinja_template__")  # absent where Jinja mapped the line itself
            line = template.get_corresponding_lineno(step.tb_lineno) if template else step.tb_lineno
            place = f"{file.name}:{line}"
        step = step.tb_next
    return place


def _what_to_do(error: Exception) -> str:
    kind = type(error).__name__
    hints = {
        "TemplateNotFound": f"没有找到模板文件“{getattr(error, 'name', error)}”，请从 init 生成的默认模板中补回",
        "UndefinedError": f"用到了不存在的占位符（{error}），请对照 mail_templates/README.md 改正",
        "TemplateSyntaxError": f"模板语法有误（{error}），请检查这一行的 {{{{ }}}} 与 {{% %}} 是否成对",
        "SecurityError": f"模板中有不允许的写法（{error}），请删去",
        "UnicodeDecodeError": "文件既不是 UTF-8 也不是 GBK 编码，请另存为 UTF-8",
    }
    return hints.get(kind, f"无法生成（{kind}: {error}），请与默认模板比对")
