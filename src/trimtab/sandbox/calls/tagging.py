"""Tags of Cloud Map and Application Auto Scaling in GetResources, which moto leaves out.

Source: Resource Groups Tagging API reference, GetResources, and the list of services it covers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.applicationautoscaling.models import applicationautoscaling_backends
from moto.core.resource_tagging import TaggedResource, make_tag_matcher, match_resource_type
from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend
from moto.servicediscovery.models import servicediscovery_backends

from trimtab.sandbox.calls.autoscaling import tags_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trimtab.sandbox.patching import Patches


def install(patches: Patches) -> None:
    """Extend moto's tagging API."""
    patches.wrap(ResourceGroupsTaggingAPIBackend, "_get_resources_generator", _resources)


def _resources(
    original: Callable[..., Iterator[TaggedResource]],
    self: ResourceGroupsTaggingAPIBackend,
    tag_filters: list[dict[str, Any]] | None = None,
    resource_type_filters: list[str] | None = None,
    resource_arn_list: list[str] | None = None,
) -> Iterator[TaggedResource]:
    yield from original(self, tag_filters, resource_type_filters, resource_arn_list)
    matches = make_tag_matcher(tag_filters)
    for resource in _more(self):
        if (
            resource.tags
            and match_resource_type(resource.resource_type, resource_type_filters)
            and matches(resource.tags)
            and (not resource_arn_list or resource.arn in resource_arn_list)
        ):
            yield resource


def _more(self: ResourceGroupsTaggingAPIBackend) -> Iterator[TaggedResource]:
    discovery = servicediscovery_backends[self.account_id][self.region_name]
    for kind, things in (("namespace", discovery.namespaces), ("service", discovery.services)):
        for one in things.values():
            tags = discovery.tagger.get_tag_dict_for_resource(one.arn)
            yield TaggedResource(arn=one.arn, tags=tags, resource_type=f"servicediscovery:{kind}")
    scaling = applicationautoscaling_backends[self.account_id][self.region_name]
    for targets in scaling.targets.values():
        for target in targets.values():
            kind = "application-autoscaling:scalable-target"
            yield TaggedResource(arn=target.arn, tags=tags_of(target), resource_type=kind)
