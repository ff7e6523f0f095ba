"""The acceptance of two services in a real account: made, asked, changed, deployed, destroyed.

``make test-aws``. It refuses unless it is asked in so many words:

- ``TRIMTAB_TEST_AWS_ACCOUNT``: the number of the account, which must be that of the credentials;
- ``TRIMTAB_TEST_AWS_LIMIT_USD``: what it may cost at most (1 unless said); a higher estimate is refused.

Also ``TRIMTAB_TEST_AWS_REGION`` (us-east-1; one whose prices the catalog has) and ``TRIMTAB_TEST_AWS_OUT``
(the folder for transcript and state; ``trimtab-aws``). Every name begins with ``tt`` and a random suffix, in
a VPC of its own. Everything is destroyed at the end, also after a failure or an interrupt;
``--destroy FOLDER`` does it for a run that was killed. Exits 0 where all holds and nothing is left, 1 where
not, 2 where it was refused.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import signal
import sys
import threading
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from botocore.exceptions import BotoCoreError, ClientError

from aws_account import Account
from aws_price import HOURS, estimate
from aws_steps import NOT_TRIED, Acceptance, FailedError, StoppedError
from trimtab.catalog.load import price_regions
from trimtab.engine.engine import Workspace
from trimtab.engine.provider import ready_engine
from trimtab.errors import TrimtabError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("terraform", "examples/network", "tests/aws")
ASK = "TRIMTAB_TEST_AWS_"
WAIT_S = 900
TRIES = 3
LOOKS, LOOK_S = 6, 10
OWN_ADDRESS = "https://checkip.amazonaws.com"


class RefusedError(Exception):
    """What was asked is not enough, or too much."""


class Transcript:
    """What happened and when, in a file and on standard error."""

    def __init__(self, path: Path) -> None:
        """Begin a file, or go on with one."""
        self.file: TextIO = path.open("a", encoding="utf-8")

    def say(self, line: str) -> None:
        """Write a line, at once."""
        text = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%SZ} {line}"
        self.file.write(f"{text}\n")
        self.file.flush()
        sys.stderr.write(f"{text}\n")


def asked(environment: Mapping[str, str]) -> tuple[Account, str, float]:
    """Return the account, region and limit that were asked for; the account is whose it was said to be."""
    wanted = environment.get(f"{ASK}ACCOUNT", "")
    if not wanted:
        raise RefusedError(f"set {ASK}ACCOUNT to the number of the account that may be used, and be charged")
    region = environment.get(f"{ASK}REGION", "us-east-1")
    if region not in price_regions():
        raise RefusedError(
            f"{ASK}REGION is {region}, whose prices are not known; use {', '.join(price_regions())}"
        )
    try:
        limit = float(environment.get(f"{ASK}LIMIT_USD", "1"))
    except ValueError as error:
        raise RefusedError(f"{ASK}LIMIT_USD is not a number") from error
    account = Account.open(region)
    try:
        number = account.number()
    except (BotoCoreError, ClientError) as error:
        raise RefusedError(f"the account cannot be asked who it is: {error}") from error
    if number != wanted:
        raise RefusedError(f"{ASK}ACCOUNT is {wanted}, and the credentials are of {number}")
    return account, region, limit


def within(limit: float, region: str) -> str:
    """Return what a run costs at most, in words; refuse where that is more than the limit."""
    parts = estimate(region)
    total = sum(parts.values())
    each = ", ".join(f"{name} ${usd:.2f}" for name, usd in parts.items())
    words = f"${total:.2f} at most for {HOURS} h ({each})"
    if total > limit:
        raise RefusedError(f"it may cost {words}, which is above {ASK}LIMIT_USD ({limit:g})")
    return words


def prepare(folder: Path, environment: Mapping[str, str]) -> Workspace:
    """Copy what is applied, so that neither state nor providers get into the checkout."""
    ignored = shutil.ignore_patterns(".terraform*", "*.tfstate*", "*.tfplan")
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=ignored, dirs_exist_ok=True)
    engine = ready_engine(folder / "provider", environment)
    workspace = Workspace(engine=engine, directory=folder / "tests" / "aws")
    workspace.init()
    return workspace


def address_of_this_machine() -> str:
    """Return from where the load balancer will be asked: it is open to nobody else."""
    with urllib.request.urlopen(OWN_ADDRESS, timeout=20) as answer:
        return f"{answer.read().decode('ascii').strip()}/32"


def destroy(
    workspace: Workspace, account: Account, given: dict[str, object], say: Callable[[str], None]
) -> bool:
    """Destroy everything, in as many tries as it takes up to three; tell whether nothing is left."""
    name = str(given["name"])
    for number in range(1, TRIES + 1):
        try:
            workspace.destroy(variables=given)
            revisions = account.forget_revisions(name)
            left = left_at_last(account, name)
        except (TrimtabError, BotoCoreError, ClientError) as error:
            say(f"destroy, try {number}: {error}")
            continue
        say(f"destroyed, {revisions} revisions deregistered and deleted")
        for one in left:
            say(f"LEFT: {one}")
        return not left
    folder = workspace.directory.parents[1]
    say(f"NOT DESTROYED. Run again: {sys.executable} tools/test_aws.py --destroy {folder}")
    return False


def left_at_last(account: Account, name: str) -> list[str]:
    """Return what is left of a run, once lists have had the time to forget what is gone."""
    for _ in range(LOOKS):
        left = list(account.left_of(name))
        if not left:
            break
        time.sleep(LOOK_S)
    return left


def run(acceptance: Acceptance, say: Callable[[str], None]) -> bool:
    """Do the steps one after the other; tell whether all held."""
    for what, step in acceptance.steps():
        say(f"begins: {what}")
        began = time.monotonic()
        try:
            seen = step()
        except StoppedError:
            break
        except (FailedError, TrimtabError, BotoCoreError, ClientError, AssertionError) as error:
            say(f"FAILED: {what}: {error}")
            return False
        held = NOT_TRIED not in seen
        say(f"held ({time.monotonic() - began:.0f} s): {seen}" if held else seen)
        if acceptance.stopped():
            break
    else:
        return True
    say("INTERRUPTED")
    return False


def on_signals(handler: Callable[[], None]) -> None:
    """Have a handler for every signal that asks to end."""
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, lambda *_: handler())


def accept(environment: Mapping[str, str]) -> int:
    """Run the whole acceptance."""
    account, region, limit = asked(environment)
    cost = within(limit, region)
    name = f"tt-{secrets.token_hex(4)}"
    folder = Path(environment.get(f"{ASK}OUT", "trimtab-aws")).resolve() / name
    folder.mkdir(parents=True)
    say = Transcript(folder / "transcript.txt").say
    # Where an endpoint is named, it is not AWS that answers: nothing listens where a load balancer would.
    real = not environment.get("AWS_ENDPOINT_URL")
    say(f"account {account.number()}, region {region}, name {name}; {cost}")
    say("this is AWS" if real else f"this is not AWS: {environment['AWS_ENDPOINT_URL']} answers")
    workspace = prepare(folder, environment)
    given: dict[str, object] = {
        "name": name,
        "region": region,
        "client_cidr": address_of_this_machine() if real else "127.0.0.1/32",
    }
    (folder / "given.json").write_text(json.dumps(given), encoding="utf-8")
    held = False
    stop = threading.Event()

    def interrupted() -> None:
        # Never in the middle of an apply: what it was making would be in no state, and stay.
        stop.set()
        say("asked to end: what runs is finished, then everything is destroyed; wait")

    on_signals(interrupted)
    try:
        acceptance = Acceptance(
            workspace,
            account,
            given,
            pause_s=10 if real else 0.2,
            wait_s=WAIT_S,
            answers=real,
            stopped=stop.is_set,
        )
        held = run(acceptance, say)
    finally:
        gone = destroy(workspace, account, given, say)
    return ended(folder, say, held=held, gone=gone)


def ended(folder: Path, say: Callable[[str], None], *, held: bool, gone: bool) -> int:
    """Say how it ended, and keep nothing but the transcript where nothing else is needed."""
    say(f"{'all held' if held else 'NOT all held'}; {'nothing is left' if gone else 'SOMETHING IS LEFT'}")
    if gone:
        for one in [path for path in folder.iterdir() if path.name != "transcript.txt"]:
            shutil.rmtree(one) if one.is_dir() else one.unlink()
    sys.stdout.write(f"{folder / 'transcript.txt'}\n")
    return 0 if held and gone else 1


def destroy_run(folder: Path, environment: Mapping[str, str]) -> int:
    """Destroy what a run that was killed has left."""
    account, _, _ = asked(environment)
    if not (folder / "given.json").is_file():
        raise RefusedError(f"{folder} is not the folder of a run: it has no given.json")
    given: dict[str, object] = json.loads((folder / "given.json").read_text(encoding="utf-8"))
    say = Transcript(folder / "transcript.txt").say
    return ended(folder, say, held=True, gone=destroy(prepare(folder, environment), account, given, say))


def main() -> int:
    """Accept, or destroy."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--destroy", type=Path, metavar="FOLDER")
    chosen = parser.parse_args()
    try:
        return destroy_run(chosen.destroy.resolve(), os.environ) if chosen.destroy else accept(os.environ)
    except (RefusedError, TrimtabError) as error:
        sys.stderr.write(f"refused: {error}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
