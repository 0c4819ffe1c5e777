/* The schedule as a grid: moving, choosing and dragging stay here. The server hears of the choice when it rests. */
(() => {
  "use strict";

  const RESTED = 150;
  const ALONG = { ArrowLeft: -1, ArrowRight: 1 };
  const ACROSS = { ArrowUp: -1, ArrowDown: 1 };

  const find = (selector) => document.querySelector(selector);
  const frame = () => find("[data-schedule]");
  const gridOf = () => find("[data-schedule] [role=grid]");
  const cellOf = (node) => node?.closest?.("[data-schedule] [data-cell]") ?? null;
  const cellsOf = (grid) => [...grid.querySelectorAll("[data-cell]")];
  const isFree = (cell) => cell.dataset.free === "true";
  const isOpen = (cell) => isFree(cell) || cell.dataset.booked === "true";
  const idOf = (cell) => cell.dataset.cell;

  /* Where things are: lines of cells by column. What begins at one time in one column lies on several lines. */

  const linesOf = (grid) =>
    [...grid.tBodies[0].rows].map((row) => ({ time: row.dataset.time, cells: [...row.querySelectorAll("td")] }));

  function placeOf(lines, cell) {
    const line = lines.findIndex(({ cells }) => cells.includes(cell));
    return { line, column: lines[line].cells.indexOf(cell) };
  }

  const filled = (cell) => Boolean(cell?.dataset.cell);

  function sideways(lines, { line, column }, step) {
    const same = lines.filter(({ time }) => time === lines[line].time);
    const depth = same.indexOf(lines[line]);
    for (let to = column + step; to in lines[line].cells; to += step) {
      const there = same.map(({ cells }) => cells[to]).filter(filled);
      if (there.length) return there[Math.min(depth, there.length - 1)];
    }
    return null;
  }

  function upOrDown(lines, { line, column }, step) {
    for (let to = line + step; to in lines; to += step) {
      if (filled(lines[to].cells[column])) return lines[to].cells[column];
    }
    return null;
  }

  function between(grid, one, other) {
    const lines = linesOf(grid);
    const [a, b] = [placeOf(lines, one), placeOf(lines, other)];
    const [top, bottom] = [Math.min(a.line, b.line), Math.max(a.line, b.line)];
    const [left, right] = [Math.min(a.column, b.column), Math.max(a.column, b.column)];
    return lines.slice(top, bottom + 1).flatMap(({ cells }) => cells.slice(left, right + 1)).filter(filled);
  }

  /* The choice: what is free by many at a time, what is booked one by one.
     The newest one that was told carries a stamp; until the server has heard it, its own is older. */

  const visit = Math.random().toString(36).slice(2);
  let chosen = new Set();
  let told = 0;
  let stamp = "";
  let resting = 0;
  let adopted = "";
  let heardBefore = "";
  let anchor = null;
  let kept = null;

  function show(grid) {
    for (const cell of cellsOf(grid)) {
      if (!isOpen(cell)) cell.removeAttribute("aria-selected");
      else if (cell.ariaSelected !== String(chosen.has(idOf(cell)))) cell.ariaSelected = chosen.has(idOf(cell));
    }
  }

  function choose(grid, ids) {
    const open = new Set(cellsOf(grid).filter(isOpen).map(idOf));
    chosen = new Set([...ids].filter((id) => open.has(id)));
    show(grid);
    clearTimeout(resting);
    resting = setTimeout(tell, RESTED);
  }

  function tell() {
    if (!resting) return;
    clearTimeout(resting);
    resting = 0;
    const field = find("[data-schedule-choice]");
    if (!field) return;
    told += 1;
    stamp = `${visit}.${told}`;
    /* As if it were typed: React looks past a value that is only set. */
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, [stamp, ...chosen].join(" "));
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function listen(box, grid) {
    const { selected, heard } = box.dataset;
    const forgotten = heardBefore && !heard && chosen.size > 0;
    heardBefore = heard;
    if (forgotten && grid) return choose(grid, chosen); // the connection was lost, and the server with it
    if (resting || (stamp && heard !== stamp) || selected === adopted) return;
    adopted = selected;
    chosen = new Set(selected.split(" ").filter(Boolean));
    kept = null;
  }

  function toggle(grid, cell) {
    [anchor, kept] = [cell, null];
    if (!isOpen(cell)) return;
    const ids = new Set(chosen);
    if (!ids.delete(idOf(cell))) ids.add(idOf(cell));
    choose(grid, ids);
  }

  function extend(grid, from, to) {
    anchor = from;
    kept ??= new Set(chosen);
    choose(grid, [...kept, ...between(grid, from, to).filter(isFree).map(idOf)]);
  }

  /* One tab stop. */

  function rove(grid, stop) {
    for (const cell of cellsOf(grid)) {
      const index = cell === stop ? 0 : -1;
      if (cell.tabIndex !== index) cell.tabIndex = index;
    }
  }

  function oneTabStop(grid) {
    const cells = cellsOf(grid);
    if (cells.filter((cell) => cell.tabIndex === 0).length !== 1) rove(grid, cells.find(isFree) ?? cells[0]);
  }

  function goTo(grid, cell) {
    rove(grid, cell);
    cell.focus();
  }

  /* Another week or day: by the same link as the pointer takes, and to the same place in it. */

  let travel = null;

  function leave(grid, cell, link) {
    if (!link) return;
    const lines = linesOf(grid);
    const { line, column } = placeOf(lines, cell);
    travel = { from: frame().dataset.place, minutes: minutesOf(lines[line].time), column };
    link.click();
  }

  function minutesOf(time) {
    const [hours, minutes] = time.split(".").map(Number);
    return hours * 60 + minutes;
  }

  function arrive(box, grid) {
    if (!travel || box.dataset.place === travel.from) return;
    const { minutes, column } = travel;
    if (!grid) {
      travel = null;
      find("#page-heading")?.focus();
      return;
    }
    const there = linesOf(grid).filter(({ cells }) => filled(cells[column]));
    const line = there.find(({ time }) => minutesOf(time) >= minutes) ?? there.at(-1);
    travel = null;
    goTo(grid, line ? line.cells[column] : cellsOf(grid)[0]);
  }

  /* Keys. */

  function keydown(event) {
    const cell = cellOf(event.target);
    if (!cell || event.altKey) return;
    const grid = gridOf();
    if (event.ctrlKey || event.metaKey) {
      if (!withControl(event.key, grid, cell)) return;
    } else if (!alone(event, grid, cell)) return;
    event.preventDefault();
  }

  function withControl(key, grid, cell) {
    const cells = cellsOf(grid);
    if (key === "Home") goTo(grid, cells[0]);
    else if (key === "End") goTo(grid, cells.at(-1));
    else if (key.toLowerCase() === "a") {
      [anchor, kept] = [cell, null];
      choose(grid, cells.filter(isFree).map(idOf));
    } else return false;
    return true;
  }

  function alone(event, grid, cell) {
    const { key, shiftKey } = event;
    const lines = linesOf(grid);
    const place = placeOf(lines, cell);
    const steps = [...document.querySelectorAll("[data-schedule-steps] a")];
    if (key in ALONG) move(grid, cell, sideways(lines, place, ALONG[key]), shiftKey);
    else if (key in ACROSS) move(grid, cell, upOrDown(lines, place, ACROSS[key]), shiftKey);
    else if (key === "Home") move(grid, cell, lines[place.line].cells.find(filled), shiftKey);
    else if (key === "End") move(grid, cell, lines[place.line].cells.findLast(filled), shiftKey);
    else if (key === "PageUp") leave(grid, cell, steps[0]);
    else if (key === "PageDown") leave(grid, cell, steps[1]);
    else if (key === " ") toggle(grid, cell);
    else if (key === "Escape" && chosen.size) {
      kept = null;
      choose(grid, []);
    } else return false;
    return true;
  }

  function move(grid, from, to, extending) {
    if (!to) return;
    goTo(grid, to);
    if (!extending) [anchor, kept] = [to, null];
    else extend(grid, grid.contains(anchor) ? anchor : from, to);
  }

  /* The pointer: a click toggles, Shift and a click choose up to there, and so does dragging with a mouse or pen. */

  let drag = null;

  function pointerdown(event) {
    const cell = cellOf(event.target);
    drag = null;
    if (!cell || event.button || event.shiftKey || event.pointerType === "touch") return;
    drag = { from: cell, over: cell, moved: false };
  }

  function pointermove(event) {
    const cell = drag && cellOf(event.target);
    if (!cell || cell === drag.over || drag.done) return;
    if (!(event.buttons & 1)) {
      drag.done = true;
      return;
    }
    if (!drag.moved) kept = null;
    [drag.over, drag.moved] = [cell, true];
    extend(gridOf(), drag.from, cell);
  }

  function click(event) {
    const cell = cellOf(event.target);
    if (!cell) return tell(); // whatever is pressed now knows what is chosen
    const grid = gridOf();
    const dragged = drag?.moved;
    drag = null;
    rove(grid, cell);
    if (dragged) return;
    if (event.shiftKey && grid.contains(anchor)) extend(grid, anchor, cell);
    else toggle(grid, cell);
  }

  /* The cell that one is in is told at once when it becomes another thing. */

  let focused = null;
  let label = "";

  function sayFocused() {
    const cell = cellOf(document.activeElement);
    if (cell && cell === focused && cell.ariaLabel !== label) find("[data-schedule-said]").textContent = cell.ariaLabel;
    [focused, label] = [cell, cell?.ariaLabel ?? ""];
  }

  /* One look after each change of the page. */

  function look() {
    const box = frame();
    if (!box) return;
    const grid = gridOf();
    listen(box, grid);
    if (grid && cellsOf(grid).length) {
      oneTabStop(grid);
      show(grid);
    }
    arrive(box, grid && cellsOf(grid).length ? grid : null);
    sayFocused();
  }

  new MutationObserver(look).observe(document.documentElement, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ["data-selected", "data-heard", "data-place", "data-free", "data-booked", "aria-label"],
  });
  addEventListener("keydown", keydown, true);
  addEventListener("click", click, true);
  addEventListener("pointerdown", pointerdown, true);
  addEventListener("pointermove", pointermove, true);
  addEventListener("focusin", () => {
    sayFocused();
    if (!cellOf(document.activeElement)) tell();
  });
  look();
})();
