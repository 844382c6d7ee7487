"""Run a process and see what it and all that it starts take of the machine."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CORES = 2
_LOOK_EVERY_SECONDS = 0.1
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_RSS, _UTIME, _STIME = 21, 11, 12
"""Places in /proc/<pid>/stat after the command's name; source: proc(5)."""


@dataclass(frozen=True)
class Watched:
    """What a process wrote, the most memory that it held, and the processors' time that it used.

    Parameters
    ----------
    out : str
        Standard output.
    peak_mb : float
        Peak of the resident memory, summed over the process and its descendants.
    cpu_s : float
        Seconds of processors of all of them, which other processes do not lengthen as they do a clock's.
    """

    out: str
    peak_mb: float
    cpu_s: float


def watch(
    command: Sequence[str | Path], *, environment: Mapping[str, str] | None = None, longest_s: float = 240
) -> Watched:
    """Run a command on two cores, and look ten times a second at it and all that it starts.

    Raises
    ------
    SystemExit
        It failed, or took too long and was killed.
    """
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)  # noqa: S603
    os.sched_setaffinity(process.pid, sorted(os.sched_getaffinity(0))[:CORES])
    peak, ticks, ends = 0, dict[int, int](), time.monotonic() + longest_s
    while process.poll() is None:
        stats = {pid: stat for pid in _tree(process.pid) if (stat := _stat(pid))}
        peak = max(peak, sum(int(stat[_RSS]) for stat in stats.values()))
        ticks |= {pid: int(stat[_UTIME]) + int(stat[_STIME]) for pid, stat in stats.items()}
        if time.monotonic() > ends:
            process.kill()
            raise SystemExit(f"{command} took more than {longest_s:.0f} s")
        time.sleep(_LOOK_EVERY_SECONDS)
    out, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return Watched(out, peak * _PAGE / 2**20, sum(ticks.values()) / _TICKS)


def _tree(pid: int) -> list[int]:
    found = [pid]
    for each in found:  # grows while it is walked
        with suppress(OSError):
            for task in Path(f"/proc/{each}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def _stat(pid: int) -> list[str]:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return []
