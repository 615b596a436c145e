"""QR codes (ISO/IEC 18004): a text as dark and light squares, in bytes, error correction level M.

Made here, because the one text that we show so is a secret: no other program gets to see it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product

Grid = list[list[bool]]

#: By version: codewords of correction in each block, and the blocks as (number, codewords of data).
_BLOCKS: dict[int, tuple[int, tuple[tuple[int, int], ...]]] = {
    1: (10, ((1, 16),)), 2: (16, ((1, 28),)), 3: (26, ((1, 44),)), 4: (18, ((2, 32),)),
    5: (24, ((2, 43),)), 6: (16, ((4, 27),)), 7: (18, ((4, 31),)), 8: (22, ((2, 38), (2, 39))),
    9: (22, ((3, 36), (2, 37))), 10: (26, ((4, 43), (1, 44))), 11: (30, ((1, 50), (4, 51))),
    12: (22, ((6, 36), (2, 37))), 13: (22, ((8, 37), (1, 38))), 14: (24, ((4, 40), (5, 41))),
    15: (24, ((5, 41), (5, 42))),
}  # fmt: skip
#: Where alignment patterns have their middles, beside the sixth row and column.
_ALIGNED: dict[int, tuple[int, ...]] = {
    1: (), 2: (18,), 3: (22,), 4: (26,), 5: (30,), 6: (34,), 7: (22, 38), 8: (24, 42), 9: (26, 46),
    10: (28, 50), 11: (30, 54), 12: (32, 58), 13: (34, 62), 14: (26, 46, 66), 15: (26, 48, 70),
}  # fmt: skip
_MASKS: tuple[Callable[[int, int], bool], ...] = (
    lambda y, x: (y + x) % 2 == 0,
    lambda y, _: y % 2 == 0,
    lambda _, x: x % 3 == 0,
    lambda y, x: (y + x) % 3 == 0,
    lambda y, x: (y // 2 + x // 3) % 2 == 0,
    lambda y, x: y * x % 2 + y * x % 3 == 0,
    lambda y, x: (y * x % 2 + y * x % 3) % 2 == 0,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2 == 0,
)
_BYTE = 8
#: From this version on the length of the text takes two bytes, and the version is written out.
_LONG, _NAMED = 10, 7


def _powers() -> list[int]:
    found, value = [], 1
    for _ in range(255):
        found.append(value)
        value = value << 1 ^ (0x11D if value & 0x80 else 0)
    return found


_EXP = _powers()
_LOG = {value: power for power, value in enumerate(_EXP)}


def _times(one: int, other: int) -> int:
    return _EXP[(_LOG[one] + _LOG[other]) % 255] if one and other else 0


def _correction(data: list[int], count: int) -> list[int]:
    """The remainder of the data, as a polynomial, by the one whose roots are the first powers."""
    divisor = [1]
    for power in range(count):
        shifted = [*divisor, 0]
        divisor = [a ^ _times(_EXP[power], b) for a, b in zip(shifted, [0, *divisor], strict=True)]
    rest = [0] * count
    for each in data:
        factor = each ^ rest[0]
        rest = [a ^ _times(factor, b) for a, b in zip([*rest[1:], 0], divisor[1:], strict=True)]
    return rest


def _codewords(text: bytes, version: int) -> list[int]:
    """Data with its length and its padding, then what corrects it, block after block in turn."""
    correcting, groups = _BLOCKS[version]
    room = sum(number * size for number, size in groups)
    bits = f"0100{len(text):0{16 if version >= _LONG else 8}b}"
    bits += "".join(f"{byte:08b}" for byte in text)
    bits += "0" * min(4, room * _BYTE - len(bits))
    bits += "0" * (-len(bits) % _BYTE)
    data = [int(bits[at : at + _BYTE], 2) for at in range(0, len(bits), _BYTE)]
    data += [(0xEC, 0x11)[at % 2] for at in range(room - len(data))]
    blocks: list[list[int]] = []
    for number, size in groups:
        for _ in range(number):
            blocks.append(data[:size])
            data = data[size:]
    checks = [_correction(block, correcting) for block in blocks]
    longest = max(size for _, size in groups)
    found = [block[at] for at in range(longest) for block in blocks if at < len(block)]
    return found + [check[at] for at in range(correcting) for check in checks]


def _bch(value: int, divisor: int, length: int) -> int:
    """A value with its check bits behind it."""
    rest = value << length
    while rest.bit_length() > length:
        rest ^= divisor << (rest.bit_length() - length - 1)
    return value << length | rest


@dataclass(slots=True)
class _Sheet:
    """Squares that are not data, and which they are."""

    size: int
    dark: Grid = field(init=False)
    taken: Grid = field(init=False)

    def __post_init__(self) -> None:
        self.dark = [[False] * self.size for _ in range(self.size)]
        self.taken = [[False] * self.size for _ in range(self.size)]

    def put(self, y: int, x: int, value: object) -> None:
        """One square, if it is on the sheet."""
        if 0 <= y < self.size and 0 <= x < self.size:
            self.dark[y][x], self.taken[y][x] = bool(value), True

    def rings(self, middle: tuple[int, int], reach: int, dark: set[int]) -> None:
        """Squares around a middle, dark at some distances from it."""
        for y, x in product(range(-reach, reach + 1), repeat=2):
            self.put(middle[0] + y, middle[1] + x, max(abs(y), abs(x)) in dark)


def _furniture(version: int) -> _Sheet:
    """Everything but the data; the place of the format is left light."""
    size = version * 4 + 17
    sheet = _Sheet(size)
    for at in range(size):
        sheet.put(6, at, at % 2 == 0)
        sheet.put(at, 6, at % 2 == 0)
    for middle in ((3, 3), (3, size - 4), (size - 4, 3)):
        sheet.rings(middle, 4, {0, 1, 3})
    corners = {(6, 6), (6, size - 7), (size - 7, 6)}
    places = (6, *_ALIGNED[version])
    for middle in ((y, x) for y in places for x in places):
        if middle not in corners:
            sheet.rings(middle, 2, {0, 2})
    for y, x in _format_places(size):
        sheet.put(y, x, value=False)
    sheet.put(size - 8, 8, value=True)
    if version >= _NAMED:
        name = _bch(version, 0x1F25, 12)
        for at in range(18):
            near, far = at // 3, size - 11 + at % 3
            sheet.put(near, far, name >> at & 1)
            sheet.put(far, near, name >> at & 1)
    return sheet


def _format_places(size: int) -> list[tuple[int, int]]:
    """Where the fifteen bits of the format stand, the lowest first, and where they stand again."""
    down = [0, 1, 2, 3, 4, 5, 7, 8]
    first = [(y, 8) for y in down] + [(8, x) for x in (7, 5, 4, 3, 2, 1, 0)]
    again = [(8, size - 1 - at) for at in range(8)] + [(size - 7 + at, 8) for at in range(7)]
    return first + again


def _free(taken: Grid) -> Iterator[tuple[int, int]]:
    """The squares of the data: two columns at a time, from the right, upwards and down again."""
    size, upwards = len(taken), True
    for right in (x if x > 6 else x - 1 for x in range(size - 1, 0, -2)):
        for y in range(size - 1, -1, -1) if upwards else range(size):
            for x in (right, right - 1):
                if not taken[y][x]:
                    yield y, x
        upwards = not upwards


def _penalty(grid: Grid) -> int:
    """How hard a grid is to read: long runs, blocks, what looks like a corner, too much of one."""
    size, found = len(grid), 0
    lines = ["".join("01"[each] for each in row) for row in grid]
    lines += ["".join("01"[each] for each in column) for column in zip(*grid, strict=True)]
    for line in lines:
        for run in line.replace("01", "0 1").replace("10", "1 0").split():
            found += max(0, len(run) - 2) if len(run) >= 5 else 0
        for pattern in ("00001011101", "10111010000"):
            found += 40 * sum(line.startswith(pattern, at) for at in range(size))
    for y in range(size - 1):
        for x in range(size - 1):
            square = grid[y][x] + grid[y][x + 1] + grid[y + 1][x] + grid[y + 1][x + 1]
            found += 3 if square in {0, 4} else 0
    share = sum(map(sum, grid)) * 100 // size**2
    return found + 10 * (abs(share - 50) // 5)


def grid(text: str) -> Grid:
    """The squares of a text, row by row, true where they are dark. Raises ValueError for a text that
    is too long."""
    data = text.encode()
    for version, (_, groups) in _BLOCKS.items():
        if len(data) + (3 if version >= _LONG else 2) <= sum(n * size for n, size in groups):
            break
    else:
        raise ValueError("too long for a QR code")
    bits = "".join(f"{each:08b}" for each in _codewords(data, version))
    sheet, made = _furniture(version), list[tuple[int, int, Grid]]()
    for number, mask in enumerate(_MASKS):
        tried = [row[:] for row in sheet.dark]
        for at, (y, x) in enumerate(_free(sheet.taken)):
            tried[y][x] = (at < len(bits) and bits[at] == "1") != mask(y, x)
        code = _bch(number, 0x537, 10) ^ 0x5412  # level M is 00
        for at, (y, x) in enumerate(_format_places(sheet.size)):
            tried[y][x] = bool(code >> at % 15 & 1)
        made.append((_penalty(tried), number, tried))
    return min(made)[2]


def path(squares: Grid) -> str:
    """The dark squares as one path of an SVG whose unit is a square."""
    runs: list[str] = []
    for y, row in enumerate(squares):
        at = 0
        while at < len(row):
            end = at
            while end < len(row) and row[end]:
                end += 1
            if end > at:
                runs.append(f"M{at} {y}h{end - at}v1h-{end - at}z")
            at = end + 1
    return "".join(runs)
