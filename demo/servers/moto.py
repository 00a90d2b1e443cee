"""moto: S3's protocol in a Python process, from a wheel; it forgets everything when it ends."""

from demo.servers.process import installed
from demo.servers.server import Server, http_status


class Moto(Server):
    """One moto server. Any access key and secret will do."""

    name = "moto"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        return [installed("moto_server"), "-H", "127.0.0.1", "-p", str(self.port)]

    def answers(self) -> bool:
        return http_status(self.port, "/moto-api/data.json") == 200
