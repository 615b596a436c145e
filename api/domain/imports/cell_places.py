"""Which village, and which unit, a cell names."""

import re
from typing import Final

from api.domain.imports.cells import Cell, CellFault, Doubtful, Surroundings, Value, short, text_of
from api.domain.words.places import Places


def division(cell: Cell, around: Surroundings) -> Value:
    """A village or community of this county, by name."""
    raw = text_of(cell)
    code = around.divisions.find(raw)
    if len(raw) > 3:
        listed = _villages(raw, around.divisions)
        if len(listed) > 1:
            raise CellFault(
                "several_values", f"“{short(raw)}”里不止一个村（社区），请只填一个，其余写进备注"
            )
    if code is None:
        raise CellFault("unknown_division", f"“{short(raw)}”不在本地村（社区）名单中，请核对")
    return code


_LISTED: Final = re.compile(r"[、,，;；/／|\n]|和|及|与")


def _villages(raw: str, places: Places) -> set[str]:
    """Codes of the places that a cell lists; a town before its village is no second place."""
    found = places.all_inside(raw)
    parts = [part for part in _LISTED.split(raw) if len(part.strip()) > 1]
    if len(parts) > 1:
        found |= {code for part in parts if (code := places.find(part)) is not None}
    stems = {code: re.sub(r"(?:000)+$", "", code) for code in found}
    towns = {
        code
        for code, stem in stems.items()
        if any(other != code and other.startswith(stem) for other in found)
    }
    return found - towns


def unit(cell: Cell, around: Surroundings) -> Value | Doubtful:
    """A unit by name. It is a proposal only, so an unknown one is no fault."""
    raw = text_of(cell)
    found = around.units.find(raw)
    if found is None:
        return Doubtful(
            None, "unknown_unit", f"“{short(raw)}”在系统里找不到对应的单位，交办时请另行选择"
        )
    if found in around.above:
        return Doubtful(
            None,
            "unit_above",
            f"“{short(raw)}”是上级，不能作为承办单位；需要县里办理的，登记以后请用“上报县专项办”",
        )
    return found
