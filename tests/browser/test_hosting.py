"""What CloudFront adds to the page, as the browser meets it."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.local_cloud


def test_the_page_may_run_no_script_but_its_own(visit):
    watched = visit()
    page = watched.open("/overview")
    page.evaluate(
        "() => { const added = document.createElement('script'); added.textContent = 'globalThis.ran = 1';"
        " document.body.append(added); }"
    )
    assert page.evaluate("() => globalThis.ran") is None
    assert any("Content Security Policy" in problem for problem in watched.problems)


def test_the_page_may_ask_nobody_but_the_api_and_cognito(visit):
    page = visit().open("/overview")
    asked = "(url) => fetch(url).then(() => 'asked', () => 'refused')"
    assert page.evaluate(asked, "http://127.0.0.2:9/") == "refused"
    assert page.evaluate(asked, "/config.json") == "asked"


def test_everything_comes_from_the_site_the_api_and_cognito(visit, site):
    watched = visit()
    asked = []
    watched.page.on("request", lambda request: asked.append(request.url))
    watched.open("/overview")
    ours = (site.url, site.stack.cloud.endpoint, "data:", "blob:")
    assert [url for url in asked if not url.startswith(ours)] == []


def test_files_with_a_hash_in_their_name_are_kept_and_the_page_is_asked_each_time(visit, site):
    watched = visit(None)
    told = {}
    watched.page.on(
        "response", lambda answer: told.update({answer.url: answer.headers.get("cache-control", "")})
    )
    watched.open("/segments/any")
    assert told[f"{site.url}/segments/any"] == told[f"{site.url}/config.json"] == "no-cache"
    assets = [kept for url, kept in told.items() if "/assets/" in url]
    assert assets
    assert all("immutable" in kept for kept in assets)
