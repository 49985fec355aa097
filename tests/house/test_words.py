"""Figures in words come from one formatter (kernel/money.py, kernel/dates.py): no page makes its own."""

from __future__ import annotations

import ast

from tests.house.source import modules

# What a form's field is filled with, to be read again.
FIELDS = frozenset({"portal/web/supplier/fields.py", "portal/web/suppliers/agreement_view.py"})


def test_no_page_writes_a_number_with_a_point() -> None:
    """f"{value:f}" and "{:.2f}" give "0.5"; format_number_sv, format_kr and the filters kr and qty give "0,5"."""
    found = [
        (module.path, node.lineno)
        for module in modules("portal/web")
        for node in module.nodes
        if isinstance(node, ast.FormattedValue)
        and node.format_spec is not None
        and ast.unparse(node.format_spec).rstrip("\"'").endswith("f")
    ]
    assert [one for one in found if one[0] not in FIELDS] == []
