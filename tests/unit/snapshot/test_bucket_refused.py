"""Where a snapshot is read from a folder alone, an address of S3 is refused, with what to do."""

from __future__ import annotations

import pytest

from fuzz.readers import run

ADDRESS = "s3://trimtab-snapshots/prod"


@pytest.mark.parametrize(
    ("command", "where"),
    [
        (("report", ".", "--since", ADDRESS), "--since"),
        (("report", ".", "--snapshot", ADDRESS), "--snapshot"),
        (("report", ADDRESS), "DIR"),
        (("sandbox", "--fleet", ADDRESS), "--fleet"),
    ],
)
def test_an_address_of_s3_is_refused_with_what_to_do(command: tuple[str, ...], where: str) -> None:
    answer = run(*command)
    assert answer.code == 2, answer.err + answer.trace
    (line,) = answer.err.splitlines()
    assert line.startswith(f"error: {where}: this reads snapshots from a folder of this machine alone")
    assert "aws s3 cp --recursive" in line
