"""Which chat a metered call belongs to; what each month has come to, kept as the calls are written."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("usages", sa.Column("conversation_id", sa.Uuid()))
    op.create_index("ix_usages_conversation_id", "usages", ["conversation_id"])
    op.create_table(
        "usage_totals",
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("scope", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("micros", sa.BigInteger(), nullable=False),
        sa.Column("open_micros", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("month", "scope", "subject_id", "currency", name="pk_usage_totals"),
    )
    if op.get_bind().dialect.name == "sqlite":
        # A moment is kept as text in UTC, an id as 32 hexadecimal digits.
        _count_the_calls(month="substr(started_utc, 1, 7)", company=f"'{'0' * 32}'")
        _keep_up_in_sqlite()
    else:
        _count_the_calls(
            month="to_char(started_utc AT TIME ZONE 'UTC', 'YYYY-MM')",
            company="'00000000-0000-0000-0000-000000000000'::uuid",
        )
        _keep_up_in_postgresql()


def _count_the_calls(*, month: str, company: str) -> None:
    """Fill the totals from the calls that are there."""
    for scope, subject in (("company", company), ("user", "user_id"), ("model", "model_id")):
        op.execute(
            "INSERT INTO usage_totals (month, scope, subject_id, currency, micros, open_micros) "  # noqa: S608 - our words
            f"SELECT {month}, '{scope}', {subject}, currency, sum(money_micros), "
            "sum(CASE WHEN state = 'open' THEN money_micros ELSE 0 END) "
            f"FROM usages WHERE currency <> '' AND money_micros <> 0 AND {subject} IS NOT NULL GROUP BY 1, 3, 4"
        )


def _keep_up_in_sqlite() -> None:
    def count(row: str, sign: str) -> str:
        micros = f"{sign} {row}.money_micros"
        return (
            "INSERT INTO usage_totals (month, scope, subject_id, currency, micros, open_micros) "  # noqa: S608 - our words
            f"SELECT substr({row}.started_utc, 1, 7), whose.scope, whose.id, {row}.currency, {micros}, "
            f"CASE WHEN {row}.state = 'open' THEN {micros} ELSE 0 END "
            f"FROM (SELECT 'company' AS scope, '{'0' * 32}' AS id UNION ALL SELECT 'user', {row}.user_id "
            f"UNION ALL SELECT 'model', {row}.model_id) AS whose "
            f"WHERE whose.id IS NOT NULL AND {row}.currency <> '' AND {row}.money_micros <> 0 "
            "ON CONFLICT (month, scope, subject_id, currency) DO UPDATE SET "
            "micros = micros + excluded.micros, open_micros = open_micros + excluded.open_micros;"
        )

    op.execute(f"CREATE TRIGGER usages_counted_insert AFTER INSERT ON usages BEGIN {count('new', '+')} END")
    op.execute(f"CREATE TRIGGER usages_counted_delete AFTER DELETE ON usages BEGIN {count('old', '-')} END")
    op.execute(
        f"CREATE TRIGGER usages_counted_update AFTER UPDATE OF {_COUNTED} ON usages "
        f"BEGIN {count('old', '-')} {count('new', '+')} END"
    )


def _keep_up_in_postgresql() -> None:
    def count(row: str, sign: str) -> str:
        micros = f"{sign} {row}.money_micros"
        return f"""
            INSERT INTO usage_totals AS total (month, scope, subject_id, currency, micros, open_micros)
            SELECT to_char({row}.started_utc AT TIME ZONE 'UTC', 'YYYY-MM'), whose.scope, whose.id, {row}.currency,
                {micros}, CASE WHEN {row}.state = 'open' THEN {micros} ELSE 0 END
            FROM (
                VALUES ('company', '00000000-0000-0000-0000-000000000000'::uuid),
                    ('user', {row}.user_id), ('model', {row}.model_id)
            ) AS whose (scope, id)
            WHERE whose.id IS NOT NULL AND {row}.currency <> '' AND {row}.money_micros <> 0
            ON CONFLICT (month, scope, subject_id, currency) DO UPDATE SET
                micros = total.micros + excluded.micros, open_micros = total.open_micros + excluded.open_micros;
        """  # noqa: S608 - our words

    op.execute(
        f"""
        CREATE FUNCTION erpai_count_usage() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
            IF TG_OP <> 'INSERT' THEN {count("OLD", "-")} END IF;
            IF TG_OP <> 'DELETE' THEN {count("NEW", "+")} END IF;
            RETURN NULL;
        END
        $body$
        """
    )
    op.execute(
        f"CREATE TRIGGER usages_counted AFTER INSERT OR DELETE OR UPDATE OF {_COUNTED} ON usages "
        "FOR EACH ROW EXECUTE FUNCTION erpai_count_usage()"
    )


_COUNTED = "user_id, model_id, state, started_utc, money_micros, currency"
