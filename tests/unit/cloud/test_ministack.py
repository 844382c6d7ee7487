from __future__ import annotations

import socket

import pytest

import patronage.cloud
from patronage.cloud import MiniStack, check_port
from patronage.errors import BadInput, RunFailed


def test_a_busy_port_is_named_with_the_next_step() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(BadInput, match=rf"port {port} of 127.0.0.1 is taken .* or choose --port"):
            MiniStack(port=port).start()
    assert check_port(port) == port


def test_what_was_not_started_has_no_process_and_can_be_stopped() -> None:
    ministack = MiniStack()
    ministack.stop()
    assert ministack.endpoint == "http://127.0.0.1:4566"
    with pytest.raises(RunFailed, match="is not running"):
        _ = ministack.process_group


def test_the_package_exports_what_it_lists() -> None:
    public = {name for name in vars(patronage.cloud) if not name.startswith("_")}
    assert public == set(patronage.cloud.__all__)
