"""Every kind of stored invoice decision and the code that makes it again."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from portal.invoicing.rules import arrival, final_check, flow, matching, payment, vat
from portal.kernel.decision import Recompute

REGISTRY: Mapping[str, Recompute] = MappingProxyType(
    {
        arrival.KIND: arrival.again,
        payment.KIND: payment.again,
        flow.KIND: flow.again,
        matching.KIND: matching.again,
        final_check.KIND: final_check.again,
        vat.KIND: vat.again,
    }
)
