"""portal user: list and add users, set a password, end sessions."""

from __future__ import annotations

import click
from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert

from portal.access.models import Credential, SignInSession, User
from portal.access.passwords import hash_password
from portal.audit.log import Event, record
from portal.cli.running import told, with_installation
from portal.db.context import Context
from portal.kernel.errors import NotFound
from portal.wiring import Installation


@click.group()
def user() -> None:
    """Användare: visa, sätt lösenord, avsluta inloggningar."""


@user.command("list")
@told
def list_users() -> None:
    """Visa alla användare med grupp och organisation."""

    async def work(installation: Installation) -> list[str]:
        query = text(
            "SELECT u.login, u.email, coalesce(u.group_code, 'leverantör') AS grp, u.active FROM app_user u ORDER BY 1"
        )
        async with installation.database.session(Context.for_system(None)) as session:
            rows = (await session.execute(query)).all()
        return [
            f"{r.login:32} {r.email:48} {r.grp:16} {'' if r.active else 'inaktiv'}".rstrip() for r in rows
        ]

    for line in with_installation(work):
        click.echo(line)


@user.command("password")
@click.argument("login")
@click.password_option("--password", prompt="Nytt lösenord", confirmation_prompt="En gång till")
@told
def password(login: str, password: str) -> None:
    """Sätt ett nytt lösenord och avsluta användarens inloggningar."""

    async def work(installation: Installation) -> None:
        now = installation.clock.now()
        async with installation.database.session(Context.for_system(None)) as session:
            found = (await session.execute(select(User).where(User.login == login))).scalar_one_or_none()
            if found is None:
                raise NotFound("Användaren %(login)s finns inte.", login=login)
            row = {"user_id": found.id, "password_hash": hash_password(password), "changed_at": now}
            upsert = insert(Credential).values(**row)
            await session.execute(upsert.on_conflict_do_update(index_elements=["user_id"], set_=row))
            await session.execute(delete(SignInSession).where(SignInSession.user_id == found.id))
            await record(session, [Event(
                "user:password:set", "user", found.id, now, actor="operator", concern_id=found.concern_id,
                organisation_id=found.organisation_id,
            )])  # fmt: skip

    with_installation(work)
    click.echo(f"Lösenordet för {login} är bytt, och användarens inloggningar är avslutade.")
