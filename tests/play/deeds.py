"""Every deed of a history, known by its name once this is imported."""

from __future__ import annotations

from tests.play import deeds_at_arrival, deeds_of_invoices, deeds_of_orders
from tests.play.stage import DEEDS

__all__ = ["DEEDS", "deeds_at_arrival", "deeds_of_invoices", "deeds_of_orders"]
