"""The twelve services: what is deployed, and which recorded series stand for their work.

Deployed values are those of ``examples/before``; a test compares the two. The factors in
``Work`` are choices, not measurements: README.md lists them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

START = "2026-11-02T00:00:00Z"  # a Monday, as is the first day picked where weekdays matter
DAYS = 14
REGISTRY = "111122223333.dkr.ecr.us-east-1.amazonaws.com"
SECRETS = "arn:aws:secretsmanager:us-east-1:111122223333:secret:fin/prod"
DB_HOST = "fin-prod.cluster-c3xample9abc.us-east-1.rds.amazonaws.com"
REDIS = "fin-prod.x4mple.ng.0001.use1.cache.amazonaws.com:6379"
SITE = "http://www.fin.example"
VPC = "10.20.0.0/16"
PORTS = {"DB_HOST": ("database", 5432), "REDIS": ("cache", 6379)}
"""Variables that tell of a connection besides HTTPS, its name and port. Both end inside the VPC."""
JVM = {"JAVA_TOOL_OPTIONS": "-XX:MaxRAMPercentage=75"}


@dataclass(frozen=True, kw_only=True)
class Days:
    """A recorded series, and which of its days (0: the first calendar day it has) make the 14."""

    series: str
    days: tuple[int, ...]


def run(series: str, first: int) -> Days:
    """Fourteen days in a row from ``first``."""
    return Days(series=series, days=tuple(range(first, first + DAYS)))


APP02 = Days(series="req_ms_mongo_app02_1m", days=(5, 6, 7, 8, 9, 10, 4) * 2)  # 11 days: a week, twice
APP02_TURNED = Days(series="req_ms_mongo_app02_1m", days=(5, 6, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 4))
MACHINE01 = Days(
    series="req_ms_mongo_machine01_1m", days=(*range(5, 14), *range(5))
)  # turned to begin on Monday
MACHINE01_TURNED = Days(series="req_ms_mongo_machine01_1m", days=(12, 13, *range(12)))
ALIBABA = Days(series="cpu_alibaba_c12104_1m", days=tuple(range(7)) * 2)  # 8 days: a week, twice
BITBRAINS = run("cpu_bitbrains_vm677_5m", 7)
NAB_EC2 = Days(series="cpu_nab_ec2_ac20cd_5m", days=(2, 3, *range(2, 14)))  # 12 whole days; no weekly shape
MENTIONS = run("req_nab_mentions_goog_5m", 4)
MENTIONS_LATER = run("req_nab_mentions_goog_5m", 25)
POOL = run("cpu_pool_cluster28_1m", 5)
POOL_LATER = Days(series="cpu_pool_cluster28_1m", days=(*range(12, 19), *range(5, 12)))
MEM_POOL = run("mem_pool_cluster28_1m", 5)
MEM_JVM_LS = Days(series="mem_jvm_ls_1m", days=(0, 1, 2, 3, 4, 5) * 2 + (0, 1))  # 6.9 days: six, repeated
MEM_JVM_777 = Days(series="mem_jvm_777_1m", days=(0, 1) * 7)  # 2.3 days: two, repeated


@dataclass(frozen=True, kw_only=True)
class Work:
    """How a service's demand is made from recorded series."""

    cpu: Days
    vcpu_p999: float
    """Demand of all tasks together that the p99.9 of the series stands for [vCPU]."""
    idle_vcpu: float = 0.0
    """Demand that is there without any work [vCPU]."""
    memory: Days
    base_mib: float
    """Memory of a task just started [MiB]."""
    span_mib: float
    """What the largest value of the memory series adds to it [MiB]."""
    restart_days: int = 0
    """JVM: memory follows the running maximum, begun anew this often [days]; 0: follows the series."""
    vcpu_s_per_request: float = 0.0
    """CPU time of one request [vCPU s]; 0: nothing sends requests."""
    gaps: tuple[tuple[int, int], ...] = ()
    """Minutes without any report: (first minute, how many)."""
    pull_factor: float
    """Over the recorded pull times [ratio]: the image's size."""
    boot_s: float
    """Median from pulled to started [s]."""
    ready_s: float
    """Median from started to the first passing check [s]."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One service: as deployed, and its work."""

    name: str
    tag: str
    cpu_units: int
    memory_mib: int
    min_tasks: int
    max_tasks: int
    cost_center: str
    exposure: str | None = None
    priority: int = 0
    path: str = ""
    memory_scale_in: bool = False
    environment: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    callers: tuple[str, ...] = ()
    work: Work


FLEET = (
    Entry(
        name="api", tag="2.14.0", cpu_units=1024, memory_mib=2048, min_tasks=6, max_tasks=20,
        cost_center="retail", exposure="public", priority=100, path="/api/*",
        environment={"REDIS": REDIS, "ACCOUNTS_URL": f"{SITE}/accounts", "AUTH_URL": f"{SITE}/auth"},
        work=Work(
            cpu=MACHINE01, vcpu_p999=1.4, memory=MEM_JVM_LS, base_mib=215, span_mib=85, restart_days=6,
            vcpu_s_per_request=0.012, pull_factor=2.5, boot_s=2.0, ready_s=12.0,
        ),
    ),
    Entry(
        name="worker", tag="1.9.3", cpu_units=2048, memory_mib=4096, min_tasks=4, max_tasks=16,
        cost_center="operations", exposure="internal", priority=110, path="/jobs/*",
        environment={"DB_HOST": DB_HOST, "WORKER_THREADS": "8"}, callers=("api", "scheduler"),
        work=Work(
            cpu=POOL, vcpu_p999=3.0, idle_vcpu=0.5, memory=MEM_POOL, base_mib=430, span_mib=230,
            vcpu_s_per_request=0.9, pull_factor=4.0, boot_s=3.0, ready_s=9.0,
        ),
    ),
    Entry(
        name="scheduler", tag="1.4.1", cpu_units=1024, memory_mib=2048, min_tasks=2, max_tasks=2,
        cost_center="operations",
        environment={"WORKER_URL": f"{SITE}/jobs", "TZ": "America/New_York"},
        work=Work(
            cpu=ALIBABA, vcpu_p999=0.11, memory=MEM_JVM_LS, base_mib=270, span_mib=30,
            pull_factor=2.0, boot_s=1.5, ready_s=4.0,
        ),
    ),
    Entry(
        name="accounts", tag="3.2.5", cpu_units=1024, memory_mib=4096, min_tasks=6, max_tasks=16,
        cost_center="retail", exposure="public", priority=120, path="/accounts/*", memory_scale_in=True,
        environment={"DB_HOST": DB_HOST, **JVM}, callers=("api", "payments", "statements"),
        work=Work(
            cpu=APP02, vcpu_p999=6.5, memory=MEM_JVM_LS, base_mib=900, span_mib=700, restart_days=6,
            vcpu_s_per_request=0.035, pull_factor=5.0, boot_s=4.0, ready_s=48.0,
        ),
    ),
    Entry(
        name="auth", tag="4.0.2", cpu_units=2048, memory_mib=4096, min_tasks=4, max_tasks=12,
        cost_center="platform", exposure="public", priority=130, path="/auth/*",
        environment={"REDIS": REDIS, "TOKEN_TTL": "900"},
        secrets={"SIGNING_KEY": f"{SECRETS}/auth-signing-key-Qw3rTy"},
        callers=("api", "cards", "payments", "quotes"),
        work=Work(
            cpu=APP02, vcpu_p999=9.4, memory=MEM_JVM_777, base_mib=340, span_mib=140,
            vcpu_s_per_request=0.02, pull_factor=2.5, boot_s=2.0, ready_s=14.0,
        ),
    ),
    Entry(
        name="cards", tag="2.7.11", cpu_units=1024, memory_mib=2048, min_tasks=4, max_tasks=12,
        cost_center="payments", exposure="public", priority=140, path="/cards/*",
        environment={"DB_HOST": DB_HOST, "FRAUD_URL": f"{SITE}/fraud"},
        callers=("api", "payments"),
        work=Work(
            cpu=MACHINE01_TURNED, vcpu_p999=2.4, memory=MEM_POOL, base_mib=420, span_mib=200,
            vcpu_s_per_request=0.03, gaps=((4 * 1440 + 193, 12),), pull_factor=3.0, boot_s=2.5, ready_s=16.0,
        ),
    ),
    Entry(
        name="fraud", tag="5.1.0", cpu_units=4096, memory_mib=8192, min_tasks=6, max_tasks=12,
        cost_center="risk", exposure="internal", priority=150, path="/fraud/*", memory_scale_in=True,
        environment={"MODEL_BUCKET": "fin-prod-models", "MODEL_VERSION": "2026-09"},
        callers=("cards", "payments"),
        work=Work(
            cpu=NAB_EC2, vcpu_p999=19.0, memory=MEM_JVM_777, base_mib=1050, span_mib=450, restart_days=2,
            vcpu_s_per_request=0.25, pull_factor=4.0, boot_s=5.0, ready_s=38.0,
        ),
    ),
    Entry(
        name="ledger", tag="3.8.4", cpu_units=2048, memory_mib=8192, min_tasks=4, max_tasks=10,
        cost_center="finance", exposure="internal", priority=160, path="/ledger/*", memory_scale_in=True,
        environment={"DB_HOST": DB_HOST, **JVM}, callers=("accounts", "payments", "statements", "worker"),
        work=Work(
            cpu=ALIBABA, vcpu_p999=9.2, memory=MEM_JVM_777, base_mib=1700, span_mib=1500,
            vcpu_s_per_request=0.06, pull_factor=5.0, boot_s=4.0, ready_s=55.0,
        ),
    ),
    Entry(
        name="notifications", tag="1.12.0", cpu_units=1024, memory_mib=2048, min_tasks=3, max_tasks=8,
        cost_center="operations",
        environment={"MAIL_FROM": "no-reply@fin.example", "BATCH_SIZE": "50"},
        work=Work(
            cpu=MENTIONS_LATER, vcpu_p999=3.0, idle_vcpu=0.1, memory=MEM_POOL, base_mib=250, span_mib=120,
            pull_factor=2.0, boot_s=1.5, ready_s=5.0,
        ),
    ),
    Entry(
        name="payments", tag="6.3.2", cpu_units=2048, memory_mib=4096, min_tasks=4, max_tasks=12,
        cost_center="payments", exposure="public", priority=170, path="/payments/*",
        environment={"DB_HOST": DB_HOST, "FRAUD_URL": f"{SITE}/fraud", "LEDGER_URL": f"{SITE}/ledger"},
        secrets={"PROCESSOR_API_KEY": f"{SECRETS}/payments-processor-Zx9cVb"}, callers=("api", "worker"),
        work=Work(
            cpu=APP02_TURNED, vcpu_p999=9.4, memory=MEM_JVM_LS, base_mib=420, span_mib=270, restart_days=6,
            vcpu_s_per_request=0.08, pull_factor=4.0, boot_s=3.0, ready_s=24.0,
        ),
    ),
    Entry(
        name="quotes", tag="2.0.7", cpu_units=2048, memory_mib=4096, min_tasks=6, max_tasks=20,
        cost_center="markets", exposure="public", priority=180, path="/quotes/*",
        environment={"FEED_HOST": "feed.markets.example", "CACHE_SECONDS": "2"}, callers=("api",),
        work=Work(
            cpu=MENTIONS, vcpu_p999=17.0, idle_vcpu=0.4, memory=MEM_POOL, base_mib=620, span_mib=250,
            vcpu_s_per_request=0.015, gaps=((9 * 1440 + 611, 47),), pull_factor=3.0, boot_s=2.0, ready_s=11.0,
        ),
    ),
    Entry(
        name="statements", tag="1.6.8", cpu_units=4096, memory_mib=16384, min_tasks=6, max_tasks=10,
        cost_center="finance", memory_scale_in=True,
        environment={"DB_HOST": DB_HOST, "OUTPUT_BUCKET": "fin-prod-statements"},
        work=Work(
            cpu=BITBRAINS, vcpu_p999=13.0, memory=MEM_JVM_777, base_mib=4000, span_mib=2700, restart_days=2,
            pull_factor=3.5, boot_s=5.0, ready_s=20.0,
        ),
    ),
)  # fmt: skip
