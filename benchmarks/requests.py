"""What a ladder on requests a target saves beside those on CPU and memory, by the same trials.

``python benchmarks/requests.py [--traces DIR] [--spread S]``. Every demand series in DIR is one service
(``series.py``). None of them records both CPU and requests, so requests are made: the demand over what a
request costs, which moves from minute to minute by a lognormal of sigma S. At 0 requests are CPU that has no
end at 100 %: the best case there is.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace

import numpy as np
from quality import FLOOR, MEMORY
from series import add_flag, as_service, by_minute, demand_series

from trimtab.advice.case.objective import Objective, PolicyKind
from trimtab.advice.choice.contest import contest
from trimtab.advice.choice.decide import prefer
from trimtab.ladders.parts import parts_of
from trimtab.ladders.search import Hunt

A_VCPU = 600.0
"""Requests a minute that one vCPU answers."""
ASKED = Objective(policies=(PolicyKind.STEP, PolicyKind.TRACKING, PolicyKind.REQUESTS))


def main() -> int:
    """Print a row for each series, and the mean."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_flag(parser)
    parser.add_argument("--spread", type=float, default=0.0, help="sigma of what a request costs")
    flags = parser.parse_args()
    print(f"{'series':31} {'steps':>7} {'requests':>8} {'chosen':9} {'CPU s':>6}")
    steps, chosen = [], []
    for name, path in demand_series(flags.traces):
        service, random = as_service(by_minute(path)), np.random.default_rng(0)
        cpu = service.load.cpu_vcpu
        requests = np.round(A_VCPU * cpu * random.lognormal(0.0, flags.spread, cpu.size))
        service = replace(service, load=replace(service.load, requests=requests))
        parts = parts_of(service, ASKED.judged_percent / 100)
        begun = time.process_time()
        found = contest(parts, ASKED, Hunt(seed=f"{ASKED.seed} {name}"), floor=FLOOR, memory=MEMORY)
        spent = time.process_time() - begun
        preferred = prefer(found, ASKED)
        kind = "requests" if preferred and preferred[0] == found.requests else "other"
        one, other = found.ladders, found.requests
        costs = [f"{each.tested.over_bound:.3f}" if each else "-" for each in (one, other)]
        print(f"{name[:30]:31} {costs[0]:>7} {costs[1]:>8} {kind:9} {spent:6.1f}", flush=True)
        if one is not None and other is not None:
            steps.append(other.tested.judged_billed_s / one.tested.judged_billed_s)
        without = prefer(replace(found, requests=None), ASKED)
        if preferred is not None and without is not None:
            chosen.append(preferred[0].tested.judged_billed_s / without[0].tested.judged_billed_s)
    for words, ratios in (("requests over steps", steps), ("chosen over chosen without", chosen)):
        print(f"{words}, {len(ratios)} series: mean {float(np.exp(np.log(ratios).mean())):.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
