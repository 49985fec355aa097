"""All recurring work in one table. A recurring job runs with no concern and goes through the concerns itself.

Cron fields are minute, hour, day, month, weekday and, sixth, second; times are UTC, so work that belongs to a
Swedish calendar day runs often and compares dates itself.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recurring:
    """Job `job` at every moment `cron` names; one run per moment, however many workers there are."""

    name: str
    cron: str
    job: str
    description: str


SCHEDULE: tuple[Recurring, ...] = (
    Recurring(
        "audit-seal", "* * * * * */5", "audit.seal", "Kedjar nya rader i behandlingshistoriken i ordning."
    ),
    Recurring(
        "waiting-days",
        "*/5 * * * *",
        "invoicing.waiting_days",
        "Påminner om leveranskvittens och lämnar över fakturor som har väntat för länge.",
    ),
    Recurring(
        "supplier-accounts",
        "*/5 * * * *",
        "suppliers.open_accounts",
        "Låter godkända konton börja gälla när väntetiden är slut.",
    ),
    Recurring(
        "left-behind",
        "2-57/5 * * * *",
        "invoicing.left_behind",
        "Lämnar över det som väntar på användare som inte är aktiva till den som får.",
    ),
    Recurring(
        "search-index",
        "4-59/5 * * * *",
        "catalog.mend_index",
        "Bygger sökmotorns index på nytt när det inte håller de artiklar som finns i databasen.",
    ),
    Recurring("sessions", "17 * * * *", "access.clear_sessions", "Tar bort inloggningar som har gått ut."),
)
