/* What a websocket event per key or per second would be too slow for: focus, grid keys, the time left. */
(() => {
  "use strict";

  const ALONG = { ArrowLeft: -1, ArrowRight: 1 };
  const ACROSS = { ArrowUp: -1, ArrowDown: 1 };
  const LOST_AFTER = 3000;
  const ONCE = 1000;
  const WARN = 120;
  const POLL = 60;

  const find = (selector) => document.querySelector(selector);
  const root = () => find("[data-page]");
  const ready = () => root()?.dataset.ready === "true";

  function focus(element) {
    if (!element) return;
    if (element.tabIndex < 0 && !element.hasAttribute("tabindex")) element.tabIndex = -1;
    element.focus();
  }

  /* Arriving at a page: React Router announces nothing, so the heading takes focus. Not on the first load. */

  let here = location.pathname;
  let shown = null;
  let left = null;

  function arrive() {
    if (location.pathname !== here) {
      here = location.pathname;
      left = { heading: shown, focused: document.activeElement };
      session.check();
    }
    const heading = find("#page-heading");
    shown = heading;
    if (!left || !ready() || !heading || heading === left.heading) return;
    const wasMoved = document.activeElement !== document.body && document.activeElement !== left.focused;
    left = null;
    if (!wasMoved) focus(heading);
  }

  /* Keep <html lang> and the language link in step with the address. */
  function syncLanguage() {
    const lang = root()?.lang;
    if (lang && document.documentElement.lang !== lang) document.documentElement.lang = lang;
    const link = find("a[data-language]");
    if (!link) return;
    const swedish = location.pathname.replace(/^\/en(?=\/|$)/, "") || "/";
    const address = link.dataset.language === "en" ? `/en${swedish}`.replace(/\/$/, "") : swedish;
    if (link.getAttribute("href") !== address + location.search) link.href = address + location.search;
  }

  /* What is put on the page to be read at once. */

  const taken = new WeakSet();

  function takeFocus() {
    for (const element of document.querySelectorAll("[data-take-focus]")) {
      if (taken.has(element)) continue;
      taken.add(element);
      clicked = new WeakMap(); // the page has answered: the next click is a new one
      focus(element);
    }
  }

  function errorTitle() {
    const prefix = find("[data-error-title]")?.dataset.errorTitle;
    const marked = document.documentElement.dataset.errorPrefix ?? "";
    const plain = marked && document.title.startsWith(marked) ? document.title.slice(marked.length) : document.title;
    const title = (prefix ?? "") + plain;
    if (document.title !== title) document.title = title;
    if (prefix) document.documentElement.dataset.errorPrefix = prefix;
    else delete document.documentElement.dataset.errorPrefix;
  }

  /* A grid of days: one tab stop, arrows by row and column, Home and End in the row, pages by month or week.
     Beside the days a row may have a head that can be pressed. */

  let travel = null;
  let chosenDay = "";

  const stopsOf = (grid) => [...grid.querySelectorAll("[data-day], [data-row-head]")];
  const daysOf = (grid) => [...grid.querySelectorAll("[data-day]")];
  const columnOf = (stop) => stop.closest("td, th").cellIndex;

  function rove(grid, stop) {
    for (const one of stopsOf(grid)) {
      const index = one === stop ? 0 : -1;
      if (one.tabIndex !== index) one.tabIndex = index;
    }
  }

  function oneTabStop(grid) {
    const stops = stopsOf(grid);
    if (stops.filter((stop) => stop.tabIndex === 0).length === 1) return;
    const days = daysOf(grid);
    const open = days.filter((day) => day.matches("button, a"));
    const now = open.find((day) => day.closest("[aria-selected=true], [aria-current=date]"));
    rove(grid, now ?? open[0] ?? days[0]);
  }

  function goTo(grid, stop) {
    if (!stop) return;
    rove(grid, stop);
    stop.focus();
  }

  function leave(grid, day, step, times) {
    const button = find(`[data-page-step="${step}"]`);
    if (!button || !day.dataset.day) return;
    const days = daysOf(grid);
    travel = { day: numberOf(day), at: days.indexOf(day), from: days[0].dataset.day, step, times };
    button.click();
  }

  const numberOf = (day) => Number(day.dataset.day.slice(8));

  function arriveAt(grid) {
    const days = daysOf(grid);
    if (!travel || !days.length || days[0].dataset.day === travel.from) return;
    const step = find(`[data-page-step="${travel.step}"]`);
    if (travel.times > 1 && step) {
      travel = { ...travel, times: travel.times - 1, from: days[0].dataset.day };
      step.click();
      return;
    }
    /* The month may begin with this week; its last day may be an earlier number than the one left. */
    const { day, at } = travel;
    const number = Math.min(day, numberOf(days.at(-1)));
    travel = null;
    const inWeek = grid.dataset.dayGrid === "week";
    goTo(grid, inWeek ? days[Math.min(at, days.length - 1)] : days.find((one) => numberOf(one) >= number));
  }

  function dayKey(event) {
    const stop = event.target.closest?.("[data-day-grid] :is([data-day], [data-row-head])");
    if (!stop || event.altKey || event.ctrlKey || event.metaKey) return;
    const grid = stop.closest("[data-day-grid]");
    const seen = stopsOf(grid).filter((one) => one.checkVisibility());
    const row = seen.filter((one) => one.closest("tr") === stop.closest("tr"));
    const isList = getComputedStyle(grid).display !== "table";
    const column = isList ? seen : seen.filter((one) => columnOf(one) === columnOf(stop));
    const year = event.shiftKey && grid.dataset.dayGrid === "month" ? 12 : 1;
    if (event.key in ALONG) goTo(grid, seen[seen.indexOf(stop) + ALONG[event.key]]);
    else if (event.key in ACROSS) goTo(grid, column[column.indexOf(stop) + ACROSS[event.key]]);
    else if (event.key === "Home") goTo(grid, row[0]);
    else if (event.key === "End") goTo(grid, row.at(-1));
    else if (event.key === "PageUp") leave(grid, stop, -1, year);
    else if (event.key === "PageDown") leave(grid, stop, 1, year);
    else return;
    event.preventDefault();
  }

  function toDayTimes() {
    if (!chosenDay) return;
    const heading = find(`[data-day-times="${CSS.escape(chosenDay)}"] h2`);
    if (!heading || !find(`[data-day="${CSS.escape(chosenDay)}"]`)?.closest("[aria-selected=true]")) return;
    chosenDay = "";
    focus(heading);
  }

  /* The login ends on the server's clock. Ask it, warn two minutes before, and let it be extended. */

  const session = {
    timer: 0,
    ends: 0,
    said: "",

    dialog: () => find("#session-dialog"),
    left: () => Math.ceil((session.ends - Date.now()) / 1000),

    async check() {
      clearTimeout(session.timer);
      if (!root()?.dataset.session) return session.close();
      try {
        const answer = await fetch("/auth/session", { cache: "no-store", headers: { Accept: "application/json" } });
        if (answer.ok) session.told((await answer.json()).seconds);
        else session.again(POLL);
      } catch {
        session.again(POLL);
      }
    },

    told(seconds) {
      if (seconds === null) return session.expired();
      session.ends = Date.now() + seconds * 1000;
      if (seconds > WARN) {
        session.close();
        session.again(Math.min(POLL, seconds - WARN));
      } else session.warn();
    },

    again(seconds) {
      clearTimeout(session.timer);
      session.timer = setTimeout(session.check, Math.max(seconds, 1) * 1000);
    },

    warn() {
      const dialog = session.dialog();
      if (!dialog) return session.again(1);
      if (!dialog.open) {
        session.said = "";
        dialog.showModal();
        focus(find("#session-stay"));
      }
      session.count();
    },

    /* Says the time left at two minutes, one minute and twenty seconds, and shows it in whole minutes. */
    count() {
      const seconds = session.left();
      const words = session.dialog()?.dataset;
      if (!words) return session.again(1);
      if (seconds <= 0) return session.again(1);
      const shown = seconds > 60 ? words.twoMinutes : seconds > 45 ? words.oneMinute : words.seconds;
      const said = seconds > 60 ? words.twoMinutes : seconds > 20 ? words.oneMinute : words.twentySeconds;
      write("#session-dialog-left", shown);
      if (said !== session.said) write("#session-dialog-announcer", said);
      session.said = said;
      clearTimeout(session.timer);
      /* Another tab may have extended it: ask at every fifth second, count in between. */
      session.timer = setTimeout(seconds % 5 ? session.count : session.check, 1000);
    },

    async stay() {
      try {
        await fetch("/auth/extend", { method: "POST" });
      } catch {
        /* Not reached: the check tells how long is left all the same. */
      }
      await session.check();
    },

    close() {
      const dialog = session.dialog();
      if (dialog?.open) dialog.close();
      session.said = "";
    },

    expired() {
      const login = session.dialog()?.dataset.login;
      if (!login || location.pathname === login) return;
      const back = encodeURIComponent(location.pathname + location.search);
      location.assign(`${login}?skal=utgangen&vidare=${back}`);
    },
  };

  function write(selector, text) {
    const element = find(selector);
    if (element && element.textContent !== text) element.textContent = text;
  }

  /* Times that others take while they are shown: the one that concerns the visitor at once, the rest seldom. */

  const SELDOM = 20000;
  const known = new Map();
  const spokenOf = new WeakSet();
  let unsaid = 0;
  let restTimer = 0;

  function announcer(kind) {
    const id = `live-${kind}`;
    let region = document.getElementById(id);
    if (!region) {
      region = document.createElement("div");
      region.id = id;
      region.className = "visually-hidden";
      region.setAttribute("aria-live", kind);
      document.body.append(region);
    }
    return region;
  }

  function say(kind, words) {
    const line = document.createElement("p");
    line.textContent = words;
    announcer(kind).replaceChildren(line);
  }

  function sayRest() {
    const words = find("[data-live]")?.dataset;
    restTimer = 0;
    if (!words || !unsaid) return;
    say("polite", unsaid === 1 ? words.goneOne : words.goneMany.replace("{n}", unsaid));
    unsaid = 0;
    restTimer = setTimeout(sayRest, SELDOM);
  }

  function tellOfTaken() {
    const words = find("[data-live]")?.dataset;
    if (!words) return known.clear();
    for (const time of document.querySelectorAll("[data-time]")) {
      const { time: id, timeState: state, timeName: name } = time.dataset;
      const before = known.get(id);
      known.set(id, state);
      if (state !== "taken" || !before || before === "taken") continue;
      if (before === "chosen" || time === document.activeElement) say("assertive", words.gone.replace("{time}", name));
      else {
        unsaid += 1;
        restTimer ||= setTimeout(sayRest, ONCE);
      }
    }
    for (const element of document.querySelectorAll("[data-announce]")) {
      if (spokenOf.has(element)) continue;
      spokenOf.add(element);
      say("assertive", element.textContent);
    }
  }

  /* A page that is fetched anew keeps its focus: should the element be another now, by its name. */

  let focused = "";

  const nameOf = (element) =>
    element.id ? `#${CSS.escape(element.id)}` : element.dataset?.time ? `[data-time="${element.dataset.time}"]` : "";

  function keepFocus() {
    const now = document.activeElement;
    if (now && now !== document.body) focused = nameOf(now);
    else if (focused && ready() && !left) {
      const again = find(focused);
      focused = "";
      if (again) again.focus({ preventScroll: true });
    }
  }

  /* The connection: short blips are nobody's business. */

  const AGAIN = 400;
  let lostTimer = 0;
  let againTimer = 0;

  /* Reflex tries again ever more seldom, but at once when the page becomes visible: so tell it that it did. */
  function tryAgain() {
    clearTimeout(againTimer);
    againTimer = 0;
    if (find("#connection")?.dataset.state !== "lost") return;
    document.dispatchEvent(new Event("visibilitychange"));
    againTimer = setTimeout(tryAgain, AGAIN);
  }

  function connection() {
    const banner = find("#connection");
    if (!banner) return;
    const lost = banner.dataset.state === "lost" || !navigator.onLine;
    if (lost && navigator.onLine && !againTimer) againTimer = setTimeout(tryAgain, AGAIN);
    if (!lost) {
      clearTimeout(lostTimer);
      lostTimer = 0;
      banner.replaceChildren();
    } else if (!lostTimer) {
      lostTimer = setTimeout(() => {
        const words = document.createElement("p");
        words.textContent = banner.dataset.text;
        banner.replaceChildren(words);
      }, LOST_AFTER);
    }
  }

  /* Characters left: seen at once, read aloud when the typing rests. */

  let spoken = 0;

  const typedIn = (box) => box.value ?? box.innerText.trim().replace(/\n+/g, "\n");

  function countCharacters(event) {
    const counter = event.target.dataset?.counter && document.getElementById(event.target.dataset.counter);
    if (!counter) return;
    const left = Number(counter.dataset.max) - [...typedIn(event.target)].length;
    const words = (left < 0 ? counter.dataset.over : counter.dataset.left).replace("{n}", Math.abs(left));
    counter.toggleAttribute("data-over-limit", left < 0);
    counter.firstElementChild.textContent = words;
    clearTimeout(spoken);
    spoken = setTimeout(() => (counter.lastElementChild.textContent = words), ONCE);
  }

  /* A file of rows is read into the box for them: UTF-8 if it is that, otherwise what Excel has always written. */

  async function readFile(event) {
    const { fileInto, most, tooBig } = event.target.dataset ?? {};
    const file = fileInto && event.target.files[0];
    if (!file) return;
    const bytes = file.size < most ? await file.arrayBuffer() : null;
    write(`#${event.target.id}-problem`, bytes ? "" : tooBig);
    if (!bytes) return;
    const box = document.getElementById(fileInto);
    try {
      box.value = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      box.value = new TextDecoder("windows-1252").decode(bytes);
    }
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /* Clicks, before anybody else sees them. */

  let clicked = new WeakMap();

  function click(event) {
    const target = event.target.closest?.("button, a");
    if (!target) return;
    if (target.getAttribute("aria-disabled") === "true" || isSecond(target)) return stop(event);
    if (target.dataset.jump) return jump(event, target);
    if (target.dataset.toMonth) return toMonth(event);
    if (target.dataset.print) return window.print();
    if (target.dataset.printAfter) toPrint = target.dataset.printAfter;
    if (target.dataset.language) syncLanguage(); // the query may have changed alone
    if (target.id === "session-stay") session.stay();
    if (target.matches("button[data-day]")) {
      chosenDay = target.dataset.day;
      rove(target.closest("[data-day-grid]"), target);
      toDayTimes();
    }
  }

  /* What the server logs before it goes to the printer. */
  let toPrint = "";

  function printWhenLogged() {
    const count = find("[data-print-after]")?.dataset.printAfter;
    if (!toPrint || !count || count === toPrint) return;
    toPrint = "";
    window.print();
  }

  function isSecond(target) {
    if (!target.dataset.once) return false;
    const before = clicked.get(target) ?? -ONCE;
    const now = performance.now();
    if (now - before < ONCE) return true;
    clicked.set(target, now);
    return false;
  }

  function stop(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  function jump(event, link) {
    const target = document.getElementById(link.hash.slice(1));
    if (!target) return;
    event.preventDefault();
    focus(target);
    target.scrollIntoView({ block: target.id === "main" ? "start" : "center" });
  }

  function toMonth(event) {
    event.preventDefault();
    const day = find("[data-day-grid] [data-day][tabindex='0']");
    if (day) focus(day);
  }

  /* One look at the page after each change of it. */

  function look() {
    for (const grid of document.querySelectorAll("[data-day-grid]")) {
      oneTabStop(grid);
      arriveAt(grid);
    }
    syncLanguage();
    arrive();
    takeFocus();
    toDayTimes();
    errorTitle();
    tellOfTaken();
    keepFocus();
    printWhenLogged();
    connection();
    newVersion();
    watchSession();
  }

  // Reflex says it in English on top of the page, where a page is older than the server
  function newVersion() {
    const banner = document.getElementById("reflex-new-version-banner");
    const words = document.getElementById("connection")?.dataset;
    if (!banner || !words || banner.dataset.said) return;
    banner.dataset.said = "true";
    banner.firstChild.textContent = words.newVersion;
    banner.querySelector("button").textContent = words.reload;
  }

  let watched = "";

  function watchSession() {
    const kind = root()?.dataset.session ?? "";
    if (kind === watched) return;
    watched = kind;
    session.check();
  }

  function start() {
    look();
    new MutationObserver(look).observe(document.documentElement, {
      subtree: true,
      childList: true,
      attributes: true,
      attributeFilter: ["data-ready", "data-session", "data-state", "data-day", "data-time-state", "data-print-after", "aria-selected"],
    });
  }

  addEventListener("click", click, true);
  addEventListener("keydown", dayKey, true);
  addEventListener("input", countCharacters, true);
  addEventListener("change", readFile, true);
  addEventListener("online", () => {
    connection();
    tryAgain();
  });
  addEventListener("focusin", keepFocus);
  addEventListener("offline", connection);
  addEventListener("cancel", (event) => {
    if (event.target.id !== "session-dialog") return;
    event.preventDefault();
    session.stay();
  }, true);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") session.check();
  });

  if (document.readyState === "complete") start();
  else addEventListener("load", start);
})();
