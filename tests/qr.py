"""QR codes, read back the way that a telephone reads them: by what the standard says, and not by what
the maker does."""

import re

from api.core.base import qr

#: Level M, by mask: written out in the standard.
FORMATS = {
    0b101010000010010: 0, 0b101000100100101: 1, 0b101111001111100: 2, 0b101101101001011: 3,
    0b100010111111001: 4, 0b100000011001110: 5, 0b100111110010111: 6, 0b100101010100000: 7,
}  # fmt: skip
#: By version: blocks with how many codewords of data each, and how many correct it.
LAYOUT = {
    1: ([16], 10), 2: ([28], 16), 3: ([44], 26), 4: ([32] * 2, 18), 5: ([43] * 2, 24),
    6: ([27] * 4, 16), 7: ([31] * 4, 18), 8: ([38] * 2 + [39] * 2, 22),
    9: ([36] * 3 + [37] * 2, 22), 10: ([43] * 4 + [44], 26), 11: ([50] + [51] * 4, 30),
    12: ([36] * 6 + [37] * 2, 22), 13: ([37] * 8 + [38], 22), 14: ([40] * 4 + [41] * 5, 24),
    15: ([41] * 5 + [42] * 5, 24),
}  # fmt: skip
ALIGNED = {
    1: [], 2: [6, 18], 3: [6, 22], 4: [6, 26], 5: [6, 30], 6: [6, 34], 7: [6, 22, 38],
    8: [6, 24, 42], 9: [6, 26, 46], 10: [6, 28, 50], 11: [6, 30, 54], 12: [6, 32, 58],
    13: [6, 34, 62], 14: [6, 26, 46, 66], 15: [6, 26, 48, 70],
}  # fmt: skip


def masked(mask: int, y: int, x: int) -> bool:
    return [
        (y + x) % 2, y % 2, x % 3, (y + x) % 3, (y // 2 + x // 3) % 2, y * x % 2 + y * x % 3,
        (y * x % 2 + y * x % 3) % 2, ((y + x) % 2 + y * x % 3) % 2,
    ][mask] == 0  # fmt: skip


def multiply(a: int, b: int) -> int:
    found = 0
    while b:
        found ^= a if b & 1 else 0
        a, b = (a << 1) ^ (0x11D if a & 0x80 else 0), b >> 1
    return found


def is_corrected(block: list[int], count: int) -> bool:
    """Whether the first powers of two are roots of the block."""
    root = 1
    for _ in range(count):
        value = 0
        for each in block:
            value = multiply(value, root) ^ each
        if value:
            return False
        root = multiply(root, 2)
    return True


def reserved(size: int, version: int) -> set[tuple[int, int]]:
    found = {(6, at) for at in range(size)} | {(at, 6) for at in range(size)}
    found |= {(y, x) for y in range(9) for x in range(9)}
    found |= {(y, x) for y in range(9) for x in range(size - 8, size)}
    found |= {(y, x) for y in range(size - 8, size) for x in range(9)}
    for y in ALIGNED[version]:
        for x in ALIGNED[version]:
            if (y, x) not in {(6, 6), (6, size - 7), (size - 7, 6)}:
                found |= {(y + dy, x + dx) for dy in range(-2, 3) for dx in range(-2, 3)}
    if version >= 7:
        found |= {(y, x) for y in range(6) for x in range(size - 11, size - 8)}
        found |= {(x, y) for y in range(6) for x in range(size - 11, size - 8)}
    return found


def read(grid: qr.Grid) -> str:
    size = len(grid)
    version = (size - 17) // 4
    row8 = [grid[8][x] for x in (0, 1, 2, 3, 4, 5, 7, 8)]
    column8 = [grid[y][8] for y in (7, 5, 4, 3, 2, 1, 0)]
    bits = "".join("01"[each] for each in row8 + column8)
    below = [grid[y][8] for y in range(size - 1, size - 8, -1)]
    beside = [grid[8][x] for x in range(size - 8, size)]
    assert "".join("01"[each] for each in below + beside) == bits, "the format stands there twice"
    mask = FORMATS[int(bits, 2)]
    taken, column, stream = reserved(size, version), size - 1, ""
    upwards = True
    while column > 0:
        column -= column == 6
        for y in range(size - 1, -1, -1) if upwards else range(size):
            for x in (column, column - 1):
                if (y, x) not in taken:
                    stream += "01"[grid[y][x] != masked(mask, y, x)]
        column, upwards = column - 2, not upwards
    words = [int(stream[at : at + 8], 2) for at in range(0, len(stream) // 8 * 8, 8)]
    sizes, count = LAYOUT[version]
    blocks: list[list[int]] = [[] for _ in sizes]
    for at in range(max(sizes)):
        for block, length in zip(blocks, sizes, strict=True):
            if at < length:
                block.append(words.pop(0))
    data = "".join(f"{word:08b}" for block in blocks for word in block)
    for _ in range(count):
        for block in blocks:
            block.append(words.pop(0))
    assert words == [], "every codeword is used"
    assert all(is_corrected(block, count) for block in blocks)
    assert data[:4] == "0100"
    width = 16 if version >= 10 else 8
    length = int(data[4 : 4 + width], 2)
    text = data[4 + width : 4 + width + length * 8]
    return bytes(int(text[at : at + 8], 2) for at in range(0, len(text), 8)).decode()


def drawn(size: int, path: str) -> qr.Grid:
    """The squares that a path draws."""
    grid = [[False] * size for _ in range(size)]
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path):
        for at in range(int(x), int(x) + int(width)):
            grid[int(y)][at] = True
    return grid
