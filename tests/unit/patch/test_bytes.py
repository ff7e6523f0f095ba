"""Nothing of a file moves but the literals: bytes around them, comments, order, line ends and mark."""

from __future__ import annotations

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from patch_made import edits, patched, service

from trimtab.patch.rewrite import diff_of, masked

_NOISE = st.lists(
    st.sampled_from(
        [
            "# cpu = 1024 é → 🚢\n",
            "// memory = 2048\n",
            '/* cpu = 1024\n   "unclosed */\n',
            "\n",
            "\t \n",
            'locals {\n  a%d = "${"x"}1024"\n}\n',
            'locals {\n  b%d = <<-EOT\n    cpu = 1024 ${local.c} "\n  EOT\n}\n',
            'output "o%d" { value = [1024, 2048, "1024"] }\n',
        ]
    ),
    max_size=6,
)


@settings(max_examples=12, deadline=None)
@given(
    above=_NOISE,
    below=_NOISE,
    crlf=st.booleans(),
    mark=st.booleans(),
    gap=st.sampled_from([" ", "", "   ", "\t"]),
)
def test_all_but_the_literals_stays_byte_for_byte(
    above: list[str], below: list[str], crlf: bool, mark: bool, gap: str
) -> None:
    noise = [one % number if "%d" in one else one for number, one in enumerate([*above, *below])]
    body = service(cpu='"1024"').replace("= 2048", f"={gap}2048{gap} # 2048")
    text = "locals {\n  c = 1\n}\n" + "".join(noise[: len(above)]) + body + "".join(noise[len(above) :])
    content = text.replace("\n", "\r\n").encode() if crlf else text.encode()
    content = b"\xef\xbb\xbf" + content if mark else content
    with TemporaryDirectory() as name:
        patch = patched(Path(name), {"main.tf": content})
        (made,) = patch.contents.values()
        assert [(one[1], one[2]) for one in edits(patch)["main.tf"]] == [('"1024"', '"256"'), ("2048", "512")]
        first, second = patch.edits
        assert made == (
            content[: first.start]
            + b'"256"'
            + content[first.end : second.start]
            + b"512"
            + content[second.end :]
        )
        assert (content[first.start : first.end], content[second.start : second.end]) == (b'"1024"', b"2048")


def test_the_diff_is_one_that_git_applies(tmp_path: Path) -> None:
    text = service().replace("\n", "\r\n").encode() + b"# no newline at the end"
    patch = patched(tmp_path, {"sub/keep.tf": "", "main.tf": text})
    root = tmp_path / "root"
    (root / ".git").rmdir()
    (tmp_path / "a.patch").write_bytes(diff_of(patch.contents, root).encode())
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    subprocess.run(["git", "apply", str(tmp_path / "a.patch")], cwd=root, check=True)
    assert (root / "main.tf").read_bytes() == next(iter(patch.contents.values()))


def test_the_diff_that_is_shown_holds_no_credential() -> None:
    secrets = '   DB_PASSWORD = "correct-horse"\n   name  = "API_TOKEN"\n   value = "battery-staple"\n'
    diff = f"{secrets}-  cpu = 1024\n"
    shown = masked(diff)
    assert "correct-horse" not in shown
    assert "battery-staple" not in shown
    assert "-  cpu = 1024" in shown
