"""All entities, full text over the Q&As."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_users_and_models()
    _create_knowledge()
    _create_builds()
    _create_chats()
    _create_history()
    if op.get_bind().dialect.name == "sqlite":
        _create_full_text_of_sqlite()
    else:
        # These two close circles between tables; SQLite takes them inside CREATE TABLE, where it alone allows them.
        op.create_foreign_key("fk_users_model_id", "users", "models", ["model_id"], ["id"])
        op.create_foreign_key(
            "fk_models_conversational_compilation_id",
            "models",
            "compilations",
            ["conversational_compilation_id"],
            ["id"],
        )
        _create_full_text_of_postgresql()


# --- parts of tables ----------------------------------------------------------------------------------------------


def _row(table: str, *, binnable: bool = False, key: bool = True) -> list[sa.schema.SchemaItem]:
    """The columns that every row has, and those of the bin."""
    items: list[sa.schema.SchemaItem] = [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("object_version", sa.Integer(), nullable=False),
        _time("created_utc"),
        _time("updated_utc"),
        sa.Column("external_id", sa.String(256)),
        sa.Column("external_system", sa.String(64)),
    ]
    if key:
        items.append(sa.PrimaryKeyConstraint("id", name=f"pk_{table}"))
    if binnable:
        items += [_time("deleted_utc", nullable=True), _ref(table, "deleted_by", "users.id", nullable=True)]
    return items


def _ref(
    table: str,
    column: str,
    to: str,
    *,
    nullable: bool = False,
    late: bool = False,
    ondelete: str | None = None,
    length: int | None = None,
) -> sa.Column[object]:
    """A column that points at another table. A late one gets its constraint once that table exists."""
    kind: sa.types.TypeEngine[object] = sa.Uuid() if length is None else sa.String(length)  # type: ignore[assignment]
    if late and op.get_bind().dialect.name != "sqlite":
        return sa.Column(column, kind, nullable=nullable)
    return sa.Column(column, kind, sa.ForeignKey(to, name=f"fk_{table}_{column}", ondelete=ondelete), nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, length: int | None = None, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text() if length is None else sa.String(length), nullable=nullable)


def _flag(name: str, *, nullable: bool = False) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=nullable)


def _json(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(), nullable=nullable)


def _sequence() -> sa.Column[int]:
    return sa.Column(
        "seq",
        sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
        sa.Identity(),
        autoincrement=True,
        nullable=False,
    )


def _index(name: str, table: str, *columns: str, where: str | None = None, unique: bool = False) -> None:
    condition = None if where is None else sa.text(where)
    op.create_index(name, table, [*columns], unique=unique, sqlite_where=condition, postgresql_where=condition)


# --- tables -------------------------------------------------------------------------------------------------------


def _create_users_and_models() -> None:
    op.create_table(
        "workspaces",
        _text("name", 256),
        _flag("is_sample"),
        _text("created_by_version", 32),
        *_row("workspaces"),
    )
    op.create_table(
        "users",
        _text("login", 64),
        _text("name", 256),
        _text("user_type", 32),
        _flag("active"),
        _text("email", 256),
        _text("default_language", 16),
        _text("time_zone", 64),
        _text("role", 32),
        _ref("users", "model_id", "models.id", nullable=True, late=True),
        *_row("users", binnable=True),
    )
    _index("uq_users_login", "users", "login", unique=True, where="deleted_utc IS NULL")
    op.create_table(
        "providers",
        _json("name"),
        _text("provider_field", 32),
        _text("base_model_name", 64),
        _text("base_url", 1024),
        _text("keyring_entry", 256, nullable=True),
        _text("notes"),
        *_row("providers", binnable=True),
    )
    op.create_table(
        "models",
        _json("name"),
        _ref("models", "parent_id", "models.id", nullable=True),
        _ref("models", "provider_id", "providers.id", nullable=True),
        _text("system_message"),
        _flag("is_default"),
        _flag("build_assistant"),
        _flag("auto_update_to_latest_build"),
        _ref("models", "conversational_compilation_id", "compilations.id", nullable=True, late=True),
        _ref("models", "virtual_user_id", "users.id", nullable=True),
        _text("notes"),
        *_row("models", binnable=True),
        sa.CheckConstraint("parent_id IS NULL OR parent_id <> id", name=op.f("ck_models_own_parent")),
    )
    _index("ix_models_parent_id", "models", "parent_id")
    _index("uq_models_is_default", "models", "is_default", unique=True, where="is_default AND deleted_utc IS NULL")
    _index(
        "uq_models_virtual_user_id",
        "models",
        "virtual_user_id",
        unique=True,
        where="virtual_user_id IS NOT NULL AND deleted_utc IS NULL",
    )


def _create_knowledge() -> None:
    op.create_table(
        "model_qas",
        _sequence(),
        _ref("model_qas", "model_id", "models.id"),
        _text("section", 128),
        _text("question"),
        _text("answer"),
        _flag("expects_refusal"),
        _json("required_terms"),
        _json("forbidden_terms"),
        _text("qa_type", 32),
        _flag("is_active"),
        _ref("model_qas", "added_by_user_id", "users.id", nullable=True),
        _time("creation_time_utc"),
        _time("deactivation_time_utc", nullable=True),
        _text("notes"),
        *_row("model_qas", binnable=True, key=False),
        sa.PrimaryKeyConstraint("seq", name="pk_model_qas"),
        sa.UniqueConstraint("id", name="uq_model_qas_id"),
    )
    _index("ix_model_qas_model_id_seq", "model_qas", "model_id", "seq", where="deleted_utc IS NULL")
    _index("ix_model_qas_model_id_section_seq", "model_qas", "model_id", "section", "seq", where="deleted_utc IS NULL")
    _index("ix_model_qas_deleted_utc", "model_qas", "deleted_utc", where="deleted_utc IS NOT NULL")
    op.create_table(
        "training_conversations",
        _ref("training_conversations", "model_id", "models.id"),
        _text("origin", 32),
        _text("origin_object", 256, nullable=True),
        _text("review_state", 32),
        _ref("training_conversations", "reviewer_id", "users.id", nullable=True),
        _time("creation_time_utc"),
        _time("last_update_time_utc"),
        _text("notes"),
        *_row("training_conversations", binnable=True),
    )
    _index("ix_training_conversations_model_id", "training_conversations", "model_id")
    op.create_table(
        "training_conversation_messages",
        _ref("training_conversation_messages", "conversation_id", "training_conversations.id"),
        sa.Column("message_no", sa.Integer(), nullable=False),
        _time("message_time_utc"),
        _text("participant_name", 64, nullable=True),
        _text("participant_role", 32),
        _text("contents"),
        *_row("training_conversation_messages", binnable=True),
    )
    _index("ix_training_conversation_messages_conversation_id", "training_conversation_messages", "conversation_id")


def _create_builds() -> None:
    op.create_table(
        "blobs",
        _text("sha256", 64),
        sa.Column("size", sa.BigInteger(), nullable=False),
        _time("created_utc"),
        _time("complete_utc", nullable=True),
        sa.PrimaryKeyConstraint("sha256", name="pk_blobs"),
    )
    op.create_table(
        "blob_parts",
        _ref("blob_parts", "sha256", "blobs.sha256", ondelete="CASCADE", length=64),
        sa.Column("part_no", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "part_no", name="pk_blob_parts"),
    )
    op.create_table(
        "compilations",
        _ref("compilations", "model_id", "models.id"),
        sa.Column("number", sa.Integer(), nullable=False),
        _text("target", 32),
        _ref("compilations", "provider_id", "providers.id", nullable=True),
        _text("input_hash", 64),
        _text("engine_version", 64),
        sa.Column("knowledge_revision", sa.BigInteger(), nullable=False),
        _ref("compilations", "user_id", "users.id", nullable=True),
        _time("start_time_utc"),
        _time("completion_time_utc", nullable=True),
        _text("status", 32),
        _flag("is_successful", nullable=True),
        _text("compiled_model_name", 256),
        _text("build_log"),
        _text("error_message"),
        *_row("compilations"),
        sa.UniqueConstraint("model_id", "number", name="uq_compilations_model_id_number"),
    )
    op.create_table(
        "compilation_assets",
        _ref("compilation_assets", "compilation_id", "compilations.id"),
        _text("asset_key", 128),
        _text("value", nullable=True),
        _ref("compilation_assets", "blob_sha256", "blobs.sha256", nullable=True, length=64),
        *_row("compilation_assets"),
        sa.UniqueConstraint("compilation_id", "asset_key", name="uq_compilation_assets_compilation_id_asset_key"),
    )


def _create_chats() -> None:
    op.create_table(
        "assistant_conversations",
        _ref("assistant_conversations", "user_id", "users.id"),
        _ref("assistant_conversations", "model_id", "models.id"),
        _text("title", 256),
        _flag("is_active"),
        _time("creation_time_utc"),
        _text("notes"),
        *_row("assistant_conversations", binnable=True),
    )
    _index("ix_assistant_conversations_user_id_model_id", "assistant_conversations", "user_id", "model_id")
    messages = "assistant_conversation_messages"
    op.create_table(
        messages,
        _ref(messages, "conversation_id", "assistant_conversations.id"),
        _ref(messages, "user_id", "users.id"),
        _ref(messages, "parent_id", "assistant_conversation_messages.id", nullable=True),
        _time("message_time_utc"),
        _text("role", 32),
        _text("contents"),
        _text("state", 32),
        _ref(messages, "compilation_id", "compilations.id", nullable=True),
        _flag("refused"),
        _flag("conflicted"),
        _json("sources"),
        _json("nearest"),
        sa.Column("confidence", sa.Double()),
        sa.Column("rating", sa.Integer()),
        *_row(messages),
    )
    _index("ix_assistant_conversation_messages_conversation_id", messages, "conversation_id")


def _create_history() -> None:
    op.create_table(
        "changes",
        _sequence(),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        _text("label", 256),
        _ref("changes", "user_id", "users.id", nullable=True),
        _time("time_utc"),
        _text("entity", 64),
        sa.Column("row_id", sa.Uuid()),
        sa.Column("model_id", sa.Uuid()),
        _json("before", nullable=True),
        _json("after", nullable=True),
        sa.Column("batch", sa.Uuid()),
        sa.Column("undoes", sa.Uuid()),
        sa.Column("row_count", sa.Integer(), nullable=False),
        _flag("affects_build"),
        sa.PrimaryKeyConstraint("seq", name="pk_changes"),
        sqlite_autoincrement=True,
    )
    _index("ix_changes_action_id", "changes", "action_id")
    _index("ix_changes_model_id_seq", "changes", "model_id", "seq")
    _index("ix_changes_row_id", "changes", "row_id")
    _index("ix_changes_undoes", "changes", "undoes")
    op.create_table(
        "job_intentions",
        _text("kind", 64),
        sa.Column("subject_id", sa.Uuid()),
        _text("state", 32),
        _text("remote_id", 256, nullable=True),
        _ref("job_intentions", "user_id", "users.id", nullable=True),
        _text("owner", 256),
        _time("started_utc"),
        _time("ended_utc", nullable=True),
        _text("error_message", 4096),
        *_row("job_intentions"),
    )
    _index("ix_job_intentions_subject_id", "job_intentions", "subject_id")


# --- full text ----------------------------------------------------------------------------------------------------


def _create_full_text_of_sqlite() -> None:
    """FTS5 with external content (https://www.sqlite.org/fts5.html, section 4.4.3): the texts are stored once."""
    op.execute(
        "CREATE VIRTUAL TABLE model_qas_fts USING fts5(question, answer, section, content='model_qas', "
        "content_rowid='seq', tokenize='unicode61 remove_diacritics 2')"
    )
    op.execute(
        "CREATE TRIGGER model_qas_fts_insert AFTER INSERT ON model_qas BEGIN "
        "INSERT INTO model_qas_fts(rowid, question, answer, section) "
        "VALUES (new.seq, new.question, new.answer, new.section); END"
    )
    op.execute(
        "CREATE TRIGGER model_qas_fts_delete AFTER DELETE ON model_qas BEGIN "
        "INSERT INTO model_qas_fts(model_qas_fts, rowid, question, answer, section) "
        "VALUES ('delete', old.seq, old.question, old.answer, old.section); END"
    )
    op.execute(
        "CREATE TRIGGER model_qas_fts_update AFTER UPDATE OF seq, question, answer, section ON model_qas BEGIN "
        "INSERT INTO model_qas_fts(model_qas_fts, rowid, question, answer, section) "
        "VALUES ('delete', old.seq, old.question, old.answer, old.section); "
        "INSERT INTO model_qas_fts(rowid, question, answer, section) "
        "VALUES (new.seq, new.question, new.answer, new.section); END"
    )


def _create_full_text_of_postgresql() -> None:
    """A generated `tsvector` whose words are those of FTS5's unicode61.

    Latin letters lose their diacritics, others (й) keep theirs; everything that is neither letter nor digit parts
    words. Without that, PostgreSQL's parser would take VT-2040-B for a word and a negative number. A `tsvector` holds
    at most 1 MB, so of each text the first 60,000 characters are searched.
    """
    op.execute(
        r"""
        CREATE FUNCTION erpai_words(written text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $body$
          SELECT regexp_replace(
            normalize(
              regexp_replace(normalize(lower(left(written, 60000)), NFD), '([a-z])[\u0300-\u036F]+', '\1', 'g'), NFC
            ),
            '[\u0001-\u002F\u003A-\u0060\u007B-\u00A9\u00AB-\u00B1\u00B4\u00B6-\u00B8\u00BB\u00BF\u00D7\u00F7\u2000-\u206F\u2190-\u2BFF\u3000-\u303F\uFE00-\uFE0F\U0001F000-\U0001FAFF]+',
            ' ', 'g')
        $body$
        """
    )
    op.execute(
        "ALTER TABLE model_qas ADD COLUMN search tsvector GENERATED ALWAYS AS (to_tsvector('simple', "
        "erpai_words(question) || ' ' || erpai_words(answer) || ' ' || erpai_words(section))) STORED"
    )
    op.execute("CREATE INDEX ix_model_qas_search ON model_qas USING gin (search)")
