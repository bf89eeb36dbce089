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
