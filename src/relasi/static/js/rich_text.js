// Rich text: a small editor over the text box of ui.rich_text. The box stays the value that is sent; without scripts it is
// all there is. Only the elements below enter the page, by typing, paste, drop or loading; the server cleans once more.
{
  const BLOCKS = new Set("P H2 H3 H4 UL OL BLOCKQUOTE PRE TABLE HR".split(" "));
  const KEPT = new Set(
    "P BR B STRONG I EM U S A UL OL LI H2 H3 H4 BLOCKQUOTE CODE PRE HR TABLE THEAD TBODY TR TH TD SUB SUP".split(" "),
  );
  const DROPPED = new Set("SCRIPT STYLE TITLE TEMPLATE IFRAME OBJECT EMBED NOSCRIPT SVG MATH TEXTAREA SELECT".split(" "));
  const AS = { DIV: "p", SECTION: "p", ARTICLE: "p", H1: "h2", H5: "h4", H6: "h4", DEL: "s", STRIKE: "s" };
  const LEADS = /^(?:https?:|mailto:|tel:)/i;

  // Copies what is allowed of one node into another.
  const copy = (from, to) => {
    for (const node of from.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) to.append(to.closest("pre") ? node.data : node.data.replace(/\s+/g, " "));
      if (node.nodeType !== Node.ELEMENT_NODE || DROPPED.has(node.nodeName.toUpperCase())) continue;
      const name = AS[node.nodeName]?.toUpperCase() ?? node.nodeName;
      if (!KEPT.has(name)) {
        copy(node, to);
        continue;
      }
      const made = document.createElement(name);
      const address = name === "A" ? (node.getAttribute("href") ?? "").trim() : "";
      if (LEADS.test(address)) made.setAttribute("href", address);
      for (const span of ["TH", "TD"].includes(name) ? ["colspan", "rowspan"] : [])
        if (/^\d+$/.test(node.getAttribute(span) ?? "")) made.setAttribute(span, node.getAttribute(span));
      copy(node, made);
      if (name === "A" && !address) to.append(...made.childNodes);
      else to.append(made);
    }
  };

  // Blocks do not stand inside a paragraph, and text does not stand outside of one.
  const inBlocks = (box) => {
    const found = document.createElement("div");
    let paragraph = null;
    const put = (node) => {
      if (node.nodeName === "P" && node.querySelector("p, ul, ol, h2, h3, h4, blockquote, pre, table, hr")) {
        paragraph = null;
        [...node.childNodes].forEach(put);
        paragraph = null;
      } else if (BLOCKS.has(node.nodeName)) {
        paragraph = null;
        found.append(node);
      } else if (node.nodeType !== Node.TEXT_NODE || node.data.trim() || paragraph) {
        if (!paragraph) found.append((paragraph = document.createElement("p")));
        paragraph.append(node);
      }
    };
    [...box.childNodes].forEach(put);
    for (const one of found.querySelectorAll("p")) if (!one.textContent.trim() && !one.querySelector("br")) one.remove();
    return found;
  };

  // What the policy would refuse anyway is taken out first, or every paste from an office program fills the console.
  const quiet = (html) =>
    html
      .replace(/<style[^>]*>[\s\S]*?<\/style>/gi, "")
      .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\s(?:on\w+|style)\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+)/gi, ""));
  const clean = (html) => {
    const box = document.createElement("div");
    copy(new DOMParser().parseFromString(quiet(html), "text/html").body, box);
    return box;
  };
  const fromLines = (text) => {
    const box = document.createElement("div");
    for (const block of text.replace(/\r\n?/g, "\n").split(/\n\s*\n/)) {
      const paragraph = document.createElement("p");
      block.split("\n").forEach((line, place) => paragraph.append(...(place ? [document.createElement("br")] : []), line));
      if (block.trim()) box.append(paragraph);
    }
    return box;
  };
  const read = (text) => (/<[a-z/!]/i.test(text) ? inBlocks(clean(text)) : fromLines(text));
  const written = (area) => {
    const box = document.createElement("div");
    copy(area, box);
    const blocks = inBlocks(box);
    return blocks.textContent.trim() || blocks.querySelector("hr, table") ? blocks.getHTML() : "";
  };

  const boxOf = (element) => element.closest("[data-rich]");
  const areaOf = (box) => box.querySelector("[contenteditable]");
  const buttons = (box) => [...box.querySelectorAll("[data-rich-do]")];
  const keep = (box) => {
    box.querySelector("textarea").value = written(areaOf(box));
  };
  const run = (command, value = null) => document.execCommand(command, false, value);

  const mount = (box) => {
    const text = box.querySelector("textarea");
    const label = box.closest(".field")?.querySelector("label");
    const area = relasi.make("div", {
      class: "textarea rich-area prose", contenteditable: "true", role: "textbox", "aria-multiline": "true",
      "aria-label": text.getAttribute("aria-label") ?? label?.textContent.replace("*", "").trim(),
      "aria-describedby": text.getAttribute("aria-describedby"), "aria-invalid": text.getAttribute("aria-invalid"),
      "aria-required": text.required ? "true" : null,
    });
    area.append(...read(text.value).childNodes);
    if (!area.firstChild) area.append(relasi.make("p", {}, document.createElement("br")));
    const focus = document.activeElement === text || text.autofocus;
    text.before(area);
    text.hidden = true;
    text.required = false;
    if (text.value) keep(box);
    box.dataset.rich = "on";
    box.querySelector("[role=toolbar]").hidden = false;
    buttons(box).forEach((button, place) => (button.tabIndex = place ? -1 : 0));
    label?.addEventListener("click", () => area.focus());
    if (focus) area.focus();
  };
  const mountAll = () => {
    run("defaultParagraphSeparator", "p");
    document.querySelectorAll('[data-rich=""]').forEach(mount);
  };

  const pressed = () => {
    const box = document.activeElement?.matches?.("[contenteditable]") && boxOf(document.activeElement);
    if (!box) return;
    for (const button of buttons(box)) {
      const what = button.dataset.richDo;
      const on = what === "createLink" ? linkHere() !== null : document.queryCommandState(what);
      button.setAttribute("aria-pressed", String(on));
    }
  };
  const linkHere = () => {
    const node = getSelection().anchorNode;
    return (node?.nodeType === Node.TEXT_NODE ? node.parentElement : node)?.closest?.("[contenteditable] a") ?? null;
  };

  // The place in the text is kept while the address of a link is typed.
  const openLink = (box) => {
    const range = getSelection().rangeCount ? getSelection().getRangeAt(0).cloneRange() : null;
    const link = linkHere();
    if (link) range.selectNodeContents(link);
    const row = box.querySelector("[data-rich-link]");
    const input = row.querySelector("input");
    box.range = range && areaOf(box).contains(range.commonAncestorContainer) ? range : null;
    input.value = link?.getAttribute("href") ?? "";
    input.removeAttribute("aria-invalid");
    row.hidden = false;
    input.focus();
  };
  const back = (box) => {
    box.querySelector("[data-rich-link]").hidden = true;
    areaOf(box).focus();
    if (!box.range) return;
    getSelection().removeAllRanges();
    getSelection().addRange(box.range);
  };
  const address = (typed) => {
    const text = typed.trim();
    if (LEADS.test(text)) return text;
    if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text)) return `mailto:${text}`;
    return /^[^\s/:]+\.[^\s]+$/.test(text) ? `https://${text}` : "";
  };
  const setLink = (box) => {
    const input = box.querySelector("[data-rich-link] input");
    const target = address(input.value);
    if (input.value.trim() && !target) return input.setAttribute("aria-invalid", "true");
    back(box);
    if (!target) run("unlink");
    else if (getSelection().isCollapsed) run("insertHTML", relasi.make("a", { href: target }, input.value.trim()).outerHTML);
    else run("createLink", target);
    keep(box);
  };

  relasi.on("pointerdown", "[data-rich-do]", (event) => event.preventDefault());
  relasi.on("click", "[data-rich-do]", (_event, button) => {
    const box = boxOf(button);
    if (document.activeElement !== areaOf(box)) areaOf(box).focus();
    if (button.dataset.richDo === "createLink") return openLink(box);
    run(button.dataset.richDo);
    keep(box);
    areaOf(box).dispatchEvent(new Event("input", { bubbles: true }));
    pressed();
  });
  relasi.on("click", "[data-rich-set]", (_event, button) => setLink(boxOf(button)));
  relasi.on("keydown", "[data-rich-link]", (event, row) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    event.key === "Enter" ? setLink(boxOf(row)) : back(boxOf(row));
  }, true);
  relasi.on("keydown", "[data-rich] [role=toolbar]", (event, bar) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = buttons(bar);
    const next = all.at((all.indexOf(document.activeElement) + step) % all.length);
    all.forEach((button) => (button.tabIndex = button === next ? 0 : -1));
    next.focus();
  });

  relasi.on("input", "[data-rich] [contenteditable]", (_event, area) => keep(boxOf(area)));
  const take = (event, data) => {
    if (!data) return;
    event.preventDefault();
    const html = data.getData("text/html");
    const box = html ? inBlocks(clean(html)) : fromLines(data.getData("text/plain"));
    const one = box.children.length === 1 && box.firstElementChild.nodeName === "P";
    run("insertHTML", one ? box.firstElementChild.getHTML() : box.getHTML());
  };
  relasi.on("paste", "[data-rich] [contenteditable]", (event) => take(event, event.clipboardData));
  relasi.on("beforeinput", "[data-rich] [contenteditable]", (event) => {
    if (event.inputType === "insertFromDrop") take(event, event.dataTransfer);
  });

  document.addEventListener("selectionchange", pressed);
  document.addEventListener("DOMContentLoaded", mountAll);
  document.addEventListener("htmx:after:swap", mountAll);
}
