// The board: cards are dragged by mouse or finger, or moved by keys; the server's answer decides where they stay.
// Alt+Left and Alt+Right move the card in focus, S asks where to, X chooses it, the arrows walk from card to card. Chosen
// cards move together. On a board in the order of its people cards are dragged up and down too, by Alt+Up and Alt+Down.
"use strict";
{
  const PAUSE = 400;
  let dragging = false;
  let stale = false;
  let timer;
  // Ids of the chosen cards, which stay chosen when the server draws them anew.
  const chosen = new Set();
  // What takes back a move that waits for its form: the reason of a lost deal.
  let takeBack = null;

  const board = () => document.getElementById("board");
  const lists = () => [...document.querySelectorAll("#board ul[data-column]")];
  const address = (name) => new URL(board().dataset[name], location.href);

  // The cards again, as the server has them now, as many as are shown already.
  const refresh = async () => {
    clearTimeout(timer);
    stale = dragging || !!takeBack;
    if (stale || !board()) return;
    const url = address("refresh");
    const count = (list) => list.querySelectorAll(".kcard").length;
    const shown = lists().filter((list) => !("strip" in list.dataset) && count(list) > 25);
    if (shown.length) url.searchParams.set("shown", shown.map((list) => `${list.dataset.column}:${count(list)}`).join(","));
    const focused = document.activeElement?.closest?.(".kcard")?.id;
    await htmx.ajax("GET", url.pathname + url.search, { target: "#board", swap: "innerMorph" });
    if (focused && !document.activeElement?.closest?.(".kcard")) document.getElementById(focused)?.focus();
  };
  const refreshSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, PAUSE);
  };

  // "+612 jt" beside the sum of the column a card hangs over.
  const preview = (list, card) => {
    for (const old of document.querySelectorAll("[data-preview]")) old.remove();
    const sum = list && document.getElementById(list.dataset.sum);
    if (sum && card.dataset.brief)
      (sum.querySelector("b") ?? sum).append(
        relasi.make("span", { class: "pos", "data-preview": "" }, ` +${card.dataset.brief.replace(/^Rp\s/, "")}`),
      );
  };

  const said = (answer) => {
    const events = answer.headers.get("HX-Trigger");
    if (events?.startsWith("{")) JSON.parse(events)["relasi:toasts"]?.items.forEach(relasi.toast);
  };

  const send = (cards, list) =>
    fetch(address("move").pathname, {
      method: "POST",
      redirect: "manual",
      headers: { "X-CSRFToken": relasi.token(), "X-Requested-With": "fetch" },
      body: new URLSearchParams([
        ...address("move").searchParams,
        ...cards.flatMap((card) => [
          ["id", card.dataset.card],
          ["version", card.dataset.version],
        ]),
        ["to", list.dataset.column],
      ]),
    });

  // On a board in the order of its people: where a card stands now.
  const place = (card, list) => {
    const above = card.previousElementSibling?.dataset.card ?? "";
    return fetch(address("place"), {
      method: "POST",
      headers: { "X-CSRFToken": relasi.token(), "X-Requested-With": "fetch" },
      body: new URLSearchParams({ id: card.dataset.card, after: above, column: list.dataset.column }),
    });
  };
  const byHand = () => "place" in board().dataset;
  const placed = async (card, list) => {
    const answer = await place(card, list).catch(() => null);
    if (!answer?.ok) relasi.toast({ text: relasi.say(answer ? "refused" : "offline"), kind: "bad" });
    refresh();
  };

  // Shown at once; back stand the cards where they were when the answer is no.
  const commit = async (cards, list, back) => {
    for (const card of cards) card.setAttribute("aria-busy", "true");
    let answer;
    try {
      answer = await send(cards, list);
    } catch {
      back();
      return relasi.toast({ text: relasi.say("offline"), kind: "bad" });
    } finally {
      for (const card of cards) card.removeAttribute("aria-busy");
    }
    if (answer.type === "opaqueredirect") return location.reload();
    const body = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
    if (answer.ok) {
      for (const card of cards) card.dataset.version = body.versions[card.dataset.card];
      if (cards.length > 1) chooseNone();
      if (byHand()) for (const card of cards) await place(card, list).catch(() => null);
      said(answer);
    } else if (body.form) {
      takeBack = back;
      return relasi.openWindow(body.form, "drawer");
    } else {
      back();
      relasi.toast({ text: body.message ?? relasi.say(answer.status >= 500 ? "failed" : "refused"), kind: "bad" });
    }
    refresh();
  };

  const backTo = (card, list, next) => () => list.insertBefore(card, next?.parentElement === list ? next : null);

  // The card and, where it is one of them, all other chosen cards; they stand below it now. back: takes all of it back.
  const together = (card, list, back) => {
    const others = chosen.has(card.dataset.card) ? picked().filter((one) => one !== card) : [];
    const backs = others.map((one) => backTo(one, one.parentElement, one.nextElementSibling));
    others.reduce((above, one) => (above.after(one), one), card);
    return [[card, ...others], list, () => (backs.reverse().forEach((one) => one()), back())];
  };

  const picked = () => [...document.querySelectorAll(".kcard")].filter((card) => chosen.has(card.dataset.card));
  const showChosen = () => {
    for (const card of document.querySelectorAll(".kcard")) {
      const on = chosen.has(card.dataset.card);
      card.toggleAttribute("data-chosen", on);
      const box = card.querySelector("[data-pick]");
      if (box) box.checked = on;
    }
    const bar = document.getElementById("board-chosen");
    if (!bar) return;
    bar.hidden = !chosen.size;
    bar.querySelector("b").textContent = chosen.size;
  };
  const choose = (card, on) => {
    chosen[on ? "add" : "delete"](card.dataset.card);
    showChosen();
  };
  const chooseNone = () => {
    chosen.clear();
    showChosen();
  };
  relasi.on("change", "[data-pick]", (_event, box) => choose(box.closest(".kcard"), box.checked));
  relasi.on("click", "[data-chosen-none]", chooseNone);
  relasi.on("click", "[data-chosen-move]", () => {
    const url = address("move");
    for (const card of picked()) {
      url.searchParams.append("id", card.dataset.card);
      url.searchParams.append("version", card.dataset.version);
    }
    relasi.openWindow(url.pathname + url.search, "drawer");
  });

  const start = (list) => {
    if (Sortable.get(list) || !("movable" in board().dataset)) return;
    let next = null;
    new Sortable(list, {
      group: "cards",
      draggable: ".kcard",
      sort: byHand(),
      animation: 140,
      forceFallback: true,
      fallbackOnBody: true,
      fallbackTolerance: 5,
      fallbackClass: "lifted",
      ghostClass: "kghost",
      delay: 200,
      delayOnTouchOnly: true,
      touchStartThreshold: 6,
      scroll: true,
      bubbleScroll: true,
      onStart: ({ item }) => {
        dragging = true;
        next = item.nextElementSibling;
        document.documentElement.toggleAttribute("data-dragging", true);
      },
      onMove: ({ to, dragged }) => {
        const open = !("takes" in to.dataset);
        preview(open && to !== list ? to : null, dragged);
        return open;
      },
      onEnd: ({ item, to }) => {
        dragging = false;
        document.documentElement.removeAttribute("data-dragging");
        preview(null, item);
        if (to === list || to.dataset.column === list.dataset.column) {
          if (to !== list) backTo(item, list, next)();
          else if (byHand() && item.nextElementSibling !== next) return placed(item, list);
          if (stale) refresh();
          return;
        }
        commit(...together(item, to, backTo(item, list, next)));
      },
    });
  };
  const startAll = () => board() && lists().forEach(start);

  const byKey = (card, step) => {
    const from = card.parentElement;
    const lane = lists().filter((list) => list.dataset.lane === from.dataset.lane && !("strip" in list.dataset));
    const open = lane.filter((list) => list === from || !("takes" in list.dataset));
    const to = open[open.indexOf(from) + step];
    if (!to || !("movable" in board().dataset)) return;
    const back = backTo(card, from, card.nextElementSibling);
    to.prepend(card);
    card.focus();
    commit(...together(card, to, () => (back(), card.focus())));
  };
  const upOrDown = (card, step) => {
    const other = step < 0 ? card.previousElementSibling : card.nextElementSibling;
    if (!byHand() || !other?.matches(".kcard")) return;
    other[step < 0 ? "before" : "after"](card);
    card.focus();
    placed(card, card.parentElement);
  };

  const walk = (card, key) => {
    if (key === "ArrowDown" || key === "ArrowUp")
      return (key === "ArrowDown" ? card.nextElementSibling : card.previousElementSibling)?.closest(".kcard")?.focus();
    const all = lists().filter((list) => list.querySelector(".kcard") || list === card.parentElement);
    const to = all[all.indexOf(card.parentElement) + (key === "ArrowRight" ? 1 : -1)];
    const place = [...card.parentElement.children].indexOf(card);
    const cards = to?.querySelectorAll(".kcard") ?? [];
    cards[Math.min(place, cards.length - 1)]?.focus();
  };

  relasi.on("keydown", ".kcard", (event, card) => {
    if (event.target !== card || event.ctrlKey || event.metaKey) return;
    const side = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (event.altKey && side) byKey(card, side);
    else if (event.altKey && step) upOrDown(card, step);
    else if (event.altKey) return;
    else if (event.key.startsWith("Arrow")) walk(card, event.key);
    else if (event.key === "Enter") card.querySelector("a.t").click();
    else if (event.key === "s") card.querySelector(".kmove")?.click();
    else if (event.key === "x") card.querySelector("[data-pick]")?.click();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  // The move is done, from the window; or the window was left, and the card goes back.
  document.addEventListener("relasi:moved", () => {
    takeBack = null;
    chooseNone();
    refresh();
  });
  document.addEventListener(
    "close",
    (event) => {
      if (event.target.id !== "drawer" || !takeBack) return;
      takeBack();
      takeBack = null;
      refresh();
    },
    true,
  );

  document.addEventListener("relasi:changed", (event) => {
    if (event.target.id === "board") refreshSoon();
  });
  document.addEventListener("htmx:after:swap", (event) => {
    startAll();
    showChosen();
    const target = event.detail?.ctx?.target;
    if (target?.id === "board") htmx.trigger("#board-totals", "relasi:totals");
  });
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", startAll);
  else startAll();
}
