"""The law as it comes with the program, for tests of the law book."""

from datetime import date

from api.domain.law.calendar import Calendar
from api.domain.law.time_rules import TimeRule, find_rule


class Shipped:
    """The rules and the calendar as they are shipped, before any town or county changed them."""

    calendar = Calendar.builtin()

    def rule(self, rule_id: str, on: date, version: int | None = None) -> TimeRule:
        del version
        return find_rule(rule_id, on)


LAW = Shipped()
