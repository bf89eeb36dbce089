// Live: what others change is known here within a second. Elements with data-topics ("sales.deal sales.deal:4711") get
// the event relasi:changed, which hx-trigger can wait for; a sentence in the message becomes a toast.
// A hidden tab lets go of its connection, because a browser has few of them for one server.
{
  const LONGEST = 30000;
  const HIDDEN_FOR = 20000;
  let source = null;
  let listening = "";
  let delay = 1000;
  let timer;

  const topics = () => {
    const found = new Set();
    for (const element of document.querySelectorAll("[data-topics]"))
      element.dataset.topics.split(/\s+/).forEach((topic) => topic && found.add(topic));
    return [...found].sort().join(",");
  };

  const close = () => {
    clearTimeout(timer);
    source?.close();
    source = null;
    listening = "";
  };

  const receive = (event) => {
    const change = JSON.parse(event.data);
    for (const element of document.querySelectorAll("[data-topics]"))
      if (element.dataset.topics.split(/\s+/).includes(change.topic))
        element.dispatchEvent(new CustomEvent("relasi:changed", { bubbles: false, detail: change }));
    if (change.text) relasi.toast({ text: change.text, kind: "info", url: change.url });
  };

  const open = () => {
    const wanted = topics();
    if (wanted === listening) return;
    close();
    if (!wanted || document.hidden) return;
    listening = wanted;
    source = new EventSource(`/live/?topics=${encodeURIComponent(wanted)}`);
    source.addEventListener("open", () => (delay = 1000));
    source.addEventListener("change", receive);
    source.addEventListener("error", () => {
      close();
      timer = setTimeout(open, delay * (0.75 + Math.random() / 2));
      delay = Math.min(delay * 2, LONGEST);
    });
  };

  let hiding;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiding);
    if (document.hidden) hiding = setTimeout(close, HIDDEN_FOR);
    else open();
  });
  document.addEventListener("DOMContentLoaded", open);
  document.addEventListener("htmx:after:swap", open);
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
}
