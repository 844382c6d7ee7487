"""The dashboard's site: a private bucket behind CloudFront.

The template holds no file of the dashboard. `make deploy` (and the local cloud) uploads what is built when
the stack is there, with `patronage.cloud.publish_site`: the page's `config.json` names what only the deployed
stack knows, the same code serves both clouds, and no function may change the site. A `BucketDeployment` would
bring a custom resource, a managed policy and a layer with the AWS command line for this one copy.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from aws_cdk import Annotations, Aws, CfnResource, Duration, Fn, RemovalPolicy, Stack
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from constructs import Construct

from infra.nag import acknowledge
from infra.storage import build_bucket

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import CfnParameter

INDEX = "index.html"
ADDRESS = Path(__file__).with_name("site_address.js")
"""What CloudFront runs to tell a file's address from one of the page's own."""
HSTS_KEPT = Duration.days(365)
PERMISSIONS = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"


class Site(Construct):
    """Where people open the dashboard.

    Parameters
    ----------
    scope, construct_id
        Where the construct stands.
    asked : sequence of str
        Origins besides its own that the page may ask: the API's and Cognito's.
    local_port : CfnParameter, optional
        The port of a cloud on this machine, which serves the site by plain HTTP; without it, AWS.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        asked: Sequence[str],
        local_port: CfnParameter | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self._local_port = local_port
        self.bucket = build_bucket(self, "DashboardBucket", tls_only=local_port is None, versioned=False)
        acknowledge(
            self.bucket,
            "S1",
            "The bucket holds the files of a public program and no data of the shop; CloudFront alone reads "
            "them, and only who deploys writes.",
        )
        self.distribution = self._build_distribution(self._build_headers(asked))

    @property
    def url(self) -> str:
        """Where the page is: the web origin that the API lets ask, without a slash at the end."""
        domain = self.distribution.distribution_domain_name
        if self._local_port is None:
            return f"https://{domain}"
        label = Fn.select(0, Fn.split(".", domain))
        return f"http://{label}.cloudfront.localhost:{self._local_port.value_as_string}"

    @property
    def _name(self) -> str:
        """A name for what CloudFront holds once an account, in whichever region the stacks are."""
        return f"patronage-{Fn.select(2, Fn.split('/', Aws.STACK_ID))}"

    def _build_headers(self, asked: Sequence[str]) -> cloudfront.ResponseHeadersPolicy:
        return cloudfront.ResponseHeadersPolicy(
            self,
            "Headers",
            response_headers_policy_name=self._name,
            comment="Patronage: what browsers must not do with the dashboard",
            security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
                content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                    content_security_policy=content_policy(asked), override=True
                ),
                content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
                frame_options=cloudfront.ResponseHeadersFrameOptions(
                    frame_option=cloudfront.HeadersFrameOption.DENY, override=True
                ),
                referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                    referrer_policy=cloudfront.HeadersReferrerPolicy.NO_REFERRER, override=True
                ),
                strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                    access_control_max_age=HSTS_KEPT, override=True
                ),
            ),
            custom_headers_behavior=cloudfront.ResponseCustomHeadersBehavior(
                custom_headers=[
                    _custom("Permissions-Policy", PERMISSIONS),
                    _custom("Cross-Origin-Opener-Policy", "same-origin"),
                ]
            ),
        )

    def _build_distribution(self, headers: cloudfront.ResponseHeadersPolicy) -> cloudfront.Distribution:
        on_aws = self._local_port is None
        distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment=f"Patronage: the dashboard of {Stack.of(self).stack_name}",
            default_root_object=INDEX,
            default_behavior=cloudfront.BehaviorOptions(
                origin=self._build_origin(),
                allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD,
                cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
                function_associations=[self._build_address()] if on_aws else None,
                response_headers_policy=headers,
                viewer_protocol_policy=(
                    cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS
                    if on_aws
                    else cloudfront.ViewerProtocolPolicy.ALLOW_ALL
                ),
            ),
            error_responses=None if on_aws else [_page_for_all()],
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            price_class=cloudfront.PriceClass.PRICE_CLASS_ALL,
        )
        distribution.apply_removal_policy(RemovalPolicy.DESTROY)
        cast("CfnResource", distribution.node.default_child).override_logical_id("DashboardDistribution")
        self._acknowledge_on(distribution)
        return distribution

    def _build_origin(self) -> cloudfront.IOrigin:
        """Let CloudFront read the bucket and, on AWS, know what it lacks.

        S3 says 404 only to a reader that may list, and 403 to others. Nobody can ask for the list itself:
        the address `/` is the page, and no query reaches S3.
        """
        levels = [cloudfront.AccessLevel.READ]
        if self._local_port is None:
            levels.append(cloudfront.AccessLevel.LIST)
            Annotations.of(self).acknowledge_warning("@aws-cdk/aws-cloudfront-origins:listBucketSecurityRisk")
        return origins.S3BucketOrigin.with_origin_access_control(
            self.bucket,
            origin_access_levels=levels,
            origin_access_control=cloudfront.S3OriginAccessControl(
                self, "Access", origin_access_control_name=self._name
            ),
        )

    def _build_address(self) -> cloudfront.FunctionAssociation:
        """Have CloudFront answer the page's own addresses with the page, and unknown files with 404."""
        return cloudfront.FunctionAssociation(
            event_type=cloudfront.FunctionEventType.VIEWER_REQUEST,
            function=cloudfront.Function(
                self,
                "Address",
                function_name=self._name,
                comment="Patronage: the page for every address that is no file",
                code=cloudfront.FunctionCode.from_file(file_path=str(ADDRESS)),
                runtime=cloudfront.FunctionRuntime.JS_2_0,
            ),
        )

    def _acknowledge_on(self, distribution: cloudfront.Distribution) -> None:
        acknowledge(
            distribution,
            "CFR1",
            "A shop's people sign in from wherever they are; the site is a program without data, and the API "
            "behind it asks each of them for a token.",
        )
        acknowledge(
            distribution,
            "CFR2",
            "A web ACL bills each month while idle, more than the whole stack, and would guard static files "
            "that anybody may read; the API has its own throttling, and the context `waf=on` guards it.",
        )
        acknowledge(
            distribution,
            "CFR3",
            "The access log would hold the addresses of the shop's people and nothing about data: what they "
            "read is asked of the API, whose access log says it.",
        )
        acknowledge(
            distribution,
            "CFR4",
            "CloudFront's own certificate of *.cloudfront.net fixes the lowest TLS version; another needs a "
            "domain of the shop. Browsers that speak less than TLS 1.2 cannot run the page.",
        )


def content_policy(asked: Sequence[str]) -> str:
    """Write the Content-Security-Policy of the page: its own scripts alone, and questions to named origins.

    Charts set style attributes on what they draw (tooltips), which is all that is allowed inline.
    """
    rules = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "style-src-attr": "'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self'",
        "manifest-src": "'self'",
        "connect-src": " ".join(["'self'", *asked]),
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _page_for_all() -> cloudfront.ErrorResponse:
    """Answer whatever the bucket lacks with the page, in a cloud on this machine.

    It would run the function of AWS with whichever Node it finds on the PATH, and answer 503 where there is
    none.
    """
    return cloudfront.ErrorResponse(
        http_status=403, response_http_status=200, response_page_path=f"/{INDEX}", ttl=Duration.seconds(0)
    )


def _custom(name: str, value: str) -> cloudfront.ResponseCustomHeader:
    return cloudfront.ResponseCustomHeader(header=name, value=value, override=True)
