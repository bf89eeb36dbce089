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
