"""Forms by which a credential is known, wherever it stands.

Sources: the token formats that the vendors document (GitHub, GitLab, Slack, Stripe, Google, AWS, Azure,
npm, PyPI, HashiCorp and others), RFC 7519 (JWT), RFC 7468 (PEM). Each form begins where a run of its
letters begins, so that no letter is tried twice.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import Final

_PREFIXED: Final = (
    r"(?:AKIA|ASIA|AROA|AIDA|ABIA|ACCA)[A-Z0-9]{12,}",
    r"gh[pousr]_[A-Za-z0-9]{20,}",
    r"github_pat_\w{20,}",
    r"gl(?:pat|dt|rt|ptt|ft|soat|cbt|agent|imt)-[\w\-.]{16,}",
    r"xox[abeoprs]-[A-Za-z0-9\-]{8,}",
    r"xapp-[A-Za-z0-9\-]{8,}",
    r"(?:[srp]k|whsec)_(?:live|test)?_?[A-Za-z0-9]{16,}",
    r"sq0(?:atp|csp|idp)-[\w\-]{20,}",
    r"sk-(?:ant-|proj-|svcacct-)?[\w\-]{16,}",
    r"AIza[\w\-]{30,}",
    r"ya29\.[\w\-]{20,}",
    r"GOCSPX-[\w\-]{20,}",
    r"eyJ[\w\-]{8,}\.[\w\-]{4,}(?:\.[\w\-]*)*",
    r"SG\.[\w\-]{16,}\.[\w\-]{16,}",
    r"key-[0-9a-f]{32}",
    r"[0-9a-f]{32}-us[0-9]{1,2}",
    r"(?:AC|SK)[0-9a-f]{32}",
    r"(?:npm|pnpm|dckr_pat|dckr_oat|shpat|shpca|shppa|shpss|hf|pul|rubygems)[_\-][A-Za-z0-9\-_]{16,}",
    r"(?:lin_api|figd|atp|ops|rdme|nvapi)[_\-][A-Za-z0-9\-_]{16,}",
    r"pypi-[\w\-]{16,}",
    r"hv[sbr]\.[\w\-]{20,}",
    r"s\.[A-Za-z0-9]{24}",
    r"do[opr]_v1_[a-f0-9]{32,}",
    r"(?:NRAK|NRJS|NRII|NRRA)-[\w\-]{16,}",
    r"glsa_[A-Za-z0-9]{20,}_[a-f0-9]{8}",
    r"glc_[A-Za-z0-9+/=]{20,}",
    r"dapi[a-f0-9]{32}",
    r"EAA[A-Za-z0-9]{20,}",
    r"ATATT3[\w\-=]{20,}",
    r"sbp_[a-f0-9]{20,}",
    r"(?:PMAK|FLWSECK(?:_TEST)?|AGE-SECRET-KEY|CCIPAT|dp\.(?:pt|st|ct|sa))[-_.][\w\-]{16,}",
    r"[A-Za-z0-9]{14}\.atlasv1\.[\w\-]{60,}",
    r"\$(?:apr1|[1256]|2[abxy]?|y)\$[\w./$]{20,}",
    r"[0-9]{8,10}:AA[\w\-]{32,}",
    r"[MNO][A-Za-z\d_\-]{23,25}\.[\w\-]{6}\.[\w\-]{27,}",
    r"[A-Za-z0-9_~.\-]{3}8Q~[A-Za-z0-9_~.\-]{31,}",
)
SHAPES: Final = re.compile(rf"(?<![A-Za-z0-9_\-])(?:{'|'.join(_PREFIXED)})")
WEBHOOK: Final = re.compile(
    r"(?i)(hooks\.slack\.com/(?:services|workflows)/|discord(?:app)?\.com/api/webhooks/"
    r"|\.webhook\.office\.com/)[^\s\"'<>]+"
)
"""Addresses that whoever knows may write to."""
_LONG: Final = re.compile(r"[A-Za-z0-9+/_\-]{20,}={0,2}")
_HEX: Final = re.compile(r"(?<![0-9A-Za-z])[0-9a-fA-F]{32,}(?![0-9A-Za-z])")
_WORD: Final = r"(?:[A-Z]?[a-z]+|[A-Z]+)"
_WORDS: Final = re.compile(rf"{_WORD}(?:[/_\-]{_WORD})+")
"""Words of one case each, joined: Reconciliation_Worker_For_Europe, which is as varied as a key and none."""
_CAMEL: Final = re.compile(r"(?:[A-Z][a-z]+)+")
_CAPITAL: Final = re.compile("[A-Z]")
_WORD_LETTERS: Final = 5
"""Letters that words have at least, on average, where capitals alone part them, as in
ApproximateNumberOfMessagesVisible. A key of 32 letters has some 16 capitals, several side by side: one
in 50,000 has as few as that."""
MIN_ENTROPY_BITS: Final = 3.8
"""Shannon entropy a character [bit] from which a long run of characters is taken for a key. English
words joined by hyphens lie near 3.5; 20 random base64 characters near 4.1."""
HEX_BITS: Final = 3.0
"""The same for hexadecimal, which has 4 at most."""
_BEGIN, _END, _DASHES = "-----BEGIN ", "-----END ", "-----"


def without_pem(text: str, instead: str) -> str:
    """Return a text with every PEM block replaced, one that does not end up to the text's end."""
    if _BEGIN not in text:
        return text
    parts, at = [], 0
    while (start := text.find(_BEGIN, at)) >= 0:
        parts += [text[at:start], instead]
        end = text.find(_END, start)
        closing = text.find(_DASHES, end + len(_END)) if end >= 0 else -1
        at = len(text) if closing < 0 else closing + len(_DASHES)
    return "".join((*parts, text[at:]))


def without_random(text: str, instead: str) -> str:
    """Return a text with every long run replaced that looks like a key and not like words."""
    return _LONG.sub(lambda found: instead if is_random(found[0]) else found[0], text)


def is_random(run: str) -> bool:
    """Tell whether a run of characters looks like a key and not like words."""
    plain = run.rstrip("=")
    if _WORDS.fullmatch(plain):
        return False
    if _CAMEL.fullmatch(plain) and len(_CAPITAL.findall(plain)) * _WORD_LETTERS <= len(plain):
        return False
    digits = _HEX.search(plain)
    if digits is not None and _entropy_bits(digits[0].lower()) >= HEX_BITS:
        return True
    # A path or a name made of words has separators every few letters; a key has digits and both cases.
    kinds = sum(bool(re.search(kind, plain)) for kind in ("[a-z]", "[A-Z]", "[0-9]"))
    mixed = kinds == 3 or (kinds == 2 and len(plain) >= 32)  # noqa: PLR2004 - kinds of characters, and a key's length
    return mixed and _entropy_bits(plain) >= MIN_ENTROPY_BITS


def _entropy_bits(text: str) -> float:
    """Return Shannon entropy a character [bit]."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())
