"""A wire between the daemon and the rig that is cut at a named moment: bytes go through unchanged until a trap sees
what it waits for; it then springs, before those bytes go on."""

import re
import socket
import threading

CHUNK = 16 << 10
TAIL = 256  # What is kept of the bytes seen, for words that arrive in two pieces.


class Trap:
    """Springs at bytes that match `asked` (the daemon's) or `told` (a server's); with `answer`, at what comes back on
    the connection of the match, which is thus done and not heard of. `skip` matches are let through before."""

    def __init__(self, asked=None, told=None, answer=False, skip=0, let_through=0):
        self.pattern = re.compile((asked or told).encode())
        self.is_asked = asked is not None
        self.answer = answer
        self.skip = skip
        self.let_through = let_through  # Pieces of the answer.
        self.spring = None  # Called once, in the thread that saw it.


class ClientFrames:
    """What a client says, in pieces that go on together: each frame of a WebSocket by itself, HTTP as it comes."""

    def __init__(self):
        self.is_upgraded = False
        self.rest = b""

    def split(self, data):
        """(bytes to send on, what they say), each frame as soon as it is whole."""
        if not self.is_upgraded:
            head, end, data_after = data.partition(b"\r\n\r\n")
            self.is_upgraded = bool(end and re.search(rb"(?i)\r\nupgrade: *websocket", head))
            if not self.is_upgraded:
                return [(data, data)]
            pieces = [(head + end, head + end)]
            data = data_after
        else:
            pieces = []
        self.rest += data
        while (size := self._frame_size()) and len(self.rest) >= sum(size):
            head, body = size
            raw, self.rest = self.rest[: head + body], self.rest[head + body :]
            mask = raw[head - 4 : head]
            pieces.append((raw, bytes(byte ^ mask[i % 4] for i, byte in enumerate(raw[head:]))))
        return pieces

    def _frame_size(self):
        """Of the next frame's head and body; None: not enough is here to tell."""
        if len(self.rest) < 2:
            return None
        length = self.rest[1] & 0x7F
        if length <= 125:
            return 6, length
        wide = 2 if length == 126 else 8
        return (6 + wide, int.from_bytes(self.rest[2 : 2 + wide], "big")) if len(self.rest) >= 2 + wide else None


class Wire:
    """All relays of one daemon. One trap at a time; it springs on whichever of them matches first."""

    def __init__(self):
        self._lock = threading.Lock()
        self._trap = None
        self._listeners = []

    def set(self, trap, spring):
        trap.spring = spring
        with self._lock:
            self._trap = trap

    def clear(self):
        with self._lock:
            self._trap = None

    def relay(self, url):
        """A URL that leads to this one."""
        host, port = re.fullmatch(r"http://([\d.]+):(\d+)", url).groups()
        listener = socket.create_server(("127.0.0.1", 0))
        self._listeners.append(listener)
        threading.Thread(target=self._accept, args=(listener, (host, int(port))), daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    def close(self):
        for listener in self._listeners:
            listener.close()

    def _accept(self, listener, server):
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(server, timeout=10)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            Connection(self, near, far)

    def springs(self, connection, is_asked, shown):
        """Whether these bytes must not go on. Whoever set the trap has been called when this returns true."""
        with self._lock:
            trap = self._trap
            if trap is None or not connection.matches(trap, is_asked, shown):
                return False
            self._trap = None
        trap.spring()
        return True


class Connection:
    def __init__(self, wire, near, far):
        self.wire = wire
        self.ends = (near, far)
        self.frames = ClientFrames()
        self.tail = {True: b"", False: b""}
        self.answer_of = None  # The trap whose match went through here, and the pieces of its answer yet to let pass.
        self.pieces = 0
        for end in self.ends:
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for source, target, is_asked in ((near, far, True), (far, near, False)):
            threading.Thread(target=self._pump, args=(source, target, is_asked), daemon=True).start()

    def matches(self, trap, is_asked, shown):
        if self.answer_of is trap and not is_asked:
            self.pieces -= 1
            return self.pieces < 0
        shown = self.tail[is_asked] + shown
        found = is_asked == trap.is_asked and trap.pattern.search(shown)
        self.tail[is_asked] = b"" if found else shown[-TAIL:]
        if not found:
            return False
        if trap.skip > 0:
            trap.skip -= 1
            return False
        if trap.answer:
            self.answer_of, self.pieces = trap, trap.let_through
        return not trap.answer

    def _pump(self, source, target, is_asked):
        try:
            while data := source.recv(CHUNK):
                for piece, shown in self.frames.split(data) if is_asked else [(data, data)]:
                    if self.wire.springs(self, is_asked, shown):
                        raise ConnectionAbortedError
                    target.sendall(piece)
        except OSError:
            pass  # A trap has sprung, the other pump has closed it, or an end is gone.
        for end in self.ends:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()
