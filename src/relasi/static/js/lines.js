// Lines of a document: every change asks the server for new figures; rows move by drag or Alt and arrows.
{
  const formOf = (node) => node.closest?.("form[data-lines]");
  let timer;
  const recalculate = (form, wait = 200) => {
    clearTimeout(timer);
    timer = setTimeout(() => form.dispatchEvent(new CustomEvent("relasi:recalculate")), wait);
  };
  document.addEventListener("change", (event) => {
    const form = formOf(event.target);
    if (form && event.target.name !== "q") recalculate(form);
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
