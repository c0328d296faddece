"""Hands WGSL files to the compiler of Chromium and prints what it has against them.

usage: tint.py CHROMIUM FOLDER
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

# A page that may ask for a GPU; nobody serves it, it is answered here.
PAGE = "http://localhost/"
FLAGS = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--disable-background-networking"]
# Messages of errors, and whether the module is one.
COMPILE = """async (code) => {
    const adapter = await navigator.gpu.requestAdapter();
    const device = await adapter.requestDevice();
    device.pushErrorScope("validation");
    const { messages } = await device.createShaderModule({ code }).getCompilationInfo();
    const refused = await device.popErrorScope();
    const told = messages.map((one) => `${one.type} in line ${one.lineNum}: ${one.message}`);
    return refused ? [...told, refused.message] : told;
}"""


def main(chromium, folder):
    wrong = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", *FLAGS])
        page = browser.new_page()
        page.route(PAGE, lambda route: route.fulfill(content_type="text/html", body="<title>WGSL</title>"))
        page.goto(PAGE)
        files = sorted(Path(folder).glob("*.wgsl"))
        assert files, f"no WGSL in {folder}"
        for file in files:
            for message in page.evaluate(COMPILE, file.read_text()):
                print(f"{file.name}: {message}", file=sys.stderr)
                wrong += 1
        browser.close()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
