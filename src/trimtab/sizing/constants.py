"""The numbers the sizing rule rests on, each with where it comes from."""

from __future__ import annotations

MEMORY_MARGIN = 1.15
"""Over the largest memory ever seen in a task [ratio]. krr's default: maximum + 15 %."""

CHANGE_SHARE = 0.05
"""Of the present compute cost, the least that a change of size must save [ratio]. Estimates of two
weeks differ by a few percent: a change that saves less would be taken back by the next run."""

CHANGE_USD_MONTH = 1.0
"""Least that a change of size must save [USD/month]: a new revision is a deployment, and somebody
watches it."""

COLLECTOR_MEMORY_MIB = 128
"""Memory set aside for the trace collector that runs beside the application [MiB]. The
service module's own default; AWS publishes no figure for the ADOT collector."""

COLLECTOR_CPU_UNITS = 32
"""CPU set aside for the trace collector [CPU units]. AWS's sample definition of the X-Ray
daemon, which the collector replaces (ECS developer guide, "Running the X-Ray daemon")."""

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

LOAD_MEMORY_R2 = 0.30
"""Least share of memory's variance that CPU must explain before the slope is believed."""

FLOOR_SHARE = 0.90
"""Share of minutes at the floor from which on the floor, not the demand, sets the cost."""

FLOOR_WITH_TRAFFIC = 2
"""Tasks kept behind a load balancer: one may fail or be replaced and requests are answered."""

FLOOR_WITHOUT_TRAFFIC = 1
"""Tasks kept where nothing sends requests: the work waits until the one is replaced."""
