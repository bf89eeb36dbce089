// A document that is being written survives a closed page: what is typed is kept in this browser, for this person, and offered
// when they come back. The server draws it again as it draws every change of lines.
{
  const find = () => document.querySelector("form[data-draft]");
  const keyOf = (form) => `draft:${document.body.dataset.user}:form:${form.dataset.draft}`;
  const read = (form) => JSON.parse(localStorage.getItem(keyOf(form)) || "null");
  const typed = (form) =>
    [...new FormData(form)].filter(([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string");

  let timer;
  const keep = (form) => {
    clearTimeout(timer);
    if (form.dataset.dirty) localStorage.setItem(keyOf(form), JSON.stringify({ at: Date.now(), typed: typed(form) }));
  };
  const soon = ({ target }) => {
    const form = target.closest?.("form[data-draft]");
    if (!form) return;
    clearTimeout(timer);
    timer = setTimeout(() => keep(form), 250);
  };
  document.addEventListener("input", soon);
  document.addEventListener("change", soon);
  document.addEventListener("htmx:after:swap", () => find()?.dataset.dirty && keep(find()));
  addEventListener("pagehide", () => find()?.dataset.dirty && keep(find()));

  // Sent: forgotten on the next page, unless the form comes back with something to mend.
  document.addEventListener("submit", ({ target, defaultPrevented }) => {
    if (!defaultPrevented && target.matches("form[data-draft]")) sessionStorage.setItem("draft-sent", keyOf(target));
  });
  document.addEventListener("DOMContentLoaded", () => {
    const sent = sessionStorage.getItem("draft-sent");
    const form = find();
    sessionStorage.removeItem("draft-sent");
    if (form && keyOf(form) === sent) return;
    if (sent) localStorage.removeItem(sent);
    const kept = form && read(form);
    if (!kept) return;
    const offer = document.querySelector("[data-draft-offer]");
    const when = new Date(kept.at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
    offer.querySelector("[data-draft-when]").textContent = when;
    offer.hidden = false;
  });

  const restoring = new Map();
  relasi.on("click", "[data-draft-take]", (_event, button) => {
    const form = find();
    restoring.set(form, read(form).typed);
    form.dataset.dirty = "1";
    button.closest("[data-draft-offer]").hidden = true;
    form.dispatchEvent(new CustomEvent("relasi:recalculate"));
  });
  document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
    const kept = restoring.get(ctx.sourceElement);
    if (!kept) return;
    restoring.delete(ctx.sourceElement);
    const body = ctx.request.body;
    for (const name of new Set(body.keys())) if (name !== "csrfmiddlewaretoken" && name !== "act") body.delete(name);
    for (const [name, value] of kept) body.append(name, value);
  });
  relasi.on("click", "[data-draft-drop]", (_event, button) => {
    localStorage.removeItem(keyOf(find()));
    button.closest("[data-draft-offer]").hidden = true;
  });
}
