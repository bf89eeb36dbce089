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
