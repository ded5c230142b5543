"""The keys under which a version keeps what it was made of and what came out of it."""

from __future__ import annotations

from typing import Final

INDEX: Final = "index"
"""A blob: the built-in engine's index. By it a version answers."""
INSTRUCTIONS: Final = "instructions"
MANIFEST: Final = "manifest"
"""A blob: every row that went in."""
MANIFEST_SUMMARY: Final = "manifest_summary"
FINDINGS: Final = "findings"

CALIBRATION: Final = "calibration"
CURVE: Final = "curve"
TIMINGS: Final = "timings"

EVALUATION: Final = "evaluation"
"""A blob: one record a validation question."""
EVALUATION_SUMMARY: Final = "evaluation_summary"
JUDGE_RUBRIC: Final = "judge_rubric"
"""What a judge model marked by; only where one was asked."""

DATASET: Final = "dataset"
"""A blob: the examples to train with, in the chat format."""
VALIDATION_DATASET: Final = "dataset_validation"
"""A blob: the examples to validate a training with."""
DATASET_HASH: Final = "dataset_hash"
DATASET_SUMMARY: Final = "dataset_summary"
TRAINING_FILE: Final = "training_file"
"""What the provider calls the dataset that was sent."""
VALIDATION_FILE: Final = "validation_file"
