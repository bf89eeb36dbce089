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
