"""Every router of the API, in the order of the OpenAPI document."""

from api.routers import (
    attachments,
    auth,
    cases,
    distributions,
    health,
    imports,
    jobs,
    leads,
    ledger,
    property_items,
    property_measures,
    time_rules,
    victims,
)

ROUTERS = (
    health.router,
    auth.router,
    auth.me_router,
    leads.router,
    cases.router,
    property_items.router,
    property_measures.router,
    victims.router,
    ledger.router,
    distributions.router,
    imports.router,
    jobs.router,
    time_rules.router,
    time_rules.holidays_router,
    *attachments.SUBJECT_ROUTERS,
    attachments.router,
)
