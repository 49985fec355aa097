"""What stands in the code and waits for something: each with the requirement, or the room, that it waits for.

An entry that is used after all, or is no longer there, fails its test. Rather than a new entry: leave the thing out
until somebody needs it.
"""

from __future__ import annotations

from collections.abc import Mapping

# Registers that «City» administers (A2, A3): filled by the demo city and by installations, read by the product.
UNWRITTEN_TABLES: Mapping[str, str] = {
    "coding_rule": "A6.18: sambandskontroller, changed by the central administrator",
    "coding_value": "A10.12: the chart of accounts and its dimensions",
    "comment_account": "A6.20: accounts that ask for a comment",
    "concern": "A1.02: the concern itself",
    "delegation": "A7.02: registered by the local administrator",
    "group_permission": "A2.18: groups and what they may do",
    "organisation": "A1.02: the organisations",
    "person": "A2.22: persons behind users",
    "recipient_code": "A6.14: mottagarkoder",
    "responsibility": "A1.03: the attest tree",
    "unspsc_account": "A6.19: the UNSPSC map",
    "user_group": "A2.18: groups and what they may do",
    "user_role": "A2.21: extra roles",
}
# Kept as evidence of who did what and when: shown by no page of ours, read by an auditor and by what checks the chain.
UNREAD_COLUMNS: Mapping[str, str] = {
    "audit_seal.sealed_at": "A10.13: when the row was sealed",
    "credential.changed_at": "A10.13: when the password was set",
    "decision.shown_sha256": "A10.13: what was shown when it was decided",
    "order_response.answered_by": "A10.13: who answered",
    "sign_in_session.user_agent": "A10.13: which browser signed in",
}
UNASKED_PERMISSIONS: Mapping[str, str] = {"B25": "A10.06: förnyad konkurrensutsättning"}
UNCALLED: Mapping[str, str] = {
    "portal/access/permissions.py:GROUPS": "A2.18: the groups an installation begins with, «City»",
    "portal/attest/actions/delegations.py:register_delegation": "A7.02: the page comes in «City»",
    "portal/attest/actions/delegations.py:revoke_delegation": "A7.02: the page comes in «City»",
    "portal/formats/peppol/order.py:read_order": "A1.08: orders that are received, «Ordering»",
    "portal/formats/peppol/order_response.py:read_order_response": "A1.08: answers over Peppol, «Ordering»",
    "portal/formats/peppol/order_response.py:write_order_response": "A1.08: answers over Peppol, «Ordering»",
    "portal/coding/rules/check.py:CENTRAL_RULES": "A6.17: the rule an installation begins with, «City»",
    "portal/integrations/http.py:HttpClient": "A10.01: punch-out, «Buying»",
    "portal/integrations/http.py:OutboundClient": "A10.01: punch-out, «Buying»",
}
SWITCHES_FOR_TESTS: frozenset[str] = frozenset({
    "portal/attest/actions/delegations.py:register_delegation(confirmed)",
    "portal/web/i18n.py:read_english(strict)",
})  # fmt: skip
# Turned by tests, the demo or the measurements: time that is advanced, a worker that empties the queue, a copy of a
# database, what failpoints and official lists are compared with, a difference as a plain rule beside the one in SQL.
FOR_TESTS: frozenset[str] = frozenset({
    "portal/access/permissions.py:EVERY_CODE",
    "portal/catalog/rules/diff.py:Change.price_changed",
    "portal/catalog/rules/diff.py:difference",
    "portal/db/embedded.py:EmbeddedServer.drop_database",
    "portal/db/embedded.py:EmbeddedServer.rename_database",
    "portal/formats/added_rules.py:changed_ids",
    "portal/formats/check.py:CheckResult.is_readable",
    "portal/formats/check.py:check_rules",
    "portal/formats/rule_pool.py:RulePool.check_many",
    "portal/integrations/object_store.py:PLACES",
    "portal/jobs/queue.py:refuse_unknown",
    "portal/jobs/retry.py:MAX_ATTEMPTS",
    "portal/kernel/dates.py:FixedClock.advance",
    "portal/kernel/failpoints.py:PLACES",
    "portal/kernel/failpoints.py:STORE_PLACES",
    "portal/worker.py:drain",
})  # fmt: skip
