// Small helpers of single controls: copy, show a password, mixed checkboxes, what to correct, dropping files.
{
  relasi.on("click", "[data-copy]", async (_event, button) => {
    await navigator.clipboard.writeText(button.dataset.copy);
    const use = button.querySelector("use");
    const before = use.getAttribute("href");
    use.setAttribute("href", before.replace(/#.*/, "#check"));
    relasi.announce(relasi.say("copied"));
    setTimeout(() => use.setAttribute("href", before), 1500);
  });

  relasi.on("click", "[data-print]", () => window.print());

  relasi.on("click", "[data-reveal]", (_event, button) => {
    const input = button.parentElement.querySelector("input");
    const hidden = input.type === "password";
    input.type = hidden ? "text" : "password";
    const label = relasi.say(hidden ? "hidePassword" : "showPassword");
    button.setAttribute("aria-pressed", String(hidden));
    button.setAttribute("aria-label", label);
    button.title = label;
    const use = button.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, hidden ? "#eye-off" : "#eye"));
  });

  const mixed = () => document.querySelectorAll("[data-indeterminate]").forEach((box) => (box.indeterminate = true));
  document.addEventListener("DOMContentLoaded", mixed);
  document.addEventListener("htmx:after:swap", mixed);

  // A form that came back begins where something is to be corrected, unless it says itself where to begin.
  document.addEventListener("DOMContentLoaded", () => {
    if (!document.querySelector("[autofocus]:not(dialog *)")) document.querySelector("form[method=post] [aria-invalid=true]")?.focus();
  });

  const names = (zone) => {
    const place = zone.querySelector("[data-drop-names]");
    if (place) place.textContent = [...zone.querySelector("input[type=file]").files].map((file) => file.name).join(", ");
  };
  relasi.on("dragover", "[data-drop]", (event, zone) => {
    event.preventDefault();
    zone.dataset.over = "";
  });
  relasi.on("dragleave", "[data-drop]", (event, zone) => {
    if (!zone.contains(event.relatedTarget)) delete zone.dataset.over;
  });
  relasi.on("drop", "[data-drop]", (event, zone) => {
    event.preventDefault();
    delete zone.dataset.over;
    const input = zone.querySelector("input[type=file]");
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  relasi.on("change", "[data-drop]", (_event, zone) => names(zone));
}
