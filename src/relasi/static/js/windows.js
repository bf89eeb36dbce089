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
