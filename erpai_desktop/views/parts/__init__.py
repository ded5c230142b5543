"""Small widgets that every page is made of. Import each from its own module; all signatures are listed here.

Every control has a tooltip, an accessible name, a way by keyboard and a visible focus; signals go up, calls down.

buttons       PrimaryButton(theme, label, tooltip, *, icon="", shortcut="", parent=None)
              QuietButton(theme, label, tooltip, *, icon="", shortcut="", checkable=False, parent=None)
              IconButton(theme, icon, label, tooltip="", *, shortcut="", checkable=False, size="normal",
                         tone="dim", parent=None)
              each: .disabled_because(reason)  "" enables again; .follow(action) binds it to a QAction
badge         Badge(text="", kind="plain", *, tooltip="", parent=None)  kinds plain accent good warning bad
              .show_text(text, kind=None, tooltip=None)  empty text hides it
elided_label  ElidedLabel(text="", *, role="", mode=ElideRight, parent=None)
choice        Choice(theme, label, tooltip, *, prefix="", parent=None)  .set_options([(key, text)]), .current,
              .choose(key); signal chosen(str)  by the person only
search_field  SearchField(theme, placeholder, tooltip, *, icon="search", delay_ms=150, parent=None)
              .terms(); signals searched(str), left_downwards()
empty_state   EmptyState(theme, icon, title, text, *, action="", tooltip="", parent=None); signal action_requested()
tab_strip     TabStrip(theme, [TabItem(key, title, tooltip="", count="")], *, look="pages", parent=None)
              looks pages, bar, segments; .set_count(key, "48"), .select(key), .current; signal selected(str)
page_header   PageHeader(theme, title, *, parent=None)  .set_title, .set_badges([PageBadge(text, kind, tooltip)]),
              .add_button(button)  the primary button last; badges give way when there is little room
plain_tree    PlainTree(theme, *, parent=None)  a QTreeView with rows of 28 px and chevrons of the icon family
icon_label    IconLabel(theme, icon, tone="dim", *, side=16, parent=None)  .set_icon(icon, tone=None)
card          Card(theme, title, *, icon="", parent=None)  .body (a QVBoxLayout), .add_to_header(widget)
key_value     KeyValueRows(*, parent=None)  .set_rows([KeyValue(key, value, note="", tooltip="", kind="")])
highlight     HighlightDelegate(theme, *, parent=None)  .set_terms(["post"]); a model answers
              DimRole, BadgeRole and IconMeaningRole
notice_bar    NoticeBar(theme, *, parent=None)  .show_notice(Notice(text, kind="accent", action="", callback=None,
              seconds=None)), .dismiss()
dialog        PlainDialog(theme, title, *, parent=None)  the frame of the program's dialogs
error_dialog  ErrorDialog(theme, report, *, parent=None), report_of(error) -> ErrorReport; signal retry_requested()
conflict      ConflictDialog(theme, title, *, mine, theirs, labels=None, parent=None); signal resolved(dict)
palette       CommandPalette(theme, commands, *, parent=None)  .open_at(anchor, text=""); Command(id, title, ...)
markdown_view MarkdownView(theme, *, fit=True, parent=None)  .set_markdown(text), .begin_stream(), .append(chunk),
              .end_stream(), .markdown; signals link_opened(str), finished()
job_row       ProgressRow(theme, title, *, icon="", parent=None)  .set_progress(done, total, text),
              .set_state(state, text), signals cancel_requested(), open_requested()
diff_text     DiffText(theme, name, ground, *, parent=None)  .show_text(text, spans=());
              show_difference(left, left_text, right, right_text)
two_texts     TwoTexts(theme, names, *, role="note", gap=16, parent=None)  .set_captions(left, right),
              .show_difference(left, right) marks what differs, .show_plain(left, right)
interval      IntervalBar(theme, *, parent=None)  .show_share(share, interval, words)
percent_field PercentField(name, tooltip, *, parent=None)  .share, .show_share(share); signal changed()
growing_text  GrowingText(*, least=2, most=8, parent=None)  as many lines high as it has text
flow          FlowLayout(*, gap=4, parent=None)  from left to right, and on to the next line
freshness     Freshness(page, read, *, delay_ms=...)  .spoil(), .read_now(): when a page reads again
field_saves   FieldSaves(...)  saves a FieldForm as one types, and settles conflicts; autosave Autosave(save, *, parent)
days_left     days_badge(ending), days_words(days), days_sentence(ending)
undo_notice   undo_notice(runner, changes, text) -> Notice
layout        row(*items, gap=8, margins=...), column(...), stretch(), line(), frame(layout, role), label(text, role),
              field(label, widget), restyle(widget)
"""
