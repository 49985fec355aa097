"""Generated values of the documents: whatever a party, an amount or a text may be."""

from __future__ import annotations

import string
from datetime import date
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from portal.formats.en16931 import Address, Identifier, Party

LETTERS = string.ascii_letters + string.digits + "åäöÅÄÖé<>&\"'-/. "
texts = st.text(LETTERS, min_size=1, max_size=20).map(str.strip).filter(bool)
codes = st.text(string.ascii_uppercase + string.digits, min_size=1, max_size=8)
amounts = st.decimals(min_value=-10_000_000, max_value=10_000_000, places=2)
nonzero = amounts.filter(bool)
quantities = st.decimals(min_value=0, max_value=100_000, places=4)
days = st.dates(date(1900, 1, 1), date(2099, 12, 31))
identifiers = st.builds(Identifier, codes, st.none() | codes)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


addresses = st.builds(Address, *[maybe(texts)] * 4, maybe(codes), maybe(texts), maybe(texts))
parties = st.builds(
    Party,
    name=maybe(texts),
    legal_name=texts,
    endpoint=maybe(identifiers),
    identifiers=st.lists(identifiers, max_size=2).map(tuple),
    legal_id=maybe(identifiers),
    vat_number=maybe(codes),
    tax_registration=maybe(texts),
    address=addresses,
    contact_name=maybe(texts),
    contact_email=maybe(texts),
    contact_phone=maybe(texts),
    legal_form=maybe(texts),
)
relaxed = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
