"""A window full of invented content, to look at and to measure; no test by itself."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QScrollArea,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.badge import Badge, BadgeKind
from erpai_desktop.views.parts.buttons import IconButton, PrimaryButton, QuietButton
from erpai_desktop.views.parts.card import Card
from erpai_desktop.views.parts.choice import Choice
from erpai_desktop.views.parts.empty_state import EmptyState
from erpai_desktop.views.parts.highlight import BadgeRole, DimRole, HighlightDelegate, IconMeaningRole
from erpai_desktop.views.parts.job_row import ProgressRow
from erpai_desktop.views.parts.key_value import KeyValue, KeyValueRows
from erpai_desktop.views.parts.layout import column, field, frame, label, line, row, stretch
from erpai_desktop.views.parts.markdown_view import MarkdownView
from erpai_desktop.views.parts.page_header import PageBadge, PageHeader
from erpai_desktop.views.parts.plain_tree import PlainTree
from erpai_desktop.views.parts.search_field import SearchField
from erpai_desktop.views.parts.tab_strip import TabItem, TabStrip
from erpai_desktop.views.window.actions import Actions
from erpai_desktop.views.window.main_window import MainWindow
from erpai_desktop.views.window.memory import WindowMemory

KINDS: tuple[BadgeKind, ...] = ("plain", "accent", "good", "warning", "bad")
ROWS = [
    (
        "Social",
        "How often do we post on Instagram and LinkedIn?",
        "Instagram four times a week: two lifestyle",
        "Training",
    ),
    ("Social", "What is our rule about hashtags in a caption?", "Five to seven, branded first (#Vitosha)", "Training"),
    ("Social", "Who approves a post about a recall?", "The Marketing Lead and Legal, in writing", "Training"),
    ("Social", "insta posting frequency?", "Instagram four times a week…", "Validation"),
    ("Campaigns", "Колко често пускаме публикации в Instagram?", "Четири пъти седмично в Instagram", "Training"),
    ("Newsletter", "Old opt-out rule (before 2024)", "Replaced by the opt-in rule.", "Training"),
]
MARKDOWN = """## What I found

Instagram **four times** a week: two *lifestyle*, one educational, see [the plan](https://example.com/plan).

- post on `Tuesday`
- never on Sunday

```
python -m plan --week 14
```

| Channel | Posts |
|---|---|
| Instagram | 4 |
| LinkedIn | 2 |

> Ask Legal first. ![logo](https://example.com/logo.png)
"""


def memory(folder: Path) -> WindowMemory:
    """A memory in a file of its own."""
    return WindowMemory(QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat))


def tree(theme: Theme) -> QWidget:
    """A plain tree, as a stand-in for the real one."""
    model = QStandardItemModel()
    root = QStandardItem(theme.icon("master"), "Company Master")
    for name in ("Marketing AI", "Sales AI", "Logistics AI", "Support AI", "Accounting AI"):
        root.appendRow(QStandardItem(theme.icon("arbiter"), name))
    model.appendRow(root)
    view = PlainTree(theme)
    view.setModel(model)
    model.setParent(view)
    view.expandAll()
    view.setCurrentIndex(model.index(0, 0, model.index(0, 0)))
    search = SearchField(theme, "Filter", "Show only models whose name has these letters", icon="filter")
    holder = QWidget()
    holder.setLayout(column(row(search, margins=(8, 8, 8, 8)), view, gap=0))
    return holder


def table(theme: Theme) -> QTableView:
    """A table with hits, a dimmed row and badges."""
    model = QStandardItemModel(0, 5)
    model.setHorizontalHeaderLabels(["Section", "Question", "Answer", "Type", "Active"])
    for place, texts in enumerate(ROWS):
        items = [QStandardItem(text) for text in texts] + [QStandardItem("")]
        items[4].setData("no" if place == 5 else "yes", IconMeaningRole)
        for item in items:
            item.setData(place == 5, DimRole)
        if place == 3:
            items[3].setData("accent", BadgeRole)
        model.appendRow(items)
    view = QTableView()
    view.setModel(model)
    model.setParent(view)
    view.setShowGrid(False)
    view.verticalHeader().hide()
    view.verticalHeader().setDefaultSectionSize(theme.metrics.table_row)
    view.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    view.horizontalHeader().setHighlightSections(False)
    view.horizontalHeader().setStretchLastSection(True)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    for place, width in enumerate((86, 227, 227, 78)):
        view.setColumnWidth(place, width)
    delegate = HighlightDelegate(theme, parent=view)
    delegate.set_terms(["post"])
    view.setItemDelegate(delegate)
    view.selectRow(0)
    return view


def model_page(theme: Theme) -> QWidget:
    """A page like a model's Q&As."""
    title = PageHeader(theme, "Marketing AI")
    title.add_button(PrimaryButton(theme, "Compile", "Make a new version", icon="compile"))
    title.set_badges(
        [
            PageBadge("Arbiter"),
            PageBadge("inherits from Company Master"),
            PageBadge("3 changes since v7", "warning"),
        ]
    )
    pages = [
        TabItem("overview", "Overview"),
        TabItem("qas", "Q&As", count="48"),
        TabItem("conversations", "Conversations", count="12"),
        TabItem("compilations", "Compilations", count="7"),
        TabItem("evaluation", "Evaluation", count="94 %"),
        TabItem("knowledge", "Knowledge", count="213"),
    ]
    strip = TabStrip(theme, pages)
    strip.select("qas")
    search = SearchField(theme, "Search questions and answers", "Search in this model")
    search.setText("post")
    section = Choice(theme, "Section", "Show one section only", prefix="Section: ")
    section.set_options([("", "any"), ("social", "Social")])
    bar = row(
        search,
        section,
        QuietButton(theme, "Q&&A", "Add a row", icon="add"),
        QuietButton(theme, "Import", "Import a CSV file", icon="import"),
        margins=(14, 6, 14, 6),
    )
    answer = QPlainTextEdit("Instagram four times a week: two lifestyle, one educational, one product.")
    answer.setFixedHeight(52)
    left = column(field("Question", QLineEdit(ROWS[0][1])), field("Answer", answer))
    right = column(
        field("Section", QLineEdit("Social")),
        row(Badge("near-duplicate of 1 row", "bad"), stretch()),
        row(Badge("added by you"), Badge("4 versions"), stretch()),
        stretch(),
    )
    detail_row = row(gap=14, margins=(14, 12, 14, 12))
    detail_row.addLayout(left, 7)
    detail_row.addLayout(right, 3)
    page = QWidget()
    strip_row = row(strip, margins=(10, 0, 14, 0))
    layout = column(title, strip_row, line(), bar, line(), table(theme), line(), frame(detail_row, "alternate"), gap=0)
    layout.setStretch(5, 1)
    page.setLayout(layout)
    return page


def parts_page(theme: Theme) -> QWidget:
    """Everything else, in one page."""
    facts = KeyValueRows()
    facts.set_rows(
        [
            KeyValue("Provider", "built-in", "inherited from Company Master"),
            KeyValue("Updates by itself", "yes", "own", kind="accent"),
            KeyValue("Instructions", "Answer briefly. Refer to the company as Vitosha Outdoor.", "2 levels"),
        ]
    )
    card = Card(theme, "Effective configuration", icon="configuration")
    card.add_to_header(Badge("412 tokens"))
    card.add_to_header(IconButton(theme, "edit", "Edit"), right=True)
    card.body.addWidget(facts)
    markdown = MarkdownView(theme)
    markdown.set_markdown(MARKDOWN)
    answer = Card(theme, "Markdown", icon="answer")
    answer.body.addWidget(markdown)
    segments = TabStrip(
        theme, [TabItem("a", "Built-in"), TabItem("b", "Grounded"), TabItem("c", "Files")], look="segments"
    )
    off = PrimaryButton(theme, "Compile", "Make a new version")
    off.disabled_because("Nothing changed since v7")
    quiet_off = QuietButton(theme, "Cancel", "Stop it")
    quiet_off.disabled_because("Already being stopped")
    check = QCheckBox("Only what changed")
    check.setChecked(True)
    kinds = [Badge(kind, kind) for kind in KINDS]
    radio = QRadioButton("Built-in")
    radio.setChecked(True)
    left = column(
        card,
        row(*kinds, stretch()),
        row(segments, stretch()),
        row(check, QCheckBox("All"), radio, QRadioButton("Files"), stretch()),
        row(off, quiet_off, stretch()),
        stretch(),
    )
    empty = EmptyState(
        theme,
        "conversation",
        "No training conversations yet",
        "They teach the model by example. Correct an answer in the chat and press Train AI, or write one here.",
        action="Write a conversation",
    )
    page = QWidget()
    halves = row(gap=12, margins=(14, 14, 14, 14))
    halves.addLayout(left, 1)
    halves.addLayout(column(answer, empty), 1)
    page.setLayout(halves)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setWidget(page)
    return area


def jobs(theme: Theme) -> QWidget:
    """Three jobs."""
    running = ProgressRow(theme, "Compile Support AI → built-in")
    running.set_state("running", "")
    running.set_progress(124, 200, "evaluating 124 of 200")
    queued = ProgressRow(theme, "Compile Pricing → built-in")
    done = ProgressRow(theme, "Compile Marketing AI → built-in v7")
    done.set_state("done", "3.1 s · 213 rows · 94 % right (v6: 88 %)", can_open=True)
    holder = QWidget()
    holder.setLayout(column(running, queued, done, stretch(), gap=0, margins=(0, 2, 0, 2)))
    return holder


def chat(theme: Theme) -> QWidget:
    """Two bubbles and an input."""
    layout = QVBoxLayout()
    layout.setContentsMargins(12, 12, 12, 12)
    for own, text in ((True, "How often should we post on LinkedIn?"), (False, "I have no curated answer for that.")):
        view = MarkdownView(theme)
        view.set_markdown(text)
        inner = column(view, gap=4, margins=(10, 8, 10, 8))
        if not own:
            inner.addLayout(row(Badge("not known · 0.31", "warning"), stretch()))
        layout.addWidget(label("You · 10:08" if own else "Marketing AI · v7 · 10:08", "note"))
        layout.addWidget(frame(inner, "own_bubble" if own else "bubble"))
    layout.addStretch()
    selected = row(
        label("2 selected", "strong"),
        stretch(),
        QuietButton(theme, "Copy", "Copy as text", icon="copy"),
        PrimaryButton(theme, "Train AI", "Make a training conversation", icon="train"),
        margins=(12, 7, 12, 7),
    )
    words = QPlainTextEdit()
    words.setPlaceholderText("Ask Marketing AI")
    words.setFixedHeight(46)
    foot = column(
        words,
        row(IconButton(theme, "attach", "Attach"), stretch(), IconButton(theme, "send", "Send")),
        gap=4,
        margins=(12, 8, 12, 8),
    )
    holder = frame(column(gap=0), "ground")
    outer = holder.layout()
    assert outer is not None
    for part in (frame(layout, "ground"), frame(selected, "selected"), frame(foot, "foot")):
        outer.addWidget(part)
    return holder


def window(theme: Theme, folder: Path) -> MainWindow:
    """The shell, filled."""
    made = MainWindow(theme, Actions(theme), memory(folder))
    made.set_tree(
        tree(theme),
        buttons=[IconButton(theme, "add", "New model"), IconButton(theme, "collapse_all", "Fold the tree")],
    )
    made.set_chat(
        chat(theme),
        title="Marketing team",
        buttons=[
            IconButton(theme, "history", "Conversations"),
            IconButton(theme, "new_chat", "New conversation"),
            IconButton(theme, "more", "More"),
        ],
    )
    made.set_bottom([("Jobs", jobs(theme)), ("Findings", QWidget()), ("Log", QPlainTextEdit())])
    made.set_bottom_count("Jobs", "2")
    made.set_bottom_count("Findings", "6")
    made.set_workspace("Vitosha Outdoor", "SQLite")
    made.set_person("You · administrator")
    made.status.set_saved("All changes saved")
    made.open_tab("master", parts_page(theme), "Company Master", "master")
    made.open_tab("marketing", model_page(theme), "Marketing AI", "arbiter")
    return made
