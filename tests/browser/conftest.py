"""A real headless Chromium with a profile of its own. Without one the tests here are skipped by name."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from netguard.model.scan import Scan
from netguard.report.formats import html
from tests.golden.report.sample import NOW, sample_scan

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Browser:
    """What the tests do with the browser."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def open(self, page: Path, *, dark: bool = False, width: int = 1200) -> None:
        """Load `page` from its file in light or dark mode, `width` pixels wide; logs of earlier pages are dropped."""
        self.command("Emulation.setEmulatedMedia", features=[_scheme(dark=dark)])
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.driver.get("about:blank")
        self.driver.get_log("performance")
        self.driver.get_log("browser")
        self.driver.get(page.resolve().as_uri())

    def dark(self, *, on: bool) -> None:
        """Change the scheme that the system prefers while the page is open."""
        self.command("Emulation.setEmulatedMedia", features=[_scheme(dark=on)])

    def command(self, name: str, **parameters: Any) -> Any:
        """One command of the Chrome DevTools Protocol."""
        return self.driver.execute_cdp_cmd(name, parameters)

    def run(self, script: str, *arguments: Any) -> Any:
        """The value of `script`, run by the driver, which stands above the page's policy."""
        return self.driver.execute_script(script, *arguments)

    def requests(self) -> list[str]:
        """The addresses asked for since the page was opened, `data:` left out, which asks nobody."""
        events = (json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance"))
        asked = (e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent")
        return [url for url in asked if not url.startswith("data:")]

    def complaints(self) -> list[str]:
        """Everything on the console: errors, warnings and violations of the policy."""
        return [entry["message"] for entry in self.driver.get_log("browser")]


def _scheme(*, dark: bool) -> dict[str, str]:
    return {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    binary = next(filter(None, map(shutil.which, BROWSERS)), None)
    chromedriver = shutil.which("chromedriver")
    if not binary or not chromedriver:
        pytest.skip("no Chromium with its driver here (Debian: apt-get install chromium chromium-driver)")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=chromedriver))
    driver.set_page_load_timeout(60)
    try:
        yield Browser(driver)
    finally:
        driver.quit()


@pytest.fixture
def write(tmp_path: Path) -> Callable[[Scan], Path]:
    """Render a scan and write the page where the browser can open it."""

    def page(scan: Scan) -> Path:
        path = tmp_path / "report.html"
        path.write_text(html.render(scan, NOW), encoding="utf-8")
        return path

    return page


@pytest.fixture
def sample(write: Callable[[Scan], Path]) -> Path:
    """The page of the sample home."""
    return write(sample_scan())
