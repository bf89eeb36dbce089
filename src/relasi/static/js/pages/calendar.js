// The calendar: an event is dragged to another time or day, or made longer at its lower edge. Alt+arrows do the same by
// a quarter of an hour or a day, with Shift they change its length. What the server refuses is drawn as it was.
"use strict";
{
  const SNAP = 0.25;
  const EDGE = 8;
  let dragging = false;
  let timer;

  const root = () => document.getElementById("calendar");
  const grid = () => document.querySelector("[data-lanes]");
  const read = (item, name) => Number(item.style.getPropertyValue(name));
  const write = (item, name, value) => item.style.setProperty(name, String(value));
  const snapped = (value) => Math.round(value / SNAP) * SNAP;
  const lanes = () => [...grid().querySelectorAll("[data-lane]")];
  const unit = () => grid().querySelector("[data-unit]").getBoundingClientRect().height;
  const most = (item) => Number(getComputedStyle(grid()).getPropertyValue("--hours")) - read(item, "--len");

  const refresh = () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      if (dragging || document.querySelector("dialog:modal")) return;
      const focused = document.activeElement?.dataset?.id;
      await htmx.ajax("GET", location.pathname + location.search, { target: "#calendar", swap: "innerMorph" });
      if (focused) document.querySelector(`[data-item][data-id="${focused}"]`)?.focus();
    }, 400);
  };

  const clock = (day, hours) => {
    const minutes = Math.round((hours + Number(grid().dataset.low)) * 60);
    const two = (number) => String(number).padStart(2, "0");
    const date = new Date(`${day}T00:00:00Z`);
    date.setUTCMinutes(minutes);
    return `${date.toISOString().slice(0, 10)}T${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
  };

  const send = async (item) => {
    const day = item.closest("[data-lane]").dataset.lane;
    const top = read(item, "--top");
    const values = {
      kind: item.dataset.kind,
      id: item.dataset.id,
      version: item.dataset.version,
      start: clock(day, top),
      end: clock(day, top + read(item, "--len")),
    };
    try {
      const answer = await relasi.post(root().dataset.move, values);
      const body = await answer.json();
      if (answer.ok) item.dataset.version = body.version;
      else relasi.toast({ text: body.message, kind: "bad" });
      const events = answer.headers.get("HX-Trigger");
      if (events?.startsWith("{")) JSON.parse(events)["relasi:toasts"]?.items.forEach(relasi.toast);
    } catch {
      relasi.toast({ text: relasi.say("offline"), kind: "bad" });
    }
    refresh();
  };

  relasi.on("pointerdown", "[data-item]", (event, item) => {
    if (event.button || event.pointerType === "touch") return;
    const from = { top: read(item, "--top"), len: read(item, "--len"), lane: item.parentElement };
    const height = unit();
    const sizing = !("fixed" in item.dataset) && item.getBoundingClientRect().bottom - event.clientY < EDGE;
    let moved = false;
    const move = (next) => {
      const far = (next.clientY - event.clientY) / height;
      const lane = lanes().find((one) => {
        const box = one.getBoundingClientRect();
        return next.clientX >= box.left && next.clientX < box.right;
      });
      if (!moved && Math.abs(far * height) < 4 && (lane === from.lane || !lane)) return;
      moved = dragging = true;
      item.classList.add("dragging");
      if (sizing) return write(item, "--len", Math.max(SNAP, snapped(from.len + far)));
      write(item, "--top", Math.min(Math.max(0, snapped(from.top + far)), most(item)));
      if (lane && lane !== item.parentElement) lane.append(item);
    };
    const stop = () => {
      removeEventListener("pointermove", move);
      item.classList.remove("dragging");
      dragging = false;
      if (!moved) return;
      addEventListener("click", (click) => click.preventDefault(), { once: true, capture: true });
      if (from.lane !== item.parentElement || from.top !== read(item, "--top") || from.len !== read(item, "--len")) send(item);
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", stop, { once: true });
    addEventListener("pointercancel", stop, { once: true });
  });

  let sending;
  relasi.on("keydown", "[data-item]", (event, item) => {
    const step = { ArrowUp: -1, ArrowDown: 1, ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || !event.altKey) return;
    event.preventDefault();
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      const all = lanes();
      const lane = all[all.indexOf(item.parentElement) + step];
      if (!lane) return;
      lane.append(item);
      item.focus();
    } else if (event.shiftKey) {
      if ("fixed" in item.dataset) return;
      write(item, "--len", Math.max(SNAP, read(item, "--len") + step * SNAP));
    } else write(item, "--top", Math.min(Math.max(0, read(item, "--top") + step * SNAP), most(item)));
    clearTimeout(sending);
    sending = setTimeout(() => send(item), 500);
  });

  document.addEventListener("relasi:changed", (event) => {
    if (event.target.id === "calendar") refresh();
  });
}
