"""Every Swedish text of the portal, where it stands, and which of them lack an English one.

Texts are found in three places: `_("…")` of the templates, gettext calls of the code, and the code's tables,
constants and errors, whose texts are handed to gettext when they are shown. In the code a literal counts as a
text when it is given to one of TEXT_CALLS or reads as Swedish; what only operators see stays Swedish.

    python tools/messages.py            what is missing, grouped by file, as entries to fill in
    python tools/messages.py --check    exit code 1 when something is missing, stale or has other placeholders
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeGuard

from jinja2 import Environment, nodes
from jinja2.ext import babel_extract

from dev.demo_city.data import USERS
from portal.web.i18n import EnglishText, read_english

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = ROOT / "templates"
PARTS = ROOT / "locale" / "en" / "parts"
# Shown to whoever runs the installation, in a terminal or a log: in Swedish only.
OPERATORS = (
    "portal/cli/", "portal/doctor.py", "portal/settings.py", "portal/db/", "portal/jobs/", "portal/app.py",
    "portal/audit/verify.py", "portal/integrations/", "portal/worker.py",
)  # fmt: skip
GETTEXT = frozenset({"gettext", "ngettext", "_"})
# Their literals are labels, one word or many.
TEXT_CALLS = frozenset(
    {"State", "Move", "Permission", "Group", "Item", "Control", "Task", "Invalid", "Forbidden", "Conflict"}
    | {"NotFound", "Told", "Reason", "Wrong", "Dimension", "Column", "Choice", "Option", "Picture"}
)
# Told to programmers.
PROGRAMMERS = frozenset(
    {
        "ValueError",
        "TypeError",
        "RuntimeError",
        "LookupError",
        "KeyError",
        "AssertionError",
        "text",
        "comment",
    }
)
SWEDISH_LETTER = re.compile("[åäöÅÄÖ”]")
SENTENCE = re.compile(r"^[A-ZÅÄÖ”%][^{}<>=;]*[a-zåäö].*$")
# Words that only Swedish has, for sentences that happen to lack å, ä and ö.
SWEDISH_WORD = re.compile(
    r"\b(och|att|inte|till|med|den|det|som|har|finns|saknas|kan|ska|av|en|ett|redan|mot|de|på|[Ff]akturan?|[Oo]rdern?|Skriv|Skicka|Ange|Ta|"
    r"Kontrollera|Leverans\w*|Organisation\w*|Valutan|Beloppet|Summan|Granskare|Konto\w*|Granska|Kvittera|Ladda)\b"
)
SQL = re.compile(r"\b(SELECT|UPDATE|INSERT|DELETE|CREATE|FROM|WHERE|JOIN)\b")
LABEL = re.compile(r"^[A-ZÅÄÖ][a-zåäö]+( .*)?$")
# Templates are only parsed here, never rendered.
ENVIRONMENT = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
HOLE = re.compile(r"%\((\w+)\)[sd]")


@dataclass(frozen=True, slots=True)
class Message:
    """One Swedish text with its plural, if it has one, and the first place it stands."""

    msgid: str
    plural: str | None
    place: str


def extract() -> dict[str, Message]:
    """Every text that a person may meet in the interface, by its msgid."""
    found: dict[str, Message] = {}
    for message in (*_templates(), *_code(), *_demo()):
        known = found.get(message.msgid)
        if known is None or (known.plural is None and message.plural is not None):
            found[message.msgid] = message
    return found


def spelled() -> frozenset[str]:
    """Every literal of code and templates: an English text of anything else is stale."""
    literals = {literal.value for path in _sources() for literal in _literals(ast.walk(_tree(path)))}
    return frozenset(literals | {message.msgid for message in (*_templates(), *_demo())})


def missing(found: Mapping[str, Message], english: Mapping[str, EnglishText]) -> list[Message]:
    """Texts without English, or whose plural has none, in the order of the files."""
    lacking = [m for m in found.values() if m.msgid not in english or _lacks_plural(m, english[m.msgid])]
    return sorted(lacking, key=lambda message: message.place)


def stale(english: Mapping[str, EnglishText]) -> list[EnglishText]:
    """English texts of what nobody says any longer."""
    said = spelled()
    return [text for msgid, text in english.items() if msgid not in said]


def other_placeholders(english: Mapping[str, EnglishText]) -> list[EnglishText]:
    """English texts that leave out or invent a %(name)s."""
    return [text for text in english.values() if not _holes_fit(text)]


def _lacks_plural(message: Message, text: EnglishText) -> bool:
    return message.plural is not None and len(text.texts) < 2  # noqa: PLR2004 - singular and plural


def _holes_fit(text: EnglishText) -> bool:
    wanted = set(HOLE.findall(text.msgid))
    if text.plural is None:
        return set(HOLE.findall(text.texts[0])) == wanted
    # "One invoice" may leave the number out; the plural may not.
    return set(HOLE.findall(text.texts[-1])) == set(HOLE.findall(text.plural)) and (
        set(HOLE.findall(text.texts[0])) <= wanted | {"num"}
    )


def _templates() -> Iterator[Message]:
    for path in sorted(TEMPLATES.rglob("*.html")):
        if path.name == "_gallery.html":
            continue
        place = str(path.relative_to(ROOT))
        with path.open("rb") as file:
            options = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
            for line, function, text, _comments in babel_extract(file, tuple(GETTEXT), (), options):
                if function in GETTEXT and text is not None:
                    yield _message(text, f"{place}:{line}")
        tree = ENVIRONMENT.parse(path.read_text("utf-8"))
        for node in tree.find_all(nodes.Filter):
            if node.name == "translate" and isinstance(node.node, nodes.Const):
                yield Message(node.node.value, None, f"{place}:{node.lineno}")


def _message(text: str | tuple[str | None, ...], place: str) -> Message:
    texts = [text] if isinstance(text, str) else [part for part in text if part is not None]
    return Message(texts[0], texts[1] if len(texts) > 1 else None, place)


def _demo() -> Iterator[Message]:
    """The demo's users are functions, not persons, and their names are translated."""
    return (Message(name, None, "dev/demo_city/data.py:1") for _login, name, *_rest in USERS)


def _sources() -> list[Path]:
    return sorted((ROOT / "portal").rglob("*.py"))


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def _code() -> Iterator[Message]:
    for path in _sources():
        place = str(path.relative_to(ROOT))
        if not place.startswith(OPERATORS):
            yield from _texts_of(_tree(path), place)


def _texts_of(tree: ast.Module, place: str) -> Iterator[Message]:
    skipped = set(_not_shown(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _texts_of_call(node, place, skipped)
    asked = {id(argument) for node in ast.walk(tree) if _asks(node) for argument in node.args}
    for literal in _literals(ast.walk(tree)):
        if literal.key not in skipped | asked and _reads_as_swedish(literal.value):
            yield Message(literal.value, None, f"{place}:{literal.line}")


def _asks(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and _name(node) in GETTEXT


def _texts_of_call(call: ast.Call, place: str, skipped: set[int]) -> Iterator[Message]:
    name = _name(call)
    given = _literals([*call.args, *(keyword.value for keyword in call.keywords)])
    literals = [literal.value for literal in given if literal.key not in skipped]
    where = f"{place}:{call.lineno}"
    if name in GETTEXT and literals:
        yield _message(tuple(literals[:2]) if name == "ngettext" else literals[0], where)
    elif name in TEXT_CALLS:
        yield from (Message(value, None, where) for value in literals if LABEL.match(value))


def _not_shown(tree: ast.Module) -> Iterator[int]:
    """Docstrings, bare strings, parts of f-strings, comments of columns, and what is told to programmers."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            yield id(node.value)
        elif isinstance(node, ast.JoinedStr):
            yield from (id(part) for part in node.values)
        elif isinstance(node, ast.Call) and _name(node) in PROGRAMMERS:
            yield from (id(child) for child in ast.walk(node))
        elif isinstance(node, ast.keyword) and node.arg == "comment":
            yield id(node.value)


def _name(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


class _Literal(NamedTuple):
    key: int
    value: str
    line: int


def _literals(among: Iterable[ast.AST]) -> Iterator[_Literal]:
    for node in among:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield _Literal(id(node), node.value, node.lineno)


def _reads_as_swedish(value: str) -> bool:
    if len(value) < 3 or SQL.search(value) or not SENTENCE.match(value):  # noqa: PLR2004
        return False
    return bool(SWEDISH_LETTER.search(value) or (" " in value and SWEDISH_WORD.search(value)))


def entries(messages: Iterable[Message]) -> Iterator[str]:
    """The messages as empty entries of a .po file."""
    for message in messages:
        yield f"#: {message.place}"
        yield f"msgid {_quoted(message.msgid)}"
        if message.plural is not None:
            yield f'msgid_plural {_quoted(message.plural)}\nmsgstr[0] ""\nmsgstr[1] ""\n'
        else:
            yield 'msgstr ""\n'


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def main() -> int:
    """Print what is missing; with --check also what is stale or misses a placeholder."""
    english = read_english(PARTS)
    lacking = missing(extract(), english)
    lines = list(entries(lacking))
    if "--check" in sys.argv:
        lines += [f"stale: {text.msgid!r} ({text.part})" for text in stale(english)]
        lines += [f"placeholders: {text.msgid!r} ({text.part})" for text in other_placeholders(english)]
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return 1 if "--check" in sys.argv and lines else 0


if __name__ == "__main__":
    sys.exit(main())
