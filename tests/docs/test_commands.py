"""Every command that a page shows is there and has the options that are given, also where it is not run."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from botocore import xform_name
from botocore.session import get_session
from typer.main import get_command

from blocks_support import Block, Statement, blocks, spans, statements
from patronage.cli import app
from tests_support import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAKEFILE = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
BUDGET = (REPOSITORY / "tests" / "budget.py").read_text(encoding="utf-8")
SHELL = {
    *(".", "cat", "cd", "cp", "echo", "export", "grep", "gunzip", "gzip", "head", "ls", "mkdir", "mv"),
    *("printf", "rm", "sed", "sort", "tail", "true", "unzip", "wc", "zip"),
}
"""Commands that every machine has; those that are run are held by their exit code."""
S3_COMMANDS = {"cp", "ls", "mv", "rm", "sync", "mb", "rb"}
OF_CLI = {("sso", "login")}
"""Commands that the AWS CLI has beside the services' operations."""
GLOBAL_AWS = {"region", "profile", "query", "output"}
SCRIPTS = json.loads((REPOSITORY / "dashboard" / "package.json").read_text(encoding="utf-8"))["scripts"]
ROUTES = json.loads((REPOSITORY / "docs" / "openapi.json").read_text(encoding="utf-8"))["paths"]


def shown() -> Iterator[tuple[Block, Statement]]:
    for block in blocks("sh"):
        for statement in statements(block.text):
            yield block, statement


def faults_of(words: tuple[str, ...]) -> list[str]:
    """Return what is wrong with a simple command."""
    name = words[0].removeprefix(".venv/bin/")
    check = CHECKS.get(name)
    if check is not None:
        return check(words[1:])
    return [] if name in SHELL else [f"{name} is a command that no check knows"]


def _patronage(words: tuple[str, ...]) -> list[str]:
    command: Any = get_command(app)
    rest = list(words)
    while hasattr(command, "get_command"):
        if not rest:
            return ["it names no command"]
        found = command.get_command(None, rest[0])
        if found is None:
            return [f"{rest[0]} is no command"]
        command = found
        rest.pop(0)
    if rest == ["--help"]:
        return []
    try:
        command.make_context(command.name, rest)
    except Exception as exc:  # typer's own copy of click has no public name for its errors
        return [exc.format_message() if hasattr(exc, "format_message") else str(exc)]
    return []


def faults_of_named(text: str) -> list[str]:
    """Return what is wrong with a command within a sentence, which may leave out what it needs to be run."""
    name, *words = shlex.split(text.replace("…", " "))
    if name != "patronage":
        return faults_of((name, *words))
    commands: list[Any] = [get_command(app)]
    while words and hasattr(commands[0], "get_command"):
        named = {each: commands[0].get_command(None, each) for each in words[0].split("|")}
        if words[0].startswith("-"):
            break
        if unknown := [each for each, command in named.items() if command is None]:
            return [f"{each} is no command" for each in unknown]
        commands = [*named.values()]
        words.pop(0)
    given = {word.partition("=")[0] for word in words if word.startswith("-")}
    known = {
        "--help",
        *(option for each in commands for one in each.params for option in (*one.opts, *one.secondary_opts)),
    }
    return [f"it has no {option}" for option in sorted(given - known)]


def _make(words: tuple[str, ...]) -> list[str]:
    targets = [word for word in words if "=" not in word]
    variables = [word.partition("=")[0] for word in words if "=" in word]
    faults = [
        f"{each} is no target" for each in targets if not re.search(rf"^{each}:", MAKEFILE, re.MULTILINE)
    ]
    return faults + [f"the Makefile reads no {each}" for each in variables if f"$({each})" not in MAKEFILE]


def _python(words: tuple[str, ...]) -> list[str]:
    """Hold a program of the repository to its file."""
    first = words[0]
    if first == "-m":
        name = words[1]
        places = (REPOSITORY, REPOSITORY / "layers/patronage/python")
        files = [
            place / f"{name.replace('.', '/')}{end}" for place in places for end in (".py", "/__main__.py")
        ]
        known = name in {"venv", "pip", "pytest", "build"} or any(file.is_file() for file in files)
        return [] if known else [f"{name} is no module"]
    if first == "-c":
        compile(words[1], "a page", "exec")
        return []
    if first == "tests/budget.py":
        return [f"budget.py has no stage {each}" for each in words[1:] if f'"{each}"' not in BUDGET]
    return [] if first == "-" or (REPOSITORY / first).is_file() else [f"{first} is no file"]


def _pytest(words: tuple[str, ...]) -> list[str]:
    paths = [word.partition("::")[0] for word in words if not word.startswith("-")]
    return [f"{each} is not there" for each in paths if not (REPOSITORY / each).exists()]


def _aws(words: tuple[str, ...]) -> list[str]:
    service, operation, *rest = words
    if service == "s3":
        return [] if operation in S3_COMMANDS else [f"aws s3 has no {operation}"]
    if words in OF_CLI:
        return []
    options = _operations(service)
    if operation not in options:
        return [f"aws {service} has no {operation}"]
    given = {word.removeprefix("--").partition("=")[0] for word in rest if word.startswith("--")}
    return [f"aws {service} {operation} has no --{each}" for each in given - options[operation] - GLOBAL_AWS]


@cache
def _operations(service: str) -> dict[str, set[str]]:
    model = get_session().get_service_model(service)
    found = {}
    for name in model.operation_names:
        shape = model.operation_model(name).input_shape
        found[xform_name(name, "-")] = {xform_name(each, "-") for each in (shape.members if shape else ())}
    return found


def _curl(words: tuple[str, ...]) -> list[str]:
    """Hold a call of the API to its routes."""
    url = next((word for word in words if "$API" in word or "${API}" in word), None)
    if url is None:
        return ["it calls no $API"]
    path, _, asked = re.sub(r"^\$\{?API\}?", "", url).partition("?")
    if "-X" in words:
        method = words[words.index("-X") + 1]
    else:
        method = "POST" if {"-d", "--data"} & set(words) else "GET"
    routes = [route for route in ROUTES if _fits(route, path) and method.lower() in ROUTES[route]]
    if not routes:
        return [f"there is no route {method} {path}"]
    known = {each["name"] for each in ROUTES[routes[0]][method.lower()]["parameters"]}
    names = {part.partition("=")[0] for part in asked.split("&") if part}
    return [f"{method} {path} takes no {each}" for each in names - known]


def _fits(route: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(route)), path) is not None


def _npm(words: tuple[str, ...]) -> list[str]:
    """Hold a command in the dashboard's folder to its scripts."""
    script = words[1] if words[0] == "run" else words[0]
    return [] if script == "ci" or script in SCRIPTS else [f"the dashboard has no script {script}"]


CHECKS: dict[str, Callable[[tuple[str, ...]], list[str]]] = {
    "patronage": _patronage,
    "make": _make,
    "python": _python,
    "python3": _python,
    "pytest": _pytest,
    "aws": _aws,
    "curl": _curl,
    "npm": _npm,
}


@pytest.mark.parametrize("block", blocks(""), ids=str)
def test_what_is_only_shown_is_no_command(block: Block):
    """A block without a language is output, or a picture of letters: what is run is fenced as `sh`."""
    first = block.text.split(maxsplit=1)[0].removeprefix(".venv/bin/")
    assert first not in CHECKS


@pytest.mark.parametrize("block", blocks("sh"), ids=str)
def test_every_command_of_a_page_is_there(block: Block):
    faults = [
        f"{' '.join(command)}: {fault}"
        for statement in statements(block.text)
        for command in statement.commands
        for fault in faults_of(command)
    ]
    assert faults == []


def test_every_command_within_a_sentence_is_there():
    named = {text: page for text, page in spans().items() if re.match(r"(patronage|make|aws) \S", text)}
    assert len(named) > 100
    faults = {f"{page}: {text}": found for text, page in named.items() if (found := faults_of_named(text))}
    assert faults == {}


@pytest.mark.parametrize("block", blocks("sh"), ids=str)
def test_every_block_of_commands_is_what_a_shell_reads(block: Block):
    done = subprocess.run(["bash", "-n"], input=block.text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        ("patronage rerun", "rerun is no command"),
        ("patronage models", "names no command"),
        ("patronage segment --ouput a.csv", "ouput"),
        ("patronage journey", "customer_id"),
        ("patronage recommend --user-id 1 --top-k many", "--top-k"),
        ("make deplyo", "deplyo is no target"),
        ("make deploy SHOPP=shop.toml", "reads no SHOPP"),
        ("python -m docs.write_nothing", "is no module"),
        ("python tests/budget.py unity", "no stage unity"),
        ("pytest -q tests/unit/nothing", "tests/unit/nothing is not there"),
        ("aws sqs start-message-move-tusk --source-arn ARN", "has no start-message-move-tusk"),
        ("aws sqs purge-queue --queue-uri U", "has no --queue-uri"),
        ('curl "$API/recommendation/1"', "no route GET /recommendation/1"),
        ('curl "$API/recommendations/1?top=3"', "takes no top"),
        ('curl -X PUT "$API/segments"', "no route PUT /segments"),
        ('curl "$API/api/v1/segments"', "no route GET /api/v1/segments"),
        ("npm run biuld", "no script biuld"),
        ("frobnicate all", "no check knows"),
    ],
)
def test_a_command_that_is_wrong_is_found(command: str, fault: str):
    (statement,) = statements(command)
    (found,) = faults_of(statement.commands[0])
    assert fault.lower() in found.lower()


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        ("patronage rerun", "rerun is no command"),
        ("patronage features list|shew", "shew is no command"),
        ("patronage segment --ouput …", "it has no --ouput"),
        ("patronage --verson", "it has no --verson"),
        ("make deplyo …", "deplyo is no target"),
    ],
)
def test_a_command_within_a_sentence_that_is_wrong_is_found(command: str, fault: str):
    assert faults_of_named(command) == [fault]
    assert faults_of_named("patronage segment --method … --export klaviyo|meta") == []


def test_statements_are_told_apart():
    text = "a 'b\nc' \\\n  d # e\n\ncat > f <<'END'\ng h\nEND\nX=1 i | j > k && l\n"
    assert [each.commands for each in statements(text)] == [
        (("a", "b\nc", "d"),),
        (("cat",),),
        (("i",), ("j",), ("l",)),
    ]
