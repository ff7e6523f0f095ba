"""Load balancers for services of which a snapshot says only that requests reach them.

One for each exposure, as ``terraform/platform`` has them: HTTPS with a certificate, plain HTTP is
sent there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trimtab.fleet.account import (
    FixedResponse,
    Listener,
    ListenerRule,
    LoadBalancer,
    Redirect,
    SecurityGroup,
)
from trimtab.rehearsal.names import MOST_BALANCER, MadeNames, plain, short
from trimtab.sandbox.server import ACCOUNT

if TYPE_CHECKING:
    from trimtab.fleet.identity import FleetIdentity
    from trimtab.fleet.model import Exposure, Fleet, Service, Traffic

VPC: Final = "made-up-vpc"
CERTIFICATE: Final = "made-up-certificate"
TLS_POLICY: Final = "ELBSecurityPolicy-TLS13-1-2-2021-06"
"""The one AWS recommends (elbv2 user guide, "Security policies")."""
ZONES: Final = 3
"""How many of each kind of subnet ``terraform/platform`` asks for."""
LAST_PRIORITY: Final = 50_000
NOBODY: Final = FixedResponse(status_code="404", message_body="not found")


def zone_subnets(kind: str) -> tuple[str, ...]:
    """Return the ids that stand for the made-up subnets of a kind, private or public."""
    return tuple(f"made-up-{kind}-{number}" for number in range(ZONES))


def led_to(identity: FleetIdentity) -> set[str]:
    """Return the target groups that a listener which is described leads to."""
    listeners = (listener for balancer in identity.load_balancers for listener in balancer.listeners)
    return set().union(*(listener.leads_to for listener in listeners))


class Routes:
    """Which target groups are reached, and the rules that are made up."""

    def __init__(self, fleet: Fleet, known: FleetIdentity) -> None:
        self._fleet = fleet
        self._rules: dict[Exposure, dict[int, ListenerRule]] = {}
        self._hanging: dict[str, str] = {}
        self._names = MadeNames({one.name for one in known.load_balancers})
        self._reached = led_to(known)
        self.vpc_id = known.vpc_id or VPC
        self.group = SecurityGroup(
            id="made-up-group",
            name=short(f"{fleet.cluster}-load-balancers", 255),
            description="Load balancers",
            world_open=True,
        )

    def leads_to(self, group: str) -> bool:
        """Tell whether a listener sends anything to a target group."""
        return group in self._reached

    def add(self, service: Service, traffic: Traffic, group: str) -> None:
        """Make up a rule. A priority that another service has moves on to the next one."""
        rules = self._rules.setdefault(traffic.exposure, {})
        priority = traffic.priority
        while priority in rules:
            priority = priority % LAST_PRIORITY + 1
        arn = self._arn(f"listener-rule/app/made-up-{traffic.exposure}/0/0/{service.name}")
        rules[priority] = ListenerRule(
            arn=arn, priority=priority, target_group_arns=(group,), paths=traffic.paths
        )
        self._reached.add(group)
        self._hanging[group] = self._balancer_arn(traffic.exposure)

    def balancer_of(self, group: str) -> str | None:
        """Return the made-up load balancer that a target group hangs on."""
        return self._hanging.get(group)

    def balancers(self) -> tuple[LoadBalancer, ...]:
        """Return the load balancers that are made up."""
        return tuple(self._balancer(exposure) for exposure in self._rules)

    def _balancer(self, exposure: Exposure) -> LoadBalancer:
        public = exposure == "public"
        rules = sorted(self._rules[exposure].values(), key=lambda rule: rule.priority)
        redirect = Redirect(status_code="HTTP_301", protocol="HTTPS", port="443")
        arn = self._balancer_arn(exposure)
        # No name may begin with "internal-".
        kind = "public" if public else "private"
        return LoadBalancer(
            arn=arn,
            name=self._names.free(
                f"{short(plain(self._fleet.cluster), MOST_BALANCER - 8)}-{kind}", MOST_BALANCER
            ),
            scheme="internet-facing" if public else "internal",
            vpc_id=self.vpc_id,
            subnet_ids=zone_subnets(kind),
            security_group_ids=(self.group.id,),
            listeners=(
                Listener(
                    arn=f"{arn}/80",
                    port=80,
                    protocol="HTTP",
                    default_action="redirect",
                    default_redirect=redirect,
                ),
                Listener(
                    arn=f"{arn}/443",
                    port=443,
                    protocol="HTTPS",
                    certificate_arn=CERTIFICATE,
                    ssl_policy=TLS_POLICY,
                    default_action="fixed-response",
                    default_response=NOBODY,
                    rules=tuple(rules),
                ),
            ),
        )

    def _balancer_arn(self, exposure: Exposure) -> str:
        return self._arn(f"loadbalancer/app/made-up-{exposure}/0")

    def _arn(self, rest: str) -> str:
        return f"arn:aws:elasticloadbalancing:{self._fleet.region}:{ACCOUNT}:{rest}"
