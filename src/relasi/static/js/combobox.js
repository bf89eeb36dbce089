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
