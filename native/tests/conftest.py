# SPDX-License-Identifier: Apache-2.0
"""The extra is optional: without a compiler its tests have nothing to test. CI has one."""

from __future__ import annotations

import os
from importlib.util import find_spec

collect_ignore_glob = (
    ["test_*.py"]
    if find_spec("groundplan_linecount") is None and os.environ.get("CI") != "true"
    else []
)
