"""An answer's bytes, packed."""

import gzip
import zlib

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from gateway.content import CODINGS, Content


@given(st.binary(max_size=5_000))
def test_what_is_packed_is_one_gzip_member_or_one_zstd_frame(body: bytes) -> None:
    content = Content(body)
    # As HTTP clients do it: one member, checked, and nothing behind it.
    reader = zlib.decompressobj(zlib.MAX_WBITS | 16)
    assert reader.decompress(content.packed("gzip")) == body
    assert (reader.eof, reader.unused_data) == (True, b"")
    assert gzip.decompress(content.packed("gzip")) == body
    assert zstandard.ZstdDecompressor().decompress(content.packed("zstd")) == body


@pytest.mark.parametrize("coding", CODINGS)
def test_packing_makes_a_long_answer_short_and_is_done_once(coding: str) -> None:
    body = b",".join(b'"member-%d":%d' % (number, number) for number in range(5_000))
    content = Content(body)
    assert len(content.packed(coding)) < len(body) / 3
    assert content.packed(coding) is content.packed(coding)


def test_the_tag_is_of_the_body() -> None:
    assert Content(b'{"a":1}').tag == Content(b'{"a":1}', newest_ms=5).tag != Content(b'{"a":2}').tag
