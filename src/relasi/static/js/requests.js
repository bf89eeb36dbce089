// What every request shows: a line on top of the stage when it takes long, a busy button, a sentence when it fails.
{
  const PATIENCE = 300;
  let running = 0;
  let timer;

  const stage = () => document.querySelector(".stage");
  const quiet = (ctx) => /every|load/.test(ctx.sourceElement?.getAttribute?.("hx-trigger") ?? "");

  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    const button = ctx.request.submitter ?? (ctx.sourceElement?.matches?.("button") ? ctx.sourceElement : null);
    if (button && !button.matches("[data-keep]")) {
      button.setAttribute("aria-busy", "true");
      ctx.busy = button;
    }
    if (quiet(ctx)) return;
    ctx.counted = true;
    if (running++ === 0) timer = setTimeout(() => stage()?.setAttribute("aria-busy", "true"), PATIENCE);
  });

  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    ctx.busy?.removeAttribute("aria-busy");
    if (!ctx.counted || --running > 0) return;
    clearTimeout(timer);
    stage()?.removeAttribute("aria-busy");
  });

  // The session ended meanwhile: the answer is the sign-in page, which must not land inside this one.
  document.addEventListener("htmx:before:response", (event) => {
    const { target, response } = event.detail.ctx;
    if (!response.raw.redirected) return;
    if (new URL(response.raw.url).pathname === "/login/") {
      event.preventDefault();
      location.assign(`/login/?next=${encodeURIComponent(location.pathname + location.search)}`);
    } else if (target?.closest?.("dialog")) {
      // A window's work is done: what follows is a page.
      event.preventDefault();
      location.assign(response.raw.url);
    }
  });

  // What stands in for scripts comes to life in an answer that is parsed without them: a second, stale control of the
  // same name, which would be sent along with the one on the page and win over it.
  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    ctx.text = ctx.text?.replace(/<noscript>[^]*?<\/noscript>/g, "");
  });

  // 422 and 409 bring their form back and explain themselves there.
  document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
    const { status, headers } = ctx.response;
    if (status === 422 || status === 409 || headers.get("HX-Trigger")?.includes("relasi:toasts")) return;
    const key = { 401: "forbidden", 403: "forbidden", 404: "missing", 410: "missing" }[status];
    relasi.toast({ text: relasi.say(key ?? (status >= 500 ? "failed" : "refused")), kind: "bad" });
  });

  document.addEventListener("htmx:error", ({ detail: { ctx, error } }) => {
    if (ctx && !quiet(ctx) && (error instanceof TypeError || ctx.request?.signal?.reason === "timeout"))
      relasi.toast({ text: relasi.say("offline"), kind: "bad" });
  });

  // A plain form is sent once, however often its button is pressed.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    event.submitter?.setAttribute("aria-busy", "true");
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
    }
  });
}
