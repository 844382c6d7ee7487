"""Where engines keep their tables: one DuckDB a process, in which each engine has a database of its own.

To start DuckDB takes 36 ms, to make a database in one that runs 2 ms; a step opens several engines, a command
that reads a lake many. What cuts the days of a shop takes 7 ms more to write down, so it is kept, too.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence


@dataclass
class Running:
    """A DuckDB that runs as long as the process does, and the folder to which it spills."""

    connection: duckdb.DuckDBPyConnection
    folder: Path
    memory_limit: str
    definitions: dict[Hashable, str] = field(default_factory=dict)

    @property
    def works(self) -> bool:
        """Whether it still answers: a fault within DuckDB ends it."""
        try:
            self.connection.execute("SELECT 1")
        except duckdb.FatalException:
            return False
        return True

    def give_back(self) -> None:
        """Return memory to the machine; DuckDB's allocator keeps that of a dropped database until then."""
        with self.connection.cursor() as cursor, suppress(duckdb.FatalException):
            cursor.execute(f"SET memory_limit = '{self.memory_limit}'")


_running: dict[str | None, Running] = {}
_numbers = count()
_lock = Lock()


def running(memory_limit: str | None) -> Running:
    """Return the DuckDB with that limit of memory; what does not fit spills to a folder of the process."""
    with _lock:
        found = _running.get(memory_limit)
        if found is None or not found.works:
            folder = Path(tempfile.mkdtemp(prefix="patronage-duckdb-"))
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
            connection = duckdb.connect(config={"temp_directory": str(folder)})
            if memory_limit is not None:
                connection.execute(f"SET memory_limit = '{memory_limit}'")
            ((limit,),) = connection.execute("SELECT current_setting('memory_limit')").fetchall()
            found = _running[memory_limit] = Running(connection, folder, limit)
        found.folder.mkdir(exist_ok=True)  # something may have cleaned up
        return found


def defined(
    duck: Running,
    key: Hashable,
    statements: Callable[[duckdb.DuckDBPyConnection], Sequence[str]],
) -> str:
    """Return the database of these definitions, macros and types that many engines share; make it once."""
    with _lock:
        if key not in duck.definitions:
            name = f"definitions_{next(_numbers)}"
            with duck.connection.cursor() as cursor:
                made = statements(cursor)
                attach(cursor, name)
                cursor.execute(f"USE {name}")
                for statement in made:
                    cursor.execute(statement)
            duck.definitions[key] = name
        return duck.definitions[key]


def new_name() -> str:
    """Return a name that no other database of the process has."""
    return f"engine_{next(_numbers)}"


def attach(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Make a database in memory."""
    connection.execute(f"ATTACH ':memory:' AS {name}")


def detach(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Drop a connection's database with all that it holds."""
    connection.execute("USE memory")
    connection.execute(f"DETACH {name}")
