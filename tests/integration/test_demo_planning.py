"""What a clinic of the demo has planned: made once, and closed again some weeks ahead when that has passed."""

from datetime import date, timedelta

from tests.world import World, build_world
from webtidbok_app.demo.planning import TEMPLATE, plan
from webtidbok_app.services.deviations import list_deviations
from webtidbok_app.services.week_templates import list_week_templates


async def _plan(world: World) -> None:
    async with world.database.write() as session:
        await plan(session, world.clinic_id)


async def test_plan__is_made_once_and_rolled_forward(database, clock):
    world = await build_world(database)
    await world.publish(3)
    await _plan(world)
    await _plan(world)
    [template] = (await list_week_templates(world.staff)).templates
    assert (template.name, template.times) == (TEMPLATE, 3)
    [closed] = (await list_deviations(world.staff)).coming
    assert closed.deviation.first_day == date(2027, 1, 14)

    clock.advance(timedelta(weeks=8))
    await _plan(world)
    deviations = await list_deviations(world.staff)
    assert [len(deviations.coming), len(deviations.passed)] == [1, 1]
    assert len((await list_week_templates(world.staff)).templates) == 1
