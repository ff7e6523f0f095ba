"""Attributes of a load balancer that the provider sets to its own default where a configuration is silent."""

from __future__ import annotations

from typing import Final

KEPT: Final[dict[str, tuple[str, str]]] = {
    "client_keep_alive.seconds": ("client_keep_alive", "3600"),
    "routing.http.desync_mitigation_mode": ("desync_mitigation_mode", "defensive"),
    "routing.http.preserve_host_header.enabled": ("preserve_host_header", "false"),
    "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": (
        "enable_tls_version_and_cipher_suite_headers",
        "false",
    ),
    "routing.http.xff_client_port.enabled": ("enable_xff_client_port", "false"),
    "routing.http.xff_header_processing.mode": ("xff_header_processing_mode", "append"),
    "routing.http2.enabled": ("enable_http2", "true"),
    "waf.fail_open.enabled": ("enable_waf_fail_open", "false"),
    "zonal_shift.config.enabled": ("enable_zonal_shift", "false"),
}
"""By AWS's key: the argument of ``aws_lb``, and the value that both AWS and the provider default to.

Sources: elbv2 API reference, LoadBalancerAttribute; terraform-provider-aws 5.100.0, ``aws_lb``.
"""
ELSEWHERE: Final[dict[str, str]] = {
    "idle_timeout.timeout_seconds": "idle_timeout",
    "routing.http.drop_invalid_header_fields.enabled": "drop_invalid_header_fields",
}
"""Those that ``modules/load-balancer`` has a variable of its own for."""
