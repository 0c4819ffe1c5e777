"""The population register behind one port: ``port.PopulationRegister``. ``connect`` finds ours, if there is one."""

from webtidbok_app.register.demo import DemoRegister
from webtidbok_app.register.port import PopulationRegister
from webtidbok_app.settings import get_settings


def connect() -> PopulationRegister | None:
    """Return the register that this installation asks, or None: then nobody can act for anybody else."""
    return DemoRegister() if get_settings().register_in_use == "demo" else None
