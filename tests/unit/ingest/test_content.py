"""The digest of a file's content is BLAKE3's, in whatever blocks the file is read."""

from __future__ import annotations

import pytest

from patronage.steps.ingest.upload import content_of

# From test_vectors.json of the BLAKE3 team; the input repeats the bytes 0 to 250.
OFFICIAL = {
    0: "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
    1025: "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444",
    31744: "62b6960e1a44bcc1eb1a611a8d6235b6b4b78f32e7abc4fb4c6cdcce94895c47",
    102400: "bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085",
}


def written(path, size: int):
    path.write_bytes((bytes(range(251)) * (size // 251 + 1))[:size])
    return path


@pytest.mark.parametrize("size", OFFICIAL)
def test_the_digest_is_the_official_one(size, tmp_path):
    assert content_of(written(tmp_path / "file", size)) == OFFICIAL[size]


@pytest.mark.parametrize("block_bytes", [1, 1000, 1024, 31743, 31744])
def test_a_file_of_several_blocks_has_the_official_digest(block_bytes, tmp_path, monkeypatch):
    monkeypatch.setattr("patronage.steps.ingest.upload._BLOCK_BYTES", block_bytes)

    assert content_of(written(tmp_path / "file", 31744)) == OFFICIAL[31744]


def test_what_is_beyond_the_first_block_counts(tmp_path):
    one, other = (written(tmp_path / name, 3 << 20) for name in ("one", "other"))
    other.write_bytes(one.read_bytes()[:-1] + b"\xff")

    assert content_of(one) != content_of(other)
