// The page of the API: a request is put together from its form, sent with the rights of the person, and its answer shown.
"use strict";
{
  const inside = (form, kind) =>
    [...new FormData(form)].filter(([name, value]) => name.startsWith(`${kind}.`) && value !== "")
      .map(([name, value]) => [name.slice(kind.length + 1), value]);

  const address = (form) => {
    let path = form.dataset.path;
    for (const [name, value] of inside(form, "path")) path = path.replace(`{${name}}`, encodeURIComponent(value));
    const query = new URLSearchParams(inside(form, "query")).toString();
    return `/api/v1${path}${query ? `?${query}` : ""}`;
  };

  const forgery = () => JSON.parse(document.body.getAttribute("hx-headers:inherited"))["X-CSRFToken"];

  const sent = (form) => {
    const headers = Object.fromEntries(inside(form, "header"));
    if (form.dataset.method !== "GET") headers["X-CSRFToken"] = forgery();
    const found = { method: form.dataset.method, headers };
    if (form.elements.body) {
      headers["Content-Type"] = "application/json";
      found.body = form.elements.body.value;
    } else if (form.elements.files) {
      found.body = new FormData();
      for (const file of form.elements.files.files) found.body.append("files", file);
    }
    return found;
  };

  const shown = async (answer) => {
    const text = await answer.text();
    try {
      return JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      return text;
    }
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-api-try]");
    if (!form) return;
    event.preventDefault();
    const status = form.querySelector("[data-api-status]");
    const place = form.querySelector("[data-api-answer]");
    status.textContent = "…";
    try {
      const answer = await fetch(address(form), sent(form));
      status.textContent = `${answer.status} ${answer.statusText}`;
      place.textContent = await shown(answer);
      place.hidden = place.textContent === "";
    } catch (error) {
      status.textContent = String(error);
    }
  });
}
