"""Fill the demo, or roll it forward. Refuses to run outside demo mode."""

import asyncio

from webtidbok_app.db.engine import get_database
from webtidbok_app.demo.personas import RESIDENTS, STAFF
from webtidbok_app.demo.seed import seed
from webtidbok_app.settings import get_settings


async def main() -> None:
    """Seed the database of the settings."""
    if not get_settings().demo:
        raise SystemExit("demo data are made in demo mode only: set WEBTIDBOK_DEMO=true")
    await seed(get_database(), journal=get_settings().demo_journal)
    await get_database().dispose()
    print(who_is_who())


def who_is_who() -> str:
    """Return whom one can log in as, a line each."""
    lines = ["Log in as a resident:"]
    lines += [f"  {person.name:<20} {person.about_en}" for person in RESIDENTS]
    lines += ["Log in as staff:"]
    lines += [f"  {person.name:<20} {person.about_en}" for person in STAFF]
    return "\n".join(lines)


if __name__ == "__main__":
    asyncio.run(main())
