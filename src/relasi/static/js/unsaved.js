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
    const form = ctx.request.form;
    if (ctx.response.status < 400 && form && !form.hasAttribute("data-lines")) delete form.dataset.dirty;
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
