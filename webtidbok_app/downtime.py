"""Write every clinic's list of today and the coming day, now."""

import asyncio

from webtidbok_app.db.engine import get_database
from webtidbok_app.services.downtime import write_now
from webtidbok_app.settings import get_settings


async def main() -> None:
    """Write the lists of the settings' database into the settings' folder."""
    if get_settings().downtime_folder is None:
        raise SystemExit("there is nowhere to write the lists: set WEBTIDBOK_DOWNTIME_DIR")
    failed = await write_now()
    await get_database().dispose()
    if failed:
        raise SystemExit(f"not written or not printed: {', '.join(failed)}")


if __name__ == "__main__":
    asyncio.run(main())
