"""Runs a command in a pseudo-terminal, types what it is told to type, and prints what came of it as JSON.

The argument is JSON: {"command": [...], "env": {...}, "steps": [{"await": text, "send": keys}], "size": [rows, columns]}.
A step waits until the text has been shown since the step before, and then types. "signal" sends a signal to the command alone.
"afterMs" waits that long besides, and "again" types once a second until the command has ended: what comes before the command has
become its program is lost.
"""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

HANGS_AFTER_SECONDS = 60


def main():
    task = json.loads(sys.argv[1])
    child, terminal = pty.fork()
    if child == 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.execvpe(task["command"][0], task["command"], task["env"])
    rows, columns = task.get("size", [40, 120])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    output = b""
    seen = 0
    again = None
    steps = list(task["steps"])
    deadline = time.monotonic() + HANGS_AFTER_SECONDS
    while True:
        while steps and steps[0]["await"].encode() in output[seen:]:
            step = steps.pop(0)
            seen = output.index(step["await"].encode(), seen) + len(step["await"].encode())
            time.sleep(step.get("afterMs", 0) / 1000)
            if "signal" in step:
                os.kill(child, getattr(signal, step["signal"]))
            else:
                os.write(terminal, step["send"].encode())
            again = step["send"].encode() if step.get("again") else None
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
        readable, _, _ = select.select([terminal], [], [], 1)
        if not readable:
            if again:
                os.write(terminal, again)
            continue
        try:
            chunk = os.read(terminal, 65536)
        except OSError:
            break
        if not chunk:
            break
        output += chunk
    _, status = os.waitpid(child, 0)
    code = 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
    print(json.dumps({"output": output.decode("utf-8", "replace"), "code": code, "stepsLeft": len(steps)}))


main()
