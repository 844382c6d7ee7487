"""Write `docs/reference/sql.md`, from the queries and the code that runs them.

Run `python -m docs.write_reference sql`.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import patronage
from docs.markdown import page
from patronage.logic.queries import query, query_names

if TYPE_CHECKING:
    from collections.abc import Iterable

PACKAGE = Path(patronage.__file__).parent
LINK = "../../layers/patronage/python/patronage"
_INTRODUCTION = """
What every figure is: each query of [`logic/sql`](../../layers/patronage/python/patronage/logic/sql),
with its own first words, what is passed to it (`$name`), and which code asks for it. DuckDB and Spark run
the same text, in a subset that a test holds ([decision
18](../decisions/0018-spark-is-one-job-of-a-run.md)); `shop_day(ts)` is the day of an instant in the
shop's zone. The columns of the lake's tables stand in [the lake](../lake.md#the-tables); other tables
that a query reads are made by the steps before it.
"""


def queries() -> str:
    """Return the page."""
    sections = [
        f"## {family}\n\n" + "\n\n".join(map(_section, names)) for family, names in _families().items()
    ]
    return page("SQL definitions", "write_queries", _INTRODUCTION, *sections)


def _families() -> dict[str, list[str]]:
    """Return the names of the queries by their first word; those alone with theirs stand at the end."""
    grouped = {
        key: list(names) for key, names in groupby(query_names(), key=lambda name: name.partition("_")[0])
    }
    alone = [names[0] for names in grouped.values() if len(names) == 1]
    return {f"Of {key}": names for key, names in grouped.items() if len(names) > 1} | {"Others": alone}


def users_of(name: str) -> list[str]:
    """Return the modules that ask for a query; of one that is asked for by a list, who holds the list."""
    modules = _modules().items()
    asking = [path for path, module in modules if module.asks_for(name)]
    return asking or [path for path, module in modules if name in module.texts]


def _section(name: str) -> str:
    text = query(name)
    users = users_of(name)
    if not users:
        raise LookupError(
            f"no module runs the query {name}; delete it, or teach docs/write_queries.py to find it"
        )
    passed = sorted(set(re.findall(r"\$(\w+)", _statement(text))))
    lines = [f"### {name}\n", _comment(text), ""]
    if passed:
        lines.append(f"Passed: {', '.join(f'`${each}`' for each in passed)}.")
    used_in = ", ".join(f"[`{path}`]({LINK}/{path})" for path in users)
    lines.append(f"[The query]({LINK}/logic/sql/{name}.sql), used in {used_in}.")
    return "\n".join(lines)


def _comment(text: str) -> str:
    """Return the lines of comment that a query begins with."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").strip())
    return re.sub(r"(?<![`$\w])(\$\w+)", r"`\1`", " ".join(lines)).replace("*", r"\*").replace("<", r"\<")


def _statement(text: str) -> str:
    return "\n".join(line.partition("--")[0] for line in text.splitlines())


class _Module(NamedTuple):
    """What a module hands to `query`: names, beginnings of names (``ingest_``), or what it was handed."""

    names: frozenset[str]
    beginnings: frozenset[str]
    hands_on: bool
    texts: frozenset[str]

    def asks_for(self, name: str) -> bool:
        """Say whether it asks for a query, by its name or by putting the name together."""
        if name in self.names or (self.hands_on and name in self.texts):
            return True
        return any(
            name.startswith(each) and name.removeprefix(each) in self.texts for each in self.beginnings
        )


@cache
def _modules() -> dict[str, _Module]:
    paths = sorted(PACKAGE.rglob("*.py"))
    return {path.relative_to(PACKAGE).as_posix(): _read(path.read_text(encoding="utf-8")) for path in paths}


def _read(source: str) -> _Module:
    nodes = list(ast.walk(ast.parse(source)))
    asked = [
        node.args[0]
        for node in nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "query"
    ]
    beginnings = [each.values[0] for each in asked if isinstance(each, ast.JoinedStr)]
    return _Module(
        names=_texts(asked),
        beginnings=_texts(beginnings),
        hands_on=any(isinstance(each, ast.Name | ast.Attribute) for each in asked),
        texts=_texts(nodes),
    )


def _texts(nodes: Iterable[ast.AST]) -> frozenset[str]:
    constants = (node.value for node in nodes if isinstance(node, ast.Constant))
    return frozenset(each for each in constants if isinstance(each, str))
