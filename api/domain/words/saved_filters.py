"""Saved filters (常用筛选): conditions of a list under a name, a post's own or shared with its unit."""

from typing import Final

from api.domain.kit.labels import Labelled


class ListNoun(Labelled):
    """Lists whose conditions can be kept, by their names in the API."""

    LEADS = "leads", "线索"
    RISK_ENTITIES = "risk-entities", "风险主体"
    INSPECTIONS = "inspections", "检查"
    RECTIFICATIONS = "rectifications", "整改"
    CASES = "cases", "案件"
    PROPERTY_ITEMS = "property-items", "涉案财物"
    PROPERTY_MEASURES = "property-measures", "查扣冻措施"
    VICTIMS = "victims", "受害人"
    DISTRIBUTIONS = "distributions", "清退方案"


#: More than these nobody finds anything in.
MOST_OF_A_POST: Final = 30
LONGEST_QUERY: Final = 2000
#: Where a page of the list begins and how long it is belongs to no filter.
NOT_KEPT: Final = frozenset({"cursor", "limit", "with_total", "with_sums"})
#: Conditions that are a person's name or number as such: the lists find them by a blind index, and
#: a text kept in the clear would undo that.
PERSONAL: Final[dict[ListNoun, frozenset[str]]] = {
    ListNoun.RISK_ENTITIES: frozenset({"responsible_person"}),
    ListNoun.VICTIMS: frozenset({"q"}),
}
