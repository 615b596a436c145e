"""What the one search over everything finds: nouns, and who may look for them."""

from collections.abc import Mapping
from typing import Final

from api.domain.kit.labels import Labelled
from api.domain.kit.permissions import Permission as P
from api.domain.words.saved_filters import ListNoun

#: So many of each noun are shown; its own list has the rest.
SHOWN: Final = 5


class FoundNoun(Labelled):
    """Nouns in the order in which they are told, by their names in the API."""

    LEADS = ListNoun.LEADS.value, ListNoun.LEADS.label
    CASES = ListNoun.CASES.value, ListNoun.CASES.label
    RISK_ENTITIES = ListNoun.RISK_ENTITIES.value, ListNoun.RISK_ENTITIES.label
    INSPECTIONS = ListNoun.INSPECTIONS.value, ListNoun.INSPECTIONS.label
    RECTIFICATIONS = ListNoun.RECTIFICATIONS.value, ListNoun.RECTIFICATIONS.label
    VICTIMS = ListNoun.VICTIMS.value, ListNoun.VICTIMS.label
    PROPERTY_ITEMS = ListNoun.PROPERTY_ITEMS.value, ListNoun.PROPERTY_ITEMS.label
    PROPERTY_MEASURES = ListNoun.PROPERTY_MEASURES.value, ListNoun.PROPERTY_MEASURES.label
    DISTRIBUTIONS = ListNoun.DISTRIBUTIONS.value, ListNoun.DISTRIBUTIONS.label
    HANDOVERS = "handovers", "移送移交"
    REWARDS = "rewards", "举报奖励"
    OUTCOMES = "outcomes", "行动成果"
    UNITS = "units", "单位"
    USERS = "users", "人员"


#: The right to read the list of a noun is the right to find its records.
NEEDS: Final[Mapping[FoundNoun, P]] = {
    FoundNoun.LEADS: P.LEAD_READ,
    FoundNoun.CASES: P.CASE_READ,
    FoundNoun.RISK_ENTITIES: P.RISK_ENTITY_READ,
    FoundNoun.INSPECTIONS: P.INSPECTION_READ,
    FoundNoun.RECTIFICATIONS: P.INSPECTION_READ,
    FoundNoun.VICTIMS: P.VICTIM_READ,
    FoundNoun.PROPERTY_ITEMS: P.PROPERTY_READ,
    FoundNoun.PROPERTY_MEASURES: P.PROPERTY_READ,
    FoundNoun.DISTRIBUTIONS: P.DISTRIBUTION_READ,
    FoundNoun.HANDOVERS: P.LEAD_READ,
    FoundNoun.REWARDS: P.REWARD_READ,
    FoundNoun.OUTCOMES: P.OUTCOME_READ,
    FoundNoun.UNITS: P.UNIT_READ,
    FoundNoun.USERS: P.USER_READ,
}
