"""What a judge model marks answers by: shown to people, told to the judge, stored with an evaluation it was used in."""

from __future__ import annotations

from typing import Final

RUBRIC: Final = """\
Compare the answer with the desired answer to the same question.
1.0  says the same; other words, order or politeness do not matter.
0.75 says the same, but leaves out or adds something of little weight.
0.5  half of what matters is right, nothing that matters is wrong.
0.25 little of it is right.
0.0  wrong, contradicts the desired answer, or says nothing of it."""
