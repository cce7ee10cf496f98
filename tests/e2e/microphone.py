"""A microphone that speaks, for engines without a fake one that plays a file: PulseAudio with a sink nobody hears."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

SOURCE = "module-remap-source master=spoken.monitor source_name=microphone source_properties=device.description={name}"
PARTS = f"""
load-module module-native-protocol-unix auth-anonymous=1 socket={{socket}}
load-module module-null-sink sink_name=spoken
load-module {SOURCE}
set-default-source microphone
set-default-sink spoken
"""
NAME = "Microphone"
NEEDED = ("pulseaudio", "pactl", "paplay")


class Microphone:
    """`environment` makes a browser hear it; `speaking()` plays a WAV file over and over meanwhile."""

    def __init__(self, socket: Path, wav: Path) -> None:
        self.environment = {**os.environ, "PULSE_SERVER": f"unix:{socket}"}
        self.wav = wav

    def pull(self) -> None:
        """The microphone is gone, as when a headset is unplugged."""
        subprocess.run(["pactl", "unload-module", "module-remap-source"], env=self.environment, check=True)

    @contextlib.contextmanager
    def speaking(self) -> Iterator[None]:
        loop = 'while paplay --device=spoken "$0"; do :; done'
        mouth = subprocess.Popen(["sh", "-c", loop, str(self.wav)], env=self.environment, start_new_session=True)
        try:
            yield
        finally:
            os.killpg(mouth.pid, 15)
            mouth.wait(timeout=10)


@contextlib.contextmanager
def running(folder: Path, wav: Path) -> Iterator[Microphone]:
    """Starts PulseAudio with everything of its own inside `folder`."""
    socket, script = folder / "native", folder / "parts.pa"
    script.write_text(PARTS.format(socket=socket, name=NAME))
    options = ["-n", "-F", str(script), "--exit-idle-time=-1", "--daemonize=no", "--use-pid-file=no", "--disable-shm=yes"]
    own = {**os.environ, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
    with (folder / "pulse.log").open("w") as log:
        server = subprocess.Popen(["pulseaudio", *options], env=own, stdout=log, stderr=log)
    microphone = Microphone(socket, wav)
    deadline = time.monotonic() + 15
    while subprocess.run(["pactl", "info"], env=microphone.environment, capture_output=True, check=False).returncode:
        assert time.monotonic() < deadline, f"no sound server: {(folder / 'pulse.log').read_text()}"
        time.sleep(0.2)
    try:
        yield microphone
    finally:
        server.terminate()
        server.wait(timeout=10)


def is_missing() -> list[str]:
    """The programs that are not installed."""
    return [name for name in NEEDED if shutil.which(name) is None]
