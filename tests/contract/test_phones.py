"""The report's page says at once that a number is no telephone's; it must never refuse one that the
server takes, for nobody would come past the third step."""

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from api.domain.words.codes import normalise_phone
from tests.conftest import ROOT

_PAGE = (ROOT / "frontend/src/reporting/phone.ts").read_text(encoding="utf-8")


def _pattern(name: str) -> re.Pattern[str]:
    found = re.search(rf"const {name} =\s*/(.+)/(g?i?)\n", _PAGE)
    assert found, name
    return re.compile(found[1], re.ASCII if name == "DIALLED" else re.I)


DIALLED, EXTENSION, NOISE = map(_pattern, ("DIALLED", "EXTENSION", "NOISE"))


def page_takes(text: str) -> bool:
    plain = unicodedata.normalize("NFKC", text)
    bare = NOISE.sub("", EXTENSION.sub("x", plain))
    return not bare or bool(DIALLED.search(bare))


_digits = st.text("0123456789", min_size=1, max_size=8)
_mark = st.sampled_from(["", " ", "-", "—", "·", "\u200b", "(", ")"])
_country = st.sampled_from(["", "+86", "0086", "86", "0", "＋86 "])
_numbers = st.one_of(
    st.builds("{}1{}{}{}{}".format, _country, st.sampled_from("3456789"), _mark, _digits, _digits),
    st.builds(
        "{}{}{}{}{}{}".format,
        _country,
        st.sampled_from(["010", "021", "0564", "(0564)"]),
        _mark,
        st.from_regex(r"[1-9][0-9]{6,7}", fullmatch=True),
        st.sampled_from(["", "-", "转", "分机", " ext.", "EXT", "#", "x"]),
        _digits,
    ),
    st.from_regex(r"(4|8)00[0-9]{7}|9[56][0-9]{3,6}|1[0-2][0-9]{1,3}", fullmatch=True),
)


@given(_numbers)
def test_the_page_refuses_nothing_that_the_server_takes(text):
    if normalise_phone(text) is not None:
        assert page_takes(text), text


def test_the_page_asks_about_what_is_no_number():
    for text in ("1381234567", "138123456789", "6021234", "12", "abc", "不知道"):
        assert normalise_phone(text) is None
        assert not page_takes(text), text
