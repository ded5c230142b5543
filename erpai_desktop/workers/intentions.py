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
        comparison,
        compilations,
        compilations_reading,
        conversations,
        conversations_reading,
        elsewhere,
        estimates,
        evaluation_estimate,
        golden,
        golden_reading,
        history,
        housekeeping,
        knowledge_difference,
        price_list,
        providers,
        providers_reading,
        qa_transfer,
        qas,
        qas_reading,
        rolling_back,
        scoreboard,
        spending,
        train_ai,
        training_jobs,
        training_reading,
        tree,
        tree_reading,
        usage_reading,
        users,
        workspace,
    )
    from erpai_desktop.workers import (
        ask,
        compile_model,
        delete_version,
        import_file,
        save_files,
        whole_workspace,
        write_report,
    )
    from erpai_desktop.workers.evaluation import check_successor, evaluate, record_golden
    from erpai_desktop.workers.providers import check_provider, provider_keys
    from erpai_desktop.workers.training import control as training_control
    from erpai_desktop.workers.training import resume_training
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
    comparison = _service("comparison")
    compilations = _service("compilations")
    compilations_reading = _service("compilations_reading")
    conversations = _service("conversations")
    conversations_reading = _service("conversations_reading")
    elsewhere = _service("elsewhere")
    estimates = _service("estimates")
    evaluation_estimate = _service("evaluation_estimate")
    golden = _service("golden")
    golden_reading = _service("golden_reading")
    history = _service("history")
    housekeeping = _service("housekeeping")
    knowledge_difference = _service("knowledge_difference")
    price_list = _service("price_list")
    providers = _service("providers")
    providers_reading = _service("providers_reading")
    qa_transfer = _service("qa_transfer")
    qas = _service("qas")
    qas_reading = _service("qas_reading")
    rolling_back = _service("rolling_back")
    scoreboard = _service("scoreboard")
    spending = _service("spending")
    train_ai = _service("train_ai")
    training_jobs = _service("training_jobs")
    training_reading = _service("training_reading")
    tree = _service("tree")
    tree_reading = _service("tree_reading")
    usage_reading = _service("usage_reading")
    users = _service("users")
    workspace = _service("workspace")
    ask = _OnFirstUse("erpai_desktop.workers.ask")
    check_provider = _OnFirstUse("erpai_desktop.workers.providers.check_provider")
    check_successor = _OnFirstUse("erpai_desktop.workers.evaluation.check_successor")
    compile_model = _OnFirstUse("erpai_desktop.workers.compile_model")
    delete_version = _OnFirstUse("erpai_desktop.workers.delete_version")
    evaluate = _OnFirstUse("erpai_desktop.workers.evaluation.evaluate")
    import_file = _OnFirstUse("erpai_desktop.workers.import_file")
    provider_keys = _OnFirstUse("erpai_desktop.workers.providers.provider_keys")
    record_golden = _OnFirstUse("erpai_desktop.workers.evaluation.record_golden")
    training_control = _OnFirstUse("erpai_desktop.workers.training.control")
    resume_training = _OnFirstUse("erpai_desktop.workers.training.resume_training")
    save_files = _OnFirstUse("erpai_desktop.workers.save_files")
    whole_workspace = _OnFirstUse("erpai_desktop.workers.whole_workspace")
    write_report = _OnFirstUse("erpai_desktop.workers.write_report")

__all__ = [
    "ask",
    "bin_",
    "budgets",
    "chats",
    "chats_reading",
    "check_provider",
    "check_successor",
    "comparison",
    "compilations",
    "compilations_reading",
    "compile_model",
    "conversations",
    "conversations_reading",
    "delete_version",
    "elsewhere",
    "estimates",
    "evaluate",
    "evaluation_estimate",
    "golden",
    "golden_reading",
    "history",
    "housekeeping",
    "import_file",
    "knowledge_difference",
    "price_list",
    "provider_keys",
    "providers",
    "providers_reading",
    "qa_transfer",
    "qas",
    "qas_reading",
    "record_golden",
    "resume_training",
    "rolling_back",
    "save_files",
    "scoreboard",
    "spending",
    "train_ai",
    "training_control",
    "training_jobs",
    "training_reading",
    "tree",
    "tree_reading",
    "usage_reading",
    "users",
    "whole_workspace",
    "workspace",
    "write_report",
]
