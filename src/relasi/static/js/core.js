// The common ground of our scripts. Every file is plain, speaks to the page by data-* attributes and listens on the
// document, so what htmx swaps in works at once. The files are joined into relasi.js by bin/bundle-static.
"use strict";

const relasi = (window.relasi = {});

// on("click", "[data-copy]", (event, element) => …): one listener for all elements there are and will be.
relasi.on = (name, selector, handler, options) =>
  document.addEventListener(
    name,
    (event) => {
      const element = event.target.closest?.(selector);
      if (element) handler(event, element);
    },
    options,
  );

// A sentence of the page's language; values replace %(name)s.
relasi.say = (key, values = {}) => {
  relasi.sentences ??= JSON.parse(document.getElementById("sentences")?.textContent || "{}");
  return (relasi.sentences[key] ?? key).replace(/%\((\w+)\)s/g, (_, name) => values[name] ?? "");
};

relasi.icon = (name) => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "i");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${document.body.dataset.static}#${name}`);
  svg.append(use);
  return svg;
};

// make("button", {class: "btn", type: "button"}, "Text", node)
relasi.make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value != null) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

relasi.token = () => JSON.parse(document.body.getAttribute("hx-headers:inherited") || "{}")["X-CSRFToken"];

// A quiet POST, for what is already shown: preferences.
relasi.post = (url, values) =>
  fetch(url, {
    method: "POST",
    body: new URLSearchParams(values),
    redirect: "manual",
    headers: { "X-CSRFToken": relasi.token(), "X-Requested-With": "fetch" },
  });

// Said to screen readers, seen by nobody.
relasi.announce = (text) => {
  const place = document.getElementById("announce");
  if (place) place.textContent = text;
};

relasi.typing = (element) =>
  !!element?.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable=true]");
