"""How AWS is asked: the contract, what can go wrong, and paging. Knows no AWS library.

``trimtab.aws.connection`` implements it with boto3. Everything else of the reading takes an ``Api``,
so that it can be run against recorded answers.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias, TypeVar

from trimtab.errors import AccountError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

T = TypeVar("T")

Json: TypeAlias = dict[str, Any]
"""One object of an answer, as the service model words it."""

CALLS: Final = frozenset(
    {
        "application-autoscaling:DescribeScalableTargets",
        "application-autoscaling:DescribeScalingActivities",
        "application-autoscaling:DescribeScalingPolicies",
        "application-autoscaling:DescribeScheduledActions",
        "cloudwatch:DescribeAlarmHistory",
        "cloudwatch:DescribeAlarms",
        "cloudwatch:GetMetricData",
        "ec2:DescribeAddresses",
        "ec2:DescribeNatGateways",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeRouteTables",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ecs:DescribeClusters",
        "ecs:DescribeServices",
        "ecs:DescribeTaskDefinition",
        "ecs:DescribeTasks",
        "ecs:ListServices",
        "ecs:ListTaskDefinitionFamilies",
        "ecs:ListTasks",
        "elasticloadbalancing:DescribeListeners",
        "elasticloadbalancing:DescribeLoadBalancerAttributes",
        "elasticloadbalancing:DescribeLoadBalancers",
        "elasticloadbalancing:DescribeRules",
        "elasticloadbalancing:DescribeTags",
        "elasticloadbalancing:DescribeTargetGroupAttributes",
        "elasticloadbalancing:DescribeTargetGroups",
        "elasticloadbalancing:DescribeTargetHealth",
        "iam:ListPolicies",
        "logs:DescribeLogGroups",
        "logs:FilterLogEvents",
        "pricing:GetProducts",
        "route53:GetHostedZone",
        "servicediscovery:GetService",
        "servicediscovery:ListNamespaces",
        "servicediscovery:ListServices",
        "tag:GetResources",
    }
)
"""Every call a snapshot makes, as ``service:Operation``: IAM's names. All of them only read.
``docs/iam-snapshot-policy.json`` allows these and no other."""

DENIED = frozenset(
    {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "NotAuthorized"}
)
THROTTLED = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestLimitExceeded",
        "TooManyRequestsException",
    }
)


class CallFailed(AccountError):  # noqa: N818 - named for what it says
    """One call was refused or failed for good; others may still work."""

    def __init__(self, call: str, code: str, message: str) -> None:
        self.call = call
        self.code = code
        super().__init__(f"{code}: {message}" if message else code, where=call, advice=_advice(call, code))

    @property
    def denied(self) -> bool:
        """Whether a permission is missing."""
        return self.code in DENIED

    @property
    def throttled(self) -> bool:
        """Whether AWS asked for fewer calls, and went on asking after all retries."""
        return self.code in THROTTLED


class Api(Protocol):
    """One account and region, ready to be asked."""

    region: str

    def call(self, service: str, operation: str, /, **parameters: object) -> Json:
        """Return the answer of ``service:Operation`` (IAM's name of the service).

        Raises:
            CallFailed: this call was refused or failed after all retries.
            AccountError: no call can work: credentials, or the network.

        """
        ...


def pages(  # noqa: PLR0913 - the operation, and how it pages
    api: Api,
    service: str,
    operation: str,
    items: str,
    *,
    cursor: str = "NextToken",
    cursor_out: str = "",
    **parameters: object,
) -> Iterator[Any]:
    """Give every item of a paged answer, one page in memory at a time.

    ``cursor`` is the parameter that says where a page begins, ``cursor_out`` the member that
    says where the next one does, if it has another name.
    """
    given = dict(parameters)
    while True:
        answer = api.call(service, operation, **given)
        yield from answer.get(items) or ()
        following = answer.get(cursor_out or cursor)
        # Some services repeat the last page's mark at the end of the list instead of leaving it out.
        if not following or following == given.get(cursor):
            return
        given[cursor] = following


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Cut what is given into pieces of at most ``size``, without holding more than one."""
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch


def one_by_one(
    ask: Callable[[Sequence[str]], Sequence[Json]],
    wanted: Sequence[str],
    size: int,
    refused: Callable[[str, CallFailed], None],
) -> Iterator[Json]:
    """Ask in batches of ``size``; where a batch fails, each alone, so that one costs no other.

    ``refused`` is told of each that failed alone.
    """
    for batch in batches(wanted, size):
        try:
            yield from ask(batch)
        except CallFailed as failed:
            if len(batch) == 1:
                refused(batch[0], failed)
                continue
            yield from one_by_one(ask, batch, 1, refused)


def _advice(call: str, code: str) -> str:
    if code in DENIED:
        return f"allow {call}: docs/iam-snapshot-policy.json is the whole policy"
    if code in THROTTLED:
        return "run it again later: what was read is kept"
    return ""


def endpoint_region(region: str) -> str | None:
    """Return the region whose endpoint has the price list of ``region``; ``None`` where there is none.

    The endpoints are those of botocore's endpoint data: us-east-1, eu-central-1 and ap-south-1 for all
    of ``aws``, cn-northwest-1 for ``aws-cn``. GovCloud has none, and its credentials open no other.
    """
    if region.startswith("cn-"):
        return "cn-northwest-1"
    if region.startswith(("us-gov-", "us-iso", "eu-iso", "eusc-")):
        return None
    if region.startswith(("eu-", "af-", "il-")):
        return "eu-central-1"
    return "ap-south-1" if region.startswith(("ap-", "me-")) else "us-east-1"
