"""AWS's own messages, less everything that is not known of them: cause, counts and ids stay.

AWS repeats in a message what it was given: a variable, an address with a password, an output of a
container. So no message is kept. What is kept are the phrases that ECS and Application Auto Scaling are known
to say, in their own words, with their numbers and ids, in the order they were said.
"""

from __future__ import annotations

import re
from typing import Final

UNKNOWN: Final = "for a reason in words that are not kept"
_NUMBER: Final = r"\d{1,9}"
_COUNTED: Final = (
    # Application Auto Scaling (DescribeScalingActivities).
    rf"(?:Successfully |Failed to )?[Ss]et(?:ting)? desired count to {_NUMBER}\.?",
    rf"Found it was later changed to {_NUMBER}\.?",
    r"Change successfully fulfilled by ecs\.?",
    # ECS: of tasks.
    rf"has (?:started|stopped|begun draining connections on) {_NUMBER} (?:pending |running )?tasks?",
    rf"exited with (?:code )?-?{_NUMBER}",
    rf"[Ee]xit [Cc]ode:? ?{_NUMBER}",
    rf"health checks failed with (?:these codes: \[{_NUMBER}\]|status code)",
)
_PHRASES: Final = (
    r"OutOfMemoryError(?:: [Cc]ontainer killed due to memory usage)?|out of memory|\bOOM\b",
    r"Task failed (?:ELB|container|[a-z]+) health checks(?: in)?|failed (?:container|ELB) health checks",
    r"Health checks failed|Request timed out|is unhealthy in(?= |$)|(?:is |are )?unhealthy",
    r"due to \(reason|\btarget[- ]group\b",
    r"CannotPull(?:ContainerError|\w{0,40})|CannotPullImageManifestError|ImagePull\w{0,20}|pull image",
    r"ResourceInitializationError(?:: unable to pull secrets or registry auth)?|unable to pull secrets",
    r"TaskFailedToStart|CannotStart\w{0,40}|CannotCreate\w{0,40}",
    r"(?:was )?unable to place a task(?: because no [a-z ]{1,40} (?:was found|met all of its requirements))?",
    r"(?:was )?unable to (?:consistently start tasks successfully|start tasks?|register targets|place)",
    r"because no capacity was found",
    r"Capacity is unavailable at this time|insufficient capacity|RESOURCE:[A-Z]{2,16}",
    r"Spot Task (?:was )?interrupted|Spot interruption|SpotInterruption|Your Spot Task was interrupted\.?",
    r"Essential container in task exited|EssentialContainerExited|TerminationNotice",
    r"deployment circuit breaker: (?:tasks failed to start|rolling back to [a-z ]{1,40})",
    r"tasks failed to start",
    r"deployment (?:completed|failed)|rolling back to deployment|(?:is )?rolling back",
    r"operations are being throttled|Rate exceeded|[Tt]hrottl(?:ed|ing)|limit exceeded|[Ee]xceeded",
    r"Scaling activity initiated by|Failed to set desired count|[Ss]ervice is impaired|\bimpaired\b",
    r"SERVICE_[A-Z_]{3,60}|(?:Access|Permission) ?[Dd]enied(?:Exception)?|is not authorized to perform",
    r"timed? ?out|TimeoutError|InternalError|could not|couldn't|cannot",
    r"\b(?:error|failed|failure)\b",
)
_IDS: Final = (
    r"\(?(?:task|deployment|taskSet) (?:ecs-svc/)?[0-9a-f]{6,36}\)?",
    r"arn:aws[a-z\-]{0,10}:elasticloadbalancing:[a-z0-9\-]+:\d{12}:targetgroup/[\w\-]{1,32}/[0-9a-f]{16}",
    r"\(port \d{1,5}\)",
    r"\(?(?:instance|eni|subnet|sg)[- ](?:i-)?[0-9a-f]{8,17}\)?",
    r"\b[45]\d\d\b",
)
_KNOWN: Final = re.compile("|".join(f"(?:{one})" for one in (*_COUNTED, *_PHRASES, *_IDS)))
_ENDS: Final = re.compile(r"[(\s]*$")


def kept_words(message: str) -> str:
    """Return what of a message is known, in its order; empty where nothing is."""
    return " ".join(filter(None, (_ENDS.sub("", found[0]) for found in _KNOWN.finditer(message))))


def kept_message(message: str) -> str:
    """Return what of a message is known, or that nothing is."""
    return kept_words(message) or UNKNOWN


_CAUSES: Final = (
    ("alarm", re.compile(r"\bmonitor alarm .{1,500} in state [A-Z_]{2,20} triggered policy\b", re.DOTALL)),
    ("schedule", re.compile(r"\bscheduled action name .{1,500} was triggered", re.DOTALL)),
    ("bounds", re.compile(r"\b(?:minimum|maximum) capacity was set to\b")),
)
"""A cause names alarms, policies and actions, which are somebody's words: only its kind is kept."""


def cause_word(cause: str) -> str | None:
    """Return what kind of cause an activity had, in a word; ``None`` for any other."""
    return next((word for word, said in _CAUSES if said.search(cause)), None)
