"""What the files of facts hold, typed: a field that is not known is a mistake."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from trimtab.guard.model import Impact

When: TypeAlias = Literal[
    "always",
    "emptied",  # had elements, has none
    "fewer",  # has fewer elements
    "lowered",  # a number went down
    "raised",  # a number went up
    "redirected",  # something was named, and something else is now
    "removed",  # an element is gone
    "shortened",  # days went down, where 0 means for ever
    "steps_counted_otherwise",  # tasks, a share of them, or the count: another of the three
    "steps_delayed",  # steps that add tasks begin farther from the threshold
    "steps_stilled",  # steps that added tasks add none
    "steps_take_all",  # a step may leave no task
    "steps_turned_round",  # steps that added tasks take some away
    "to_zero",  # a number went to 0
    "turned_off",  # true, or nothing, to false
    "turned_on",  # false to true
    "widened",  # a policy document lost no statement and gained no denial
]

_Text = Annotated[str, Meta(min_length=1)]
_Texts = Annotated[tuple[_Text, ...], Meta(min_length=1)]


class _Fact(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of what the files hold: a field we do not know is a mistake."""


_Id = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
"""Stable: others write it down, to look it up or to leave it out."""


class Effect(_Fact, frozen=True, kw_only=True):
    """What it means that a thing is created, destroyed or replaced."""

    id: _Id
    verdict: Impact
    why: _Text
    why_create_first: str = ""
    """Said instead where the new thing is made before the old one is destroyed."""


CreateWhen: TypeAlias = Literal[
    "acts",  # an ARN of something that does more than keep or pass on a message, or start a task
    "always",
    "allows",  # a policy document of which every statement allows
    "answers_all",  # a listener rule that answers, itself, whatever it is asked
    "bearer_new",  # what it hangs on is made by the same plan
    "denies",  # a policy document with a denial
    "set",  # true, or not empty
    "private_name",  # a name that no public zone can have
    "takes_all",  # a step that leaves no task
    "unset",  # false, empty or absent
]


class Creation(_Fact, frozen=True, kw_only=True):
    """What it means that a thing is made, for what is there already. The first that fits is taken."""

    id: _Id
    verdict: Impact
    why: _Text
    when: CreateWhen = "always"
    attribute: str = ""
    """What the condition looks at."""
    type: str = ""
    """Of what it hangs on, which ``attribute`` names."""


class InPlace(_Fact, frozen=True, kw_only=True):
    """What it means that one of these attributes changes in place. The first that fits is taken."""

    id: _Id
    attributes: _Texts
    """Dotted, without numbers: ``health_check.path``. What lies under it is meant too."""
    verdict: Impact
    why: _Text
    when: When = "always"
    caution: str = ""


class Keep(_Fact, frozen=True, kw_only=True):
    """What to do so that one of these attributes does not force a replacement."""

    attributes: _Texts
    advice: _Text


class LeftNamed(Effect, frozen=True, kw_only=True):
    """What it means that something goes on naming a thing by its ARN when that is gone.

    ``why`` is said after the address of what names it.
    """

    by: _Texts
    """Types that do harm by it."""


class Carrier(_Fact, frozen=True, kw_only=True):
    """A thing that is nothing by itself: it matters as much as what it hangs on."""

    attribute: _Text
    type: _Text


class Facts(_Fact, frozen=True, kw_only=True):
    """All that is known of one resource type."""

    sources: tuple[_Text, ...] = ()
    """Where it has other ones than its file."""
    read: str = ""
    """The same of the day."""
    destroy: Effect
    replace: Effect | None = None
    """Where absent, a replacement means what destroying means."""
    create: Annotated[tuple[Creation, ...], Meta(min_length=1)]
    """Nothing is safe because it is new: some new things act on what is there."""
    in_place: tuple[InPlace, ...] = ()
    unique: tuple[_Text, ...] = ()
    """AWS refuses a second thing with the same values of these."""
    written_over: tuple[_Text, ...] = ()
    """AWS writes a second thing with the same values of these over the first, or takes the first for it."""
    used_by: tuple[_Text, ...] = ()
    """Types that put it to use; ``*`` for any. Where empty, it is taken to be in use."""
    not_users: tuple[_Text, ...] = ()
    identity: tuple[_Text, ...] = ("arn", "id")
    """What users name it by."""
    unused: Effect | None = None
    """What destroying means when nothing in the plan uses it."""
    forced_by: str = ""
    """Where this attribute is true, AWS's refusal to delete what is in use does not protect."""
    kept_by: str = ""
    """Where this attribute is true, destroying leaves the thing in AWS."""
    carrier: Carrier | None = None
    left_named: LeftNamed | None = None
    keep: tuple[Keep, ...] = ()
    defaults: dict[str, str | int | bool] = {}
    """What AWS does where nothing is set: writing it out changes nothing, and null in the state means it."""

    @property
    def all(self) -> tuple[Effect | Creation | InPlace, ...]:
        """Return every fact that a finding may carry."""
        ends = (self.destroy, self.replace, self.unused, self.left_named)
        return (*self.create, *(one for one in ends if one), *self.in_place)

    def has(self, path: str) -> bool:
        """Tell whether something is known of an attribute."""
        return any(
            path == name or path.startswith(f"{name}.")
            for rule in (*COMMON, *self.in_place)
            for name in rule.attributes
        )


class FactFile(_Fact, frozen=True, kw_only=True):
    """Types that belong together."""

    title: _Text
    read: _Text
    sources: _Texts
    types: dict[str, Facts]


class Rule(_Fact, frozen=True, kw_only=True):
    """What follows from more than one attribute of one thing; the code that finds it is in ``rules``."""

    types: _Texts
    attribute: str
    when: _Text
    verdicts: Annotated[tuple[Impact, ...], Meta(min_length=1)]
    """The first is meant where the code names none."""
    why: _Text
    """With a place for each name: ``{}``."""
    instead: str
    source: _Text


class RulesFile(_Fact, frozen=True, kw_only=True):
    """``rules.json``."""

    title: _Text
    read: _Text
    rules: dict[_Id, Rule]


class Covered(_Fact, frozen=True, kw_only=True):
    """The types that the facts cover whole, and the version of the provider they are counted in."""

    title: _Text
    provider: _Text
    patterns: _Texts
    """With ``*`` for any letters."""

    def has(self, kind: str) -> bool:
        """Tell whether a type is one of them."""
        return any(fnmatchcase(kind, pattern) for pattern in self.patterns)


class CostFacts(_Fact, frozen=True, kw_only=True):
    """What the catalog of prices does not say of a type."""

    title: _Text
    read: _Text
    sources: _Texts
    free: _Texts
    """Types that cost nothing by themselves, with ``*`` for any letters."""
    not_priced: dict[str, str]
    """By what they cost; nothing where they cost nothing."""


class TagFacts(_Fact, frozen=True, kw_only=True):
    """Where tags decide."""

    title: _Text
    read: _Text
    sources: _Texts
    deciding_types: frozenset[str]
    """Types whose tags policies, backups and firewalls commonly go by."""
    deciding_keys: _Texts
    """Parts of keys, in small letters, by which things are found whatever their type."""
    cost_keys: frozenset[str]
    """Keys in small letters, without signs, that as a rule only split the bill: another value is safe."""


COMMON = (
    InPlace(
        id="tags-changed",
        attributes=("tags", "tags_all"),
        verdict=Impact.SAFE,
        why="Tags: running tasks keep those they have.",
    ),
    InPlace(
        id="timeouts-changed",
        attributes=("timeouts",),
        verdict=Impact.SAFE,
        why="Terraform's own setting.",
    ),
)
"""Holds for every type."""
