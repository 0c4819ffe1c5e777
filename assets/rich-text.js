/* A text with bold, italic, lists and links, written as it will look. What is sent is tidied once more by the server. */
(() => {
  "use strict";

  const TAGS = { B: "b", STRONG: "b", I: "i", EM: "i", UL: "ul", OL: "ol", LI: "li" };
  const LINES = new Set(["P", "DIV", "H1", "H2", "H3", "H4", "H5", "H6", "BLOCKQUOTE", "PRE", "TR"]);
  const NO_WORDS = new Set(["SCRIPT", "STYLE", "HEAD", "TITLE", "META", "LINK", "TEMPLATE"]);
  const BULLET = /^[\s\u00a0]*[·•§o–-][\s\u00a0]+/;
  const HREF = /^(https:\/\/[^\s/]+\.\S+|tel:\+?[\d-]{3,}|mailto:\S+@\S+\.\S+)$/;

  const ranges = new WeakMap();

  const fieldOf = (node) => (node?.nodeType === Node.TEXT_NODE ? node.parentElement : node)?.closest?.(".rich-field");
  const boxOf = (field) => field.querySelector("[data-rich]");
  const panelOf = (field) => field.querySelector(".rich-link");

  /* What is written goes along in the form. */

  function keep(box) {
    fieldOf(box).querySelector("[data-rich-value]").value = box.innerText.trim() ? box.innerHTML : "";
  }

  function back(box) {
    box.focus();
    const range = ranges.get(box);
    if (!range) return;
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  }

  function run(box, command, value) {
    back(box);
    document.execCommand("styleWithCSS", false, false);
    document.execCommand("defaultParagraphSeparator", false, "p");
    document.execCommand(command, false, value);
    keep(box);
    mark();
  }

  /* The buttons tell how the words at the caret look. */

  function mark() {
    const range = getSelection().rangeCount ? getSelection().getRangeAt(0) : null;
    const field = range && fieldOf(range.commonAncestorContainer);
    const box = field && boxOf(field);
    if (!box?.contains(range.commonAncestorContainer)) return;
    ranges.set(box, range.cloneRange());
    for (const tool of field.querySelectorAll("[data-rich-command][aria-pressed]")) {
      tool.setAttribute("aria-pressed", document.queryCommandState(tool.dataset.richCommand));
    }
  }

  /* Links: an address is typed as people write it. */

  const linkAt = (box) => {
    const node = ranges.get(box)?.commonAncestorContainer;
    const link = (node?.nodeType === Node.TEXT_NODE ? node.parentElement : node)?.closest?.("a");
    return link && box.contains(link) ? link : null;
  };

  function address(typed) {
    const plain = typed.trim();
    if (/^[\d+][\d\s-]{4,}$/.test(plain)) return `tel:${plain.replace(/\s/g, "")}`;
    if (/^[^\s:/]+@\S+$/.test(plain)) return `mailto:${plain}`;
    return /^(tel|mailto):/.test(plain) ? plain : plain.replace(/^(https?:\/\/)?/i, "https://");
  }

  function show(field, open) {
    const panel = panelOf(field);
    panel.hidden = !open;
    field.querySelector("[data-rich-command=createLink]").setAttribute("aria-expanded", open);
    wrong(panel, "");
    if (!open) return back(boxOf(field));
    const input = panel.querySelector("[data-rich-address]");
    input.value = linkAt(boxOf(field))?.getAttribute("href").replace(/^(tel|mailto):/, "") ?? "";
    panel.querySelector("[data-rich-link=take]").hidden = !linkAt(boxOf(field));
    input.focus();
  }

  function wrong(panel, words) {
    const error = panel.querySelector(".field-error");
    error.textContent = words;
    error.hidden = !words;
    panel.querySelector("[data-rich-address]").setAttribute("aria-invalid", Boolean(words));
  }

  function putLink(field) {
    const panel = panelOf(field);
    const typed = panel.querySelector("[data-rich-address]").value.trim();
    const href = address(typed);
    if (!HREF.test(href)) {
      wrong(panel, panel.dataset.wrong);
      panel.querySelector("[data-rich-address]").focus();
      return;
    }
    const box = boxOf(field);
    const link = linkAt(box);
    show(field, false);
    if (link) {
      link.setAttribute("href", href);
      keep(box);
    } else if (ranges.get(box)?.collapsed ?? true) run(box, "insertHTML", `<a href="${escaped(href)}">${escaped(typed)}</a> `);
    else run(box, "createLink", href);
  }

  function takeLink(field) {
    const box = boxOf(field);
    const link = linkAt(box);
    show(field, false);
    if (!link) return;
    const whole = document.createRange();
    whole.selectNodeContents(link);
    ranges.set(box, whole);
    run(box, "unlink");
  }

  /* What is pasted comes without the looks of where it was. */

  const escaped = (words) =>
    words.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]);

  function looked(element, words) {
    const { fontWeight, fontStyle } = element.style;
    let tag = TAGS[element.tagName] ?? "";
    if (tag === "b" && /normal|400/.test(fontWeight)) tag = "";
    if (tag === "i" && fontStyle === "normal") tag = "";
    if (tag) words = `<${tag}>${words}</${tag}>`;
    if (tag !== "b" && /bold|[6-9]00/.test(fontWeight)) words = `<b>${words}</b>`;
    if (tag !== "i" && fontStyle === "italic") words = `<i>${words}</i>`;
    return words;
  }

  function cleaned(node) {
    if (node.nodeType === Node.TEXT_NODE) return escaped(node.data.replace(/\s+/g, " "));
    if (node.nodeType !== Node.ELEMENT_NODE || NO_WORDS.has(node.tagName)) return "";
    if (node.tagName === "BR") return "<br>";
    const words = [...node.childNodes].map(cleaned).join("");
    if (!words.trim()) return words;
    if (/MsoListParagraph/.test(node.className)) return `<ul><li>${words.replace(BULLET, "")}</li></ul>`;
    if (node.tagName === "A") {
      const href = address(node.getAttribute("href") ?? "");
      return HREF.test(href) ? `<a href="${escaped(href)}">${words}</a>` : words;
    }
    if (LINES.has(node.tagName)) return /<(p|ul|ol)>/.test(words) ? words : `<p>${looked(node, words)}</p>`;
    return looked(node, words);
  }

  function paste(event) {
    const box = event.target.closest?.("[data-rich]") ?? fieldOf(event.target)?.querySelector("[data-rich]");
    if (!box || !box.contains(event.target)) return;
    event.preventDefault();
    const html = event.clipboardData.getData("text/html");
    const lines = event.clipboardData.getData("text/plain").split(/\r?\n/).filter((line) => line.trim());
    const plain = lines.length > 1 ? lines.map((line) => `<p>${escaped(line)}</p>`).join("") : escaped(lines[0] ?? "");
    const page = html && new DOMParser().parseFromString(html, "text/html");
    run(box, "insertHTML", page ? cleaned(page.body).replaceAll("</ul><ul>", "").trim() : plain);
  }

  /* Nothing unsaved is left behind unasked. */

  function unsaved() {
    const changed = (control) => control.name && "defaultValue" in control && control.value !== control.defaultValue;
    return [...document.querySelectorAll(".rich-field")].find((field) =>
      [...(field.closest("form")?.elements ?? [])].some(changed),
    );
  }

  function leave(event) {
    const link = event.target.closest?.("a[href]");
    if (!link || link.hash || link.closest("[data-rich]") || event.ctrlKey || event.metaKey) return;
    const field = unsaved();
    if (!field || confirm(field.dataset.unsaved)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  function click(event) {
    const target = event.target.closest?.("[data-rich-command], [data-rich-link]");
    if (!target) return leave(event);
    const field = fieldOf(target);
    const { richCommand: command, richLink: link } = target.dataset;
    if (command === "createLink") show(field, panelOf(field).hidden);
    else if (command) run(boxOf(field), command);
    else if (link === "put") putLink(field);
    else if (link === "take") takeLink(field);
    else show(field, false);
  }

  function key(event) {
    if (!event.target.matches?.("[data-rich-address]")) return;
    if (event.key === "Enter") putLink(fieldOf(event.target));
    else if (event.key === "Escape") show(fieldOf(event.target), false);
    else return;
    event.preventDefault();
  }

  addEventListener("click", click, true);
  addEventListener("mousedown", (event) => {
    if (event.target.closest?.("[data-rich-command]")) event.preventDefault(); // the words stay selected
  });
  addEventListener("keydown", key, true);
  addEventListener("paste", paste, true);
  addEventListener("input", (event) => event.target.matches?.("[data-rich]") && keep(event.target), true);
  document.addEventListener("selectionchange", mark);
  addEventListener("beforeunload", (event) => unsaved() && event.preventDefault());
})();
