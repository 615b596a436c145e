"""Until when what people do inside the house is to be done, where no law says it: a table.

A step without a term is never late, so nobody above ever hears of it. The terms are rows of the rule
table that the office sets (STEP-…); here stands which kind of turn goes by which of them. A term
begins on the day on which the record came to that step (`turn_since`, models/base.py), or on a later
one that is more right: nobody is paid before objections are over.
"""

from typing import Final

from api.domain.kit.duties import DutyKind as K

PREPARE: Final = "STEP-PREPARE"
APPROVE: Final = "STEP-APPROVE"
PAY: Final = "STEP-PAY"
CLAIM: Final = "STEP-CLAIM"
CHECK: Final = "STEP-CHECK"
HANDLE: Final = "STEP-HANDLE"
CLOSE: Final = "STEP-CLOSE"

#: Kind of turn → the rule by which it is to be done.
STEP_TERMS: Final[dict[K, str]] = {
    K.DISTRIBUTION_COMPUTE: PREPARE,
    K.DISTRIBUTION_APPROVE: APPROVE,
    K.DISTRIBUTION_PUBLISH: PREPARE,
    K.DISTRIBUTION_PAY: PAY,
    K.DISTRIBUTION_CONFIRM: PAY,
    K.REWARD_APPROVE: APPROVE,
    K.REWARD_CODE: PREPARE,
    # the reporter is asked to come, in their own time
    K.REWARD_PAY: CLAIM,
    K.VICTIM_VERIFY: CHECK,
    K.PROPERTY_DETERMINE: CHECK,
    K.PROPERTY_DISPUTED: CHECK,
    K.PROPERTY_DISPOSE: HANDLE,
    K.ENTITY_SWEEP: CHECK,
    K.ENTITY_ASSESS: CHECK,
    K.ENTITY_LIST: CHECK,
    K.ENTITY_HANDLE: HANDLE,
    # what was ordered has a term of its own, and comes first
    K.ENTITY_ACCEPT: HANDLE,
    K.INSPECTION_CLOSE: HANDLE,
    K.ENTITY_ANSWER: CLOSE,
    K.ENTITY_POLICE: CLOSE,
    K.ENTITY_DELIST: CLOSE,
    K.OUTCOME_PUBLISH: APPROVE,
}
#: Only what single people know of, or brought in themselves, is never brought before anybody above.
UNTOLD: Final[frozenset[K]] = frozenset()
