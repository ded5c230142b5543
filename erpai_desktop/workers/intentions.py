"""The services by name, for views: each module is imported at its first use, so that none delays the first paint.

`runner.write(self, tree.rename_model, model_id=..., ...)` reads as if `tree` had been imported, and is type-checked so.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from erpai_desktop.services import (
        bin as bin_,
    )
    from erpai_desktop.services import (
        budgets,
        chats,
        chats_reading,
        compilations,
        compilations_reading,
        conversations,
        conversations_reading,
        elsewhere,
        estimates,
        evaluation_estimate,
        history,
        housekeeping,
        price_list,
        providers,
        providers_reading,
        qa_transfer,
        qas,
        qas_reading,
        spending,
        train_ai,
        tree,
        tree_reading,
        usage_reading,
        users,
        workspace,
    )
    from erpai_desktop.workers import (
        ask,
        check_provider,
        compile_model,
        evaluate,
        import_file,
        provider_keys,
        whole_workspace,
    )
else:

    class _OnFirstUse:
        """Stands for a module until one of its names is asked for."""

        def __init__(self, module: str) -> None:
            self._module = module

        def __getattr__(self, name: str) -> Any:
            return getattr(import_module(self._module), name)

    def _service(name: str) -> Any:
        return _OnFirstUse(f"erpai_desktop.services.{name}")

    bin_ = _service("bin")
    budgets = _service("budgets")
    chats = _service("chats")
    chats_reading = _service("chats_reading")
    compilations = _service("compilations")
    compilations_reading = _service("compilations_reading")
    conversations = _service("conversations")
    conversations_reading = _service("conversations_reading")
    elsewhere = _service("elsewhere")
    estimates = _service("estimates")
    evaluation_estimate = _service("evaluation_estimate")
    history = _service("history")
    housekeeping = _service("housekeeping")
    price_list = _service("price_list")
    providers = _service("providers")
    providers_reading = _service("providers_reading")
    qa_transfer = _service("qa_transfer")
    qas = _service("qas")
    qas_reading = _service("qas_reading")
    spending = _service("spending")
    train_ai = _service("train_ai")
    tree = _service("tree")
    tree_reading = _service("tree_reading")
    usage_reading = _service("usage_reading")
    users = _service("users")
    workspace = _service("workspace")
    ask = _OnFirstUse("erpai_desktop.workers.ask")
    check_provider = _OnFirstUse("erpai_desktop.workers.check_provider")
    compile_model = _OnFirstUse("erpai_desktop.workers.compile_model")
    evaluate = _OnFirstUse("erpai_desktop.workers.evaluate")
    import_file = _OnFirstUse("erpai_desktop.workers.import_file")
    provider_keys = _OnFirstUse("erpai_desktop.workers.provider_keys")
    whole_workspace = _OnFirstUse("erpai_desktop.workers.whole_workspace")

__all__ = [
    "ask",
    "bin_",
    "budgets",
    "chats",
    "chats_reading",
    "check_provider",
    "compilations",
    "compilations_reading",
    "compile_model",
    "conversations",
    "conversations_reading",
    "elsewhere",
    "estimates",
    "evaluate",
    "evaluation_estimate",
    "history",
    "housekeeping",
    "import_file",
    "price_list",
    "provider_keys",
    "providers",
    "providers_reading",
    "qa_transfer",
    "qas",
    "qas_reading",
    "spending",
    "train_ai",
    "tree",
    "tree_reading",
    "usage_reading",
    "users",
    "whole_workspace",
    "workspace",
]
