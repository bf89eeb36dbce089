// The composer of comments: a draft that survives in this browser, answers, chosen files, and files dropped on the page.
{
  const KEPT = 7 * 24 * 3600 * 1000;
  const formOf = () => document.querySelector("form[data-composer]");
  const keyOf = (form) => `draft:${document.body.dataset.user}:${form.dataset.composer}`;
  const textOf = (form) => form.querySelector("textarea");

  const restore = () => {
    const form = formOf();
    if (!form || textOf(form).value.trim()) return;
    const kept = JSON.parse(localStorage.getItem(keyOf(form)) || "null");
    if (kept && Date.now() - kept.at < KEPT) textOf(form).value = kept.text;
  };
  document.addEventListener("DOMContentLoaded", () => {
    for (const key of Object.keys(localStorage))
      if (key.startsWith("draft:") && Date.now() - (JSON.parse(localStorage.getItem(key))?.at ?? 0) > KEPT)
        localStorage.removeItem(key);
    restore();
  });
  relasi.on("input", "form[data-composer] textarea", (_event, text) => {
    const key = keyOf(text.form);
    if (text.value.trim()) localStorage.setItem(key, JSON.stringify({ text: text.value, at: Date.now() }));
    else localStorage.removeItem(key);
  });

  const answer = (form, id, name) => {
    form.elements.reply_to.value = id;
    form.querySelector("[data-reply-line]").hidden = !id;
    form.querySelector("[data-reply-name]").textContent = name ? relasi.say("answerTo", { name }) : "";
  };
  relasi.on("click", "[data-reply]", (event, link) => {
    const form = formOf();
    if (!form) return;
    event.preventDefault();
    answer(form, link.dataset.reply, link.dataset.replyTo);
    textOf(form).focus();
  });
  relasi.on("click", "[data-reply-none]", (_event, button) => answer(button.form, "", ""));

  const nameFiles = (form) => {
    const files = [...(form.elements.files?.files ?? [])];
    form.querySelector("[data-files-chosen]").textContent = files.map((file) => file.name).join(", ");
  };
  relasi.on("change", "form[data-composer] input[type=file]", (_event, input) => nameFiles(input.form));

  document.addEventListener("relasi:sent", () => {
    const form = formOf();
    if (!form) return;
    localStorage.removeItem(keyOf(form));
    form.reset();
    textOf(form).value = "";
    answer(form, "", "");
    nameFiles(form);
  });

  // A file dropped anywhere on the timeline is chosen in the composer, to be sent with or without words.
  const holdsFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  relasi.on("dragover", "[data-files]", (event, pane) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    pane.classList.add("dropping");
  });
  relasi.on("dragleave", "[data-files]", (event, pane) => {
    if (!pane.contains(event.relatedTarget)) pane.classList.remove("dropping");
  });
  relasi.on("drop", "[data-files]", (event, pane) => {
    pane.classList.remove("dropping");
    const form = formOf();
    if (!holdsFiles(event) || !form?.elements.files) return;
    event.preventDefault();
    form.elements.files.files = event.dataTransfer.files;
    nameFiles(form);
    textOf(form).focus();
  });

  // Opening a link to a comment shows it once the timeline has come.
  document.addEventListener("htmx:after:swap", (event) => {
    const target = event.detail.ctx?.target;
    if (target?.id !== "timeline" || !location.hash.startsWith("#comment-")) return;
    const comment = document.getElementById(location.hash.slice(1));
    if (!comment || comment.dataset.shown) return;
    comment.dataset.shown = "1";
    comment.scrollIntoView({ block: "center" });
  });
}
