from __future__ import annotations

import io
from array import array

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.errors import BadInput
from patronage.logic.arrays import read_npz, write_npz


@given(st.lists(st.integers(-(2**31), 2**31 - 1)), st.lists(st.floats(width=32, allow_nan=False)))
def test_numpy_reads_what_we_write(whole, real):
    content = write_npz({"whole": array("i", whole), "real": array("f", real)})
    with np.load(io.BytesIO(content)) as arrays:
        assert arrays["whole"].tolist() == whole
        assert arrays["real"].tolist() == real


@pytest.mark.parametrize("dtype", ["<i4", "<i8", "<f4", "<f8"])
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_we_read_what_numpy_writes(dtype, save):
    table = np.arange(12).reshape(4, 3).astype(dtype)
    buffer = io.BytesIO()
    save(buffer, table=table, line=table[:, 0])
    arrays = read_npz(buffer.getvalue())
    assert arrays["table"].shape == (4, 3)
    assert arrays["table"].row(2).tolist() == table[2].tolist()
    assert arrays["line"].values.tolist() == table[:, 0].tolist()


def test_equal_arrays_give_equal_bytes():
    assert write_npz({"a": array("q", [1, 2])}) == write_npz({"a": array("q", [1, 2])})


def test_arrays_that_are_not_compressed_are_read_as_well():
    arrays = {"a": array("i", [0] * 1000), "b": array("d", [1.5])}
    stored = write_npz(arrays, compressed=False)
    assert len(stored) > 4000 > len(write_npz(arrays))
    assert {name: each.values.tolist() for name, each in read_npz(stored).items()} == {
        name: values.tolist() for name, values in arrays.items()
    }
    with np.load(io.BytesIO(stored)) as loaded:
        assert loaded["b"].tolist() == [1.5]


def test_other_layouts_are_refused():
    buffer = io.BytesIO()
    np.savez(buffer, table=np.asfortranarray(np.ones((2, 3))))
    with pytest.raises(BadInput, match="C order"):
        read_npz(buffer.getvalue())
