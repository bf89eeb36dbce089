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
    if (box.hasAttribute("data-multiple")) {
      if (text && box.hasAttribute("data-allow-text")) choose(box, input, text, text);
      else input.value = "";
      return;
    }
    const holder = box.querySelector("input[type=hidden]");
    if (text === (box.dataset.text ?? "")) return;
    if (!text || box.hasAttribute("data-allow-text")) choose(box, input, text, text);
    else input.value = holder.value ? (box.dataset.text ?? "") : "";
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
    const found = options(list);
    select(input, found[0]);
    relasi.announce(found.length ? relasi.say("results", { count: found.length }) : relasi.say("noResults"));
    if (!found.length && !list.textContent.trim()) list.replaceChildren(relasi.make("p", {}, relasi.say("noResults")));
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
    return relasi.rowKey(event);
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
    if (ctx.response.status < 400 && ctx.request.form) delete ctx.request.form.dataset.dirty;
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

