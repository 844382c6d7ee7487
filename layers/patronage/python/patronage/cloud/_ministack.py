"""MiniStack, the local AWS, as a child process that leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Self

from patronage.cloud._session import ACCESS_KEY, REGION, Cloud
from patronage.errors import BadInput, RunFailed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

_HOST = "127.0.0.1"
_READY_SECONDS = 60
_GRACE_SECONDS = 5
_KEPT = ("HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH")
"""What MiniStack and the functions inherit: the caller's AWS credentials and proxies must not reach them."""


class MiniStack:
    """The local AWS on 127.0.0.1, IAM enforced. Use it as a context manager.

    Parameters
    ----------
    port : int
        Port to serve on; 0 takes a free one.
    extension : tuple of Path and str, optional
        A Python file whose ``install`` is called with the text, in MiniStack's process, before it serves:
        tests watch and disturb calls with it.
    settings : mapping, optional
        Variables of MiniStack's environment besides.
    """

    def __init__(
        self,
        *,
        port: int = 4566,
        extension: tuple[Path, str] | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.port = port
        self._extension = [str(each) for each in extension or ()]
        self._settings = dict(settings or {})
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: Path | None = None

    @property
    def endpoint(self) -> str:
        """Return the URL of every service."""
        return f"http://{_HOST}:{self.port}"

    @property
    def process_group(self) -> int:
        """Return the id of the process group that holds MiniStack and the functions it runs."""
        if self._process is None:
            raise RunFailed("MiniStack is not running; start it first")
        return self._process.pid

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> Cloud:
        """Start it and wait until it answers.

        Raises
        ------
        BadInput
            Something else listens on the port.
        RunFailed
            It ended or did not answer in time; the end of its log is in the message.
        """
        self.port = check_port(self.port)
        self._folder = Path(tempfile.mkdtemp(prefix="patronage-cloud-"))
        try:
            self._process = self._spawn(self._folder)
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise
        return Cloud(self.endpoint)

    def stop(self) -> None:
        """Kill it with everything that it started, and remove its folder; safe to repeat."""
        process, self._process = self._process, None
        if process is not None:
            _kill_group(process)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def wait(self) -> None:
        """Block while it serves.

        Raises
        ------
        RunFailed
            It ended by itself; the end of its log is in the message.
        """
        if self._process is not None:
            self._process.wait()
        raise RunFailed(f"MiniStack ended by itself: {self._log_tail()}")

    def _spawn(self, folder: Path) -> subprocess.Popen[bytes]:
        with (folder / "ministack.log").open("wb") as log:
            return subprocess.Popen(  # noqa: S603 - our own module, no shell
                [sys.executable, "-P", "-m", "patronage.cloud._guarded", str(folder), *self._extension],
                cwd=folder,
                env=_environment(folder, self.port) | self._settings,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                raise RunFailed(f"MiniStack ended while it started: {self._log_tail()}")
            if _answers(f"{self.endpoint}/_ministack/ready"):
                return
            time.sleep(0.1)
        raise RunFailed(f"MiniStack did not answer within {_READY_SECONDS} s: {self._log_tail()}")

    def _log_tail(self) -> str:
        assert self._folder is not None  # noqa: S101 - set before the process starts
        lines = (self._folder / "ministack.log").read_text(errors="replace").strip().splitlines()
        return " | ".join(lines[-3:]) or "it wrote no log"


def _environment(folder: Path, port: int) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {
        **kept,
        "AUTH": "true",
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": ACCESS_KEY,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "BIND_HOST": _HOST,
        "DOCKER_HOST": "unix:///nonexistent",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "LAMBDA_EXECUTOR": "local",
        "MINISTACK_REGION": REGION,
        "SFTP_ENABLED": "0",
        "STATE_DIR": str(folder / "state"),
        "TMPDIR": str(folder),
        "TZ": "UTC",
    }


def check_port(port: int) -> int:
    """Return the port if it is free, and a free one for 0.

    Raises
    ------
    BadInput
        Something else listens on it.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError as exc:
            raise BadInput(
                f"port {port} of {_HOST} is taken ({exc.strerror}); stop what listens there or choose --port"
            ) from exc
        return int(probe.getsockname()[1])


def _answers(url: str) -> bool:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """Ask the group to end, then make it; functions may be in the middle of a call."""
    for signal_number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, signal_number)
        except ProcessLookupError:
            break
        try:
            process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            continue
    process.wait()
    if process.stdin is not None:
        process.stdin.close()
