"""The commands that messages, runbooks and other pages name are there, with what they need."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest
from typer.main import get_command

from patronage.cli import app
from tests_support import REPOSITORY

CODE = REPOSITORY / "layers" / "patronage" / "python" / "patronage"
NAMED = re.compile(r"(?<![\w./-])patronage ((?:[\w./{}=@-]+ ?)+)")
CHOICES = {"retrain": {"segments", "recommendations", "monitoring"}}
"""First argument of a command that takes words of ours."""


PATRONAGE = get_command(app)


@cache
def command_of(group, name):
    return group.get_command(None, name)


def texts_of(path):
    """Yield the texts of a module that are shown; what an f-string puts in is ``{}``."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    within = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in within | docs:
            yield node.value


def faults_of(text):
    """Return what is wrong with the commands that a text names."""
    found = []
    for said in NAMED.findall(text):
        command, words = PATRONAGE, [word.rstrip(".") for word in said.split()]
        while words and hasattr(command, "get_command") and "{}" not in words[0]:
            command = command_of(command, words[0])
            if command is None:
                found.append(f"patronage {said}: {words[0]} is no command")
                break
            words.pop(0)
        else:
            found += [f"patronage {said}: {fault}" for fault in lacks(command, words)]
    return found


def lacks(command, words):
    """Yield what a command needs and was not given; what an f-string puts in may be that."""
    if any("{}" in word for word in words):
        return
    for parameter in command.params:
        is_given = any(name in words for name in parameter.opts)
        if parameter.param_type_name == "option" and parameter.required and not is_given:
            yield f"lacks {parameter.opts[0]}"
    allowed = CHOICES.get(command.name)
    if allowed and (not words or words[0] not in allowed):
        yield f"names none of {', '.join(sorted(allowed))}"


def test_commands_that_messages_name_are_there():
    faults = [
        f"{path.relative_to(CODE)}: {fault}"
        for path in sorted(CODE.rglob("*.py"))
        for text in texts_of(path)
        for fault in faults_of(text)
    ]
    assert faults == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("on demand: patronage invoke monitoring", "lacks --event"),
        ("start: patronage retrain recommendations", "lacks --stack"),
        ("patronage retrain everything --stack S", "names none of"),
        ("patronage rerun", "rerun is no command"),
    ],
)
def test_a_command_that_is_not_there_is_found(text, fault):
    (found,) = faults_of(text)
    assert fault in found
