// Single keys, only while nothing is being typed; they can be switched off in the list that ? opens (kept per device).
{
  const WAIT = 1200;
  let first = "";
  let timer;
  const off = () => localStorage.getItem("keys") === "off";

  // Each entry gets a letter: the one it brings, else the first free letter of its address.
  const letters = (links, wanted) => {
    const taken = new Map();
    for (const link of links) {
      const word = new URL(link.href).pathname.replace(/[^a-z]/g, "");
      const letter = [...(wanted(link) ?? "").toLowerCase(), ...word].find((one) => !taken.has(one));
      if (letter) taken.set(letter, link);
    }
    return taken;
  };
  const places = () => letters(document.querySelectorAll("a[data-go]"), () => "");
  const makers = () => letters(document.querySelectorAll("a[data-new]"), (link) => link.dataset.new);

  const list = (name, prefix, entries) => {
    const box = document.querySelector(`[data-keys="${name}"]`);
    if (!box) return;
    box.replaceChildren(
      ...[...entries].map(([letter, link]) =>
        relasi.make(
          "div",
          {},
          relasi.make("span", {}, link.querySelector("span")?.textContent.trim() ?? link.textContent.trim()),
          relasi.make("span", {}, relasi.make("kbd", {}, prefix), " ", relasi.make("kbd", {}, letter.toUpperCase())),
        ),
      ),
    );
    document.querySelector(`[data-keys-title="${name}"]`).hidden = !entries.size;
  };
  document.addEventListener(
    "toggle",
    (event) => {
      if (event.target.id !== "help" || event.newState !== "open") return;
      list("go", "G", places());
      list("new", "N", makers());
      const box = event.target.querySelector("[data-keys-off]");
      if (box) box.checked = !off();
    },
    true,
  );
  relasi.on("change", "[data-keys-off]", (_event, box) => localStorage.setItem("keys", box.checked ? "on" : "off"));

  const filter = () => {
    const input = document.querySelector(".bar input[type=search], [data-filter]");
    (input ?? document.querySelector(".chip-add"))?.focus();
    return !!input;
  };
  // N with nothing after it makes a new one of what this page lists.
  const alone = () => {
    if (first === "n") document.querySelector('[data-key="n"]')?.click();
    first = "";
  };
  const single = (event) => {
    if (event.key === "g" || event.key === "n") {
      first = event.key;
      clearTimeout(timer);
      timer = setTimeout(alone, WAIT);
      return true;
    }
    if (event.key === "?") return document.getElementById("help")?.togglePopover() !== undefined;
    if (event.key === "/") return filter() || (relasi.openPalette(), true);
    if (event.key === "[") return relasi.foldSide(), true;
    if (event.key === "D") return relasi.nextDensity(), true;
    return relasi.rowKey(event) || relasi.neighbourKey(event);
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (relasi.typing(event.target) || document.querySelector("dialog:modal, [data-menu]:popover-open")) return;
    if (off() && event.key.length === 1) return;
    if (event.target.closest?.("button, summary, a[href]") && event.key === "Enter") return;
    if (first) {
      const link = (first === "g" ? places() : makers()).get(event.key.toLowerCase());
      clearTimeout(timer);
      first = "";
      if (link) {
        event.preventDefault();
        return link.click();
      }
    }
    if (single(event)) event.preventDefault();
  });
}
