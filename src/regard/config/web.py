"""The web server process: granian with Regard's application. Started by `regard serve`."""

import argparse

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from regard.config.processes import follow_parent


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    arguments = parser.parse_args()
    follow_parent()
    Server(
        "regard.config.wsgi:application",
        address=arguments.host,
        port=arguments.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=arguments.threads,
        websockets=False,
        log_level=LogLevels.error,  # its warnings are advice on the number of threads
    ).serve()


if __name__ == "__main__":
    main()
