"""Invents people, firms and complaints for the demo and the example ledgers, the same every time."""

import random
from dataclasses import dataclass, field
from typing import Any

from api.domain.demo import demo, demo_numbers
from api.domain.demo import demo_stories as told
from api.domain.entities.risk_entities import Industry
from api.domain.leads.categories import LeadCategory

_RANKS = list(told.BUSINESSES)


@dataclass(slots=True, kw_only=True)
class Inventor:
    """Names and numbers that nobody has had yet."""

    random: random.Random
    serials: dict[str, int] = field(default_factory=dict[str, int])

    def serial(self, kind: str) -> int:
        """The next number of a kind."""
        self.serials[kind] = self.serials.get(kind, 0) + 1
        return self.serials[kind]

    def person(self) -> str:
        """A name."""
        return self.random.choice(told.SURNAMES) + self.random.choice(told.GIVEN_NAMES)

    def phone(self) -> str:
        """A mobile number."""
        return demo_numbers.phone(self.serial("phone"))

    def account(self) -> str:
        """A bank account."""
        return demo_numbers.account(self.serial("account"))

    def resident_id(self) -> str:
        """The number of somebody born between 1938 and 1964."""
        serial = self.serial("person")
        return demo_numbers.resident_id(serial, 1938 + serial % 27)

    def village(self) -> tuple[str, str]:
        """Code and name of a village; those with people of their own in the demo come up more."""
        weights = [2, 5, 4, *[1] * (len(demo.VILLAGES) - 3)]
        return self.random.choices(demo.VILLAGES, weights)[0]

    def subject(self, category: LeadCategory) -> tuple[str, str]:
        """Name and credit code of a firm that a lead is about; some come up more than once."""
        industry = self.random.choice(told.INDUSTRY_OF[category])
        trade = min(self.random.randrange(len(told.TRADE_NAMES)) for _ in range(2))
        return firm(industry, self.random.randrange(len(told.BUSINESSES[industry])), trade)

    def complaint(self, category: LeadCategory, subject: str, village: str) -> dict[str, Any]:
        """What a lead says (`narrative`), fen and people in it, and what a checker ticks."""
        chance = self.random
        trick = chance.choice(told.TRICKS[category])
        yuan = chance.randrange(trick.least // 100, trick.most // 100 + 1) * 100
        people = chance.choice((1, 1, 2, 3, 3, 5, 8, 12, 21)) if "{people}" in trick.text else 1
        said = trick.text.format(
            subject=subject,
            village=village,
            amount=yuan,
            people=people,
            months=chance.randrange(2, 19),
            rate=chance.choice((8, 10, 12, 15, 18)),
            age=chance.randrange(61, 88),
            phone=self.phone(),
            account=self.account(),
        )
        return {
            "narrative": said,
            "yuan": yuan * people,
            "people": people,
            "flags": trick.flags,
        }


def firm(industry: Industry, form: int, trade: int) -> tuple[str, str]:
    """Name and credit code, the same wherever the firm comes up; some that are no company have
    none."""
    name = told.BUSINESSES[industry][form].format(told.TRADE_NAMES[trade])
    company = "公司" in name
    if not company and (trade + form) % 3 == 0:
        return name, ""
    serial = _RANKS.index(industry) * 1000 + trade * 10 + form
    return name, demo_numbers.credit_code(serial, "91" if company else "92")
