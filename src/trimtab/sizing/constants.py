"""The numbers the sizing rule rests on, each with where it comes from."""

from __future__ import annotations

MEMORY_MARGIN = 1.15
"""Over the largest memory ever seen in a task [ratio], where ``MARGIN_DAYS`` or more were seen.
krr's default: maximum + 15 %, of 14 days."""

MARGIN_DAYS = 14.0
"""History for which that margin is meant [days]: krr's own."""

MARGIN_DOUBLED = 2.0
"""Most that a short history widens the margin by [ratio]: 30 % at a day, the least there is."""

OOM_MARGIN = 1.25
"""Over the largest memory seen where a task ran into its limit [ratio]: what it wanted beyond is not
in the record. krr's own after an OOM kill: + 25 %."""

AT_LIMIT_SHARE = 0.97
"""Of the deployed memory, from which on a task counts as having run into it [ratio]. The reading
before the kill seldom shows 100 %; the same 97 % mark the CPU's ceiling."""

FILL_SHARE = 0.88
"""Of a task's memory, what the largest task and the collector may fill when a size is chosen
[ratio]: 2 points below ``KEEP_SHARE``, so that a size just taken is not left for a peak that is a
little higher. With the plain margin it decides below a peak of 1280 MiB, by a few percent."""

KEEP_SHARE = 0.90
"""Of a task's memory, what may be filled while a size is kept [ratio]: the objective's own line,
which the memory alarm watches."""

CHANGE_SHARE = 0.05
"""Of the present compute cost, the least that a change of size must save [ratio]. Estimates of two
weeks differ by a few percent: a change that saves less would be taken back by the next run."""

CHANGE_USD_MONTH = 1.0
"""Least that a change of size must save [USD/month]: a new revision is a deployment, and somebody
watches it."""


CPU_MARGIN = 1.15
"""Over the demand of the minute [ratio]. The 10 to 15 % of Autopilot (EuroSys 2020) and VPA."""

CPU_TARGET = 0.80
"""Share of the application's CPU that the demand with its margin may fill [ratio]. It leaves
room for what arrives while a new task starts: one or two minutes of alarm, one of start."""

HOTTEST_QUANTILE = 0.99
"""Of hottest to average CPU per task over busy minutes: how unevenly the work is spread."""

LOOKBACK_S = 3600
"""A task count is kept this long [s]: Autopilot takes the maximum over the last hour."""

CENSORED_LIFT = 1.15
"""Demand of a minute at the CPU ceiling, over what was measured [ratio]. The work wanted more
than it got and nobody recorded how much; the margin of one more change step is assumed."""

FLOOR_SHARE = 0.90
"""Share of minutes at the floor from which on the floor, not the demand, sets the cost."""

FLOOR_WITH_TRAFFIC = 2
"""Tasks kept behind a load balancer: one may fail or be replaced and requests are answered."""

FLOOR_WITHOUT_TRAFFIC = 1
"""Least tasks where nothing sends requests: the work waits until the one is replaced."""

SPARE_WITHOUT_TRAFFIC = 2
"""Tasks kept there where as many always ran: the second is a spare, or half of a pair, and which is
not in the data. What ran beyond that is capacity, which the demand decides."""
