"""JupyterLab in a browser, as a person uses it; every wait has a deadline."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Error, Locator, Page, Request, Response, expect
from server import LabServer, Theme
from view import WidgetView

_NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
_SECONDS = 60.0  # for anything that takes a moment, on a busy machine

#: Whether a notebook has its cells and a kernel, in JupyterLab and in Notebook.
READY = """() => {
  const panel = window.jupyterapp?.shell?.currentWidget;
  return panel?.context?.isReady && panel?.sessionContext?.isReady
    && panel.sessionContext.session?.kernel?.status === 'idle'
    && document.querySelectorAll('.jp-Notebook .jp-Cell').length > 0;
}"""

# Playwright's evaluate has no deadline of its own: a lost reply would hang for ever.
_WITHIN = """
  const within = (promise, ms, what) => Promise.race([promise, new Promise((_, reject) =>
    setTimeout(() => reject(new Error(`not within ${ms} ms: ${what}`)), ms))]);
"""

_EXECUTE = f"""async ([code, ms]) => {{
  {_WITHIN}
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const future = kernel.requestExecute({{code, store_history: false, allow_stdin: false}});
  const texts = [];
  future.onIOPub = ({{header, content}}) => {{
    if (header.msg_type === 'stream') texts.push(content.text);
    if (header.msg_type === 'execute_result') texts.push(content.data['text/plain']);
  }};
  const {{content}} = await within(future.done, ms, 'an answer of the kernel to ' + code);
  if (content.status !== 'ok') throw new Error(content.traceback?.join('\\n') ?? content.status);
  return texts.join('').trim();
}}"""

_RUN_CELL = f"""async ([index, ms]) => {{
  {_WITHIN}
  const app = window.jupyterapp;
  const notebook = app.shell.currentWidget.content;
  notebook.deselectAll();
  notebook.activeCellIndex = index;
  const done = app.commands.execute('notebook:run-cell');
  if (ms === 0) {{ done.catch(() => undefined); return; }}
  await within(done, ms, `the end of cell ${{index}}`);
  const outputs = notebook.widgets[index].model.sharedModel.toJSON().outputs;
  const error = outputs.find(output => output.output_type === 'error');
  if (error) throw new Error(error.traceback.join('\\n'));
}}"""

_COMMAND = f"""async ([name, options, ms]) => {{
  {_WITHIN}
  await within(window.jupyterapp.commands.execute(name, options), ms, name);
}}"""

_INTERRUPT = f"""async (ms) => {{
  {_WITHIN}
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  await within(kernel.interrupt(), ms, 'interrupt');
}}"""

# Where every thread of the kernel is, and how far what is prepared is.
_STACKS = """
import sys, threading, traceback
names = {thread.ident: thread.name for thread in threading.enumerate()}
for ident, frame in sys._current_frames().items():
    print(names.get(ident), *traceback.format_stack(frame)[-6:], sep='\\n')
from brian_sweep_widget.runs.workshop import _workshops
for workshop in _workshops.values():
    print(workshop.preparation)
"""


class Lab:
    """One browser page with one notebook.

    Attributes
    ----------
    page
        Playwright's.
    problems
        Errors on the console, exceptions, requests that failed, and requests
        that went anywhere but to the test's server.
    """

    def __init__(self, page: Page, server: LabServer) -> None:
        self.page = page
        self.problems: list[str] = []
        self._server = server
        self._leaving = False
        self._expected_errors: list[str] = []  # texts that are in what the console may say
        page.on("console", self._heard)
        page.on(
            "pageerror", lambda error: self.problems.append(f"exception: {error.stack or error}")
        )
        page.on("request", self._requested)
        page.on("requestfailed", self._request_failed)
        page.on("response", self._answered)

    def open_copy(self, name: str) -> None:
        """Open a copy of one of the project's notebooks."""
        shutil.copy(_NOTEBOOKS / name, self._server.root / name)
        self._open(name)

    def open_cells(self, *cells: str) -> None:
        """Open a new notebook with these code cells."""
        self._server.write("test.ipynb", cells)
        self._open("test.ipynb")

    def open_executed(self, *cells: str) -> None:
        """Open a notebook that nbconvert has executed, with all that it wrote down."""
        self._server.write("test.ipynb", cells)
        self._server.execute("test.ipynb")
        self._open("test.ipynb")

    def save(self) -> None:
        """Save the notebook, as with Ctrl+S."""
        self._command("docmanager:save")

    def reload(self) -> None:
        """Reload the page, as with F5; the kernel goes on.

        Lab shows what the notebook's file holds: save before.
        """
        self._leaving = True
        self.page.reload()
        self._wait()
        self._leaving = False

    def saved(self) -> Any:
        """Give what the notebook's file holds."""
        return self._server.read("test.ipynb")

    def reopen_tomorrow(self) -> None:
        """Load the page again after the kernel has gone; Lab starts another one."""
        # Lab says so, sooner or later, of each widget whose kernel is gone.
        self._expected_errors.append("widget model not found")
        self._server.end_kernels()
        self.reload()

    def run_cell(self, index: int, seconds: float = _SECONDS) -> None:
        """Run a cell and wait for its end; it must not raise."""
        self.page.evaluate(_RUN_CELL, [index, seconds * 1000])

    def start_cell(self, index: int) -> None:
        """Run a cell without waiting."""
        self.page.evaluate(_RUN_CELL, [index, 0])

    def cell(self, index: int) -> Locator:
        """Find a cell."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index)

    def output(self, index: int) -> Locator:
        """Find what a cell has put out."""
        return self.cell(index).locator(".jp-OutputArea-output")

    def widget(self, number: int = 0) -> WidgetView:
        """Wait for a sweep widget on the page, and give it."""
        view = WidgetView(self.page.locator(".bsw").nth(number))
        view.wait()
        return view

    def widget_of_cell(self, index: int) -> WidgetView:
        """Wait for the sweep widget in a cell's output, and give it."""
        view = WidgetView(self.cell(index).locator(".bsw"))
        view.wait()
        return view

    def ask(self, code: str, seconds: float = _SECONDS) -> str:
        """Execute code in the kernel, beside all cells; give its text result."""
        return str(self.page.evaluate(_EXECUTE, [code, seconds * 1000]))

    def what_the_kernel_does(self) -> str:
        """Tell it after a failure: nothing else says why something never came."""
        try:
            return self.ask(_STACKS)
        except Error as error:
            return f"the kernel does not tell: {error}"

    def restart(self) -> None:
        """Restart the kernel; the page stays, with what is on it."""
        self._server.restart_kernels()
        self._wait()

    def interrupt(self) -> None:
        """Interrupt the kernel, as the square button does."""
        self.page.evaluate(_INTERRUPT, _SECONDS * 1000)

    def set_theme(self, theme: Theme) -> None:
        """Change the theme, as the menu does."""
        self._command("apputils:change-theme", theme=f"JupyterLab {theme.title()}")
        is_light = str(theme == "light").lower()
        expect(self.page.locator("body")).to_have_attribute("data-jp-theme-light", is_light)
        # A next change within its 0.2 s would have JupyterLab remove it twice.
        expect(self.page.locator("#jupyterlab-splash")).to_have_count(0)

    def in_both_themes(self) -> Iterator[Theme]:
        """Change to one theme after the other; to the one that there was before at last."""
        before = self.page.locator("body").get_attribute("data-jp-theme-light")
        themes: tuple[Theme, Theme] = ("light", "dark") if before == "false" else ("dark", "light")
        for theme in themes:
            self.set_theme(theme)
            yield theme

    def _open(self, name: str) -> None:
        self.page.goto(self._server.page_of(name))
        self._wait()
        self._command("application:toggle-left-area")

    def _wait(self) -> None:
        self.page.wait_for_function(READY, timeout=_SECONDS * 1000)

    def _command(self, name: str, **options: Any) -> None:
        self.page.evaluate(_COMMAND, [name, options, _SECONDS * 1000])

    def _raised(self, error: Error) -> None:
        self.problems.append(f"exception: {error.stack or error}")

    def _heard(self, message: ConsoleMessage) -> None:
        if any(text in message.text for text in self._expected_errors):
            return
        if message.type == "error" and not self._leaving:
            self.problems.append(f"console: {message.text} ({message.location})")

    def _requested(self, request: Request) -> None:
        if not request.url.startswith((self._server.url, "data:", "blob:")):
            self.problems.append(f"went elsewhere: {request.url}")

    def _request_failed(self, request: Request) -> None:
        # A page that is left gives up what it was loading, at any time: no fault.
        if request.failure != "net::ERR_ABORTED":
            self.problems.append(f"failed: {request.url} ({request.failure})")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and not self._expected(response):
            self.problems.append(f"{response.status}: {response.url}")

    def _expected(self, response: Response) -> bool:
        # Lab looks for a workspace before it makes it.
        return bool(re.search(r"/lab/api/workspaces/", response.url)) and response.status == 404
