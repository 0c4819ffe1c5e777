import reflex as rx
from reflex.middleware.middleware import Middleware


class S(rx.State):
    n: int = 0
    items: list[dict[str,str]] = []
    @rx.event
    async def inc(self):
        self.n += 1
        print("cookie", self.router.headers.cookie, self.router.url, self.router.url.query_parameters, self.router.url.path)
    @rx.event
    async def load(self):
        print("load", self.router.url.path, dict(self.router.url.query_parameters), getattr(self, "clinic", None))
def page(lang):
    return rx.el.div(rx.el.main(rx.el.h1("Hej "+lang, id="page-heading", tab_index=-1), rx.el.button(S.n, on_click=S.inc), rx.el.a("x", href="/auth/x", reload_document=True)), data_ready=rx.cond(S.is_hydrated,"true","false"))
class Gate(Middleware):
    async def preprocess(self, app, state, event):
        print("EVENT", event.name, event.payload)
app = rx.App(html_lang="sv")
app.add_page(page("sv"), route="/", on_load=S.load)
app.add_page(page("en"), route="/en", on_load=S.load)
app.add_page(page("dyn"), route="/boka/[clinic]/tid", on_load=S.load)
app.add_middleware(Gate())
