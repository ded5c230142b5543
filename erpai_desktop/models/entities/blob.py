"""Large immutable files, stored by their SHA-256 in parts of 1 MiB so that no transaction is long."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from erpai_desktop.models.entities.base import Base, utc_now


class Blob(Base):
    """A file. `complete_utc` is set once all its parts are stored; until then nothing may refer to it."""

    __tablename__ = "blobs"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    created_utc: Mapped[datetime] = mapped_column(default=utc_now)
    complete_utc: Mapped[datetime | None]


class BlobPart(Base):
    """Bytes `part_no` * 1 MiB onwards, at most 1 MiB."""

    __tablename__ = "blob_parts"

    sha256: Mapped[str] = mapped_column(ForeignKey("blobs.sha256", ondelete="CASCADE"), primary_key=True)
    part_no: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
