# SPDX-License-Identifier: Apache-2.0
"""Only what pyproject.toml cannot say: the extension, and its stable ABI."""

import sysconfig

from setuptools import Extension, setup

# One wheel for 3.11 and later; free-threaded builds have no stable ABI.
STABLE_ABI = not sysconfig.get_config_var("Py_GIL_DISABLED")

PACKAGE = "src/groundplan_linecount"

setup(
    ext_modules=[
        Extension(
            "groundplan_linecount._native",
            sources=[f"{PACKAGE}/{name}.c" for name in ("linecount", "batch", "module")],
            depends=[f"{PACKAGE}/linecount.h", f"{PACKAGE}/batch.h"],
            define_macros=[("Py_LIMITED_API", "0x030B0000")] if STABLE_ABI else [],
            py_limited_api=STABLE_ABI,
        )
    ],
    options={"bdist_wheel": {"py_limited_api": "cp311"}} if STABLE_ABI else {},
)
