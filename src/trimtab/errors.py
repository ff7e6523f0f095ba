"""The error tree. Each error says what, where and what to do, and owns its exit code.

    TrimtabError                    1   (never raised itself)
    ├── UsageError                  2   a flag or argument that cannot work
    ├── SnapshotError               2   a snapshot that cannot be read or believed
    ├── AccountError                2   an AWS account that cannot be asked, or does not answer
    ├── WorkerError                 1   a process of a search that ended before it answered
    ├── ClusterError                1   a cluster that is not there, is another, or went
    ├── ReplayError                 2   a demand, policy or model that cannot be replayed
    ├── EngineError                 1   terraform or tofu failed at something it should do
    ├── EngineMissing               2   there is no terraform or tofu that can be used
    ├── ProviderMissing             2   the engine can get the AWS provider from nowhere
    ├── SandboxError                1   the local AWS could not be started or reached
    │   └── SandboxMissing          2   moto's server, which it is made of, is not installed
    ├── RolloutError                2   a rollout that cannot begin or go on until something is mended
    ├── RolloutInterrupted          1   a rollout that AWS did not let finish; run it again to go on
    └── ProofError                  1   what the demo set out to prove did not hold

Exit codes: 0 fine, 1 internal fault, 2 wrong use or configuration, 3 the fleet could
only partly be read (not an error: some services are ``LeftOut``), 10 and above: findings.
"""

from __future__ import annotations

EXIT_OK = 0
EXIT_FAULT = 1
EXIT_USAGE = 2
EXIT_PARTIAL = 3


class TrimtabError(Exception):
    """Something a user is told in one line: what is wrong, where, and what to do."""

    exit_code: int = EXIT_FAULT

    def __init__(self, message: str, *, where: str = "", advice: str = "") -> None:
        self.message = message
        self.where = where
        self.advice = advice
        super().__init__(self.one_line())

    def __reduce__(self) -> tuple[object, ...]:
        """Go from process to process whole: an exception would be made again of its line alone."""
        return _again, (type(self), self.__dict__)

    def one_line(self) -> str:
        """Return ``where: message; advice``, leaving out the parts that are empty."""
        line = f"{self.where}: {self.message}" if self.where else self.message
        return f"{line}; {self.advice}" if self.advice else line


def _again(kind: type[TrimtabError], fields: dict[str, object]) -> TrimtabError:
    error = kind.__new__(kind)
    error.__dict__.update(fields)
    Exception.__init__(error, error.one_line())
    return error


class UsageError(TrimtabError):
    """A flag or argument that cannot work."""

    exit_code = EXIT_USAGE


class SnapshotError(TrimtabError):
    """A snapshot that lacks something, or holds something that cannot be true."""

    exit_code = EXIT_USAGE


class AccountError(TrimtabError):
    """An AWS account that cannot be asked, or does not answer: credentials, permissions, network."""

    exit_code = EXIT_USAGE


class NetworkError(AccountError):
    """No answer came, or none could be asked for. It may be over in a minute."""


class WorkerError(TrimtabError):
    """A process of a search that ended before it answered."""


class ClusterError(TrimtabError):
    """A Dask cluster that is not there, is of another version, or went before it answered."""


class ReplayError(TrimtabError):
    """A demand, a policy or a model that cannot be replayed; ``where`` names the field."""

    exit_code = EXIT_USAGE


class EngineError(TrimtabError):
    """Terraform or tofu failed at something it should do."""


class EngineMissing(TrimtabError):  # noqa: N818 - named for what it says
    """There is no terraform or tofu that can be used."""

    exit_code = EXIT_USAGE


class ProviderMissing(TrimtabError):  # noqa: N818 - named for what it says
    """The engine can get the AWS provider neither from a mirror nor from the registry."""

    exit_code = EXIT_USAGE


class SandboxError(TrimtabError):
    """The local AWS could not be started or reached."""


class SandboxMissing(SandboxError):  # noqa: N818 - named for what it says
    """The local AWS is made of moto's server, and that is not installed, or not as it was tried."""

    exit_code = EXIT_USAGE


class RolloutError(TrimtabError):
    """A rollout that cannot begin, or go on, until the user mends something."""

    exit_code = EXIT_USAGE


class RolloutInterrupted(TrimtabError):  # noqa: N818 - named for what it says
    """A rollout that AWS did not let finish: it refused a call, or did not answer."""


class ProofError(TrimtabError):
    """What the demo set out to prove did not hold."""
