"""The dashboard's site: CloudFront alone reads the bucket, and browsers hold the page to its own scripts."""

from __future__ import annotations

import re

from template_support import flat, of_type


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
    assert read["Action"] == "s3:GetObject"
    assert flat(read["Resource"]) == "DashboardBucket/*"
    source = read["Condition"]["StringEquals"]["AWS:SourceArn"]
    assert flat(source).endswith(":distribution/DashboardDistribution")
    control = only(template, "AWS::CloudFront::OriginAccessControl")["OriginAccessControlConfig"]
    assert (control["SigningBehavior"], control["SigningProtocol"]) == ("always", "sigv4")


def test_the_page_answers_over_tls_and_at_its_own_addresses(template):
    site = only(template, "AWS::CloudFront::Distribution")["DistributionConfig"]
    assert site["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "redirect-to-https"
    assert site["DefaultCacheBehavior"]["AllowedMethods"] == ["GET", "HEAD"]
    assert site["DefaultRootObject"] == "index.html"
    (fallback,) = site["CustomErrorResponses"]
    assert fallback == {
        "ErrorCode": 403,
        "ErrorCachingMinTTL": 0,
        "ResponseCode": 200,
        "ResponsePagePath": "/index.html",
    }
    (origin,) = site["Origins"]
    assert flat(origin["DomainName"]) == "DashboardBucket"
    assert origin["OriginAccessControlId"]


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
    for named in (control, policy):
        assert "AWS::StackId" in str(named["Name"]), "stacks of one name in two regions share an account"


def test_only_a_cloud_on_this_machine_is_told_a_port(template):
    assert "LocalPort" not in template["Parameters"]
