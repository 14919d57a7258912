"""The line between a site and its database, which a test can cut, hold up or hang up on."""

import asyncio
import threading
from collections.abc import Coroutine
from enum import Enum
from typing import Self
from urllib.parse import parse_qs, urlsplit

from tests.running_site import free_port


class Fault(Enum):
    """What is the matter with it."""

    NONE = "none"
    REFUSED = "nobody answers a call"
    HELD = "it stays open and nothing goes through any more, in either direction"


class Line:
    """Passes on what comes to a port of this machine to a socket of PostgreSQL, as a proxy would."""

    def __init__(self, database_url: str) -> None:
        """Prepare for a database whose URL leads to a socket; `url` is that of the other end."""
        near, port = urlsplit(database_url), free_port()
        where, login = parse_qs(near.query), near.netloc.rpartition("@")[0]
        self.url = near._replace(netloc=f"{login}@127.0.0.1:{port}", query="sslmode=disable").geturl()
        self._port = port
        self._socket_path = f"{where['host'][0]}/.s.PGSQL.{where.get('port', ['5432'])[0]}"
        self._fault = Fault.NONE
        self._open: set[asyncio.StreamWriter] = set()
        self._may_pass: asyncio.Event
        self._server: asyncio.Server
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._thread.start()
        self._do(self._listen())
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up."""
        if self._thread.is_alive():
            self._do(self._stop())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self._loop.close()

    def suffer(self, fault: Fault) -> None:
        """From now on."""
        self._fault = fault

        async def suffer() -> None:
            if fault is Fault.HELD:
                self._may_pass.clear()
            else:
                self._may_pass.set()

        self._do(suffer())
        if fault is Fault.REFUSED:
            self.hang_up()

    def hang_up(self) -> None:
        """End every connection there is, in the middle of whatever it is about."""

        async def hang_up() -> None:
            for writer in self._open:
                writer.transport.abort()
            self._open.clear()

        self._do(hang_up())

    def _do(self, work: Coroutine[None, None, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self) -> None:
        self._may_pass = asyncio.Event()
        self._may_pass.set()
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", self._port)

    async def _stop(self) -> None:
        self._server.close()
        for writer in self._open:
            writer.transport.abort()
        self._may_pass.set()
        ending = asyncio.all_tasks() - {asyncio.current_task()}
        _, late = await asyncio.wait(ending, timeout=5) if ending else (set(), set())
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        await asyncio.sleep(0)  # for what was hung up on just now to be let go

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._fault is Fault.REFUSED:
            writer.transport.abort()
            return
        there, back = await asyncio.open_unix_connection(self._socket_path)
        self._open |= {writer, back}
        try:
            await asyncio.gather(self._pass_on(reader, back), self._pass_on(there, writer), return_exceptions=True)
        finally:
            self._open -= {writer, back}
            for end in (writer, back):
                end.transport.abort()

    async def _pass_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(65_536):
            await self._may_pass.wait()
            target.write(data)
            await target.drain()
        target.close()
