"""Provider checks, metering and budgets, golden answers; what versions and answers rest on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Each with a default, for the rows that are there.
    _add("providers", sa.Column("model_file", sa.String(1024), nullable=False, server_default=""))
    _add("compilations", sa.Column("base_model", sa.String(256), nullable=False, server_default=""))
    _add("compilations", sa.Column("activation_note", sa.Text(), nullable=False, server_default=""))
    _add("models", sa.Column("activation_margin", sa.Double(), nullable=False, server_default=sa.text("0.02")))
    _add(
        "assistant_conversation_messages",
        sa.Column("grounding", sa.String(32), nullable=False, server_default="curated"),
    )
    _add("assistant_conversation_messages", sa.Column("note", sa.String(1024), nullable=False, server_default=""))
    _add("job_intentions", sa.Column("payload", sa.JSON(), nullable=False, server_default=sa.text("'{}'")))
    _add("job_intentions", _time("seen_utc", nullable=True))
    _create_provider_checks()
    _create_usages()
    _create_golden_answers()


def _add(table: str, column: sa.Column[object]) -> None:
    op.add_column(table, column)


def _row(table: str) -> list[sa.schema.SchemaItem]:
    """The columns that every row has."""
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("object_version", sa.Integer(), nullable=False),
        _time("created_utc"),
        _time("updated_utc"),
        sa.Column("external_id", sa.String(256)),
        sa.Column("external_system", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    ]


def _bin(table: str) -> list[sa.schema.SchemaItem]:
    return [_time("deleted_utc", nullable=True), *_ref(table, "deleted_by", "users", nullable=True)]


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _ref(table: str, column: str, to: str, *, nullable: bool = False) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column(column, sa.Uuid(), nullable=nullable),
        sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}"),
    ]


def _text(name: str, length: int | None = None) -> sa.Column[object]:
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=False)


def _number(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _create_provider_checks() -> None:
    op.create_table(
        "provider_checks",
        *_row("provider_checks"),
        *_ref("provider_checks", "provider_id", "providers"),
        _time("checked_utc"),
        _text("api", 32),
        sa.Column("capabilities", sa.JSON(), nullable=False),
        sa.Column("models", sa.JSON(), nullable=False),
        sa.Column("elapsed_ms", sa.Integer(), nullable=False),
        _text("error_message", 4096),
        sa.UniqueConstraint("provider_id", name="uq_provider_checks_provider_id"),
    )


def _create_usages() -> None:
    op.create_table(
        "usages",
        *_row("usages"),
        *(sa.Column(name, sa.Uuid()) for name in ("user_id", "model_id", "compilation_id", "provider_id")),
        _text("base_model", 256),
        _text("purpose", 32),
        _text("state", 32),
        _time("started_utc"),
        sa.Column("elapsed_ms", sa.Integer(), nullable=False),
        _number("tokens_in"),
        _number("tokens_cached"),
        _number("tokens_out"),
        _number("tokens_reasoning"),
        _number("money_micros"),
        _text("currency", 3),
        _text("owner", 256),
    )
    op.create_index("ix_usages_started_utc_id", "usages", ["started_utc", "id"])
    op.create_index("ix_usages_compilation_id", "usages", ["compilation_id"])
    op.create_table(
        "budgets",
        *_row("budgets"),
        *_bin("budgets"),
        _text("scope", 32),
        sa.Column("subject_id", sa.Uuid()),
        _number("limit_micros"),
        _text("currency", 3),
        sa.Column("warn_share", sa.Double(), nullable=False),
    )
    op.create_index("ix_budgets_scope_subject_id", "budgets", ["scope", "subject_id"])


def _create_golden_answers() -> None:
    op.create_table(
        "golden_sets",
        *_row("golden_sets"),
        *_bin("golden_sets"),
        *_ref("golden_sets", "model_id", "models"),
        *_ref("golden_sets", "compilation_id", "compilations"),
        _text("name", 256),
        _text("base_model", 256),
        *_ref("golden_sets", "user_id", "users", nullable=True),
    )
    op.create_index("ix_golden_sets_model_id", "golden_sets", ["model_id"])
    op.create_table(
        "golden_answers",
        *_row("golden_answers"),
        *_ref("golden_answers", "golden_set_id", "golden_sets"),
        sa.Column("answer_no", sa.Integer(), nullable=False),
        sa.Column("qa_id", sa.Uuid()),
        _text("question"),
        _text("expected"),
        sa.Column("expects_refusal", sa.Boolean(), nullable=False),
        _text("answer"),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.Column("right", sa.Boolean()),
    )
    op.create_index("ix_golden_answers_golden_set_id", "golden_answers", ["golden_set_id"])
