/* core.js */
// The common ground of our scripts. Every file is plain, speaks to the page by data-* attributes and listens on the
// document, so what htmx swaps in works at once. The files are joined into relasi.js by bin/bundle-static.
"use strict";

const relasi = (window.relasi = {});

// on("click", "[data-copy]", (event, element) => …): one listener for all elements there are and will be.
relasi.on = (name, selector, handler, options) =>
  document.addEventListener(
    name,
    (event) => {
      const element = event.target.closest?.(selector);
      if (element) handler(event, element);
    },
    options,
  );

// A sentence of the page's language; values replace %(name)s.
relasi.say = (key, values = {}) => {
  relasi.sentences ??= JSON.parse(document.getElementById("sentences")?.textContent || "{}");
  return (relasi.sentences[key] ?? key).replace(/%\((\w+)\)s/g, (_, name) => values[name] ?? "");
};

relasi.icon = (name) => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "i");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${document.body.dataset.static}#${name}`);
  svg.append(use);
  return svg;
};

// make("button", {class: "btn", type: "button"}, "Text", node)
relasi.make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value != null) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

relasi.token = () => JSON.parse(document.body.getAttribute("hx-headers:inherited") || "{}")["X-CSRFToken"];

// A quiet POST, for what is already shown: preferences.
relasi.post = (url, values) =>
  fetch(url, {
    method: "POST",
    body: new URLSearchParams(values),
    redirect: "manual",
    headers: { "X-CSRFToken": relasi.token(), "X-Requested-With": "fetch" },
  });

// Said to screen readers, seen by nobody.
relasi.announce = (text) => {
  const place = document.getElementById("announce");
  if (place) place.textContent = text;
};

relasi.typing = (element) =>
  !!element?.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable=true]");

/* columns.js */
// The heads of a list: a small window for each column, widths by dragging, by keys and to fit; and choosing columns.
{
  const LEAST = 48;
  const MOST = 960;
  const STEP = 16;
  const PAD = 22;

  // A link with data-flyout leads to a page; here its answer opens in a menu under the link.
  const flyout = () => {
    let menu = document.getElementById("flyout");
    if (!menu) {
      menu = relasi.make("div", { popover: "", class: "menu menu-wide", id: "flyout", role: "group", "data-menu": "" });
      document.body.append(menu);
    }
    return menu;
  };
  relasi.on("click", "[data-flyout]", async (event, link) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    const menu = flyout();
    menu.setAttribute("aria-label", link.getAttribute("aria-label"));
    await htmx.ajax("GET", link.href, { target: menu, swap: "innerHTML" });
    if (!menu.firstElementChild) return;
    menu.showPopover({ source: link });
    menu.querySelector("input[type=search], input:not([type=hidden]), a, button")?.focus();
  });

  const table = () => document.querySelector("table[data-grid]");
  const heads = (list) => [...list.tHead.rows[0].cells];

  // From the first change on every column has a width of its own, so that nothing else moves.
  const freeze = (list) => {
    if (list.matches(".table-sized") && list.querySelector("colgroup")) return;
    const sizes = heads(list).map((th) => th.getBoundingClientRect().width);
    const group = relasi.make("colgroup");
    for (const size of sizes) {
      const col = relasi.make("col");
      col.style.width = `${Math.round(size)}px`;
      group.append(col);
    }
    list.prepend(group);
    list.classList.add("table-sized");
  };
  const colOf = (th) => th.closest("table").querySelector("colgroup").children[th.cellIndex];
  const widthOf = (th) => Math.round(th.getBoundingClientRect().width);

  const size = (th, width) => {
    freeze(th.closest("table"));
    const kept = Math.min(Math.max(Math.round(width), LEAST), MOST);
    colOf(th).style.width = `${kept}px`;
    th.querySelector(".resizer")?.setAttribute("aria-valuenow", kept);
  };
  const keep = (list) => {
    const widths = heads(list)
      .filter((th) => th.dataset.field)
      .map((th) => [th.dataset.field, parseInt(colOf(th).style.width, 10)]);
    relasi.post(`${list.dataset.grid}widths/`, { widths: JSON.stringify(Object.fromEntries(widths)) });
  };

  const contentWidth = (cell) => {
    const range = document.createRange();
    range.selectNodeContents(cell);
    const inner = cell.querySelector(".trunc");
    return Math.max(range.getBoundingClientRect().width, inner ? inner.scrollWidth + (cell.querySelector(".ava") ? 28 : 0) : 0);
  };
  const fit = (th) => {
    const list = th.closest("table");
    freeze(list);
    const cells = [...list.tBodies[0].rows].map((row) => row.cells[th.cellIndex]).filter(Boolean);
    size(th, Math.max(...cells.map(contentWidth), th.querySelector(".th").scrollWidth) + PAD);
    keep(list);
  };

  relasi.on("pointerdown", ".resizer", (event, handle) => {
    event.preventDefault();
    const th = handle.closest("th");
    const from = event.clientX;
    const start = widthOf(th);
    handle.setPointerCapture(event.pointerId);
    const move = (moved) => size(th, start + moved.clientX - from);
    handle.addEventListener("pointermove", move);
    handle.addEventListener(
      "pointerup",
      (ended) => {
        handle.removeEventListener("pointermove", move);
        if (ended.clientX !== from) keep(th.closest("table"));
      },
      { once: true },
    );
  });
  relasi.on("dblclick", ".resizer", (_event, handle) => fit(handle.closest("th")));
  relasi.on("keydown", ".resizer", (event, handle) => {
    const th = handle.closest("th");
    const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (step) {
      size(th, widthOf(th) + step);
      keep(th.closest("table"));
    } else if (event.key === "Enter") fit(th);
    else return;
    event.preventDefault();
  });

  const handles = () => {
    const list = table();
    if (!list) return;
    for (const th of heads(list)) {
      if (!th.dataset.field || th.querySelector(".resizer")) continue;
      const label = relasi.say("width", { name: th.querySelector(".th").textContent.trim() });
      const bounds = { "aria-valuemin": LEAST, "aria-valuemax": MOST, "aria-valuenow": widthOf(th) };
      th.append(
        relasi.make("span", { class: "resizer", role: "separator", tabindex: "0", "aria-orientation": "vertical", "aria-label": label, ...bounds }),
      );
    }
  };
  // The view that is open may stand far to the right in the strip of views.
  const showTab = () => {
    const tab = document.querySelector(".stage.list .tabs > [aria-current]");
    if (tab) tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - 48;
  };
  document.addEventListener("DOMContentLoaded", () => (handles(), showTab()));
  document.addEventListener("htmx:after:swap", handles);

  // The order of what a form lists: by dragging, and by the arrows beside each.
  let dragged = null;
  relasi.on("dragstart", "[data-sort-item]", (_event, item) => {
    dragged = item;
    item.dataset.dragged = "";
  });
  relasi.on("dragover", "[data-sort-item]", (event, item) => {
    if (!dragged || dragged === item || dragged.parentElement !== item.parentElement) return;
    event.preventDefault();
    const middle = item.getBoundingClientRect();
    event.clientY < middle.top + middle.height / 2 ? item.before(dragged) : item.after(dragged);
  });
  document.addEventListener("dragend", () => {
    if (dragged) delete dragged.dataset.dragged;
    dragged = null;
  });
  relasi.on("click", "[data-sort-step]", (event, button) => {
    event.preventDefault();
    const item = button.closest("[data-sort-item]");
    const step = +button.dataset.sortStep;
    const other = step < 0 ? item.previousElementSibling : item.nextElementSibling;
    if (!other?.matches("[data-sort-item]")) return;
    step < 0 ? other.before(item) : other.after(item);
    button.focus();
    relasi.announce(relasi.say("moved", { n: [...item.parentElement.children].indexOf(item) + 1 }));
  });

  // A form of steps: choosing a field brings its operators, choosing an operator brings its inputs.
  relasi.on("change", "form[data-steps] [data-step]", (_event, select) => {
    const form = select.form;
    const button = relasi.make("button", { name: "do", value: "look", hidden: "" });
    form.append(button);
    relasi.focusNext = select.name;
    form.requestSubmit(button);
  });
  document.addEventListener("htmx:after:settle", () => {
    if (!relasi.focusNext) return;
    document.querySelector(`form[data-steps] [name="${relasi.focusNext}"]`)?.focus();
    relasi.focusNext = "";
  });
}

/* combobox.js */
// One list for everything that looks something up: reference fields, several values, the palette. The server draws the
// options; arrows move, Enter chooses, Esc closes. Focus stays in the input (aria-activedescendant).
{
  let number = 0;
  const listOf = (input) => document.getElementById(input.getAttribute("aria-controls"));
  const options = (list) => [...list.querySelectorAll("[role=option]")];
  const selected = (list) => list.querySelector("[role=option][aria-selected=true]");

  const select = (input, option) => {
    const list = listOf(input);
    selected(list)?.setAttribute("aria-selected", "false");
    if (!option) return input.removeAttribute("aria-activedescendant");
    option.id ||= `${list.id}-${++number}`;
    option.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };
  relasi.selectOption = select;

  const show = (input, visible) => {
    const list = listOf(input);
    if (list.closest("dialog.palette")) return;
    list.hidden = !visible;
    input.setAttribute("aria-expanded", String(visible));
    if (!visible) select(input, null);
  };

  const look = (input) => {
    show(input, true);
    input.dispatchEvent(new Event("lookup"));
  };

  const addChosen = (box, input, value, text) => {
    const chosen = relasi.make(
      "span",
      { class: "chosen" },
      relasi.make("input", { type: "hidden", name: box.dataset.name, value }),
      relasi.make("span", { class: "trunc" }, text),
      relasi.make("button", { type: "button", "data-remove": "", "aria-label": `× ${text}` }, relasi.icon("x")),
    );
    input.before(chosen);
    input.value = "";
    return chosen.firstElementChild;
  };

  const choose = (box, input, value, text) => {
    let holder;
    if (box.hasAttribute("data-multiple")) {
      const known = [...box.querySelectorAll(".chosen > input")].some((one) => one.value === value);
      if (known) return void (input.value = "");
      holder = addChosen(box, input, value, text);
    } else {
      holder = box.querySelector("input[type=hidden]");
      holder.value = value;
      input.value = text;
      box.dataset.text = text;
    }
    show(input, false);
    holder.dispatchEvent(new Event("change", { bubbles: true }));
    box.dispatchEvent(new CustomEvent("relasi:chosen", { bubbles: true, detail: { value, text } }));
  };

  const chooseOption = (option) => {
    const list = option.closest("[role=listbox]");
    const input = document.querySelector(`[role=combobox][aria-controls="${list.id}"]`);
    const box = input?.closest("[data-combobox]");
    if (box) choose(box, input, option.dataset.value, option.dataset.text);
  };

  // A typed text counts where the field takes text; elsewhere the last choice comes back.
  const leave = (box, input) => {
    show(input, false);
    const text = input.value.trim();
    if (box.hasAttribute("data-explicit")) return void (input.value = "");
    if (box.hasAttribute("data-multiple")) {
      if (text && box.hasAttribute("data-allow-text")) choose(box, input, text, text);
      else input.value = "";
      return;
    }
    const holder = box.querySelector("input[type=hidden]");
    // A page drawn anew around it forgets what was chosen here, and says it itself.
    const last = box.dataset.text ?? input.defaultValue;
    if (text === last) return;
    if (!text || box.hasAttribute("data-allow-text")) choose(box, input, text, text);
    else input.value = holder.value ? last : "";
  };

  relasi.on("focusin", "[data-combobox] [role=combobox]", (_event, input) => {
    input.closest("[data-combobox]").dataset.text ??= input.value;
  });
  relasi.on("click", "[data-combobox]", (event, box) => {
    const remove = event.target.closest("[data-remove]");
    const input = box.querySelector("[role=combobox]");
    if (remove) {
      remove.parentElement.remove();
      box.dispatchEvent(new Event("change", { bubbles: true }));
    } else if (!event.target.closest("[role=option]") && !input.disabled) {
      if (listOf(input).hidden) look(input);
    }
    input.focus();
  });
  relasi.on("focusout", "[data-combobox]", (event, box) => {
    if (!box.contains(event.relatedTarget)) leave(box, box.querySelector("[role=combobox]"));
  });
  relasi.on("input", "[role=combobox]", (_event, input) => show(input, true));
  // A page that is drawn anew around somebody who is looking something up leaves the list open.
  document.addEventListener("htmx:after:swap", () => {
    const input = document.activeElement?.closest?.("[data-combobox] [role=combobox]");
    input?.setAttribute("aria-expanded", String(!listOf(input).hidden));
  });
  // Choosing must not take the focus out of the input first.
  relasi.on("pointerdown", "[data-combobox] [role=listbox]", (event) => event.preventDefault());
  relasi.on("click", "[data-combobox] [role=option]", (_event, option) => chooseOption(option));
  relasi.on("pointermove", "[role=option]", (_event, option) => {
    const list = option.closest("[role=listbox]");
    const input = list && document.querySelector(`[role=combobox][aria-controls="${list.id}"]`);
    if (input && option !== selected(list)) select(input, option);
  });

  relasi.on("keydown", "[role=combobox]", (event, input) => {
    if (event.isComposing) return;
    const list = listOf(input);
    const all = options(list);
    const at = all.indexOf(selected(list));
    const box = input.closest("[data-combobox]");
    const closed = list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (closed) look(input);
      else select(input, all.at((at + (event.key === "ArrowDown" ? 1 : -1)) % all.length));
    } else if (event.key === "Enter" && box && !closed && at >= 0) {
      event.preventDefault();
      event.stopPropagation();
      chooseOption(all[at]);
    } else if ((event.key === "Enter" || event.key === ",") && box?.hasAttribute("data-allow-text") && input.value.trim()) {
      event.preventDefault();
      choose(box, input, input.value.trim(), input.value.trim());
    } else if (event.key === "Escape" && box && !closed) {
      event.preventDefault();
      event.stopPropagation();
      show(input, false);
    } else if (event.key === "Backspace" && box?.hasAttribute("data-multiple") && !input.value) {
      [...box.querySelectorAll(".chosen")].at(-1)?.remove();
    }
  }, true);

  document.addEventListener("htmx:after:swap", (event) => {
    const list = event.detail.ctx?.target;
    if (list?.getAttribute?.("role") !== "listbox") return;
    const input = document.querySelector(`[role=combobox][aria-controls="${list.id}"]`);
    if (!input) return;
    const found = options(list);
    select(input, found[0]);
    relasi.announce(found.length ? relasi.say("results", { count: found.length }) : relasi.say("noResults"));
    if (!found.length && !list.textContent.trim()) list.replaceChildren(relasi.make("p", {}, relasi.say("noResults")));
  });
}

/* composer.js */
// The composer of comments: a draft that survives in this browser, answers, chosen files, and files dropped on the page.
{
  const KEPT = 7 * 24 * 3600 * 1000;
  const formOf = () => document.querySelector("form[data-composer]");
  const keyOf = (form) => `draft:${document.body.dataset.user}:${form.dataset.composer}`;
  const textOf = (form) => form.querySelector("textarea");

  const restore = () => {
    const form = formOf();
    if (!form || textOf(form).value.trim()) return;
    const kept = JSON.parse(localStorage.getItem(keyOf(form)) || "null");
    if (kept && Date.now() - kept.at < KEPT) textOf(form).value = kept.text;
  };
  document.addEventListener("DOMContentLoaded", () => {
    for (const key of Object.keys(localStorage))
      if (key.startsWith("draft:") && Date.now() - (JSON.parse(localStorage.getItem(key))?.at ?? 0) > KEPT)
        localStorage.removeItem(key);
    restore();
  });
  relasi.on("input", "form[data-composer] textarea", (_event, text) => {
    const key = keyOf(text.form);
    if (text.value.trim()) localStorage.setItem(key, JSON.stringify({ text: text.value, at: Date.now() }));
    else localStorage.removeItem(key);
  });

  const answer = (form, id, name) => {
    form.elements.reply_to.value = id;
    form.querySelector("[data-reply-line]").hidden = !id;
    form.querySelector("[data-reply-name]").textContent = name ? relasi.say("answerTo", { name }) : "";
  };
  relasi.on("click", "[data-reply]", (event, link) => {
    const form = formOf();
    if (!form) return;
    event.preventDefault();
    answer(form, link.dataset.reply, link.dataset.replyTo);
    textOf(form).focus();
  });
  relasi.on("click", "[data-reply-none]", (_event, button) => answer(button.form, "", ""));

  const nameFiles = (form) => {
    const files = [...(form.elements.files?.files ?? [])];
    form.querySelector("[data-files-chosen]").textContent = files.map((file) => file.name).join(", ");
  };
  relasi.on("change", "form[data-composer] input[type=file]", (_event, input) => nameFiles(input.form));

  document.addEventListener("relasi:sent", () => {
    const form = formOf();
    if (!form) return;
    localStorage.removeItem(keyOf(form));
    form.reset();
    textOf(form).value = "";
    answer(form, "", "");
    nameFiles(form);
  });

  // A file dropped anywhere on the timeline is chosen in the composer, to be sent with or without words.
  const holdsFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  relasi.on("dragover", "[data-files]", (event, pane) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    pane.classList.add("dropping");
  });
  relasi.on("dragleave", "[data-files]", (event, pane) => {
    if (!pane.contains(event.relatedTarget)) pane.classList.remove("dropping");
  });
  relasi.on("drop", "[data-files]", (event, pane) => {
    pane.classList.remove("dropping");
    const form = formOf();
    if (!holdsFiles(event) || !form?.elements.files) return;
    event.preventDefault();
    form.elements.files.files = event.dataTransfer.files;
    nameFiles(form);
    textOf(form).focus();
  });

  // Opening a link to a comment shows it once the timeline has come.
  document.addEventListener("htmx:after:swap", (event) => {
    const target = event.detail.ctx?.target;
    if (target?.id !== "timeline" || !location.hash.startsWith("#comment-")) return;
    const comment = document.getElementById(location.hash.slice(1));
    if (!comment || comment.dataset.shown) return;
    comment.dataset.shown = "1";
    comment.scrollIntoView({ block: "center" });
  });
}

/* controls.js */
// Small helpers of single controls: copy, show a password, mixed checkboxes, what to correct, dropping files.
{
  relasi.on("click", "[data-copy]", async (_event, button) => {
    await navigator.clipboard.writeText(button.dataset.copy);
    const use = button.querySelector("use");
    const before = use.getAttribute("href");
    use.setAttribute("href", before.replace(/#.*/, "#check"));
    relasi.announce(relasi.say("copied"));
    setTimeout(() => use.setAttribute("href", before), 1500);
  });

  relasi.on("click", "[data-print]", () => window.print());

  relasi.on("click", "[data-reveal]", (_event, button) => {
    const input = button.parentElement.querySelector("input");
    const hidden = input.type === "password";
    input.type = hidden ? "text" : "password";
    const label = relasi.say(hidden ? "hidePassword" : "showPassword");
    button.setAttribute("aria-pressed", String(hidden));
    button.setAttribute("aria-label", label);
    button.title = label;
    const use = button.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, hidden ? "#eye-off" : "#eye"));
  });

  const mixed = () => document.querySelectorAll("[data-indeterminate]").forEach((box) => (box.indeterminate = true));
  document.addEventListener("DOMContentLoaded", mixed);
  document.addEventListener("htmx:after:swap", mixed);

  // A form that came back begins where something is to be corrected, unless it says itself where to begin.
  document.addEventListener("DOMContentLoaded", () => {
    if (!document.querySelector("[autofocus]:not(dialog *)")) document.querySelector("form[method=post] [aria-invalid=true]")?.focus();
  });

  const names = (zone) => {
    const place = zone.querySelector("[data-drop-names]");
    if (place) place.textContent = [...zone.querySelector("input[type=file]").files].map((file) => file.name).join(", ");
  };
  relasi.on("dragover", "[data-drop]", (event, zone) => {
    event.preventDefault();
    zone.dataset.over = "";
  });
  relasi.on("dragleave", "[data-drop]", (event, zone) => {
    if (!zone.contains(event.relatedTarget)) delete zone.dataset.over;
  });
  relasi.on("drop", "[data-drop]", (event, zone) => {
    event.preventDefault();
    delete zone.dataset.over;
    const input = zone.querySelector("input[type=file]");
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  relasi.on("change", "[data-drop]", (_event, zone) => names(zone));
}

/* drafts.js */
// A document that is being written survives a closed page: what is typed is kept in this browser, for this person, and offered
// when they come back. The server draws it again as it draws every change of lines.
{
  const find = () => document.querySelector("form[data-draft]");
  const keyOf = (form) => `draft:${document.body.dataset.user}:form:${form.dataset.draft}`;
  const read = (form) => JSON.parse(localStorage.getItem(keyOf(form)) || "null");
  const typed = (form) =>
    [...new FormData(form)].filter(([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string");

  let timer;
  const keep = (form) => {
    clearTimeout(timer);
    if (form.dataset.dirty) localStorage.setItem(keyOf(form), JSON.stringify({ at: Date.now(), typed: typed(form) }));
  };
  const soon = ({ target }) => {
    const form = target.closest?.("form[data-draft]");
    if (!form) return;
    clearTimeout(timer);
    timer = setTimeout(() => keep(form), 250);
  };
  document.addEventListener("input", soon);
  document.addEventListener("change", soon);
  document.addEventListener("htmx:after:swap", () => find()?.dataset.dirty && keep(find()));
  addEventListener("pagehide", () => find()?.dataset.dirty && keep(find()));

  // Sent: forgotten on the next page, unless the form comes back with something to mend.
  document.addEventListener("submit", ({ target, defaultPrevented }) => {
    if (!defaultPrevented && target.matches("form[data-draft]")) sessionStorage.setItem("draft-sent", keyOf(target));
  });
  document.addEventListener("DOMContentLoaded", () => {
    const sent = sessionStorage.getItem("draft-sent");
    const form = find();
    sessionStorage.removeItem("draft-sent");
    if (form && keyOf(form) === sent) return;
    if (sent) localStorage.removeItem(sent);
    const kept = form && read(form);
    if (!kept) return;
    const offer = document.querySelector("[data-draft-offer]");
    const when = new Date(kept.at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
    offer.querySelector("[data-draft-when]").textContent = when;
    offer.hidden = false;
  });

  const restoring = new Map();
  relasi.on("click", "[data-draft-take]", (_event, button) => {
    const form = find();
    restoring.set(form, read(form).typed);
    form.dataset.dirty = "1";
    button.closest("[data-draft-offer]").hidden = true;
    form.dispatchEvent(new CustomEvent("relasi:recalculate"));
  });
  document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
    const kept = restoring.get(ctx.sourceElement);
    if (!kept) return;
    restoring.delete(ctx.sourceElement);
    const body = ctx.request.body;
    for (const name of new Set(body.keys())) if (name !== "csrfmiddlewaretoken" && name !== "act") body.delete(name);
    for (const [name, value] of kept) body.append(name, value);
  });
  relasi.on("click", "[data-draft-drop]", (_event, button) => {
    localStorage.removeItem(keyOf(find()));
    button.closest("[data-draft-offer]").hidden = true;
  });
}

/* grid.js */
// The cells of a list as a grid: arrows move, Enter or F2 opens a cell, typing replaces it, Tab goes right, Esc gives up.
// A block copied from a spreadsheet is pasted from the chosen cell down and to the right.
{
  const headOf = (td) => td.closest("table").tHead.rows[0].cells[td.cellIndex];
  const editable = (td) => headOf(td)?.hasAttribute("data-edit");
  const address = (td) => `${td.closest("table").dataset.grid}${td.parentElement.dataset.row}/cell/${headOf(td).dataset.field}/`;
  const inGrid = (element) => element?.closest?.("table[data-grid] tbody td:not(.pick)");
  const cards = (td) => getComputedStyle(td.closest("table")).display === "block";

  const focus = (td) => {
    if (!td || td.matches(".pick")) return false;
    td.tabIndex = -1;
    td.focus({ preventScroll: true });
    td.scrollIntoView({ block: "nearest", inline: "nearest" });
    return true;
  };
  const below = (td, step) => {
    const row = step > 0 ? td.parentElement.nextElementSibling : td.parentElement.previousElementSibling;
    return row?.cells[td.cellIndex];
  };
  const beside = (td, step) => (step > 0 ? td.nextElementSibling : td.previousElementSibling);
  const nextEditable = (td, step) => {
    let cell = beside(td, step);
    while (cell && !editable(cell)) cell = beside(cell, step);
    return cell;
  };
  relasi.enterGrid = (row) => focus([...row.cells].find((td) => !td.matches(".pick")));

  // The editor stands inside the form of the list, so it cannot be a form of its own.
  const gather = (editor) => {
    const found = new URLSearchParams();
    for (const one of editor.querySelectorAll("[name]"))
      if (!one.disabled && (!one.matches("[type=checkbox], [type=radio]") || one.checked)) found.append(one.name, one.value);
    return found;
  };
  const values = (editor) => gather(editor).toString();
  const control = (editor) => editor.querySelector("input:not([type=hidden]), select, textarea");

  const drawn = (html, selector) => new DOMParser().parseFromString(html, "text/html").querySelector(selector);

  const open = async (td, text) => {
    if (!editable(td) || td.dataset.editing) return;
    td.dataset.editing = "1";
    td.typed = text;
    const answer = await fetch(address(td), { headers: { "HX-Request": "true" } });
    if (!answer.ok) {
      delete td.dataset.editing;
      return relasi.toast({ text: relasi.say(answer.status === 404 ? "forbidden" : "failed"), kind: "bad" });
    }
    const held = document.createDocumentFragment();
    held.append(...td.childNodes);
    td.held = held;
    td.replaceChildren(drawn(await answer.text(), "[data-cell-editor]"));
    htmx.process(td);
    const editor = td.firstElementChild;
    editor.dataset.start = values(editor);
    const input = control(editor);
    input?.focus();
    if (td.typed !== undefined && input?.matches("input:not([type=checkbox], [type=date], [type=datetime-local]), textarea")) {
      input.value = td.typed;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    } else input?.select?.();
  };

  const close = (td) => {
    if (!td.held) return;
    td.replaceChildren(td.held);
    td.held = null;
    delete td.dataset.editing;
  };

  // The row as the server has it now takes the place of the old one; the cell that was going to have the focus gets it.
  const putRow = (old, html, place) => {
    const fresh = drawn(`<table>${html}</table>`, "tr");
    if (!fresh) return old.remove();
    const box = old.querySelector("input[data-pick]");
    const freshBox = fresh.querySelector("input[data-pick]");
    if (box && freshBox) freshBox.checked = box.checked;
    old.replaceWith(fresh);
    htmx.process(fresh);
    fresh.dataset.changed = "";
    if (place !== undefined) focus(fresh.cells[place]);
  };

  const save = async (td, then) => {
    const editor = td.firstElementChild;
    if (!td.held || editor.dataset.sent) return;
    if (values(editor) === editor.dataset.start) {
      close(td);
      return then?.(td);
    }
    editor.dataset.sent = "1";
    const row = td.parentElement;
    const place = td.cellIndex;
    const label = headOf(td).textContent.trim();
    const list = td.closest("table").dataset.list;
    const answer = await fetch(`${address(td)}?${list}`, {
      method: "POST",
      body: gather(editor),
      headers: { "X-CSRFToken": relasi.token(), "HX-Request": "true" },
    });
    if (answer.ok && !answer.redirected) {
      putRow(row, await answer.text(), then ? place : undefined);
      const fresh = document.querySelector(`tr[data-row="${row.dataset.row}"]`);
      if (then && fresh) then(fresh.cells[place]);
      return;
    }
    const told = answer.headers.get("Content-Type")?.includes("json") ? (await answer.json()).message : relasi.say("refused");
    close(td);
    focus(td);
    td.dataset.refused = "";
    setTimeout(() => delete td.dataset.refused, 2000);
    relasi.toast({ text: `${label}: ${told}`, kind: "bad" });
  };

  const editorKey = (event, td) => {
    if (event.key === "Escape") {
      close(td);
      focus(td);
    } else if (event.key === "Enter" && !event.shiftKey) {
      save(td, (cell) => focus(below(cell, 1)) || focus(cell));
    } else if (event.key === "Tab") {
      const step = event.shiftKey ? -1 : 1;
      save(td, (cell) => focus(nextEditable(cell, step)) || focus(cell));
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const MOVES = { ArrowDown: [below, 1], ArrowUp: [below, -1], ArrowRight: [beside, 1], ArrowLeft: [beside, -1] };
  const cellKey = (event, td) => {
    const move = MOVES[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // What is typed while the input is still on its way goes into it.
    if (td.dataset.editing && td.typed !== undefined && event.key.length === 1) td.typed += event.key;
    else if (move) focus(move[0](td, move[1]));
    else if (event.key === "Enter" && !editable(td)) td.querySelector("a")?.click();
    else if (event.key === "Enter" || event.key === "F2") open(td);
    else if (event.key === "Tab") {
      if (!focus(nextEditable(td, event.shiftKey ? -1 : 1))) return;
    } else if (event.key === "Escape") {
      td.removeAttribute("tabindex");
      td.blur();
    } else if (event.key === " ") td.parentElement.querySelector("[data-peek]")?.click();
    else if (event.key === "Delete" || event.key === "Backspace") open(td, "");
    else if (event.key.length === 1 && editable(td)) open(td, event.key);
    else return;
    event.preventDefault();
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const td = inGrid(event.target);
    if (!td) return;
    if (event.target.closest("[data-cell-editor]")) editorKey(event, td);
    else if (event.target === td) cellKey(event, td);
  });

  relasi.on("click", "table[data-grid] tbody td", (event, td) => {
    if (event.target.closest("a, button, input, label, select, [data-cell-editor]") || td.matches(".pick") || cards(td)) return;
    if (String(getSelection())) return;
    document.activeElement === td ? open(td) : focus(td);
  });
  relasi.on("dblclick", "table[data-grid] tbody td", (event, td) => {
    if (!event.target.closest("a, [data-cell-editor]") && !cards(td)) open(td);
  });

  relasi.on("focusout", "[data-cell-editor]", (event, editor) => {
    if (editor.contains(event.relatedTarget) || !document.hasFocus()) return;
    setTimeout(() => {
      if (editor.isConnected && !editor.contains(document.activeElement)) save(editor.closest("td"));
    });
  });
  // What is found by looking it up is complete the moment it is chosen.
  relasi.on("relasi:chosen", "[data-cell-editor]", (_event, editor) => save(editor.closest("td"), (cell) => focus(cell)));

  // A spreadsheet puts cells with line breaks or tabs inside quotes.
  const block = (text) => {
    const rows = [[""]];
    let quoted = false;
    for (let at = 0; at < text.length; at++) {
      const sign = text[at];
      const row = rows.at(-1);
      if (quoted && sign === '"' && text[at + 1] === '"') row[row.length - 1] += text[at++];
      else if (sign === '"' && (quoted || row.at(-1) === "")) quoted = !quoted;
      else if (!quoted && sign === "\t") row.push("");
      else if (!quoted && sign === "\n") rows.push([""]);
      else if (sign !== "\r") row[row.length - 1] += sign;
    }
    if (rows.length > 1 && rows.at(-1).length === 1 && rows.at(-1)[0] === "") rows.pop();
    return rows;
  };

  const spread = (td, cells) => {
    const heads = [...td.closest("table").tHead.rows[0].cells];
    const found = [];
    let row = td.parentElement;
    for (const texts of cells) {
      if (!row) break;
      const pairs = texts.map((text, step) => [heads[td.cellIndex + step]?.dataset.field, text]).filter(([name]) => name);
      found.push({ id: +row.dataset.row, version: +row.dataset.version, values: Object.fromEntries(pairs) });
      row = row.nextElementSibling;
    }
    return found;
  };

  document.addEventListener("paste", async (event) => {
    const td = document.activeElement?.matches("td") ? inGrid(document.activeElement) : null;
    const text = event.clipboardData?.getData("text/plain");
    if (!td || !text) return;
    event.preventDefault();
    const cells = block(text);
    const rows = spread(td, cells);
    const { row } = td.parentElement.dataset;
    const place = td.cellIndex;
    const answer = await relasi.post(`${td.closest("table").dataset.grid}cells/`, { block: JSON.stringify({ rows }) });
    if (!answer.ok) return relasi.toast({ text: relasi.say("refused"), kind: "bad" });
    const told = await answer.json();
    told.toasts.forEach(relasi.toast);
    if (rows.length < cells.length) relasi.toast({ text: relasi.say("cut", { n: cells.length - rows.length }), kind: "info" });
    if (!told.done) return;
    await htmx.ajax("GET", location.href, { target: "#list", swap: "innerMorph" });
    focus(document.querySelector(`tr[data-row="${row}"]`)?.cells[place]);
  });
  document.addEventListener("copy", (event) => {
    const td = document.activeElement?.matches("td") ? inGrid(document.activeElement) : null;
    if (!td || String(getSelection())) return;
    event.clipboardData.setData("text/plain", td.innerText.trim());
    event.preventDefault();
  });
}

/* in_view.js */
// A menu longer than its place shows the entry of this page.
for (const menu of document.querySelectorAll("[data-in-view]"))
  menu.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

/* inline_edit.js */
// A fact is edited where it stands: a press opens it, Enter saves, Esc gives up, leaving it saves what changed.
{
  relasi.on("click", "dd.editable", (event, dd) => {
    if (event.target.closest("a, button, input") || String(getSelection())) return;
    dd.querySelector(".edit").click();
  });

  const values = (form) => JSON.stringify([...new FormData(form)].filter(([, value]) => typeof value === "string"));
  const save = (form) => {
    if (form.dataset.done) return;
    form.dataset.done = "1";
    form.closest("dd").classList.add("saving");
    form.requestSubmit();
  };
  const cancel = (form) => {
    if (form.dataset.done) return;
    form.dataset.done = "1";
    htmx.ajax("GET", form.dataset.cancel, { target: form.closest("dd"), swap: "outerHTML" });
  };

  relasi.on("focusin", "form[data-inline-edit]", (event, form) => {
    if (form.dataset.start) return;
    form.dataset.start = values(form);
    form.dataset.fact = form.closest("dd").id;
    event.target.select?.();
  });

  relasi.on("keydown", "form[data-inline-edit]", (event, form) => {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      relasi.backTo = form.closest("dd").id;
      cancel(form);
    } else if (event.key === "Enter" && (!form.hasAttribute("data-multiline") || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      relasi.backTo = form.closest("dd").id;
      values(form) === form.dataset.start ? cancel(form) : save(form);
    }
  });

  relasi.on("focusout", "form[data-inline-edit]", (event, form) => {
    if (form.contains(event.relatedTarget) || !document.hasFocus()) return;
    setTimeout(() => {
      if (!form.isConnected || form.contains(document.activeElement)) return;
      values(form) === form.dataset.start ? cancel(form) : save(form);
    });
  });
  // A choice is complete the moment it is made.
  relasi.on("change", "form[data-inline-edit]", (event, form) => {
    if (event.target.matches("select, [type=checkbox], [type=radio], [type=hidden]")) {
      relasi.backTo = form.closest("dd").id;
      save(form);
    }
  });

  document.addEventListener("htmx:after:settle", () => {
    const place = relasi.backTo && document.getElementById(relasi.backTo);
    if (!place || place.matches(".editing")) return;
    relasi.backTo = "";
    if (document.activeElement === document.body) place.querySelector(".edit")?.focus();
  });
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    const form = ctx.sourceElement;
    if (form?.matches?.("form[data-inline-edit]") && form.isConnected) {
      delete form.dataset.done;
      form.closest("dd").classList.remove("saving");
    }
  });
}

/* lines.js */
// Lines of a document: every change asks the server for new figures; rows move by drag or Alt and arrows.
{
  const formOf = (node) => node.closest?.("form[data-lines]");
  const PRESSED = "[data-line-act], [data-line-add]";
  let timer;
  let pressing;
  // Counts what was changed. An answer to a question asked before the last change would put old values back: it is
  // dropped and asked again.
  let changes = 0;
  const recalculate = (form, wait = 200) => {
    clearTimeout(timer);
    timer = setTimeout(() => form.dispatchEvent(new CustomEvent("relasi:recalculate")), wait);
  };
  document.addEventListener("change", (event) => {
    const form = formOf(event.target);
    if (!form || event.target.name === "q") return;
    changes++;
    if (!pressing) recalculate(form);
  });
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    const form = formOf(ctx.sourceElement);
    const button = ctx.sourceElement.closest?.(PRESSED);
    if (!form || (ctx.sourceElement !== form && !button)) return;
    ctx.changes = changes;
    if (!button) return;
    // A button sends all that is typed, so what was to be asked before it need not be.
    pressing = ctx;
    clearTimeout(timer);
    form.dispatchEvent(new CustomEvent("htmx:abort"));
  });
  document.addEventListener("htmx:before:response", (event) => {
    const { ctx } = event.detail;
    if (ctx.changes === undefined || ctx.changes === changes) return;
    event.preventDefault();
    pressing = undefined;
    if (ctx.sourceElement.matches(PRESSED)) ctx.sourceElement.click();
    else recalculate(ctx.sourceElement, 0);
  });
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    if (pressing === ctx) pressing = undefined;
  });

  const rowOf = (node) => node.closest("tr[data-line]");
  const press = (row, verb) => row?.querySelector(`[data-line-act="${verb}"]`)?.click();
  relasi.on("keydown", "form[data-lines]", (event, form) => {
    if (!event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter") {
      event.preventDefault();
      form.querySelector("[data-line-add=item]").click();
      form.dataset.focusLast = "1";
    }
    if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      const row = rowOf(event.target);
      if (!row) return;
      event.preventDefault();
      press(row, event.key === "ArrowUp" ? "up" : "down");
    }
  });
  relasi.on("click", "[data-line-add]", (_event, button) => (formOf(button).dataset.focusLast = "1"));
  document.addEventListener("htmx:after:swap", () => {
    const form = document.querySelector("form[data-lines][data-focus-last]");
    if (!form) return;
    delete form.dataset.focusLast;
    [...form.querySelectorAll("[data-line-first]")].at(-1)?.focus();
  });

  // Drag: the row follows the pointer between the others; dropping it is a change like any other.
  let dragged;
  relasi.on("dragstart", "[data-grip]", (event, grip) => {
    dragged = rowOf(grip);
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setDragImage(dragged, 0, 0);
  });
  document.addEventListener("dragover", (event) => {
    const row = dragged && rowOf(event.target);
    if (!row || row === dragged || row.parentNode !== dragged.parentNode) return;
    event.preventDefault();
    const box = row.getBoundingClientRect();
    row[event.clientY > box.top + box.height / 2 ? "after" : "before"](dragged);
  });
  document.addEventListener("dragend", () => {
    if (dragged) recalculate(formOf(dragged), 0);
    dragged = undefined;
  });
}

/* live.js */
// Live: what others change is known here within a second. Elements with data-topics ("sales.deal record:4711") get the
// event relasi:changed, which hx-trigger can wait for. A message says only who changed something; when it is the
// record on this page and somebody else, a toast offers to look again.
// A hidden tab lets go of its connection, because a browser has few of them for one server.
{
  const LONGEST = 30000;
  const HIDDEN_FOR = 20000;
  let source = null;
  let listening = "";
  let delay = 1000;
  let timer;

  const topics = () => {
    const found = new Set();
    for (const element of document.querySelectorAll("[data-topics]"))
      element.dataset.topics.split(/\s+/).forEach((topic) => topic && found.add(topic));
    return [...found].sort().join(",");
  };

  const close = () => {
    clearTimeout(timer);
    source?.close();
    source = null;
    listening = "";
  };

  const receive = ({ type: topic, data }) => {
    const { by } = JSON.parse(data);
    const mine = String(by) === document.body.dataset.user;
    for (const element of document.querySelectorAll("[data-topics]"))
      if (element.dataset.topics.split(/\s+/).includes(topic))
        element.dispatchEvent(new CustomEvent("relasi:changed", { bubbles: true, detail: { topic, by, mine } }));
    if (topic.startsWith("record:") && !mine) {
      document.querySelector("#toasts [data-changed-toast]")?.remove();
      relasi.toast({ text: relasi.say("changed"), kind: "info", url: location.href, mark: "data-changed-toast" });
    }
  };

  const open = () => {
    const wanted = topics();
    if (wanted === listening) return;
    close();
    if (!wanted || document.hidden) return;
    listening = wanted;
    source = new EventSource(`/live/?topics=${encodeURIComponent(wanted)}`);
    source.addEventListener("open", () => (delay = 1000));
    for (const topic of wanted.split(",")) source.addEventListener(topic, receive);
    source.addEventListener("error", () => {
      close();
      timer = setTimeout(open, delay * (0.75 + Math.random() / 2));
      delay = Math.min(delay * 2, LONGEST);
    });
  };

  let hiding;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiding);
    if (document.hidden) hiding = setTimeout(close, HIDDEN_FOR);
    else open();
  });
  document.addEventListener("DOMContentLoaded", open);
  document.addEventListener("htmx:after:swap", open);
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
}

/* mention.js */
// @ in a text: a list of the people who see the record, drawn by the server; arrows move, Enter or Tab takes, Esc closes.
{
  const WORD = /(^|[\s(])@([\p{L}\p{N}._ -]{0,30})$/u;
  const listOf = (text) => document.getElementById(text.getAttribute("aria-controls"));
  const chosen = (list) => list.querySelector("[role=option][aria-selected=true]");
  let asked = 0;
  let timer;

  const close = (text) => {
    const list = listOf(text);
    list.hidden = true;
    text.removeAttribute("aria-activedescendant");
  };
  const select = (text, option) => {
    chosen(listOf(text))?.setAttribute("aria-selected", "false");
    option.id ||= `mention-${Math.random().toString(36).slice(2)}`;
    option.setAttribute("aria-selected", "true");
    text.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };
  const wordOf = (text) => WORD.exec(text.value.slice(0, text.selectionStart));

  const look = async (text) => {
    const word = wordOf(text);
    if (!word) return close(text);
    const mine = ++asked;
    const list = listOf(text);
    const address = `${text.dataset.mentions}?q=${encodeURIComponent(word[2])}`;
    await htmx.ajax("GET", address, { target: list, swap: "innerHTML" });
    if (mine !== asked) return;
    const first = list.querySelector("[role=option]");
    list.hidden = false;
    if (!first) return text.removeAttribute("aria-activedescendant");
    select(text, first);
    relasi.announce(relasi.say("results", { count: list.querySelectorAll("[role=option]").length }));
  };
  const take = (text, option) => {
    const word = wordOf(text);
    if (!word) return close(text);
    const start = text.selectionStart - word[2].length - 1;
    text.setRangeText(option.dataset.value, start, text.selectionStart, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
    close(text);
  };

  relasi.on("input", "textarea[data-mentions]", (_event, text) => {
    clearTimeout(timer);
    if (wordOf(text)) timer = setTimeout(() => look(text), 150);
    else close(text);
  });
  relasi.on(
    "keydown",
    "textarea[data-mentions]",
    (event, text) => {
      const list = listOf(text);
      if (list.hidden || event.isComposing) return;
      const all = [...list.querySelectorAll("[role=option]")];
      const at = all.indexOf(chosen(list));
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        select(text, all.at((at + (event.key === "ArrowDown" ? 1 : -1)) % all.length));
      } else if ((event.key === "Enter" || event.key === "Tab") && at >= 0 && !event.ctrlKey && !event.metaKey) {
        event.preventDefault();
        take(text, all[at]);
      } else if (event.key === "Escape") {
        event.preventDefault();
        event.stopPropagation();
        close(text);
      }
    },
    true,
  );
  relasi.on("pointerdown", ".mention-box [role=option]", (event, option) => {
    event.preventDefault();
    take(option.closest(".mention-box").querySelector("textarea"), option);
  });
  relasi.on("focusout", "textarea[data-mentions]", (_event, text) => setTimeout(() => close(text), 150));
  relasi.on("click", "[data-mention-start]", (_event, button) => {
    const text = button.form.querySelector("textarea[data-mentions]");
    const before = text.value.slice(0, text.selectionStart);
    text.setRangeText(before && !/\s$/.test(before) ? " @" : "@", text.selectionStart, text.selectionEnd, "end");
    text.focus();
    text.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

/* menus.js */
// Menus are native popovers; here are their arrow keys, first letters, and the small forms inside them.
{
  let byKeyboard = false;
  addEventListener("keydown", () => (byKeyboard = true), true);
  addEventListener("pointerdown", () => (byKeyboard = false), true);

  const items = (menu) =>
    [...menu.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea")].filter(
      (item) => !item.disabled && item.offsetParent,
    );

  document.addEventListener(
    "toggle",
    (event) => {
      if (!event.target.matches?.("[data-menu]")) return;
      const open = event.newState === "open";
      for (const button of document.querySelectorAll(`[popovertarget="${event.target.id}"]`))
        button.setAttribute("aria-expanded", String(open));
      if (open && byKeyboard) items(event.target)[0]?.focus();
    },
    true,
  );

  relasi.on("keydown", "[data-menu]", (event, menu) => {
    const here = items(menu);
    const at = here.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (relasi.typing(event.target) && !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    if (event.target.closest("[role=combobox], textarea, select")) return;
    if (to !== undefined) {
      event.preventDefault();
      here.at(to % here.length)?.focus();
    } else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const letter = event.key.toLowerCase();
      const order = [...here.slice(at + 1), ...here.slice(0, at + 1)];
      const found = order.find((item) => item.textContent.trim().toLowerCase().startsWith(letter));
      if (found) {
        event.stopPropagation();
        found.focus();
      }
    }
  });

  // A long list of values is narrowed while typing.
  relasi.on("input", "[data-narrow]", (_event, input) => {
    const wanted = input.value.trim().toLowerCase();
    for (const item of input.closest("form, [data-menu]").querySelectorAll(".menu-list > *"))
      item.hidden = !item.textContent.toLowerCase().includes(wanted);
  });

  // On a form, or on one control of it.
  relasi.on("change", "[data-submit-on-change]", (_event, element) => (element.form ?? element).requestSubmit());

  relasi.on("click", "[data-tree-fold]", (_event, button) =>
    button.setAttribute("aria-expanded", String(button.getAttribute("aria-expanded") !== "true")),
  );

  // The panes of a record on a narrow stage.
  relasi.on("click", "[data-pane-tab]", (_event, tab) => {
    for (const other of tab.parentElement.children) other.removeAttribute("aria-current");
    tab.setAttribute("aria-current", "true");
    const record = document.querySelector(".record[data-pane]");
    if (record) record.dataset.pane = tab.dataset.paneTab;
  });
}

/* money.js */
// Money: 1.000, 1000, 1,5jt and 2 M are understood and grouped when the field is left. The server reads the same words
// again; what is not understood here is left as it was typed.
{
  const POWERS = { rb: 3, ribu: 3, k: 3, jt: 6, juta: 6, mn: 6, m: 9, miliar: 9, milyar: 9, bn: 9, t: 12, triliun: 12, tn: 12 };

  // -> {sign, whole: "1500000", part: "5"} or null. decimal: the sign before the decimals, "," or ".".
  const read = (typed, decimal) => {
    const match = typed
      .toLowerCase()
      .replace(/\s|rp\.?|idr/g, "")
      .match(/^([-−]?)([\d.,]+)([a-z]*)$/);
    if (!match || (match[3] && !(match[3] in POWERS))) return null;
    const group = decimal === "," ? "." : ",";
    let [, sign, digits, word] = match;
    // A single group sign that does not stand before three digits can only be a decimal sign.
    if (!digits.includes(decimal) && digits.split(group).length === 2 && !/^\d{1,3}.\d{3}$/.test(digits))
      digits = digits.replace(group, decimal);
    const [whole, part = "", more] = digits.replaceAll(group, "").split(decimal);
    if (more !== undefined || !/^\d*$/.test(whole + part) || !(whole + part)) return null;
    const power = POWERS[word] ?? 0;
    const shifted = part.padEnd(power, "0");
    return { sign: sign && "-", whole: (whole + shifted.slice(0, power)).replace(/^0+(?=\d)/, "") || "0", part: shifted.slice(power) };
  };

  relasi.formatMoney = (typed, decimal = ",", places = 0) => {
    const amount = read(typed, decimal);
    if (!amount) return typed;
    const grouped = amount.whole.replace(/\B(?=(\d{3})+$)/g, decimal === "," ? "." : ",");
    const part = /[1-9]/.test(amount.part) ? amount.part.padEnd(places, "0") : "";
    return amount.sign + grouped + (part ? decimal + part : "");
  };

  relasi.on("focusout", "input[data-money]", (_event, input) => {
    if (input.value.trim()) input.value = relasi.formatMoney(input.value, input.dataset.money, Number(input.dataset.places));
  });
}

/* neighbours.js */
// A record knows the list it was opened from: its neighbours there are asked for after the page, J and K lead to them.
{
  const key = (list) => `list:${list}`;
  // What the list shows is remembered for this tab; the newest list of a module wins.
  const remember = () => {
    const table = document.querySelector("table[data-grid]");
    if (table) sessionStorage.setItem(key(table.dataset.grid), table.dataset.list);
  };
  const ask = () => {
    const place = document.querySelector("[data-around-of]");
    const query = place && sessionStorage.getItem(key(place.dataset.aroundList));
    if (query != null && !place.firstElementChild)
      htmx.ajax("GET", `${place.dataset.aroundOf}?${query}`, { target: place, swap: "innerHTML" });
  };
  relasi.neighbourKey = (event) => {
    const way = { j: "next", ArrowRight: "next", k: "previous", ArrowLeft: "previous" }[event.key];
    const link = way && document.querySelector(`a[data-around="${way}"]`);
    if (!link) return false;
    link.click();
    return true;
  };
  document.addEventListener("DOMContentLoaded", () => (remember(), ask()));
  document.addEventListener("htmx:after:swap", remember);
}

/* palette.js */
// Search and commands: Ctrl K from anywhere. Its options are links.
{
  const palette = () => document.getElementById("palette");

  relasi.openPalette = () => {
    const dialog = palette();
    if (!dialog || dialog.open) return;
    dialog.showModal();
    const input = dialog.querySelector("[role=combobox]");
    input.select();
    input.dispatchEvent(new Event("lookup"));
  };

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      if (!palette()) return;
      event.preventDefault();
      relasi.openPalette();
    }
  });
  relasi.on("click", '[data-open="palette"]', () => palette()?.querySelector("[role=combobox]").dispatchEvent(new Event("lookup")));

  relasi.on("submit", "[data-palette] form", (event, form) => {
    const option = form.closest("dialog").querySelector("[role=option][aria-selected=true]");
    if (!option) return;
    event.preventDefault();
    option.click();
  });
  relasi.on("keydown", "[data-palette] [role=combobox]", (event, input) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const option = input.closest("dialog").querySelector("[role=option][aria-selected=true]");
    if (!option) return;
    event.preventDefault();
    window.open(option.href, "_blank", "noopener");
  });
  // A link to a window of its own (quick create) opens there, after the palette is out of the way.
  relasi.on("click", "[data-palette] a[role=option]", () => palette().close());
}

/* passkey.js */
// Passkeys: a form with data-passkey ("get" or "create") asks the browser for a key before it is sent. Its options stand in
// the form or are asked for at data-options. Where the browser has no passkeys the form stays hidden.
{
  const known = window.isSecureContext && "PublicKeyCredential" in window && navigator.credentials;

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const text = (buffer) =>
    buffer == null
      ? undefined
      : btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  const read = ({ publicKey }) => {
    const ids = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));
    const found = { ...publicKey, challenge: bytes(publicKey.challenge) };
    if (publicKey.user) found.user = { ...publicKey.user, id: bytes(publicKey.user.id) };
    if (publicKey.allowCredentials) found.allowCredentials = ids(publicKey.allowCredentials);
    if (publicKey.excludeCredentials) found.excludeCredentials = ids(publicKey.excludeCredentials);
    return { publicKey: found };
  };

  const told = (key) => ({
    id: key.id,
    rawId: text(key.rawId),
    type: key.type,
    authenticatorAttachment: key.authenticatorAttachment ?? undefined,
    clientExtensionResults: key.getClientExtensionResults(),
    response: {
      clientDataJSON: text(key.response.clientDataJSON),
      attestationObject: text(key.response.attestationObject),
      authenticatorData: text(key.response.authenticatorData),
      signature: text(key.response.signature),
      userHandle: text(key.response.userHandle),
      transports: key.response.getTransports?.(),
    },
  });

  const options = async (form) => {
    const inside = form.querySelector("[data-passkey-options]");
    if (inside) return JSON.parse(inside.textContent);
    const answer = await fetch(form.dataset.options, { headers: { Accept: "application/json" } });
    return (await answer.json()).request_options;
  };

  const ask = async (form) => {
    const error = form.querySelector("[data-passkey-error]");
    if (error) error.hidden = true;
    try {
      const key = await navigator.credentials[form.dataset.passkey](read(await options(form)));
      form.elements.credential.value = JSON.stringify(told(key));
    } catch {
      if (error) error.hidden = false;
      return;
    }
    form.submit();
  };

  relasi.on("submit", "form[data-passkey]", (event, form) => {
    event.preventDefault();
    if (known) ask(form);
  });

  document.addEventListener("DOMContentLoaded", () => {
    if (!known) return;
    for (const element of document.querySelectorAll("[data-passkey-only]")) element.hidden = false;
    for (const element of document.querySelectorAll("[data-passkey-missing]")) element.hidden = true;
  });
}

/* preferences.js */
// Theme, density and the folded sidebar: seen at once, kept by the server (the sidebar by a cookie, each device its own).
{
  const root = document.documentElement;
  const DENSITIES = ["compact", "comfortable", "spacious"];

  const show = (name, value) => {
    root.dataset[name] = value;
    for (const button of document.querySelectorAll(`[data-preferences] button[name="${name}"]`))
      button.setAttribute("aria-pressed", String(button.value === value));
  };

  // The language changes every word of the page, so its form is sent like any other.
  document.addEventListener(
    "submit",
    (event) => {
      const { name, value } = event.submitter ?? {};
      if (!event.target.matches("[data-preferences]") || !["theme", "density"].includes(name)) return;
      event.preventDefault();
      show(name, value);
      relasi.post(event.target.action, { [name]: value });
    },
    true,
  );

  relasi.nextDensity = () => {
    const value = DENSITIES[(DENSITIES.indexOf(root.dataset.density) + 1) % DENSITIES.length];
    show("density", value);
    relasi.post("/preferences/", { density: value });
  };

  relasi.foldSide = () => {
    const folded = root.dataset.side !== "rail";
    if (folded) root.dataset.side = "rail";
    else delete root.dataset.side;
    document.cookie = `side=${folded ? "rail" : ""}; path=/; max-age=31536000; samesite=lax`;
  };
  relasi.on("click", "[data-side-fold]", relasi.foldSide);

  // In the rail a group's entries fly out beside its icon.
  const rail = () => (document.querySelector(".side")?.offsetWidth ?? 999) < 80;
  const flyOut = (group) => {
    group.style.setProperty("--flyout", `${Math.round(group.getBoundingClientRect().top)}px`);
    group.open = true;
  };
  relasi.on("pointerover", ".side .nav-group", (_event, group) => rail() && flyOut(group));
  relasi.on("click", ".side .nav-group > summary", (event, summary) => {
    if (!rail()) return;
    event.preventDefault();
    flyOut(summary.parentElement);
  });
}

/* requests.js */
// What every request shows: a line on top of the stage when it takes long, a busy button, a sentence when it fails.
{
  const PATIENCE = 300;
  let running = 0;
  let timer;

  const stage = () => document.querySelector(".stage");
  const quiet = (ctx) => /every|load/.test(ctx.sourceElement?.getAttribute?.("hx-trigger") ?? "");

  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    const button = ctx.request.submitter ?? (ctx.sourceElement?.matches?.("button") ? ctx.sourceElement : null);
    if (button && !button.matches("[data-keep]")) {
      button.setAttribute("aria-busy", "true");
      ctx.busy = button;
    }
    if (quiet(ctx)) return;
    ctx.counted = true;
    if (running++ === 0) timer = setTimeout(() => stage()?.setAttribute("aria-busy", "true"), PATIENCE);
  });

  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    ctx.busy?.removeAttribute("aria-busy");
    if (!ctx.counted || --running > 0) return;
    clearTimeout(timer);
    stage()?.removeAttribute("aria-busy");
  });

  // The session ended meanwhile: the answer is the sign-in page, which must not land inside this one.
  document.addEventListener("htmx:before:response", (event) => {
    const { target, response } = event.detail.ctx;
    if (!response.raw.redirected) return;
    if (new URL(response.raw.url).pathname === "/login/") {
      event.preventDefault();
      location.assign(`/login/?next=${encodeURIComponent(location.pathname + location.search)}`);
    } else if (target?.closest?.("dialog")) {
      // A window's work is done: what follows is a page.
      event.preventDefault();
      location.assign(response.raw.url);
    }
  });

  // What stands in for scripts comes to life in an answer that is parsed without them: a second, stale control of the
  // same name, which would be sent along with the one on the page and win over it.
  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    ctx.text = ctx.text?.replace(/<noscript>[^]*?<\/noscript>/g, "");
  });

  // 422 and 409 bring their form back and explain themselves there.
  document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
    const { status, headers } = ctx.response;
    if (status === 422 || status === 409 || headers.get("HX-Trigger")?.includes("relasi:toasts")) return;
    const key = { 401: "forbidden", 403: "forbidden", 404: "missing", 410: "missing" }[status];
    relasi.toast({ text: relasi.say(key ?? (status >= 500 ? "failed" : "refused")), kind: "bad" });
  });

  document.addEventListener("htmx:error", ({ detail: { ctx, error } }) => {
    if (ctx && !quiet(ctx) && (error instanceof TypeError || ctx.request?.signal?.reason === "timeout"))
      relasi.toast({ text: relasi.say("offline"), kind: "bad" });
  });

  // A plain form is sent once, however often its button is pressed.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    event.submitter?.setAttribute("aria-busy", "true");
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
    }
  });
}

/* rich_text.js */
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

/* rows.js */
// The rows of a list: choosing some (with Shift a stretch), the bar of mass actions, and walking with the keyboard.
{
  const boxes = () => [...document.querySelectorAll("tbody input[data-pick]")];
  const rows = () => [...document.querySelectorAll("table tbody tr:has(.cell-main)")];
  let last = null;

  // The hidden "all" of the form around the list: set, it stands for everything the filter lets through.
  const flag = () => document.querySelector("form[data-picks] input[name=all]");
  const everything = () => flag()?.value === "1";
  const count = () => {
    const all = boxes();
    const picked = all.filter((box) => box.checked).length;
    const head = document.querySelector("input[data-pick-all]");
    if (head) {
      head.checked = picked > 0 && picked === all.length;
      head.indeterminate = picked > 0 && picked < all.length;
    }
    const mode = document.querySelector("[data-pick-mode]");
    mode?.setAttribute("aria-pressed", mode.closest(".list-part").hasAttribute("data-picking"));
    const shown = document.querySelector("[data-pick-count]");
    if (shown && !everything()) shown.textContent = picked;
  };
  const forgetEverything = () => flag() && (flag().value = "");

  const stretch = (to) => {
    const all = boxes();
    const [from, until] = [all.indexOf(last), all.indexOf(to)].sort((a, b) => a - b);
    if (from >= 0) for (const box of all.slice(from, until + 1)) box.checked = to.checked;
  };

  relasi.on("click", "input[data-pick]", (event, box) => {
    if (event.shiftKey && last) stretch(box);
    last = box;
  });
  relasi.on("change", "input[data-pick]", () => (forgetEverything(), count()));
  relasi.on("change", "input[data-pick-all]", (_event, head) => {
    for (const box of boxes()) box.checked = head.checked;
    forgetEverything();
    count();
  });
  const clear = () => {
    for (const box of boxes()) box.checked = false;
    forgetEverything();
    count();
  };
  relasi.on("click", "[data-pick-none]", clear);
  // All the list holds, not only this page.
  relasi.on("click", "[data-pick-everything]", (_event, button) => {
    for (const box of boxes()) box.checked = true;
    count();
    flag().value = "1";
    document.querySelector("[data-pick-count]").textContent = button.dataset.pickEverything;
  });

  // On a narrow stage rows are cards without boxes, until somebody wants to choose some.
  relasi.on("click", "[data-pick-mode]", (_event, button) => {
    const list = button.closest(".list-part");
    const on = list.toggleAttribute("data-picking");
    button.setAttribute("aria-pressed", on);
    if (!on) clear();
  });
  relasi.on("click", "[data-picking] tbody tr", (event, row) => {
    if (event.target.closest("input, button")) return;
    event.preventDefault();
    pick(row, false);
  });

  const current = () => document.querySelector('tbody tr[aria-current="true"]');
  const go = (step) => {
    const all = rows();
    const here = current();
    const next = all[Math.min(Math.max(all.indexOf(here) + step, 0), all.length - 1)];
    if (!next) return false;
    here?.removeAttribute("aria-current");
    next.setAttribute("aria-current", "true");
    next.tabIndex = -1;
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
    return true;
  };
  const pick = (row, whole) => {
    const box = row?.querySelector("input[data-pick]");
    if (!box) return false;
    box.checked = !box.checked || whole;
    if (whole && last) stretch(box);
    last = box;
    box.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  };

  // Answers whether the key meant something here.
  relasi.rowKey = (event) => {
    const row = current();
    const open = row?.querySelector(".cell-main");
    switch (event.key) {
      case "j":
      case "ArrowDown":
        return go(1);
      case "k":
      case "ArrowUp":
        return go(-1);
      case "x":
        return pick(row, false);
      case "X":
        return pick(row, true);
      case "ArrowRight":
        return row && document.activeElement === row ? relasi.enterGrid(row) : false;
      case " ":
        return row && document.activeElement === row ? (row.querySelector("[data-peek]")?.click(), true) : false;
      case "Enter":
        return open && document.activeElement === row ? (open.click(), true) : false;
      case "e": {
        const address = document.querySelector('[data-key="e"]')?.href ?? (open && new URL("edit/", open.href).href);
        return address ? (location.assign(address), true) : false;
      }
      case "Escape":
        return boxes().some((box) => box.checked) ? (clear(), true) : false;
      default:
        return false;
    }
  };

  document.addEventListener("htmx:after:swap", count);
  document.addEventListener("DOMContentLoaded", count);
  addEventListener("pageshow", count);
}

/* shortcuts.js */
// Single keys, only while nothing is being typed; they can be switched off in the list that ? opens (kept per device).
{
  const WAIT = 1200;
  let first = "";
  let timer;
  const off = () => localStorage.getItem("keys") === "off";

  // Each entry gets a letter: the one it brings, else the first free letter of its address.
  const letters = (links, wanted) => {
    const taken = new Map();
    for (const link of links) {
      const word = new URL(link.href).pathname.replace(/[^a-z]/g, "");
      const letter = [...(wanted(link) ?? "").toLowerCase(), ...word].find((one) => !taken.has(one));
      if (letter) taken.set(letter, link);
    }
    return taken;
  };
  const places = () => letters(document.querySelectorAll("a[data-go]"), () => "");
  const makers = () => letters(document.querySelectorAll("a[data-new]"), (link) => link.dataset.new);

  const list = (name, prefix, entries) => {
    const box = document.querySelector(`[data-keys="${name}"]`);
    if (!box) return;
    box.replaceChildren(
      ...[...entries].map(([letter, link]) =>
        relasi.make(
          "div",
          {},
          relasi.make("span", {}, link.querySelector("span")?.textContent.trim() ?? link.textContent.trim()),
          relasi.make("span", {}, relasi.make("kbd", {}, prefix), " ", relasi.make("kbd", {}, letter.toUpperCase())),
        ),
      ),
    );
    document.querySelector(`[data-keys-title="${name}"]`).hidden = !entries.size;
  };
  document.addEventListener(
    "toggle",
    (event) => {
      if (event.target.id !== "help" || event.newState !== "open") return;
      list("go", "G", places());
      list("new", "N", makers());
      const box = event.target.querySelector("[data-keys-off]");
      if (box) box.checked = !off();
    },
    true,
  );
  relasi.on("change", "[data-keys-off]", (_event, box) => localStorage.setItem("keys", box.checked ? "on" : "off"));

  const filter = () => {
    const input = document.querySelector(".bar input[type=search], [data-filter]");
    (input ?? document.querySelector(".chip-add"))?.focus();
    return !!input;
  };
  // N with nothing after it makes a new one of what this page lists.
  const alone = () => {
    if (first === "n") document.querySelector('[data-key="n"]')?.click();
    first = "";
  };
  const single = (event) => {
    if (event.key === "g" || event.key === "n") {
      first = event.key;
      clearTimeout(timer);
      timer = setTimeout(alone, WAIT);
      return true;
    }
    if (event.key === "?") return document.getElementById("help")?.togglePopover() !== undefined;
    if (event.key === "/") return filter() || (relasi.openPalette(), true);
    if (event.key === "[") return relasi.foldSide(), true;
    if (event.key === "D") return relasi.nextDensity(), true;
    return relasi.rowKey(event) || relasi.neighbourKey(event);
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (relasi.typing(event.target) || document.querySelector("dialog:modal, [data-menu]:popover-open")) return;
    if (off() && event.key.length === 1) return;
    if (event.target.closest?.("button, summary, a[href]") && event.key === "Enter") return;
    if (first) {
      const link = (first === "g" ? places() : makers()).get(event.key.toLowerCase());
      clearTimeout(timer);
      first = "";
      if (link) {
        event.preventDefault();
        return link.click();
      }
    }
    if (single(event)) event.preventDefault();
  });
}

/* signature.js */
// Signing with a finger or the mouse: [data-signature] holds a canvas and a hidden input that gets the drawing as a PNG.
// Whoever cannot draw ticks that the name stands for the signature; nothing here is needed for that.
{
  const padOf = (element) => element.closest?.("[data-signature]");
  const partsOf = (pad) => ({ canvas: pad.querySelector("canvas"), input: pad.querySelector("input") });

  const pen = (canvas) => {
    const context = canvas.getContext("2d");
    context.lineWidth = 4;
    context.lineCap = context.lineJoin = "round";
    context.strokeStyle = "#1c1d21";
    return context;
  };

  const placeOf = (canvas, event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
  };

  // What was drawn before comes back when the server asks for something else.
  const redraw = (pad) => {
    const { canvas, input } = partsOf(pad);
    if (!input.value || canvas.dataset.drawn) return;
    const picture = new Image();
    picture.onload = () => pen(canvas).drawImage(picture, 0, 0);
    picture.src = input.value;
    canvas.dataset.drawn = "1";
  };

  let drawing = null;
  document.addEventListener("pointerdown", (event) => {
    const pad = padOf(event.target);
    if (!pad || event.target.tagName !== "CANVAS") return;
    event.preventDefault();
    drawing = event.target;
    drawing.setPointerCapture(event.pointerId);
    const context = pen(drawing);
    context.beginPath();
    context.moveTo(...placeOf(drawing, event));
    context.lineTo(...placeOf(drawing, event));
    context.stroke();
  });

  document.addEventListener("pointermove", (event) => {
    if (!drawing) return;
    const context = pen(drawing);
    context.lineTo(...placeOf(drawing, event));
    context.stroke();
  });

  for (const end of ["pointerup", "pointercancel"])
    document.addEventListener(end, () => {
      if (!drawing) return;
      const { canvas, input } = partsOf(padOf(drawing));
      canvas.dataset.drawn = "1";
      input.value = canvas.toDataURL("image/png");
      input.dispatchEvent(new Event("change", { bubbles: true }));
      drawing = null;
    });

  document.addEventListener("click", (event) => {
    const pad = event.target.closest?.("[data-signature-clear]") && padOf(event.target);
    if (!pad) return;
    const { canvas, input } = partsOf(pad);
    canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
    delete canvas.dataset.drawn;
    input.value = "";
  });

  const all = () => document.querySelectorAll("[data-signature]").forEach(redraw);
  document.addEventListener("DOMContentLoaded", all);
  document.addEventListener("htmx:after:swap", all);
}

/* toasts.js */
// Toasts: at most three, six seconds each, paused while looked at; errors stay until they are closed.
{
  const STAY = 6000;
  const MOST = 3;
  const ICONS = { good: "circle-check", bad: "circle-x", info: "info" };

  // Above an open window the toasts must stand inside it: everything outside is inert.
  let known = null;
  const place = () => {
    const box = (known = document.getElementById("toasts") ?? known);
    const host = [...document.querySelectorAll("dialog:modal")].at(-1) ?? document.body;
    if (box.parentElement !== host) host.append(box);
    return box;
  };

  const live = (toast) => {
    if (toast.dataset.kind === "bad") return;
    let timer;
    const start = () => (timer = setTimeout(() => toast.remove(), STAY));
    const stop = () => clearTimeout(timer);
    for (const name of ["pointerenter", "focusin"]) toast.addEventListener(name, stop);
    for (const name of ["pointerleave", "focusout"]) toast.addEventListener(name, start);
    start();
  };

  const undoForm = (address) => {
    const form = relasi.make(
      "form",
      { method: "post", action: address, class: "inline" },
      relasi.make("input", { type: "hidden", name: "csrfmiddlewaretoken", value: relasi.token() }),
      relasi.make("button", { type: "submit", class: "btn btn-sm" }, relasi.say("undo")),
    );
    return form;
  };

  // undo: where Undo posts to; url: where Show leads; mark: an attribute to find the toast by.
  relasi.toast = ({ text, kind = "good", undo = "", url = "", mark = "" }) => {
    const box = place();
    const toast = relasi.make(
      "div",
      { class: "toast", "data-kind": kind, "data-toast": "", role: kind === "bad" ? "alert" : null },
      relasi.icon(ICONS[kind] ?? "info"),
      relasi.make("span", {}, text),
    );
    if (mark) toast.setAttribute(mark, "");
    if (undo) toast.append(undoForm(undo));
    if (url) toast.append(relasi.make("a", { class: "btn btn-sm", href: url }, relasi.say("show")));
    toast.append(
      relasi.make(
        "button",
        { type: "button", class: "btn btn-icon btn-ghost btn-sm", "aria-label": relasi.say("close"), "data-toast-close": "" },
        relasi.icon("x"),
      ),
    );
    box.append(toast);
    while (box.children.length > MOST) box.firstElementChild.remove();
    live(toast);
  };

  relasi.on("click", "[data-toast-close]", (_event, button) => button.closest("[data-toast]").remove());
  document.addEventListener("close", () => place(), true);
  document.addEventListener("relasi:toasts", (event) => event.detail.items.forEach(relasi.toast));
  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("#toasts > .toast").forEach(live));
}

/* unsaved.js */
// A form that was changed and not saved asks before the page is left.
{
  const note = (event) => {
    const form = event.target.closest?.("form[data-unsaved]");
    if (form) form.dataset.dirty = "1";
  };
  document.addEventListener("input", note);
  document.addEventListener("change", note);
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented && !event.target.hasAttribute("hx-post")) delete event.target.dataset.dirty;
  });
  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    const form = ctx.request.form;
    if (ctx.response.status < 400 && form && !form.hasAttribute("data-lines")) delete form.dataset.dirty;
  });
  addEventListener("beforeunload", (event) => {
    if (document.querySelector("form[data-dirty]")) event.preventDefault();
  });
  // Ctrl Enter sends from anywhere inside a form.
  relasi.on("keydown", "form", (event, form) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("button[type=submit]"));
  });
}

/* windows.js */
// Dialogs and drawers. A link with data-dialog or data-drawer leads to a page; here its answer opens in a window instead.
{
  const firstField = (dialog) =>
    dialog.querySelector("[autofocus]") ??
    dialog.querySelector(".body :is(input:not([type=hidden]), select, textarea, button, a[href])");

  const open = (dialog) => {
    if (!dialog.open) dialog.showModal();
    firstField(dialog)?.focus();
  };

  relasi.on("click", "[data-open]", (event, opener) => {
    const dialog = document.getElementById(opener.dataset.open);
    if (!dialog) return;
    event.preventDefault();
    open(dialog);
  });

  relasi.openWindow = async (address, kind = "dialog") => {
    const dialog = document.getElementById(kind);
    await htmx.ajax("GET", address, { target: dialog, swap: "innerHTML" });
    if (dialog.firstElementChild) open(dialog);
  };

  relasi.on("click", "[data-dialog], [data-drawer]", (event, link) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    link.closest("[popover]")?.hidePopover();
    relasi.openWindow(link.href ?? link.dataset.url, link.hasAttribute("data-drawer") ? "drawer" : "dialog");
  });

  // A form of steps inside a window (choose a field, then a condition): each step is drawn in its place, and the
  // last one leads on to the page the server sends us to (see requests.js).
  relasi.on("submit", "dialog form[data-drawer-form]", async (event, form) => {
    event.preventDefault();
    const dialog = form.closest("dialog");
    const name = document.activeElement?.name;
    const values = new URLSearchParams(new FormData(form, event.submitter));
    await htmx.ajax("GET", `${form.getAttribute("action")}?${values}`, { target: dialog, swap: "innerHTML" });
    if (name) dialog.querySelector(`[name="${name}"]:not([type=hidden])`)?.focus();
  });

  // What was typed is not thrown away without a question, whichever way the window is left.
  const mayClose = (dialog) => !dialog.querySelector("form[data-dirty]") || confirm(relasi.say("leave"));
  relasi.on("click", "[data-close]", (event, button) => {
    const dialog = button.closest("dialog");
    if (!dialog) return;
    event.preventDefault();
    if (mayClose(dialog)) dialog.close();
  });
  document.addEventListener(
    "cancel",
    (event) => {
      if (event.target.matches?.("dialog") && !mayClose(event.target)) event.preventDefault();
    },
    true,
  );
  document.addEventListener(
    "close",
    (event) => {
      if (["dialog", "drawer"].includes(event.target.id)) event.target.replaceChildren();
    },
    true,
  );
  // The server closes the window it answered (HX-Trigger: relasi:close).
  document.addEventListener("relasi:close", () => {
    for (const dialog of document.querySelectorAll("dialog:modal")) dialog.close();
  });
}

