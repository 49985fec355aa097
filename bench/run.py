"""The works of the bench by name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bench import catalogue, invoice_list, invoices, orders, search
from bench.figures import Figures

WORKS: Mapping[str, Callable[[], Awaitable[Figures]]] = {
    "W1": catalogue.run,
    "W2": search.run,
    "W3": orders.run,
    "W4": invoices.run,
    "W5": invoice_list.run,
}
