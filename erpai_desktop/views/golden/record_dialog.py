"""What to record golden answers of: which version, the validation questions, past questions, and lines typed in."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QListWidget, QListWidgetItem, QPlainTextEdit, QWidget

from erpai_desktop.models.ids import CompilationId
from erpai_desktop.models.money import in_words
from erpai_desktop.models.snapshots.comparison import VersionScore
from erpai_desktop.models.snapshots.golden import PastQuestion
from erpai_desktop.views.comparison.wording import full_name
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import PrimaryButton, QuietButton
from erpai_desktop.views.parts.choice import Choice
from erpai_desktop.views.parts.dialog import PlainDialog
from erpai_desktop.views.parts.elided_label import ElidedLabel
from erpai_desktop.views.parts.layout import field, label, row
from erpai_desktop.views.parts.wording import plural

_NAME_LIMIT = 256


class RecordDialog(PlainDialog):
    """`versions` are those that can answer; `validation` is how many validation questions there are."""

    recorded = Signal(object, str, object, bool)
    """(CompilationId, name, the chosen and typed questions, whether the validation questions are asked too)."""

    def __init__(
        self,
        theme: Theme,
        versions: Sequence[VersionScore],
        *,
        validation: int,
        past: Sequence[PastQuestion],
        name: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, self.tr("Record golden answers"), parent=parent)
        tr = self.tr
        self._versions = {str(version.id): version for version in versions}
        self._validation_count = validation
        self._name = QLineEdit(name)
        self._name.setMaxLength(_NAME_LIMIT)
        self._name.setToolTip(tr("What the set is called in the list and in reports"))
        self._version = Choice(theme, tr("Version"), tr("Which version is asked"))
        self._version.set_options([(key, full_name(version)) for key, version in self._versions.items()])
        active = next((key for key, version in self._versions.items() if version.is_active), "")
        self._version.choose(active)
        self._version.chosen.connect(lambda _key: self._count())
        self._validation = QCheckBox(
            plural(validation, tr("The 1 validation question"), tr("All {n} validation questions"))
        )
        self._validation.setToolTip(tr("Of these it is known what a right answer is"))
        self._validation.setChecked(bool(validation))
        self._validation.setEnabled(bool(validation))
        if not validation:
            self._validation.setText(tr("No validation questions"))
            self._validation.setToolTip(tr("Add Q&As of the type Validation to this model first"))
        self._validation.toggled.connect(lambda _on: self._count())
        self._past = QListWidget()
        self._past.setAccessibleName(tr("My past questions"))
        self._past.setToolTip(tr("What you have asked this model in your own chats; Space ticks"))
        for one in past:
            item = QListWidgetItem(" ".join(one.question.split()))
            item.setData(Qt.ItemDataRole.UserRole, one.question)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked)
            self._past.addItem(item)
        self._past.itemChanged.connect(lambda _item: self._count())
        self._typed = QPlainTextEdit()
        self._typed.setPlaceholderText(tr("One question a line"))
        self._typed.setToolTip(tr("Questions of your own, one a line"))
        self._typed.setTabChangesFocus(True)
        self._typed.textChanged.connect(self._count)
        self._total = ElidedLabel(role="note")
        first = row(field(tr("Name"), self._name), field(tr("Version"), self._version), gap=12)
        first.setStretch(0, 1)
        self.body.addLayout(first)
        self.body.addWidget(self._validation)
        if past:
            self.body.addLayout(field(tr("My past questions"), self._past))
        else:
            self.body.addWidget(label(tr("You have not asked this model anything in a chat yet."), "dim", wrap=True))
        self.body.addLayout(field(tr("Further questions"), self._typed))
        self.body.addWidget(self._total)
        cancel = QuietButton(theme, tr("Cancel"), tr("Record nothing (Esc)"))
        cancel.clicked.connect(self.reject)
        self._record = PrimaryButton(theme, tr("Record"), tr("Ask them all, and keep the answers"))
        self._record.clicked.connect(self._accept)
        self._name.textChanged.connect(lambda _text: self._count())
        self.add_button(cancel)
        self.add_button(self._record)
        self.resize(520, 520 if past else 400)
        self._count()

    def _questions(self) -> tuple[str, ...]:
        items = [self._past.item(place) for place in range(self._past.count())]
        ticked = [
            str(item.data(Qt.ItemDataRole.UserRole)) for item in items if item.checkState() is Qt.CheckState.Checked
        ]
        typed = [line.strip() for line in self._typed.toPlainText().splitlines()]
        return tuple(dict.fromkeys([*ticked, *(line for line in typed if line)]))

    def _count(self) -> None:
        tr = self.tr
        count = len(self._questions()) + (self._validation_count if self._validation.isChecked() else 0)
        told = [plural(count, tr("1 question is asked"), tr("{n} questions are asked"))]
        version = self._versions.get(self._version.current)
        if version is not None and version.cost_micros:
            money = in_words(round(version.cost_micros * count / 1000), version.currency)
            told.append(tr("about {money}, as far as it was metered before").format(money=money))
        self._total.setText(" · ".join(told))
        why = "" if count else tr("Choose or type a question first")
        self._record.disabled_because(why or ("" if self._name.text().strip() else tr("Give it a name first")))

    def _accept(self) -> None:
        version = self._versions.get(self._version.current)
        if version is None:
            return
        self.recorded.emit(
            CompilationId(version.id), self._name.text().strip(), self._questions(), self._validation.isChecked()
        )
        self.accept()
