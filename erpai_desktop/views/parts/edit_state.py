"""What is stored, what the person has typed over it, and what others have saved meanwhile: merged field by field."""

from __future__ import annotations

from collections.abc import Mapping

Values = Mapping[str, object]


class EditState:
    """`base` is what the fields showed before the person changed them, `version` the row version it came from."""

    def __init__(self) -> None:
        self.base: dict[str, object] = {}
        self.version: int | None = None

    def edited(self, shown: Values) -> dict[str, object]:
        """The fields whose shown value is the person's own, not stored yet."""
        return {field: value for field, value in shown.items() if value != self.base.get(field, "")}

    def take(self, stored: Values, version: int, shown: Values) -> dict[str, object]:
        """Take what is stored now; returns the values to show, which are stored ones but where the person edited.

        A field that was edited here and changed elsewhere keeps its old base, and the version stays old with it, so
        that its save is found to be stale and both texts are put to the person.
        """
        edited = self.edited(shown) if self.base else {}
        clashing = {
            field
            for field, mine in edited.items()
            if field in stored and stored[field] not in (mine, self.base.get(field, ""))
        }
        if not clashing:
            self.version = version
        self.base = {field: self.base.get(field, "") if field in clashing else stored[field] for field in stored}
        return {field: edited.get(field, value) for field, value in stored.items()}

    def saved(self, values: Values) -> None:
        """These are stored now."""
        self.base.update(values)
