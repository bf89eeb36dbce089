// Theme, density and the folded sidebar: seen at once, kept by the server (the sidebar by a cookie, each device its own).
{
  const root = document.documentElement;
  const DENSITIES = ["compact", "comfortable", "spacious"];

  const show = (name, value) => {
    root.dataset[name] = value;
    for (const button of document.querySelectorAll(`[data-preferences] button[name="${name}"]`))
      button.setAttribute("aria-pressed", String(button.value === value));
  };

  // The language changes every word of the page, so its form is sent like any other.
  document.addEventListener(
    "submit",
    (event) => {
      const { name, value } = event.submitter ?? {};
      if (!event.target.matches("[data-preferences]") || !["theme", "density"].includes(name)) return;
      event.preventDefault();
      show(name, value);
      relasi.post(event.target.action, { [name]: value });
    },
    true,
  );

  relasi.nextDensity = () => {
    const value = DENSITIES[(DENSITIES.indexOf(root.dataset.density) + 1) % DENSITIES.length];
    show("density", value);
    relasi.post("/preferences/", { density: value });
  };

  relasi.foldSide = () => {
    const folded = root.dataset.side !== "rail";
    if (folded) root.dataset.side = "rail";
    else delete root.dataset.side;
    document.cookie = `side=${folded ? "rail" : ""}; path=/; max-age=31536000; samesite=lax`;
  };
  relasi.on("click", "[data-side-fold]", relasi.foldSide);

  // In the rail a group's entries fly out beside its icon.
  const rail = () => (document.querySelector(".side")?.offsetWidth ?? 999) < 80;
  const flyOut = (group) => {
    group.style.setProperty("--flyout", `${Math.round(group.getBoundingClientRect().top)}px`);
    group.open = true;
  };
  relasi.on("pointerover", ".side .nav-group", (_event, group) => rail() && flyOut(group));
  relasi.on("click", ".side .nav-group > summary", (event, summary) => {
    if (!rail()) return;
    event.preventDefault();
    flyOut(summary.parentElement);
  });
}
