"""Debian's Chromium, driven over a pipe by the DevTools protocol: shows a page, measures it, takes its picture."""

import base64
import itertools
import json
import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_FLAGS = (
    "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--no-first-run", "--disable-extensions",
    "--disable-dev-shm-usage", "--font-render-hinting=none", "--lang=zh-CN",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip


class Browser:
    """One browser process with one page. Whatever a page asks of a network is counted and fails."""

    def __init__(self) -> None:
        program = shutil.which("chromium")
        if program is None:
            raise FileNotFoundError("chromium is needed: apt-get install chromium fonts-noto-cjk")
        self._home = Path(tempfile.mkdtemp(prefix="screens-"))
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        moved = [os.dup2(fd, 60 + n) for n, fd in enumerate((theirs_in, theirs_out))]  # out of the way of 3 and 4
        self._pid = os.posix_spawn(
            program,
            [program, *_FLAGS, f"--user-data-dir={self._home}", "about:blank"],
            {**os.environ, "HOME": str(self._home)},
            file_actions=[(os.POSIX_SPAWN_DUP2, fd, n) for n, fd in zip((3, 4), moved, strict=True)]
            + [(os.POSIX_SPAWN_CLOSE, fd) for fd in moved],
        )
        for fd in (theirs_in, theirs_out, *moved):
            os.close(fd)
        self._left, self._ids, self.requests = b"", itertools.count(1), list[str]()
        self._session = ""
        self._session = self._open_page()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the browser and leave nothing behind."""
        self._session = ""
        self._ask("Browser.close")
        os.waitpid(self._pid, 0)
        os.close(self._in)
        os.close(self._out)
        shutil.rmtree(self._home, ignore_errors=True)

    def show(self, page: str, width: int, dark: bool = False, height: int = 844, scale: float = 1) -> None:
        """Lay a page out as a screen of this width shows it."""
        self.requests.clear()
        metrics = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
        self._ask("Emulation.setDeviceMetricsOverride", **metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._ask("Emulation.setEmulatedMedia", features=[scheme])
        frame = self._ask("Page.getFrameTree")["frameTree"]["frame"]["id"]
        self._ask("Page.setDocumentContent", frameId=frame, html=page)

    def run(self, script: str) -> Any:
        """The value of an expression in the page."""
        answer = self._ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(json.dumps(answer["exceptionDetails"], ensure_ascii=False)[:2000])
        return answer["result"].get("value")

    def picture(self) -> bytes:
        """The whole page as PNG, however long."""
        return base64.b64decode(self._ask("Page.captureScreenshot", format="png", captureBeyondViewport=True)["data"])

    def _open_page(self) -> str:
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        session = str(self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])
        self._session = session
        for domain in ("Page", "Runtime", "Network"):
            self._ask(f"{domain}.enable")
        return session

    def _ask(self, method: str, **values: Any) -> dict[str, Any]:
        own = next(self._ids)
        message = {"id": own, "method": method, "params": values}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            said = self._hear()
            if said.get("method") == "Network.requestWillBeSent":
                self.requests.append(said["params"]["request"]["url"])
            if said.get("id") == own:
                if "error" in said:
                    raise RuntimeError(f"{method}: {said['error']}")
                return dict(said["result"])

    def _hear(self) -> dict[str, Any]:
        while b"\0" not in self._left:
            more = os.read(self._in, 1 << 20)
            if not more:
                raise RuntimeError("the browser is gone")
            self._left += more
        message, _, self._left = self._left.partition(b"\0")
        return dict(json.loads(message))
