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
