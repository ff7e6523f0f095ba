"""One process of the AWS provider for all that Terraform does in a module of tests.

Terraform starts the provider anew for each walk of each command: of a mocked run's 0.6 s of CPU that
is 0.5 s, of a plan's 8 s about half. A provider in debug mode stays, and Terraform is told where it is
(HashiCorp, "Debugging Providers"). It is the same executable, and each command configures it anew.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

from trimtab.engine.engine import COLLECTOR
from trimtab.engine.mirror import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from trimtab.engine.engine import Engine

ATTACH = "TF_REATTACH_PROVIDERS"
_SAID = re.compile(rf"{ATTACH}='(.*)'")


@contextmanager
def running(engine: Engine, environment: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Run the provider with ``environment``, and give what an engine needs to use it."""
    with subprocess.Popen(
        [_executable(engine), "-debug"],
        env={**COLLECTOR, **os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as provider:
        try:
            assert provider.stdout
            said = next((found[1] for line in provider.stdout if (found := _SAID.search(line))), None)
            assert said, "the provider ended before it said where it is"
            (where,) = json.loads(said).values()
            yield {ATTACH: json.dumps({f"{REGISTRY[engine.name]}/hashicorp/aws": where})}
        finally:
            provider.terminate()


def _executable(engine: Engine) -> Path:
    """Return what ``ready_engine`` installed for this machine."""
    assert engine.mirror
    folder = engine.mirror / REGISTRY[engine.name] / "hashicorp/aws"
    (found,) = folder.glob("*/*/terraform-provider-aws*")
    return found
