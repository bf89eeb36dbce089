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
