"""Whether what a correction may clear can be empty in the table: asked at import."""

from typing import Any

from api.schemas.changes import Changes


def check(changes: type[Changes], model: Any) -> None:
    """Raises TypeError for a field that null clears, but that the table always wants filled."""
    columns = model.__table__.columns
    for name, empty in changes.cleared.items():
        stored = columns.get(name, columns.get(f"{name}_enc"))
        if stored is None:
            raise TypeError(f"{changes.__name__}.{name} is no column of {model.__name__}")
        if empty is None and not stored.nullable:
            raise TypeError(f"{changes.__name__}.{name} may be null, its column may not")
        if stored.name.endswith("_enc") and not stored.nullable:
            raise TypeError(f"{changes.__name__}.{name} is sealed in a column that must be filled")
