"""Every command of a page that asks a deployed stack is run against one, page by page.

The file comes last of its folder, as it should: guides retrain, roll back, try experiments and erase people.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from blocks_support import Block, Statement, blocks, statements
from chaos_shop_support import order_rows, write_orders
from patronage.cloud import open_api, upload_file, wait_for_report
from run_support import Shell, asks_a_stack, patronage
from tests_support import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from patronage.cloud import Stack

pytestmark = pytest.mark.local_cloud

FIRST = ("docs/tutorials/deploy-to-aws.md", "docs/how-to/run-an-experiment.md")
"""Pages that make what others ask for: a second generation to go back from, a run of monitoring."""
LAST = ("docs/how-to/erase-a-person.md",)
OF_THE_CODE = "docs/reference/cli.md"
"""Repeats commands of the guides; it is written from the code, and test_commands.py holds its options."""
NOT_RUN = {
    "patronage demo": "it stays until Ctrl-C; test_demo_alone.py runs the demo to its end",
    "patronage demo --once": "test_demo_alone.py runs it",
    "patronage demo --orders orders.csv --currency EUR --timezone Europe/Berlin": (
        "it stays until Ctrl-C; test_demo_alone.py runs it with orders of its own to its end"
    ),
}
"""What cannot run here, or runs elsewhere."""
OWN = {
    "12402": "A1",
    "13085": "A2",
    "00042": "A3",
    "00088": "B5",
    "22555": "A-p0",
    "85123A": "A-p1",
    "orders.csv": "two-groups.csv",
}
"""What each reader has another of, and what it is here."""
ANSWERED = {"EXPORT_ID": "export_id", "ERASURE_ID": "erasure_id"}
"""Words that stand for a field of the answer before."""
RULES = ("docs/business-rules.md", "docs/how-to/business-rules.md")
"""Pages whose first block of JSON the reader has kept as rules.json."""
CURL = """set -o pipefail
curl() { command curl --silent --show-error --fail-with-body --noproxy '*' "$@"; }
"""


def simple(statement: Statement) -> str:
    """Return a statement's first command as the tables here name it."""
    return " ".join(statement.commands[0]).removeprefix(".venv/bin/")


def is_about_a_stack(statement: Statement) -> bool:
    """Say whether a statement asks a stack, or starts one."""
    for command in statement.commands:
        name, *words = (word.removeprefix(".venv/bin/") for word in command)
        if name == "curl" or (name == "patronage" and asks_a_stack(words)):
            return True
    return False


def shown() -> Iterator[tuple[Block, Statement]]:
    """Yield the statements that ask a stack, and those that write a file on such a page."""
    asking = [block for block in blocks("sh") if any(map(is_about_a_stack, statements(block.text)))]
    pages = {block.page for block in asking} - {OF_THE_CODE}
    in_turn = [*FIRST, *sorted(pages - {*FIRST, *LAST}), *LAST]
    for block in sorted(
        blocks("sh"), key=lambda each: in_turn.index(each.page) if each.page in pages else -1
    ):
        for statement in statements(block.text) if block.page in pages else ():
            if is_about_a_stack(statement) or re.match(r"cat > [\w.-]+ <<", statement.text):
                yield block, statement


class Reader:
    """Someone who follows pages with a stack of their own, each page in a folder of its own."""

    def __init__(self, stack: Stack, folder: Path) -> None:
        self._api = open_api(stack)
        self._folder = folder
        self._shells: dict[str, Shell] = {}
        self._answer: dict[str, str] = {}
        self._retrained: set[tuple[str, ...]] = set()
        self._environment = {
            **stack.cloud.environment,
            "API": f"{self._api.url}/api/v1",
            "KEY": self._api.key,
            "BROWSER_KEY": self._api.browser_key,
            "VISITOR": self._api.visitor_token(user_id=OWN["12402"]),
            "TOKEN": self._api.token,
            "ADMIN_TOKEN": self._api.admin_token,
        }

    def run(self, page: str, statement: Statement) -> str:
        """Run a statement, and return what is wrong with what came of it."""
        shell = self._shell(page)
        (own,) = statements(self._own(statement.text.replace(".venv/bin/", "")))
        words = own.commands[0]
        if own.is_plain and words[0] == "patronage":
            if words in self._retrained:
                return ""
            if words[1] == "retrain":
                self._retrained.add(words)
            done = patronage(*words[1:], cwd=shell.folder, environment=shell.environment)
        else:
            done = shell.run(CURL + own.text)
        if words[0] == "curl" and done.stdout.startswith("{"):
            self._answer = json.loads(done.stdout)
        is_well = done.returncode == 0 and "Traceback" not in done.stderr
        return "" if is_well else f"{own.text}\n{done.stdout}{done.stderr}"

    def _shell(self, page: str) -> Shell:
        if page not in self._shells:
            folder = self._folder / page.replace("/", "-")
            folder.mkdir()
            (folder / "events").symlink_to(REPOSITORY / "events")
            if page in RULES:
                rules = next(block.text for block in blocks("json") if block.page == page)
                (folder / "rules.json").write_text(rules, encoding="utf-8")
            self._shells[page] = Shell(folder, folder / "home", self._environment)
        return self._shells[page]

    def _own(self, text: str) -> str:
        """Put what this reader has into a statement."""
        answered = {word: self._answer[field] for word, field in ANSWERED.items() if word in text}
        for word, own in (OWN | answered).items():
            text = re.sub(rf"(?<![\w-]){word}(?!\w)", own, text)
        if "NAME@VERSION" in text:
            for version in self._versions():
                text = text.replace("NAME@VERSION", version, 1)
        if text.startswith("patronage invoke"):
            text = text.partition(" #")[0] + f" --endpoint {self._environment['AWS_ENDPOINT_URL']}"
        return text

    def _versions(self) -> list[str]:
        """Return the last two versions of a model."""
        asked = self._api.get("/api/v1/models?model=item_to_item", with_token=True)
        return [f"{each['model']}@{each['version']}" for each in asked.body["models"][:2]]


@pytest.fixture
def reader(deployment, tmp_path) -> Reader:
    """Give a reader whose shop sells today, for monitoring reads to the last day of the orders."""
    first, *_ = order_rows("A")
    today = ["of-today" if cell == first[0] else cell for cell in first]
    today[first.index("2025-03-01T10:00:00Z")] = datetime.now(UTC).isoformat()
    uploaded = upload_file(deployment.stack, write_orders(tmp_path / "of-today.csv", [today]))
    assert wait_for_report(deployment.stack, uploaded, timeout_s=60)["kept"] == 1
    return Reader(deployment.stack, tmp_path)


def test_every_command_that_asks_a_stack_does_what_its_page_says(reader):
    for block, statement in shown():
        if simple(statement) not in NOT_RUN:
            fault = reader.run(block.page, statement)
            assert not fault, f"{block}: {fault}"


def test_what_is_not_run_and_what_is_replaced_is_shown():
    every = [statement for _, statement in shown()]
    assert set(NOT_RUN) <= {simple(each) for each in every}
    text = "\n".join(each.text for each in every if simple(each) not in NOT_RUN)
    assert [word for word in (*OWN, *ANSWERED) if word not in text] == []
