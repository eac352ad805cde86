"""A real browser, and what it is to look at."""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlparse
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from project_copy import copy_digits, copy_results
from shared_once import made_once

NAMES = ("chromium", "chromium-browser", "google-chrome")
KNOWN = ("/mlflow/users/current",)  # MLflow's page asks for it, and its server has it only with accounts
LATE = "ResizeObserver loop"  # how browsers say that a size is followed one frame later; no fault
SECONDS = 60  # for a server to start, or a page to show something


@pytest.fixture(scope="session")
def browser():
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip("there is no Chromium to look with: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


class Visit:
    """A page, and what went wrong on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        self.hosts: set[str] = set()
        page.set_default_timeout(1000 * SECONDS)
        page.on("pageerror", lambda error: self._note(str(error)))
        page.on("console", self._listen)
        page.on("request", lambda request: self.hosts.add(urlparse(request.url).hostname or ""))

    def _listen(self, message) -> None:
        known = any(path in message.location.get("url", "") for path in KNOWN)
        if message.type == "error" and not known:
            self._note(message.text)

    def _note(self, error: str) -> None:
        if LATE not in error:
            self.errors.append(error)

    def check(self) -> None:
        """Assert that nothing failed, and that nothing beyond this machine was asked."""
        assert not self.errors
        assert self.hosts <= {"", "127.0.0.1"}


@pytest.fixture
def visit(browser: Browser):
    context: BrowserContext = browser.new_context(viewport={"width": 1500, "height": 950})
    visit = Visit(context.new_page())
    yield visit
    context.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, browser: Browser, finished: Path) -> str:
    """Return the address of the graph's page on disk, in a project in which the lesson has run."""

    def build(folder: Path) -> None:
        project = copy_digits(folder / "project", beside="first_steps")
        copy_results(finished, project)
        command = [sys.executable, "-m", "kedro", "viz", "build", "--pipeline", "digits.lesson", "--output", "site"]
        subprocess.run(command, cwd=project, check=True, capture_output=True)

    return (made_once(tmp_path_factory, "lesson", build) / "project/site/index.html").as_uri()


@pytest.fixture(scope="session")
def mlflow_ui(finished: Path, tmp_path_factory: pytest.TempPathFactory, browser: Browser):
    """Yield the address of MLflow's pages on the runs of the digits."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [Path(sys.executable).parent / "mlflow", "ui", "--backend-store-uri", "sqlite:///mlflow.db"]
    settings = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
    with (tmp_path_factory.mktemp("mlflow") / "log").open("w") as log:
        server = subprocess.Popen(
            [*command, "--workers", "1", "--port", str(port)],
            cwd=finished,
            env=os.environ | settings,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            wait_for(address, server)
            yield address
        finally:
            os.killpg(server.pid, 15)
            server.wait(timeout=SECONDS)


def wait_for(address: str, server: subprocess.Popen) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        assert server.poll() is None, "the server has ended"
        try:
            with urlopen(f"{address}/health", timeout=1):
                return
        except (URLError, TimeoutError, ConnectionError):
            time.sleep(0.3)
    pytest.fail(f"{address} does not answer")
