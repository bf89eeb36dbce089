// A menu longer than its place shows the entry of this page.
for (const menu of document.querySelectorAll("[data-in-view]"))
  menu.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
