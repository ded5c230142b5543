"""What can be said on the command line."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, NoReturn

from erpai_desktop import __version__
from erpai_desktop.cli.key_option import key_option
from erpai_desktop.models.enums import ProviderKind, Target

KINDS = {kind.value.lower().split()[0]: kind for kind in ProviderKind}
"""What a kind of provider is called on the command line: openai, openai-compatible, local, built-in."""


class _Parser(argparse.ArgumentParser):
    """Answers a wrong call with one line, as everything else here does."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.register("action", "parsers", _Described)

    def error(self, message: str) -> NoReturn:
        """One line on standard error, exit status 2."""
        self.exit(2, f"{self.prog}: {message} (try --help)\n")


class _Described(argparse._SubParsersAction):  # type: ignore[type-arg]  # at run time it takes none
    """Commands whose own --help begins with what the list of commands says of them."""

    def add_parser(self, name: str, **settings: Any) -> _Parser:
        about = settings["help"]
        made: _Parser = super().add_parser(name, description=f"{about[0].upper()}{about[1:]}.", **settings)
        return made


_Commands = argparse._SubParsersAction  # the type that `add_subparsers` returns has no public name


def make_parser() -> argparse.ArgumentParser:
    """The parser; `command` is None when the window is wanted."""
    parser = _Parser(
        prog="erpai-desktop",
        description="Curate what a company's AI knows, compile it, ask it. Without a command it opens the window.",
    )
    parser.add_argument("--version", action="version", version=f"erpai-desktop {__version__}")
    parser.add_argument(
        "--workspace",
        metavar="FILE",
        help="the workspace: a file, or a PostgreSQL URL without a password; by default the person's own",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line on standard output")
    parser.add_argument("--screenshot", metavar="FOLDER", type=Path, help="save each main view, light and dark")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _init(commands)
    _models(commands)
    _qas(commands)
    _compile(commands)
    _evaluate(commands)
    _versions(commands)
    _golden(commands)
    _jobs(commands)
    _ask(commands)
    _usage(commands)
    _budgets(commands)
    _providers(commands)
    check = commands.add_parser("check", help="look for damage; changes nothing")
    _everywhere(check)
    backup = commands.add_parser("backup", help="write a complete copy of the workspace into a new file")
    backup.add_argument("file", metavar="FILE", type=Path)
    _everywhere(backup)
    return parser


def _everywhere(parser: argparse.ArgumentParser) -> None:
    # Allowed after the command too; SUPPRESS keeps it from undoing one that stands before.
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    parser.add_argument("--workspace", default=argparse.SUPPRESS, help=argparse.SUPPRESS)


def _init(commands: _Commands[_Parser]) -> None:
    init = commands.add_parser("init", help="make a new workspace")
    init.add_argument("--sample", action="store_true", help="with the sample company in it")
    init.add_argument("--name", default="My company", help="the company's name")
    _everywhere(init)


def _models(commands: _Commands[_Parser]) -> None:
    models = commands.add_parser("models", help="the tree of models").add_subparsers(
        dest="action", metavar="ACTION", required=True
    )
    _everywhere(models.add_parser("list", help="all models, parents before children"))
    add = models.add_parser("add", help="add a model")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--parent", metavar="MODEL", help="the model it inherits from, by name or id")
    add.add_argument("--arbiter", action="store_true", help="a member of group chats instead of an assistant")
    _everywhere(add)
    give = models.add_parser("set", help="change what a model works with")
    give.add_argument("model", metavar="MODEL")
    provider = give.add_mutually_exclusive_group(required=True)
    provider.add_argument("--provider", metavar="PROVIDER", help="the connection it uses, by name or id")
    provider.add_argument("--inherit-provider", action="store_true", help="use the one of the models above it")
    _everywhere(give)


def _qas(commands: _Commands[_Parser]) -> None:
    qas = commands.add_parser("qas", help="a model's Q&As as a CSV file").add_subparsers(
        dest="action", metavar="ACTION", required=True
    )
    take = qas.add_parser("import", help="CSV with the columns question,answer,section,type")
    take.add_argument("model", metavar="MODEL")
    take.add_argument("file", metavar="FILE", type=Path)
    take.add_argument("--good-rows", action="store_true", help="import what is right although other rows are wrong")
    _everywhere(take)
    give = qas.add_parser("export", help="write the same columns")
    give.add_argument("model", metavar="MODEL")
    give.add_argument("file", metavar="FILE", type=Path)
    _everywhere(give)


def _providers(commands: _Commands[_Parser]) -> None:
    actions = commands.add_parser("providers", help="connections to AI services").add_subparsers(
        dest="action", metavar="ACTION", required=True
    )
    _everywhere(actions.add_parser("list", help="all providers, with what is known of their base models"))
    add = actions.add_parser("add", help="add a provider")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--kind", required=True, choices=sorted(KINDS), help=", ".join(sorted(KINDS)), metavar="KIND")
    add.add_argument("--base-url", metavar="URL", default="", help="where it answers, as https://api.example.com/v1")
    add.add_argument("--model-file", metavar="FILE", default="", help="the .gguf file of a local model")
    add.add_argument("--base-model", metavar="NAME", default="", help="which of its models is used")
    key_option(add, stores=True)
    _everywhere(add)
    change = actions.add_parser("set", help="change a provider's settings; those that are not given stay")
    change.add_argument("name", metavar="NAME")
    change.add_argument("--name", metavar="NEW", dest="new_name", help="what it is called from now on")
    change.add_argument("--kind", choices=sorted(KINDS), help=", ".join(sorted(KINDS)), metavar="KIND")
    change.add_argument("--base-url", metavar="URL", help="where it answers; an empty text for the kind's own address")
    change.add_argument("--model-file", metavar="FILE", help="the .gguf file of a local model")
    change.add_argument("--base-model", metavar="MODEL", help="which of its models is used")
    _everywhere(change)
    models = actions.add_parser("models", help="the base models that it offers, and the days that are left to each")
    models.add_argument("name", metavar="NAME")
    models.add_argument("--test", action="store_true", help="ask the provider now; else as its last test has found")
    key_option(models)
    _everywhere(models)
    test = actions.add_parser("test", help="ask a provider what it offers and can do")
    test.add_argument("name", metavar="NAME")
    key_option(test)
    _everywhere(test)
    key = actions.add_parser("key", help="keep a provider's key in the keyring, instead of the one before")
    key.add_argument("name", metavar="NAME")
    given = key.add_mutually_exclusive_group(required=True)
    key_option(given, stores=True)
    given.add_argument("--forget", action="store_true", help="remove the key from the keyring")
    _everywhere(key)
    remove = actions.add_parser("remove", help="move a provider to the bin, and its key out of the keyring")
    remove.add_argument("name", metavar="NAME")
    _everywhere(remove)


def _compile(commands: _Commands[_Parser]) -> None:
    build = commands.add_parser("compile", help="build a new version of a model")
    build.add_argument("model", metavar="MODEL")
    targets = [target.value for target in Target]
    build.add_argument(
        "--target",
        type=lambda text: text.lower().replace("_", "-"),
        choices=targets,
        default=Target.BUILT_IN.value,
        metavar="TARGET",
        help=", ".join(targets),
    )
    build.add_argument(
        "--out", metavar="FOLDER", type=Path, help="where the files go, of the targets export and fine-tune"
    )
    build.add_argument(
        "--no-evaluation", action="store_true", help="do not put the validation questions where that costs something"
    )
    key_option(build)
    _everywhere(build)


def _evaluate(commands: _Commands[_Parser]) -> None:
    test = commands.add_parser("evaluate", help="put the validation questions of now to a version of a model")
    test.add_argument("model", metavar="MODEL")
    test.add_argument("--version", metavar="N", default="active", help="which version; the active one if not given")
    test.add_argument("--judge", metavar="PROVIDER", help="have the answers marked by this provider's model too")
    test.add_argument("--explain", action="store_true", help="print every question with its verdict")
    key_option(test)
    _everywhere(test)


def _versions(commands: _Commands[_Parser]) -> None:
    listed = commands.add_parser(
        "versions", help="a model's versions with their scores; or two of them compared, or one deleted"
    )
    listed.add_argument("model", metavar="MODEL")
    instead = listed.add_mutually_exclusive_group()
    instead.add_argument("--resume", action="store_true", help="follow the training that goes on at a provider")
    instead.add_argument(
        "--compare",
        metavar=("A", "B"),
        nargs=2,
        help="two versions, such as v6 v7: the same questions, what each was made of, and its instructions",
    )
    instead.add_argument("--delete", metavar="VERSION", help="delete a version for good, at its provider too")
    listed.add_argument("--report", metavar="FILE", type=Path, help="write the comparison into an HTML file too")
    listed.add_argument("--only-here", action="store_true", help="with --delete: leave what lies at the provider")
    listed.add_argument("--yes", action="store_true", help="with --delete: do not ask first")
    key_option(listed)
    _everywhere(listed)
    activate = commands.add_parser("activate", help="let a version answer from now on")
    activate.add_argument("model", metavar="MODEL")
    activate.add_argument("version", metavar="VERSION", help="such as v7")
    _everywhere(activate)
    back = commands.add_parser("roll-back", help="let the version answer again that answered before")
    back.add_argument("model", metavar="MODEL")
    _everywhere(back)


def _golden(commands: _Commands[_Parser]) -> None:
    actions = commands.add_parser("golden", help="recorded answers, the measure for a successor").add_subparsers(
        dest="action", metavar="ACTION", required=True
    )
    listed = actions.add_parser("list", help="a model's sets of golden answers, the newest first")
    past = actions.add_parser("questions", help="what you have asked a model in your own chats, to choose from")
    record = actions.add_parser("record", help="ask a version all validation questions, and keep its answers")
    record.add_argument("--version", metavar="N", default="active", help="which version; the active one if not given")
    record.add_argument("--name", metavar="NAME", help="what the set is called; by default after the day")
    record.add_argument(
        "--question", metavar="TEXT", action="append", default=[], help="ask this too; may be given several times"
    )
    record.add_argument("--questions", metavar="FILE.jsonl", type=Path, help='ask these too: lines of {"question": …}')
    record.add_argument("--no-validation", action="store_true", help="leave the validation questions out")
    delete = actions.add_parser("delete", help="move a set to the bin")
    parity = actions.add_parser("parity", help="ask a version what a set was asked, and set its answers beside it")
    for parser in (listed, past, record, delete, parity):
        parser.add_argument("model", metavar="MODEL")
        _everywhere(parser)
    delete.add_argument("set", metavar="SET", help="by name or id")
    parity.add_argument("--set", metavar="SET", required=True, help="the golden answers, by name or id")
    parity.add_argument("--version", metavar="N", default="active", help="the successor; the active one if not given")
    parity.add_argument("--to", metavar="FILE.html", type=Path, help="write the report into a file that can be printed")
    for parser in (record, parity):
        key_option(parser)


def _jobs(commands: _Commands[_Parser]) -> None:
    actions = commands.add_parser("jobs", help="trainings that go on at providers").add_subparsers(
        dest="action", metavar="ACTION", required=True
    )
    _everywhere(actions.add_parser("list", help="all trainings, with their state as it was last seen"))
    for name, help_ in (
        ("show", "ask the provider how a model's training stands now"),
        ("follow", "follow a model's training to its end, and make a version of it"),
        ("pause", "halt a model's training at the provider"),
        ("resume", "let a halted training go on"),
        ("cancel", "end a model's training at the provider, and give the version up"),
    ):
        act = actions.add_parser(name, help=help_)
        act.add_argument("model", metavar="MODEL")
        key_option(act)
        _everywhere(act)
    orphans = actions.add_parser("orphans", help="look at a provider for trainings that no version waits for")
    orphans.add_argument("provider", metavar="PROVIDER", help="by name or id")
    key_option(orphans)
    _everywhere(orphans)


def _ask(commands: _Commands[_Parser]) -> None:
    ask = commands.add_parser("ask", help="ask the active version of a model")
    ask.add_argument("model", metavar="MODEL")
    ask.add_argument("question", metavar="QUESTION", nargs="?")
    ask.add_argument("--batch", metavar="QUESTIONS.jsonl", type=Path, help='lines of {"question": …}')
    ask.add_argument("--out", metavar="ANSWERS.jsonl", type=Path, help="where the answers of --batch go")
    key_option(ask)
    _everywhere(ask)


def _usage(commands: _Commands[_Parser]) -> None:
    usage = commands.add_parser("usage", help="what was spent in a month, by whom and on what")
    usage.add_argument("--month", metavar="YYYY-MM", help="by default this one, in UTC")
    by = ("day", "model", "purpose", "person")
    usage.add_argument("--by", choices=by, default="model", metavar="WHAT", help=f"{', '.join(by)}; by default model")
    usage.add_argument("--csv", metavar="FILE", type=Path, help="write every call of the month into a file instead")
    _everywhere(usage)


def _budgets(commands: _Commands[_Parser]) -> None:
    budgets = commands.add_parser("budgets", help="how much may be spent in a month").add_subparsers(
        dest="action", metavar="ACTION", required=True
    )
    _everywhere(budgets.add_parser("list", help="every budget, and how it stands"))
    give = budgets.add_parser("set", help="set the budget of the company, a model and those below it, or a user")
    give.add_argument("amount", metavar="AMOUNT", help="a month, in the currency of the price list")
    give.add_argument("--warn", metavar="PERCENT", type=float, default=80.0, help="warn from this share on")
    take = budgets.add_parser("remove", help="let spending go without it")
    for parser in (give, take):
        subject = parser.add_mutually_exclusive_group()
        subject.add_argument("--model", metavar="MODEL", help="by name or id")
        subject.add_argument("--user", metavar="LOGIN")
        _everywhere(parser)
