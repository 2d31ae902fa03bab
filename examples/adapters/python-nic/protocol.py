"""The device protocol of nicspec over standard input and output: JSON-RPC 2.0, one message a line.

Nothing here is about one device: it calls the operations of a device by the names of the protocol, which
spec/schema/device-protocol.openrpc.json of nicspec lists, and lets the device tell the kernel what happens. Standard library alone.

Standard output belongs to the protocol: print to standard error.
"""

import base64
import json
import sys
import traceback

VERSION = 1


def operation(name):
    """Marks a method as an operation of the protocol: @operation("netDevice.open")."""

    def mark(method):
        method.operation = name
        return method

    return mark


class Refusal(Exception):
    """Raised by an operation that may refuse: an errno of Linux, and the text for the user."""

    def __init__(self, errno, message=None):
        super().__init__(message or "")
        self.errno = errno
        self.message = message


class Kernel:
    """What a driver tells the kernel. Every call returns at once."""

    def __init__(self, output):
        self._output = output

    def receive(self, port, frames):
        """Frames for the host: a list of dicts with bytes, queue, checksum and what else the device knows of them."""
        self._tell("receive", port=port, frames=frames)

    def transmit_to_cable(self, port, data):
        self._tell("transmitToCable", port=port, frame={"bytes": data})

    def carrier(self, port, up):
        self._tell("carrier", port=port, up=up)

    def transmit_completed(self, port, queue, **completion):
        self._tell("transmitCompleted", port=port, queue=queue, completion=completion)

    def queue_stopped(self, port, queue, stopped):
        self._tell("queueStopped", port=port, queue=queue, stopped=stopped)

    def _tell(self, method, **params):
        self.send({"jsonrpc": "2.0", "method": "host." + method, "params": params})

    def send(self, message):
        self._output.write(json.dumps(message, default=_text, separators=(",", ":")).encode() + b"\n")
        self._output.flush()


def _text(value):
    """Bytes are base64 on the line."""
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def _decoded(members):
    """What is called "bytes" is bytes."""
    if "bytes" in members and isinstance(members["bytes"], str):
        members["bytes"] = base64.b64decode(members["bytes"])
    return members


def serve(device, adapter):
    """Answers the kernel's calls until it closes its end. `adapter`: name and version, for evidence.

    The device gets `kernel`, and with the first message `seed`, from which it draws what is random.
    """
    kernel = Kernel(sys.stdout.buffer)
    operations = {}
    for member in dir(device):
        method = getattr(device, member)
        if hasattr(method, "operation"):
            operations[method.operation] = method
    device.kernel = kernel

    def hello(hello):
        if not hello["protocol"]["min"] <= VERSION <= hello["protocol"]["max"]:
            raise ValueError(f"this adapter speaks version {VERSION} of the protocol")
        device.seed = hello["seed"]
        return {
            "protocol": VERSION,
            "framing": "lines",
            "adapter": adapter,
            "operations": sorted(operations),
            "constants": getattr(device, "constants", {}),
        }

    for line in sys.stdin.buffer:
        call = json.loads(line, object_hook=_decoded)
        name = call["method"]
        answer = {"jsonrpc": "2.0", "id": call["id"]}
        try:
            method = hello if name == "hello" else operations.get(name)
            if method is None:
                raise NotImplementedError(f"this device has no {name}")
            answer["result"] = method(**call["params"])
        except Refusal as refusal:
            answer["result"] = {"ok": False, "errno": refusal.errno}
            if refusal.message is not None:
                answer["result"]["message"] = refusal.message
        except Exception as error:  # a fault of the device costs this call, and is told
            traceback.print_exc(file=sys.stderr)
            answer["error"] = {"code": -32603, "message": f"{type(error).__name__}: {error}"}
        kernel.send(answer)
