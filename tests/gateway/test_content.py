"""The part of an answer that stays."""

import gzip
import zlib

from hypothesis import given
from hypothesis import strategies as st

from gateway.content import Content


@given(st.binary(max_size=5_000), st.binary(max_size=300))
def test_what_is_packed_in_two_parts_is_one_gzip_member(members: bytes, end: bytes) -> None:
    content = Content(members)
    packed = content.gzip(end)
    assert gzip.decompress(packed) == content.whole(end) == b"{" + members + end
    # As HTTP clients do it: one member, checked, and nothing behind it.
    reader = zlib.decompressobj(zlib.MAX_WBITS | 16)
    assert reader.decompress(packed) == b"{" + members + end
    assert (reader.eof, reader.unused_data) == (True, b"")


def test_packing_makes_a_long_answer_short() -> None:
    members = b",".join(b'"member-%d":%d' % (number, number) for number in range(5_000))
    assert len(Content(members).gzip(b"}")) < len(members) / 3


def test_the_digest_is_of_what_decides() -> None:
    assert Content(b'"a":1').digest == Content(b'"a":1').digest != Content(b'"a":2').digest
    assert Content(b'"age":1', same_as=b"x").digest == Content(b'"age":2', same_as=b"x").digest
