// Live: what others change is known here within a second. Elements with data-topics ("sales.deal record:4711") get the
// event relasi:changed, which hx-trigger can wait for. A message says only who changed something; when it is the
// record on this page and somebody else, a toast offers to look again.
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

  const receive = ({ type: topic, data }) => {
    const { by } = JSON.parse(data);
    const mine = String(by) === document.body.dataset.user;
    for (const element of document.querySelectorAll("[data-topics]"))
      if (element.dataset.topics.split(/\s+/).includes(topic))
        element.dispatchEvent(new CustomEvent("relasi:changed", { bubbles: true, detail: { topic, by, mine } }));
    if (topic.startsWith("record:") && !mine) {
      document.querySelector("#toasts [data-changed-toast]")?.remove();
      relasi.toast({ text: relasi.say("changed"), kind: "info", url: location.href, mark: "data-changed-toast" });
    }
  };

  const open = () => {
    const wanted = topics();
    if (wanted === listening) return;
    close();
    if (!wanted || document.hidden) return;
    listening = wanted;
    source = new EventSource(`/live/?topics=${encodeURIComponent(wanted)}`);
    source.addEventListener("open", () => (delay = 1000));
    for (const topic of wanted.split(",")) source.addEventListener(topic, receive);
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
