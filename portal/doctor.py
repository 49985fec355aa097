"""What must hold before the portal may serve: the second wall stands only when the app's role is weak."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

from portal.audit.anchors import read_anchors
from portal.audit.sealing import BrokenChain, anchor_path, check_last_anchor
from portal.catalog.indexed_search import IndexWatch
from portal.db.context import Context
from portal.db.migrate import MIGRATIONS
from portal.formats.rulesets import PEPPOL, STAND_IN, RuleSet, list_rules
from portal.integrations.search import SearchUnavailable
from portal.jobs.parked import Parked, parked_jobs
from portal.kernel.dates import SystemClock, add_months, stockholm_date
from portal.kernel.errors import PortalError
from portal.kernel.running import Part, read_running
from portal.proxies import unlisted_proxy
from portal.settings import Settings
from portal.wiring import Installation

_ROLE = text("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
_OWNED = text(
    "SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner"
    " WHERE r.rolname = current_user AND c.relkind IN ('r', 'p', 'v', 'm')"
)
_BARE = text(
    "SELECT string_agg(relname, ', ' ORDER BY relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    " AND relkind IN ('r', 'p') AND NOT (relrowsecurity AND relforcerowsecurity)"
    " AND relname NOT LIKE 'procrastinate%'"
    " AND relname NOT IN ('alembic_version', 'original', 'rate_limit', 'vat_rate')"
)
_VERSION = text("SELECT version_num FROM alembic_version")
_CONCERNS = text("SELECT id FROM list_concerns()")


MONTHS_OF_EDITION = 6


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `fatal` means the portal must not start; `warning` that somebody should see to it."""

    text: str
    fatal: bool = False
    warning: bool = False


class Unfit(PortalError):
    """The installation must not serve."""

    status = 500
    code = "unfit"


async def examine(installation: Installation) -> list[Finding]:
    """Look at roles, schema, row-level security and settings."""
    async with installation.database.session(Context()) as session:
        role = (await session.execute(_ROLE)).one()
        owned = (await session.execute(_OWNED)).scalar_one()
        bare = (await session.execute(_BARE)).scalar_one()
        version = (await session.execute(_VERSION)).scalar_one()
        parked = await parked_jobs(session)
    history = await _history(installation)
    newest = newest_revision()
    settings = installation.settings
    now = SystemClock().now()
    proxy, today = unlisted_proxy(settings.data_dir, now), stockholm_date(now)
    insecure = settings.production and not settings.base_url.startswith("https://")
    return [
        _judge(role.rolsuper, "Appens databasroll är superanvändare.", "Appens databasroll är inte superanvändare."),
        _judge(role.rolbypassrls, "Appens databasroll går förbi radskyddet.", "Appens databasroll lyder radskyddet."),
        _judge(bool(owned), "Appens databasroll äger tabeller.", "Appens databasroll äger inga tabeller."),
        _judge(bool(bare), f"Tabeller utan tvingat radskydd: {bare}.", "Alla tabeller har tvingat radskydd."),
        _judge(version != newest, f"Schemat är {version}, ska vara {newest}: portal migrate.", f"Schemat är {newest}."),
        _proxies(proxy),
        _rules(list_rules(settings.data_dir, today), today, production=settings.production),
        history,
        _judge(insecure, "PORTAL_BASE_URL måste vara https i produktion.", f"Adress: {settings.base_url}."),
        *_parts(settings), _parked(parked), *await _search_index(installation),
    ]  # fmt: skip


def _parts(settings: Settings) -> list[Finding]:
    """What the supervisor of this machine says of its parts; nothing where none runs."""
    running = read_running(settings.data_dir)
    if running is None or not running.alive:
        return [Finding("Ingen portal körs från den här mappen.")]
    return [_part(part) for part in running.parts]


def _part(part: Part) -> Finding:
    state = {"running": "igång", "waiting": "har slutat, startas strax om", "starting": "startas om"}[
        part.state
    ]
    why = f", slutade senast med {part.reason}" if part.reason else ""
    times = f", omstarter: {part.restarts}{why}" if part.restarts else why
    return Finding(f"Del {part.name}: {state}{times}.", warning=part.state != "running" or part.restarts > 0)


async def _search_index(installation: Installation) -> list[Finding]:
    """Whether the search engine beside PostgreSQL holds what the database has; nothing where there is none."""
    if installation.meilisearch is None:
        return []
    watch = IndexWatch(installation.database, installation.meilisearch)
    async with installation.database.session(Context()) as session:
        concerns = (await session.execute(_CONCERNS)).scalars().all()
    try:
        counts = [await watch.counts(concern_id) for concern_id in concerns]
    except SearchUnavailable:
        return [Finding("Sökmotorn (MEILI_URL) svarar inte. PostgreSQL svarar i stället.", warning=True)]
    held, live = sum(held for held, _ in counts), sum(live for _, live in counts)
    if all(one == other for one, other in counts):
        return [Finding(f"Sökmotorns index håller alla {live} artiklar.")]
    mend = (
        "Indexet byggs på nytt inom fem minuter, eller nu: portal search rebuild. PostgreSQL svarar så länge."
    )
    return [Finding(f"Sökmotorns index håller {held} artiklar, databasen {live}. {mend}", warning=True)]


def _parked(parked: Sequence[Parked]) -> Finding:
    if not parked:
        return Finding("Inga parkerade jobb.")
    return Finding(f"Parkerade jobb: {len(parked)}. Se portal jobs list.", warning=True)


async def refuse_unfit(installation: Installation) -> None:
    """Raise Unfit with every fatal finding."""
    fatal = [finding.text for finding in await examine(installation) if finding.fatal]
    if fatal:
        raise Unfit("Portalen startar inte. %(findings)s", findings=" ".join(fatal))


def newest_revision() -> str | None:
    """The one head of the migrations."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config).get_current_head()


async def _history(installation: Installation) -> Finding:
    """Whether the last anchor holds: quick, where `portal audit verify` walks through everything."""
    anchors = read_anchors(anchor_path(installation.settings.data_dir), installation.database.audit_key)
    try:
        async with installation.database.session(Context.for_system(None)) as session:
            await check_last_anchor(session, anchors)
    except BrokenChain as found:
        return Finding(str(found), warning=True)
    return Finding("Behandlingshistorikens senaste ankare stämmer.")


def _proxies(unlisted: str | None) -> Finding:
    if unlisted is None:
        return Finding("Ingen proxy som saknas i PORTAL_PROXIES har setts.")
    return Finding(
        f"Anrop kommer genom en proxy som inte står i PORTAL_PROXIES ({unlisted}). Alla bakom den räknas som en och"
        " samma adress när försök att logga in begränsas. Lägg till proxyns adress om den är er.",
        warning=True,
    )


def _rules(sets: Sequence[RuleSet], today: date, *, production: bool) -> Finding:
    """Which edition judges invoices now. Peppol's editions last half a year."""
    peppol = next(one for one in sets if one.name == PEPPOL)
    edition, since = peppol.edition.removesuffix(STAND_IN) or peppol.version_date.isoformat(), peppol.in_force
    old = today > add_months(since, MONTHS_OF_EDITION)
    late = " En nyare utgåva gäller troligen: lägg till den med portal rules install." if old else ""
    if peppol.stands_in:
        return Finding(
            f"Peppols officiella regler är inte installerade. Portalens ersättning för utgåva {edition} gäller."
            f" Lägg till dem med make rules eller portal rules install FIL.jar.{late}",
            warning=production or old,
        )
    return Finding(f"Peppols officiella regler, utgåva {edition}, gäller sedan {since}.{late}", warning=old)


def _judge(wrong: bool, bad: str, good: str) -> Finding:
    return Finding(bad, fatal=True) if wrong else Finding(good)
