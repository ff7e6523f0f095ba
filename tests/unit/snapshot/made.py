"""A small fleet in the sandbox, made by boto3: what a snapshot is read from in the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from trimtab.sandbox.server import Sandbox

CLUSTER = "shop-prod-cluster"
REGION = "us-east-1"
ACCOUNT = "123456789012"
SECRET_ARN = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:shop/prod/signing-key-Ab12Cd"


class Made:
    """Clients of one sandbox, and a cluster with its network and load balancer."""

    def __init__(self, sandbox: Sandbox, *, insights: str = "disabled") -> None:
        self.sandbox = sandbox
        keys = {"aws_access_key_id": "sandbox", "aws_secret_access_key": "sandbox"}
        self.session = boto3.Session(region_name=REGION, **keys)
        self.ecs, self.elb, self.ec2 = self.client("ecs"), self.client("elbv2"), self.client("ec2")
        self.scaling = self.client("application-autoscaling")
        self.cloudwatch, self.logs = self.client("cloudwatch"), self.client("logs")
        self.vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.subnets = [
            self.ec2.create_subnet(
                VpcId=self.vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"{REGION}{zone}"
            )["Subnet"]["SubnetId"]
            for n, zone in enumerate("ab")
        ]
        self.group = self.ec2.create_security_group(GroupName="tasks", Description="tasks", VpcId=self.vpc)[
            "GroupId"
        ]
        self.ecs.create_cluster(
            clusterName=CLUSTER,
            settings=[{"name": "containerInsights", "value": insights}],
            tags=[{"key": "Environment", "value": "production"}],
        )
        balancer = self.elb.create_load_balancer(Name="shop-prod", Subnets=self.subnets)["LoadBalancers"][0]
        self.balancer = balancer["LoadBalancerArn"]
        self.listener = self.elb.create_listener(
            LoadBalancerArn=self.balancer,
            Protocol="HTTP",
            Port=80,
            DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
        )["Listeners"][0]["ListenerArn"]

    def client(self, service: str) -> Any:
        return self.session.client(service, endpoint_url=self.sandbox.endpoint)

    def target_group(self, name: str, path: str, priority: int) -> str:
        """A target group behind a rule of its own."""
        group = self.elb.create_target_group(
            Name=f"shop-{name}",
            Protocol="HTTP",
            Port=8080,
            VpcId=self.vpc,
            TargetType="ip",
            HealthCheckPath="/health",
            HealthCheckIntervalSeconds=5,
            HealthCheckTimeoutSeconds=4,
            HealthyThresholdCount=2,
            UnhealthyThresholdCount=2,
            Matcher={"HttpCode": "200"},
        )["TargetGroups"][0]["TargetGroupArn"]
        self.elb.modify_target_group_attributes(
            TargetGroupArn=group, Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "120"}]
        )
        self.elb.create_rule(
            ListenerArn=self.listener,
            Priority=priority,
            Conditions=[{"Field": "path-pattern", "PathPatternConfig": {"Values": [path]}}],
            Actions=[{"Type": "forward", "TargetGroupArn": group}],
        )
        return str(group)

    def register(self, name: str, **container: object) -> str:
        """A revision with one container; ``container`` overrides what it says."""
        self.logs.create_log_group(logGroupName=f"/ecs/{name}")
        self.logs.put_retention_policy(logGroupName=f"/ecs/{name}", retentionInDays=14)
        answer = self.ecs.register_task_definition(
            family=f"shop-prod-{name}",
            cpu="1024",
            memory="2048",
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            containerDefinitions=[
                {
                    "name": name,
                    "image": f"registry.example/{name}:1.2.3",
                    "portMappings": [{"containerPort": 8080}],
                    "logConfiguration": {
                        "logDriver": "awslogs",
                        "options": {"awslogs-group": f"/ecs/{name}"},
                    },
                    **container,
                }
            ],
        )
        return str(answer["taskDefinition"]["taskDefinitionArn"])

    def service(self, name: str, *, count: int = 2, group: str | None = None, **given: object) -> None:
        """A Fargate service of ``shop-prod-NAME``, which must be registered."""
        balancers = [{"targetGroupArn": group, "containerName": name, "containerPort": 8080}] if group else []
        network = {"subnets": self.subnets, "securityGroups": [self.group]}
        arguments: dict[str, Any] = {
            "taskDefinition": f"shop-prod-{name}",
            "desiredCount": count,
            "launchType": "FARGATE",
            "networkConfiguration": {"awsvpcConfiguration": network},
            "loadBalancers": balancers,
            "tags": [{"key": "CostCenter", "value": "retail"}],
            **given,
        }
        self.ecs.create_service(cluster=CLUSTER, serviceName=name, **arguments)

    def scaled(self, name: str, least: int, most: int) -> None:
        self.scaling.register_scalable_target(
            ServiceNamespace="ecs",
            ResourceId=f"service/{CLUSTER}/{name}",
            ScalableDimension="ecs:service:DesiredCount",
            MinCapacity=least,
            MaxCapacity=most,
        )

    def policy(self, name: str, kind: str, **step: float) -> str:
        """A step policy of one step; returns its ARN."""
        return str(
            self.scaling.put_scaling_policy(
                PolicyName=f"{name}-{kind}",
                ServiceNamespace="ecs",
                ResourceId=f"service/{CLUSTER}/{name}",
                ScalableDimension="ecs:service:DesiredCount",
                PolicyType="StepScaling",
                StepScalingPolicyConfiguration={
                    "AdjustmentType": "ChangeInCapacity",
                    "Cooldown": 60,
                    "StepAdjustments": [step],
                },
            )["PolicyARN"]
        )

    def alarm(self, name: str, service: str, *actions: str, **given: object) -> None:
        """An alarm on the service's CPU above 40 %, unless ``given`` says otherwise."""
        arguments: dict[str, Any] = {
            "Namespace": "AWS/ECS",
            "MetricName": "CPUUtilization",
            "Dimensions": dimensions(service),
            "Statistic": "Average",
            "Period": 60,
            **given,
        }
        arguments = {key: value for key, value in arguments.items() if value is not None}
        self.cloudwatch.put_metric_alarm(
            AlarmName=name,
            AlarmActions=list(actions),
            EvaluationPeriods=3,
            DatapointsToAlarm=2,
            **{"ComparisonOperator": "GreaterThanThreshold", "Threshold": 40, **arguments},
        )


def dimensions(service: str) -> list[dict[str, str]]:
    return [{"Name": "ClusterName", "Value": CLUSTER}, {"Name": "ServiceName", "Value": service}]


def joint(service: str) -> list[dict[str, Any]]:
    """The queries of an alarm on the larger of two ratios, as the service module writes it."""
    stats = [
        {
            "Id": name,
            "ReturnData": False,
            "MetricStat": {
                "Metric": {"Namespace": "AWS/ECS", "MetricName": metric, "Dimensions": dimensions(service)},
                "Period": 60,
                "Stat": "Average",
            },
        }
        for name, metric in (("cpu", "CPUUtilization"), ("memory", "MemoryUtilization"))
    ]
    return [
        *stats,
        {"Id": "cpu_ratio", "Expression": "cpu / 35", "ReturnData": False},
        {"Id": "memory_ratio", "Expression": "memory / 62.5", "ReturnData": False},
        {"Id": "joint", "Expression": "MAX([cpu_ratio, memory_ratio])", "ReturnData": True},
    ]


def shop(made: Made) -> None:
    """Two services: ``api`` behind the load balancer with two policies, ``worker`` alone with a joint one."""
    made.register(
        "api",
        environment=[{"name": "LOG_LEVEL", "value": "planted-level-value"}],
        secrets=[{"name": "SIGNING_KEY", "valueFrom": SECRET_ARN}],
        healthCheck={"command": ["CMD-SHELL", "curl -f localhost/health"], "interval": 15, "retries": 4},
        stopTimeout=45,
    )
    made.service(
        "api", count=4, group=made.target_group("api", "/api/*", 100), healthCheckGracePeriodSeconds=30
    )
    made.scaled("api", 4, 12)
    made.alarm("api-high", "api", made.policy("api", "out", MetricIntervalLowerBound=0, ScalingAdjustment=2))
    made.register("worker")
    made.service("worker")
    made.scaled("worker", 1, 8)
    down = made.policy("worker", "in", MetricIntervalUpperBound=0, ScalingAdjustment=-1)
    without = dict.fromkeys(("Namespace", "MetricName", "Dimensions", "Statistic", "Period"))
    made.alarm(
        "worker-low",
        "worker",
        down,
        Metrics=joint("worker"),
        ComparisonOperator="LessThanThreshold",
        Threshold=1,
        **without,
    )
