"""Drives headless Chromium through the page of `takeoff serve` as a person would.

usage: browser.py CHROMIUM URL FOLDER

URL is the one that was printed, with its token; FOLDER takes pictures. Nothing may be written to the
console, and nothing may be asked of any other server.
"""

import json
import re
import sys
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

PATIENCE_MS = 120_000
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}


def drawn_ticks(page):
    """Ticks of the longest chart of the report in its frame; 0 before it is drawn."""
    frame = page.frame_locator("iframe").locator("body")
    return frame.evaluate("() => Math.max(0, ...takeoff.charts().filter((one) => one.plot).map((one) => one.plot.data[0].length))")


def wait_until(page, found):
    for _ in range(PATIENCE_MS // 250):
        if found():
            return
        page.wait_for_timeout(250)
    raise AssertionError("it never came")


def no_token_no_start(page, url):
    address = url.split("#")[0]
    page.goto(address)
    expect(page.locator("#notice")).to_contain_text("takeoff serve")
    page.goto("about:blank")


def empty_list(page, url):
    page.goto(url)
    expect(page.get_by_text("No runs here yet")).to_be_visible()
    assert "token" not in page.url, page.url


def form_shows_problems_and_starts(page, days):
    page.get_by_role("link", name="New run").click()
    page.get_by_label("Engine").select_option("cpu")
    field = page.get_by_label("days", exact=True)
    field.fill("-5")
    expect(page.locator("[id='field-run.days-problem']")).to_contain_text("36500")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("button", name="Start")).to_be_disabled()
    field.fill(str(days))
    expect(page.locator(".command code")).to_contain_text(f"--set=run.days={days}")
    expect(field).not_to_have_attribute("aria-invalid", "true")
    page.get_by_label("Search parameters").fill("headcount")
    visible = page.locator(".field:visible label").all_inner_texts()
    assert visible and "tick_hours" not in visible, visible
    page.get_by_label("Search parameters").fill("")
    lines_without_a_field(page)
    page.get_by_role("button", name="Start").click()


def lines_without_a_field(page):
    page.get_by_text("Changes without a field").click()
    box = page.get_by_label("One a line")
    expect(page.locator("#more-meaning")).to_contain_text("events")
    box.fill("ideas.breadth = -1\nwords alone")
    expect(page.locator("#more-problem")).to_contain_text("ideas.breadth")
    expect(page.get_by_role("button", name="Start")).to_be_disabled()
    box.fill('# nobody works on day 5\nevents = [{ name = "pause", when = { day = 5.0 }, set = { regulation.enabled = true } }]\n')
    expect(page.locator(".command code")).to_contain_text("--set=events=[")
    expect(page.get_by_role("button", name="Start")).to_be_enabled()


def report_grows_while_the_run_goes_on(page):
    expect(page.locator(".state.running")).to_be_visible(timeout=PATIENCE_MS)
    wait_until(page, lambda: drawn_ticks(page) > 10)
    before = drawn_ticks(page)
    wait_until(page, lambda: drawn_ticks(page) > before)


def stop_and_continue(page):
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".state.interrupted")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(".state.running")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".state.interrupted")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".digest")).to_contain_text("digest")


def a_short_run_completes(page):
    page.get_by_role("link", name="New run").click()
    page.get_by_label("Engine").select_option("cpu")
    expect(page.get_by_role("button", name="Start")).to_be_enabled()
    page.get_by_role("button", name="Start").click()
    expect(page.locator(".state.completed")).to_be_visible(timeout=PATIENCE_MS)


def list_and_comparison(page):
    page.get_by_role("link", name="Runs").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    assert page.locator("tbody a").all_inner_texts() == ["smoke-1-2", "smoke-1-1"]
    page.get_by_label("Search").fill("completed")
    expect(page.locator("tbody tr:visible")).to_have_count(1)
    page.get_by_label("Search").fill("")
    # By keyboard alone.
    for box in page.get_by_role("checkbox").all():
        box.focus()
        page.keyboard.press("Space")
    page.get_by_role("button", name="Compare chosen runs").focus()
    page.keyboard.press("Enter")
    frame = page.frame_locator("iframe")
    expect(frame.get_by_text("run.days").first).to_be_visible(timeout=PATIENCE_MS)


def the_frame_is_another_origin(page):
    token = page.evaluate("sessionStorage.getItem('takeoff-token')")
    assert re.fullmatch("[0-9a-f]{32}", token), token
    reached = page.frame_locator("iframe").locator("body").evaluate(
        "() => { try { return String(parent.sessionStorage.length); } catch (error) { return error.name; } }"
    )
    assert reached == "SecurityError", reached


def phone_and_dark(browser, url, troubles):
    context = browser.new_context(viewport=PHONE, color_scheme="dark")
    page = context.new_page()
    page.on("console", lambda message: troubles.append(message.text))
    page.goto(url)
    for fragment in ["#runs", "#new=everything.toml", "#run=smoke-1-2"]:
        page.goto(url.split("#")[0] + fragment)
        page.wait_for_selector({"r": "tbody tr", "n": ".field"}[fragment[1]] if fragment != "#run=smoke-1-2" else "iframe:not(.empty)")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], fragment
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    context.close()


def every_control_has_a_name(page, url):
    for fragment in ["#runs", "#new=smoke.toml"]:
        page.goto(url.split("#")[0] + fragment)
        page.wait_for_selector("tbody tr" if fragment == "#runs" else ".field")
        nameless = page.evaluate(
            """() => [...document.querySelectorAll("input, select, button, progress")]
            .filter((one) => !one.labels?.length && !one.getAttribute("aria-label") && !one.textContent.trim())
            .map((one) => one.outerHTML)"""
        )
        assert nameless == [], nameless


def refusal(response):
    """What the server says of a fault of its own."""
    return f"{response.url}: {response.text()}"


def main(chromium, url, folder):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = browser.new_context(viewport=DESK)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        troubles, requests = [], []
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        page.on("response", lambda response: troubles.append(refusal(response)) if response.status >= 500 else None)
        try:
            no_token_no_start(page, url)
            empty_list(page, url)
            form_shows_problems_and_starts(page, 36500)
            report_grows_while_the_run_goes_on(page)
            page.screenshot(path=folder / "live.png")
            stop_and_continue(page)
            a_short_run_completes(page)
            list_and_comparison(page)
            the_frame_is_another_origin(page)
            every_control_has_a_name(page, url)
            phone_and_dark(browser, url, troubles)
        except Exception:
            page.screenshot(path=folder / "failed.png")
            print(json.dumps(troubles), file=sys.stderr)
            raise
        assert troubles == [], troubles
        ours = url.split("#")[0]
        foreign = [one for one in requests if not one.startswith((ours, "data:", "blob:", "about:"))]
        assert foreign == [], foreign
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
