// Toasts: at most three, six seconds each, paused while looked at; errors stay until they are closed.
{
  const STAY = 6000;
  const MOST = 3;
  const ICONS = { good: "circle-check", bad: "circle-x", info: "info" };

  // Above an open window the toasts must stand inside it: everything outside is inert.
  let known = null;
  const place = () => {
    const box = (known = document.getElementById("toasts") ?? known);
    const host = [...document.querySelectorAll("dialog:modal")].at(-1) ?? document.body;
    if (box.parentElement !== host) host.append(box);
    return box;
  };

  const live = (toast) => {
    if (toast.dataset.kind === "bad") return;
    let timer;
    const start = () => (timer = setTimeout(() => toast.remove(), STAY));
    const stop = () => clearTimeout(timer);
    for (const name of ["pointerenter", "focusin"]) toast.addEventListener(name, stop);
    for (const name of ["pointerleave", "focusout"]) toast.addEventListener(name, start);
    start();
  };

  const undoForm = (address) => {
    const form = relasi.make(
      "form",
      { method: "post", action: address, class: "inline" },
      relasi.make("input", { type: "hidden", name: "csrfmiddlewaretoken", value: relasi.token() }),
      relasi.make("button", { type: "submit", class: "btn btn-sm" }, relasi.say("undo")),
    );
    return form;
  };

  // undo: where Undo posts to; url: where Show leads; mark: an attribute to find the toast by.
  relasi.toast = ({ text, kind = "good", undo = "", url = "", mark = "" }) => {
    const box = place();
    const toast = relasi.make(
      "div",
      { class: "toast", "data-kind": kind, "data-toast": "", role: kind === "bad" ? "alert" : null },
      relasi.icon(ICONS[kind] ?? "info"),
      relasi.make("span", {}, text),
    );
    if (mark) toast.setAttribute(mark, "");
    if (undo) toast.append(undoForm(undo));
    if (url) toast.append(relasi.make("a", { class: "btn btn-sm", href: url }, relasi.say("show")));
    toast.append(
      relasi.make(
        "button",
        { type: "button", class: "btn btn-icon btn-ghost btn-sm", "aria-label": relasi.say("close"), "data-toast-close": "" },
        relasi.icon("x"),
      ),
    );
    box.append(toast);
    while (box.children.length > MOST) box.firstElementChild.remove();
    live(toast);
  };

  relasi.on("click", "[data-toast-close]", (_event, button) => button.closest("[data-toast]").remove());
  document.addEventListener("close", () => place(), true);
  document.addEventListener("relasi:toasts", (event) => event.detail.items.forEach(relasi.toast));
  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("#toasts > .toast").forEach(live));
}
