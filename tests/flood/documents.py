"""The invoices of a flood: clean ones of orders received in full, and a fifth sent again under their numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from dev.demo_city.ids import CONCERN_ID
from dev.invoices.orders import document, read_order
from dev.invoices.writer import write
from dev.volumes.orders import SUPPLIERS, Wanted, make_orders, order_number
from portal.db.context import Context
from portal.db.session import Database
from portal.kernel.dates import stockholm_date


@dataclass(frozen=True)
class Size:
    """So many deliveries of so many distinct documents, a fifth of which repeat another's number."""

    deliveries: int
    documents: int

    @property
    def numbers(self) -> int:
        return self.documents * 4 // 5


async def write_documents(database: Database, folder: Path, size: Size, now: datetime) -> list[str]:
    """Every distinct document as a file; the names."""
    async with database.session(Context.for_system(CONCERN_ID)) as session:
        await make_orders(session, Wanted("FL", size.numbers, lines=2, suppliers=SUPPLIERS), now)
        clean = [
            document(await read_order(session, order_number("FL", i)), f"FL-{i}", stockholm_date(now))
            for i in range(1, size.numbers + 1)
        ]
    again = [replace(one, note="Skickad igen.") for one in clean[: size.documents - size.numbers]]
    names = [f"FL-{i}.xml" for i in range(size.documents)]
    for name, one in zip(names, clean + again, strict=True):
        (folder / name).write_bytes(write(one))
    return names
