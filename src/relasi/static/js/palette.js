// Search and commands: Ctrl K from anywhere. Its options are links.
{
  const palette = () => document.getElementById("palette");

  relasi.openPalette = () => {
    const dialog = palette();
    if (!dialog || dialog.open) return;
    dialog.showModal();
    const input = dialog.querySelector("[role=combobox]");
    input.select();
    input.dispatchEvent(new Event("lookup"));
  };

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      if (!palette()) return;
      event.preventDefault();
      relasi.openPalette();
    }
  });
  relasi.on("click", '[data-open="palette"]', () => palette()?.querySelector("[role=combobox]").dispatchEvent(new Event("lookup")));

  relasi.on("submit", "[data-palette] form", (event, form) => {
    const option = form.closest("dialog").querySelector("[role=option][aria-selected=true]");
    if (!option) return;
    event.preventDefault();
    option.click();
  });
  relasi.on("keydown", "[data-palette] [role=combobox]", (event, input) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const option = input.closest("dialog").querySelector("[role=option][aria-selected=true]");
    if (!option) return;
    event.preventDefault();
    window.open(option.href, "_blank", "noopener");
  });
  // A link to a window of its own (quick create) opens there, after the palette is out of the way.
  relasi.on("click", "[data-palette] a[role=option]", () => palette().close());
}
