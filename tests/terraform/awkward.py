"""A fleet made by hand, in which every service has something that a takeover can trip over.

Made by boto3, as a console would: names in capitals, ports that differ, a target group that no
rule leads to, capacity providers, SRV records, a log group for two, deployments of CodeDeploy, and
deployments that begin with a stop, or with more than twice the tasks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

CLUSTER = "Shop_Production_Main_Cluster"
DEPLOYED = {"batch": (0, 100), "grpc": (100, 300), "orders": (50, 150), "old-api": (33, 167)}
"""At least and at most how much of the count a deployment keeps up [percent], where it is not 100 and 200."""
NO_MORE_TASKS = 100


@dataclass
class Awkward:
    """Makes the fleet, keeping what later things refer to."""

    client: Callable[[str], Any]
    network: dict[str, Any]
    roles: list[str] = field(default_factory=list)
    security_group: str = ""
    namespace: str = ""
    groups: dict[str, str] = field(default_factory=dict)
    listeners: dict[str, str] = field(default_factory=dict)

    def make(self) -> None:
        self._surroundings()
        self._balancers()
        self._services()

    def _surroundings(self) -> None:
        self.client("ecs").create_cluster(
            clusterName=CLUSTER,
            capacityProviders=["FARGATE", "FARGATE_SPOT"],
            defaultCapacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
            tags=[{"key": "Team", "value": "shop"}, {"key": "environment", "value": "prod"}],
        )
        iam = self.client("iam")
        self.roles = [
            iam.create_role(Path="/shop/", RoleName=f"Shop-{name}", AssumeRolePolicyDocument="{}")["Role"][
                "Arn"
            ]
            for name in ("execution", "task")
        ]
        ec2 = self.client("ec2")
        self.security_group = ec2.create_security_group(
            GroupName="shop", Description="shop", VpcId=self.network["vpc_id"]
        )["GroupId"]
        discovery = self.client("servicediscovery")
        discovery.create_private_dns_namespace(Name="shop.local", Vpc=self.network["vpc_id"])
        self.namespace = next(
            one["Id"] for one in discovery.list_namespaces()["Namespaces"] if one["Name"] == "shop.local"
        )
        logs = self.client("logs")
        logs.create_log_group(
            logGroupName="shop/Web", kmsKeyId=f"arn:aws:kms:us-east-1:123456789012:key/{'0' * 36}"
        )
        for name in ("shop/background", "shop/orders"):
            logs.create_log_group(logGroupName=name)

    def _balancers(self) -> None:
        balancing = self.client("elbv2")
        certificate = self.client("acm").request_certificate(DomainName="www.shop.example")["CertificateArn"]
        subnets = {"internet-facing": "public_subnet_ids", "internal": "private_subnet_ids"}
        balancers = {
            name: balancing.create_load_balancer(
                Name=name,
                Scheme=scheme,
                Subnets=self.network[subnets[scheme]],
                SecurityGroups=[self.security_group],
            )["LoadBalancers"][0]["LoadBalancerArn"]
            for name, scheme in (
                ("Shop-Public", "internet-facing"),
                ("Shop-Private", "internal"),
                ("Shop-Legacy", "internet-facing"),
            )
        }
        balancing.modify_load_balancer_attributes(
            LoadBalancerArn=balancers["Shop-Public"],
            Attributes=[{"Key": "idle_timeout.timeout_seconds", "Value": "300"}],
        )
        for name, port, more in (
            ("web", 80, {}),
            ("orders", 8080, {"HealthCheckPath": "/up?deep=1", "Matcher": {"HttpCode": "200-399"}}),
            ("grpc", 50051, {"ProtocolVersion": "GRPC", "Matcher": {"GrpcCode": "0-99"}}),
            ("legacy", 8080, {"HealthCheckPort": "8081"}),
            ("multi-a", 8080, {}),
            ("multi-b", 8080, {}),
        ):
            self.groups[name] = balancing.create_target_group(
                Name=f"Shop-{name}",
                Port=port,
                Protocol="HTTP",
                VpcId=self.network["vpc_id"],
                TargetType="ip",
                **more,
            )["TargetGroups"][0]["TargetGroupArn"]
        balancing.modify_target_group_attributes(
            TargetGroupArn=self.groups["orders"],
            Attributes=[
                {"Key": "stickiness.enabled", "Value": "true"},
                {"Key": "stickiness.type", "Value": "lb_cookie"},
                {"Key": "load_balancing.algorithm.type", "Value": "least_outstanding_requests"},
            ],
        )
        said = {"StatusCode": "503", "ContentType": "application/json", "MessageBody": '{"no": "${x}"}'}
        nothing = [{"Type": "fixed-response", "FixedResponseConfig": said}]
        redirect = [
            {
                "Type": "redirect",
                "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"},
            }
        ]
        forward = [{"Type": "forward", "TargetGroupArn": self.groups["orders"]}]
        for name, balancer, port, protocol, actions in (
            ("https", "Shop-Public", 443, "HTTPS", nothing),
            ("http", "Shop-Public", 80, "HTTP", redirect),
            ("private", "Shop-Private", 80, "HTTP", forward),
            ("legacy", "Shop-Legacy", 8080, "HTTP", nothing),
        ):
            secure = {
                "Certificates": [{"CertificateArn": certificate}],
                "SslPolicy": "ELBSecurityPolicy-2016-08",
            }
            self.listeners[name] = balancing.create_listener(
                LoadBalancerArn=balancers[balancer],
                Port=port,
                Protocol=protocol,
                DefaultActions=actions,
                **(secure if protocol == "HTTPS" else {}),
            )["Listeners"][0]["ListenerArn"]
        path = {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/web/*"]}}
        host = {"Field": "host-header", "HostHeaderConfig": {"Values": ["www.shop.example"]}}
        header = {
            "Field": "http-header",
            "HttpHeaderConfig": {"HttpHeaderName": "X-Beta", "Values": ["yes"]},
        }
        for group, listener, priority, conditions in (
            ("web", "https", 10, [path, host]),
            ("grpc", "https", 20, [header, {**path, "PathPatternConfig": {"Values": ["/grpc/*"]}}]),
            ("legacy", "legacy", 10, [{**path, "PathPatternConfig": {"Values": ["/*"]}}]),
            ("multi-a", "https", 30, [{**path, "PathPatternConfig": {"Values": ["/multi/*"]}}]),
            ("multi-b", "private", 30, [{**path, "PathPatternConfig": {"Values": ["/multi/*"]}}]),
        ):
            balancing.create_rule(
                ListenerArn=self.listeners[listener],
                Priority=priority,
                Conditions=conditions,
                Actions=[{"Type": "forward", "TargetGroupArn": self.groups[group]}],
            )

    def _services(self) -> None:
        spot = [{"capacityProvider": "FARGATE_SPOT", "weight": 3}, {"capacityProvider": "FARGATE", "base": 1}]
        self._service(
            "Web_Frontend", ("web",), container="app", port=3000, log="shop/Web", strategy=spot, public=True
        )
        self._service("orders", ("orders",), log="shop/orders")
        self._service("grpc", ("grpc",), port=50051)
        self._service("old-api", ("legacy",))
        self._service("batch", (), log="shop/background", scaled=False, registered=None)
        self._service("jobs", (), log="shop/background", registered="SRV", architecture="ARM64")
        self._service("multi", ("multi-a", "multi-b"))
        self._service("by-codedeploy", (), controller="CODE_DEPLOY", registered=None)

    def _service(  # noqa: PLR0913 - one argument for each oddity
        self,
        name: str,
        groups: tuple[str, ...],
        *,
        container: str | None = None,
        port: int = 8080,
        log: str | None = None,
        strategy: list[dict[str, Any]] | None = None,
        public: bool = False,
        scaled: bool = True,
        registered: str | None = "A",
        controller: str = "ECS",
        architecture: str = "X86_64",
    ) -> None:
        ecs, container = self.client("ecs"), container or name
        options = {"awslogs-group": log, "awslogs-region": "us-east-1", "awslogs-stream-prefix": "x"}
        definition = ecs.register_task_definition(
            family=f"Shop-{name}",
            cpu="512",
            memory="1024",
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            runtimePlatform={"cpuArchitecture": architecture, "operatingSystemFamily": "LINUX"},
            executionRoleArn=self.roles[0],
            taskRoleArn=self.roles[1],
            containerDefinitions=[
                {
                    "name": container,
                    "image": f"shop/{container}:1",
                    "essential": True,
                    "user": "1000",
                    "command": ["serve", "--port", str(port)],
                    "environment": [{"name": "DB_PASSWORD", "value": "hunter2"}],
                    "secrets": [{"name": "KEY", "valueFrom": "/shop/key"}],
                    "portMappings": [{"containerPort": port, "protocol": "tcp"}],
                    **({"logConfiguration": {"logDriver": "awslogs", "options": options}} if log else {}),
                }
            ],
        )["taskDefinition"]["taskDefinitionArn"]
        which = "public_subnet_ids" if public else "private_subnet_ids"
        ecs.create_service(
            cluster=CLUSTER,
            serviceName=name,
            taskDefinition=definition,
            desiredCount=2,
            **({"capacityProviderStrategy": strategy} if strategy else {"launchType": "FARGATE"}),
            deploymentController={"type": controller},
            **self._deployed(name),
            networkConfiguration={
                "awsvpcConfiguration": {
                    "subnets": self.network[which],
                    "securityGroups": [self.security_group],
                    "assignPublicIp": "ENABLED" if public else "DISABLED",
                }
            },
            loadBalancers=[
                {"targetGroupArn": self.groups[group], "containerName": container, "containerPort": port}
                for group in groups
            ],
            serviceRegistries=[self._registry(name, registered, container, port)] if registered else [],
            tags=[{"key": "Team", "value": "shop"}],
        )
        if scaled:
            self._scale(name)

    @staticmethod
    def _deployed(name: str) -> dict[str, Any]:
        if name not in DEPLOYED:
            return {}
        least, most = DEPLOYED[name]
        # AWS balances no zones where a task more cannot run meanwhile.
        return {
            "deploymentConfiguration": {"minimumHealthyPercent": least, "maximumPercent": most},
            "availabilityZoneRebalancing": "ENABLED" if most > NO_MORE_TASKS else "DISABLED",
        }

    def _registry(self, name: str, record: str, container: str, port: int) -> dict[str, Any]:
        made = self.client("servicediscovery").create_service(
            Name=f"{name.lower().replace('_', '-')}-v1",
            NamespaceId=self.namespace,
            DnsConfig={"RoutingPolicy": "WEIGHTED", "DnsRecords": [{"Type": record, "TTL": 30}]},
        )["Service"]
        more = {"containerName": container, "containerPort": port} if record == "SRV" else {}
        return {"registryArn": made["Arn"], **more}

    def _scale(self, name: str) -> None:
        scaling = self.client("application-autoscaling")
        place = {
            "ServiceNamespace": "ecs",
            "ResourceId": f"service/{CLUSTER}/{name}",
            "ScalableDimension": "ecs:service:DesiredCount",
        }
        scaling.register_scalable_target(**place, MinCapacity=2, MaxCapacity=6)
        scaling.put_scaling_policy(
            **place,
            PolicyName="cpu-out",
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration={
                "TargetValue": 60.0,
                "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
            },
        )
