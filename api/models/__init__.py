"""Every table, so that migrations and the tests of the schema see them all."""

from importlib import import_module
from pkgutil import iter_modules

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
for _plumbing in (
    "database.numbers",
    "database.record_access",
    "database.sessions",
    "events.events",
    "web.idempotency",
):
    import_module(f"api.core.{_plumbing}")
