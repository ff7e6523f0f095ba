"""ECS answers lists in pages and describes only so many at a time; moto answers everything at once.

Source: ECS API reference, ListServices (10 a page by default, at most 100), ListTasks and
ListTaskDefinitions (100; ``sort`` by family and revision), DescribeServices (10 at a time) and
DescribeTasks (100).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from moto.ecs.exceptions import InvalidParameterException
from moto.ecs.responses import EC2ContainerServiceResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from moto.core.responses import ActionResult

    from trimtab.sandbox.patching import Patches

LONGEST_PAGE = 100
SERVICES_AT_A_TIME = 10
TASKS_AT_A_TIME = 100


def install(patches: Patches) -> None:
    """Divide lists into pages and refuse what asks for too many."""
    answers = EC2ContainerServiceResponse
    patches.wrap(answers, "list_services", partial(_page, "serviceArns", 10))
    patches.wrap(answers, "list_tasks", partial(_page, "taskArns", LONGEST_PAGE))
    patches.wrap(answers, "list_task_definitions", _sorted)
    patches.wrap(answers, "list_task_definitions", partial(_page, "taskDefinitionArns", LONGEST_PAGE))
    patches.wrap(answers, "describe_services", partial(_at_most, "services", SERVICES_AT_A_TIME))
    patches.wrap(answers, "describe_tasks", partial(_at_most, "tasks", TASKS_AT_A_TIME))


def _page(
    member: str, default: int, original: Callable[..., ActionResult], self: EC2ContainerServiceResponse
) -> ActionResult:
    size = self._get_int_param("maxResults", default)
    if not 1 <= size <= LONGEST_PAGE:
        raise InvalidParameterException(f"maxResults must be between 1 and {LONGEST_PAGE}.")
    start = int(self._get_param("nextToken") or 0)
    result = original(self)
    answer = cast("dict[str, Any]", result.result)
    whole = answer[member]
    answer[member] = whole[start : start + size]
    if start + size < len(whole):
        answer["nextToken"] = str(start + size)
    return result


def _sorted(original: Callable[..., ActionResult], self: EC2ContainerServiceResponse) -> ActionResult:
    """Put revisions in the order of their numbers; in that of their letters 10 comes before 9."""
    result = original(self)
    answer = cast("dict[str, Any]", result.result)
    answer["taskDefinitionArns"].sort(key=_family_and_revision, reverse=self._get_param("sort") == "DESC")
    return result


def _family_and_revision(arn: str) -> tuple[str, int]:
    family, revision = arn.rsplit(":", maxsplit=1)
    return family, int(revision)


def _at_most(
    member: str, most: int, original: Callable[..., ActionResult], self: EC2ContainerServiceResponse
) -> ActionResult:
    if len(self._get_param(member, [])) > most:
        raise InvalidParameterException(f"{member.capitalize()} cannot contain more than {most} elements.")
    return original(self)
