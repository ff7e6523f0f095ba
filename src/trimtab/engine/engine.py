"""Find terraform or tofu and run it: what it says becomes progress, a ``Plan`` or one clear line.

Only its machine-readable output is read (HashiCorp, "Machine-Readable UI"), but for ``init``,
which has none in the oldest versions supported.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from trimtab.engine.diagnostics import failure_of_json, failure_of_text
from trimtab.engine.mirror import lent
from trimtab.engine.plan import Plan, parse_plan
from trimtab.engine.process import run
from trimtab.engine.progress import Tally
from trimtab.errors import EngineMissing
from trimtab.folders.working import working_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from trimtab.engine.process import Finished
    from trimtab.engine.progress import OnProgress

ENGINE_VARIABLE = "TRIMTAB_ENGINE"
OLDEST = (1, 5, 0)
"""``import`` blocks arrived in 1.5."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """A terraform or tofu that can be used."""

    path: str
    name: Literal["terraform", "tofu"]
    version: tuple[int, int, int]
    mirror: Path | None = None
    """Where its providers may come from, beside what the user arranged; see ``provider.ready_engine``."""

    def __str__(self) -> str:
        return f"{self.name} {'.'.join(map(str, self.version))}"


COLLECTOR: Final[Mapping[str, str]] = {"GOGC": "400", "GOMEMLIMIT": "2GiB"}
"""For Go's garbage collector, unless the user sets it: a third of the engine's CPU goes into collecting
around the provider's schema, which stays. Beyond the limit it collects as ever."""


def find_engine(environment: Mapping[str, str] | None = None) -> Engine:
    """Return the engine named by TRIMTAB_ENGINE, else terraform, else tofu, from the PATH.

    Raises:
        EngineMissing: there is none that can be used; of several, it says what the first one lacks.

    """
    environment = os.environ if environment is None else environment
    search = environment.get("PATH")
    if named := environment.get(ENGINE_VARIABLE):
        path = shutil.which(named, path=search)
        if path is None:
            raise EngineMissing(
                f"{ENGINE_VARIABLE} names {named!r}, which is not an executable",
                advice="give its path, or unset the variable",
            )
        return _identify(path, environment)
    useless: EngineMissing | None = None
    for name in ("terraform", "tofu"):
        if path := shutil.which(name, path=search):
            try:
                return _identify(path, environment)
            except EngineMissing as missing:
                useless = useless or missing
    raise useless or EngineMissing(
        "neither terraform nor tofu is on the PATH",
        advice=f"install one (1.5 or newer), or set {ENGINE_VARIABLE} to its path",
    )


def _identify(path: str, environment: Mapping[str, str]) -> Engine:
    """Ask an executable for its name and version."""
    try:
        asked = subprocess.run(  # noqa: S603 - the user's own choice of engine
            [path, "version"],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=60,
            env={**environment, "CHECKPOINT_DISABLE": "1"},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EngineMissing(f"it does not run ({error})", where=path, advice=_INSTALL) from error
    matched = re.search(r"^(Terraform|OpenTofu) v(\d+)\.(\d+)\.(\d+)", asked.stdout, re.MULTILINE)
    if matched is None:
        # A shim of a version manager without a version to manage is the likeliest.
        words = (asked.stderr.strip() or asked.stdout.strip() or "not a word").splitlines()[0]
        raise EngineMissing(f"this is neither terraform nor tofu ({words})", where=path, advice=_INSTALL)
    version = (int(matched[2]), int(matched[3]), int(matched[4]))
    engine = Engine(path=path, name="tofu" if matched[1] == "OpenTofu" else "terraform", version=version)
    if version < OLDEST:
        raise EngineMissing(f"{engine} is too old", where=path, advice="1.5 or newer is needed")
    return engine


_INSTALL = f"install terraform or tofu (1.5 or newer), or set {ENGINE_VARIABLE} to its path"


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder of configuration, and the engine to run in it."""

    engine: Engine
    directory: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    """Goes over what is inherited. An empty value takes a variable away."""
    inherited: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def init(self) -> None:
        """Install providers and modules."""
        with lent(self.engine.mirror, self.directory):
            finished = run(self._command("init"), self.directory, self._environment())
        if finished.status:
            raise failure_of_text(finished, self._what("init"))

    def validate(self) -> None:
        """Check the configuration by itself."""
        finished = run(self._command("validate", "-json"), self.directory, self._environment())
        if finished.status:
            # One document here, not a line for each message.
            document = _loads("".join(finished.lines))
            raise failure_of_json(document.get("diagnostics", []), finished, self._what("validate"))

    def plan(
        self,
        out: Path,
        var_files: Sequence[Path] = (),
        variables: Mapping[str, object] | None = None,
        *,
        destroy: bool = False,
    ) -> Plan:
        """Write a plan file, and return what it says. ``variables`` win over ``var_files``."""
        options = [f"-out={out.resolve()}", *(["-destroy"] if destroy else [])]
        with _var_files(var_files, variables) as given:
            self._stream("plan", [*options, *given])
        return self.show(out)

    def show(self, plan_file: Path) -> Plan:
        """Read a plan file."""
        finished = self._quiet("show", "-json", str(plan_file.resolve()))
        return parse_plan("".join(finished.lines), where=str(plan_file))

    def apply(
        self,
        plan_file: Path | None = None,
        on_progress: OnProgress | None = None,
        var_files: Sequence[Path] = (),
        variables: Mapping[str, object] | None = None,
    ) -> None:
        """Apply a plan file, or plan and apply at once."""
        tally = Tally(on_progress)
        if plan_file is None:
            with _var_files(var_files, variables) as given:
                self._stream("apply", ["-auto-approve", *given], tally)
            return
        if on_progress:
            tally.total = self.show(plan_file).counts.operations
        self._stream("apply", [str(plan_file.resolve())], tally)

    def destroy(
        self,
        on_progress: OnProgress | None = None,
        var_files: Sequence[Path] = (),
        variables: Mapping[str, object] | None = None,
    ) -> None:
        """Destroy everything in the state."""
        with _var_files(var_files, variables) as given:
            self._stream("destroy", ["-auto-approve", *given], Tally(on_progress))

    def outputs(self) -> dict[str, Any]:
        """Return the values of the root's outputs."""
        document = _loads("".join(self._quiet("output", "-json").lines))
        return {name: output["value"] for name, output in document.items()}

    def _stream(self, verb: str, options: Sequence[str], tally: Tally | None = None) -> None:
        """Run a verb that reports line by line, and raise its first error."""
        diagnostics: list[dict[str, Any]] = []

        def read(line: str) -> None:
            message = _loads(line)
            if message.get("type") == "diagnostic":
                diagnostics.append(message["diagnostic"])
            elif tally:
                tally.read(message)

        finished = run(self._command(verb, "-json", *options), self.directory, self._environment(), read)
        if finished.status:
            raise failure_of_json(diagnostics, finished, self._what(verb))

    def _quiet(self, verb: str, *options: str) -> Finished:
        """Run a verb that prints one document and has no -input."""
        command = [self.engine.path, verb, "-no-color", *options]
        finished = run(command, self.directory, self._environment())
        if finished.status:
            raise failure_of_text(finished, self._what(verb))
        return finished

    def _command(self, verb: str, *options: str) -> list[str]:
        asks = verb != "validate"
        return [self.engine.path, verb, "-no-color", *(["-input=false"] if asks else []), *options]

    def _what(self, verb: str) -> str:
        return f"{self.engine.name} {verb}"

    def _environment(self) -> dict[str, str]:
        """Return the environment to run in: the folder is ours, so what is meant for others stays out."""
        inherited = {name: value for name, value in self.inherited.items() if not _OF_OTHERS.match(name)}
        given = {**COLLECTOR, **inherited, **self.environment}
        kept = {name: value for name, value in given.items() if value or name not in self.environment}
        return {**kept, "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}


_OF_OTHERS = re.compile(r"TF_(DATA_DIR|WORKSPACE|VAR_\w+|CLI_ARGS(?!_init$)\w*)$")
"""Variables a user sets for configurations of their own. Flags of ``init`` say where providers are."""


@contextmanager
def _var_files(files: Sequence[Path], variables: Mapping[str, object] | None) -> Iterator[list[str]]:
    """Give the options that pass variables.

    Single ones go by a file too: on a command line every user of the machine could read them.
    """
    options = [f"-var-file={path.resolve()}" for path in files]
    if not variables:
        yield options
        return
    with working_folder() as folder:
        path = folder / "given.tfvars.json"
        path.write_text(json.dumps(dict(variables)), encoding="utf-8")
        yield [*options, f"-var-file={path}"]


def _loads(text: str) -> dict[str, Any]:
    """Read one JSON object; what is not one (a provider's stray print) counts as empty."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}
