"""QR codes are read back, whatever is written in them; the standard's own codes stand in them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.core.base import qr
from tests.qr import drawn, read

NAMES = {7: 0b000111110010010100, 8: 0b001000010110111100, 15: 0b001111100100101000}


@pytest.mark.parametrize(
    "length", [0, 1, 14, 15, 26, 27, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412]
)
def test_every_version_is_read_back(length):
    text = "".join(chr(33 + at * 7 % 90) for at in range(length))
    assert read(qr.grid(text)) == text


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=100))
def test_whatever_is_written_is_read_back(text):
    if len(text.encode("utf-8", "ignore")) == len(text.encode("utf-8", "surrogatepass")):
        assert read(qr.grid(text)) == text


@pytest.mark.parametrize(("version", "name"), NAMES.items())
def test_larger_ones_say_which_they_are(version, name):
    rooms = {7: 122, 8: 152, 15: 412}
    grid = qr.grid("a" * rooms[version])
    size = len(grid)
    assert size == version * 4 + 17
    bits = [(at // 3, size - 11 + at % 3) for at in range(17, -1, -1)]
    assert int("".join("01"[grid[y][x]] for y, x in bits), 2) == name
    assert int("".join("01"[grid[x][y]] for y, x in bits), 2) == name


def test_corners_and_the_dark_square():
    grid = qr.grid("银龄守护")
    size = len(grid)
    ring = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]
    for top, left in ((0, 0), (0, size - 7), (size - 7, 0)):
        seen = ["".join("01"[grid[top + y][left + x]] for x in range(7)) for y in range(7)]
        assert seen == ring
    assert grid[size - 8][8] is True


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="too long"):
        qr.grid("a" * 413)


def test_the_path_draws_just_the_dark_squares():
    grid = [[True, True, False], [False, False, False], [True, False, True]]
    assert qr.path(grid) == "M0 0h2v1h-2zM0 2h1v1h-1zM2 2h1v1h-1z"


def test_the_path_draws_what_is_read():
    grid = qr.grid("otpauth://totp/某人?secret=JBSWY3DPEHPK3PXP")
    assert drawn(len(grid), qr.path(grid)) == grid
