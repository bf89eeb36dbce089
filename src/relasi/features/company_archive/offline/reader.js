// Reads the archive of a company from a disk: pieces come as scripts that call `relasi`, texts are only ever texts.
"use strict";
(() => {
  const pieces = new Map(); // name -> content, those used last at the end
  const waiting = new Map(); // name -> {promise, done}
  const MOST_PIECES = 60;
  const PAGE = 50;
  const MOST_HITS = 200;
  const MOST_RELATED = 20;
  let catalog = null;
  let words = {};
  let asked = 0; // a newer question makes the answer to an older one void

  window.relasi = (name, content) => {
    if (name === "catalog") return begin(content);
    pieces.set(name, content);
    // What a search reads stays; pieces of whole records go, the oldest first.
    const heavy = [...pieces.keys()].filter((key) => !/\/i\d+$/.test(key));
    for (const key of heavy.slice(0, Math.max(0, heavy.length - MOST_PIECES))) pieces.delete(key);
    waiting.get(name)?.done(content);
    waiting.delete(name);
  };

  const load = (name) => {
    if (pieces.has(name)) {
      const content = pieces.get(name);
      pieces.delete(name);
      pieces.set(name, content);
      return Promise.resolve(content);
    }
    if (!waiting.has(name)) {
      const one = {};
      one.promise = new Promise((done, fail) => {
        one.done = done;
        const script = document.createElement("script");
        script.charset = "utf-8";
        script.src = `page/data/${name}.js`;
        script.onload = () => script.remove();
        script.onerror = () => {
          script.remove();
          waiting.delete(name);
          fail(new Error(fill(words.broken, { file: `page/data/${name}.js` })));
        };
        document.head.append(script);
      });
      waiting.set(name, one);
    }
    return waiting.get(name).promise;
  };

  // Small things.
  const el = (tag, attributes = {}, ...children) => {
    const found = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === true) found.setAttribute(name, "");
      else if (value !== false && value != null) found.setAttribute(name, value);
    }
    found.append(...children.filter((child) => child != null));
    return found;
  };
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_whole, name) => String(values[name] ?? ""));
  const count = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, catalog.group);
  const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const moduleCalled = (slug) => catalog.modules.find((one) => one.k === slug);
  const address = (module, id) => `#/r/${module.k}/${id}`;
  const show = (title, ...children) => {
    document.title = title ? `${title} · ${catalog.company}` : catalog.company;
    const main = document.getElementById("main");
    main.replaceChildren(...children.filter((child) => child != null));
    return main;
  };

  // Where a row stands: the last piece whose first id is not beyond it.
  const pieceOf = (firsts, id) => {
    let low = 0;
    let high = firsts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (firsts[middle] <= id) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  const indexRow = async (module, id) => {
    if (!module.i.length) return null;
    const rows = await load(`${module.k}/i${pieceOf(module.i, id)}`);
    return rows.find((row) => row[0] === id) ?? null;
  };

  // The frame.
  const begin = (content) => {
    catalog = content;
    words = catalog.words;
    document.getElementById("company").textContent = catalog.company;
    const menu = document.getElementById("menu");
    menu.textContent = words.menu;
    menu.addEventListener("click", () => fold(menu.getAttribute("aria-expanded") !== "true"));
    const field = document.getElementById("words");
    field.placeholder = words.search;
    field.setAttribute("aria-label", words.search);
    document.getElementById("find").addEventListener("submit", (event) => {
      event.preventDefault();
      location.hash = field.value.trim() ? `#/s/${encodeURIComponent(field.value.trim())}` : "#/";
    });
    let later = 0;
    field.addEventListener("input", () => {
      clearTimeout(later);
      later = setTimeout(() => {
        const text = field.value.trim();
        const to = text ? `#/s/${encodeURIComponent(text)}` : "#/";
        if (location.hash.startsWith("#/s/")) history.replaceState(null, "", to);
        else history.pushState(null, "", to);
        route();
      }, 200);
    });
    drawMenu();
    addEventListener("hashchange", route);
    addEventListener("popstate", route);
    route();
  };
  const fold = (open) => {
    document.getElementById("menu").setAttribute("aria-expanded", String(open));
    document.getElementById("modules").classList.toggle("open", open);
  };
  const groups = () => {
    const found = new Map();
    for (const module of catalog.modules) {
      if (!module.g || !module.n) continue;
      if (!found.has(module.g)) found.set(module.g, []);
      found.get(module.g).push(module);
    }
    return found;
  };
  const drawMenu = () => {
    const nav = document.getElementById("modules");
    nav.setAttribute("aria-label", words.modules);
    for (const [group, modules] of groups()) {
      nav.append(el("h2", {}, group));
      for (const module of modules) {
        nav.append(el("a", { href: `#/m/${module.k}/1` }, el("span", {}, module.many), el("span", { class: "n" }, count(module.n))));
      }
    }
  };

  const route = async () => {
    const mine = ++asked;
    const [kind, ...rest] = location.hash.replace(/^#\/?/, "").split("/");
    fold(false);
    for (const link of document.querySelectorAll("#modules a")) {
      const here = kind !== "s" && link.getAttribute("href") === `#/m/${rest[0]}/1`;
      if (here) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    const field = document.getElementById("words");
    if (kind !== "s" && document.activeElement !== field) field.value = "";
    try {
      if (kind === "m" && moduleCalled(rest[0])) await drawList(mine, moduleCalled(rest[0]), Math.max(1, parseInt(rest[1], 10) || 1));
      else if (kind === "r" && moduleCalled(rest[0])) await drawRecord(mine, moduleCalled(rest[0]), parseInt(rest[1], 10));
      else if (kind === "s") await drawHits(mine, decoded(rest.join("/")));
      else drawHome();
    } catch (trouble) {
      if (mine === asked) show("", el("p", { class: "trouble", role: "alert" }, trouble.message));
    }
  };
  const decoded = (text) => {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  };

  // The start.
  const drawHome = () => {
    const all = [...groups()].map(([group, modules]) =>
      el("section", {}, el("h2", {}, group), el("ul", { class: "tiles" }, ...modules.map((module) =>
        el("li", {}, el("a", { href: `#/m/${module.k}/1` }, el("strong", {}, module.many), el("span", { class: "muted" }, fill(words.records, { n: count(module.n) }))))))));
    const untold = catalog.untold ? el("p", { class: "muted" }, fill(words.untold, { n: count(catalog.untold) })) : null;
    show("", el("h1", {}, catalog.company), el("p", { class: "muted" }, fill(words.made, { when: catalog.made, who: catalog.by })), untold, ...all);
  };

  // Lists.
  const rowsTable = (rows) => {
    const head = el("thead", {}, el("tr", {}, el("th", { scope: "col" }, words.number), el("th", { scope: "col" }, words.title), el("th", { scope: "col" }, words.about)));
    const body = rows.map(([module, row]) =>
      el("tr", {}, el("td", { class: "num" }, row[1] || String(row[0])), el("th", { scope: "row" }, el("a", { href: address(module, row[0]) }, row[2] || row[1] || `#${row[0]}`)), el("td", { class: "muted" }, row[3])));
    return el("div", { class: "scroll" }, el("table", {}, head, el("tbody", {}, ...body)));
  };
  const drawList = async (mine, module, page) => {
    const rows = [];
    const first = (page - 1) * PAGE;
    const size = module.i.length ? 2000 : 1;
    for (let place = Math.floor(first / size); place < module.i.length && rows.length < PAGE; place++) {
      const some = await load(`${module.k}/i${place}`);
      const from = Math.max(0, first - place * size);
      rows.push(...some.slice(from, from + PAGE - rows.length));
    }
    if (mine !== asked) return;
    const last = Math.ceil(module.n / PAGE) || 1;
    const step = (to, label) => (to >= 1 && to <= last ? el("a", { class: "button", href: `#/m/${module.k}/${to}` }, label) : el("span", { class: "button off", "aria-disabled": "true" }, label));
    const range = fill(words.range, { from: count(rows.length ? first + 1 : 0), to: count(first + rows.length), n: count(module.n) });
    show(module.many, el("h1", {}, module.many, " ", el("span", { class: "muted n" }, count(module.n))),
      rows.length ? rowsTable(rows.map((row) => [module, row])) : el("p", {}, words.none),
      el("nav", { class: "pages", "aria-label": module.many }, step(page - 1, words.earlier), el("span", { class: "muted" }, range), step(page + 1, words.later)));
    window.scrollTo(0, 0);
  };

  // Search.
  const weighed = (row, wanted) => {
    const number = folded(row[1] ?? "");
    const title = folded(row[2] ?? "");
    const all = `${number} ${title} ${folded(row[3] ?? "")}`;
    if (!wanted.every((word) => all.includes(word))) return 0;
    const whole = wanted.join(" ");
    if (number === whole) return 5;
    if (title.startsWith(whole)) return 4;
    return wanted.every((word) => title.includes(word)) ? 3 : 1;
  };
  const drawHits = async (mine, text) => {
    const field = document.getElementById("words");
    if (document.activeElement !== field) field.value = text;
    const wanted = folded(text).split(/\s+/).filter(Boolean);
    const status = el("p", { class: "muted", role: "status" }, words.searching);
    const place = el("div", {});
    show(text, el("h1", {}, text), status, place);
    const found = [];
    let total = 0;
    const draw = () => {
      found.sort((one, other) => other[2] - one[2]);
      place.replaceChildren(...byModule(found.slice(0, MOST_HITS)));
    };
    for (const module of catalog.modules.filter((one) => one.q)) {
      for (let n = 0; n < module.i.length; n++) {
        const rows = await load(`${module.k}/i${n}`);
        if (mine !== asked) return;
        for (const row of rows) {
          const weight = weighed(row, wanted);
          if (!weight) continue;
          total += 1;
          found.push([module, row, weight]);
        }
        if (found.length > 4 * MOST_HITS) {
          found.sort((one, other) => other[2] - one[2]);
          found.length = MOST_HITS;
        }
      }
    }
    draw();
    status.textContent = total ? fill(words.hits, { n: count(total) }) : words.none;
    if (total > MOST_HITS) status.append(" ", fill(words.most, { n: count(MOST_HITS) }));
  };
  const byModule = (found) => {
    const by = new Map();
    for (const [module, row] of found) {
      if (!by.has(module)) by.set(module, []);
      by.get(module).push([module, row]);
    }
    return [...by].map(([module, rows]) => el("section", {}, el("h2", {}, module.many), rowsTable(rows)));
  };

  // One record.
  const drawRecord = async (mine, module, id) => {
    const place = pieceOf(module.d, id);
    const record = module.d.length ? (await load(`${module.k}/d${place}`)).find((one) => one.i === id) : null;
    if (mine !== asked) return;
    if (!record) {
      show("", el("p", { class: "trouble", role: "alert" }, words.gone));
      return;
    }
    const title = record.t || record.n || `#${record.i}`;
    const tags = record.g ? el("p", { class: "tags", "aria-label": words.tags }, ...record.g.map((tag) => el("span", {}, tag))) : null;
    show(title, el("p", { class: "muted" }, el("a", { href: `#/m/${module.k}/1` }, module.many), record.n ? ` › ${record.n}` : ""), el("h1", {}, title), tags,
      el("div", { class: "columns" }, el("div", {}, ...facts(module, record)), el("div", {}, ...around(module, record, place))), lines(module, record));
    window.scrollTo(0, 0);
    document.getElementById("main").focus({ preventScroll: true });
    await nameRelated(mine, module, record);
  };
  const facts = (module, record) => {
    const sections = new Map();
    for (const [field, text, to, id] of record.f) {
      const heading = field < 0 ? words.imported : module.s[module.f[field][1]];
      const label = field < 0 ? to : module.f[field][0];
      const leads = field >= 0 && to != null && catalog.modules[to];
      const value = leads ? el("a", { href: address(leads, id) }, text) : text;
      if (!sections.has(heading)) sections.set(heading, []);
      sections.get(heading).push(el("div", {}, el("dt", {}, label), el("dd", {}, value)));
    }
    return [...sections].map(([heading, rows]) => el("section", { class: "card" }, el("h2", {}, heading), el("dl", {}, ...rows)));
  };
  const lines = (module, record) => {
    if (!record.l) return null;
    const used = module.l.map((_label, place) => record.l.some((line) => line[place]));
    const kept = (cells) => cells.filter((_cell, place) => used[place]);
    const head = el("thead", {}, el("tr", {}, ...kept(module.l).map((label) => el("th", { scope: "col" }, label))));
    const body = record.l.map((line) => el("tr", {}, ...kept(line).map((cell) => el("td", {}, cell))));
    return el("section", { class: "card" }, el("h2", {}, words.lines), el("div", { class: "scroll" }, el("table", {}, head, el("tbody", {}, ...body))));
  };
  const around = (module, record, place) => {
    const found = [];
    if (record.r) found.push(el("section", { class: "card", id: "related" }, el("h2", {}, words.related)));
    if (record.c) found.push(el("section", { class: "card" }, el("h2", {}, words.comments), ...talk(record.c)));
    if (record.a) {
      const files = record.a.map(([path, name, size, who, at]) =>
        el("li", {}, el("a", { href: path.split("/").map(encodeURIComponent).join("/"), target: "_blank", rel: "noopener noreferrer", download: name }, name), el("span", { class: "muted" }, ` ${size} · ${who}, ${at}`)));
      found.push(el("section", { class: "card" }, el("h2", {}, words.files), el("ul", { class: "plain" }, ...files)));
    }
    if (record.m) {
      const mails = record.m.map(([to, subject, text, file, who, at]) =>
        el("details", {}, el("summary", {}, subject, el("span", { class: "muted" }, ` ${who}, ${at}`)), el("p", { class: "muted" }, `${words.to} ${to}${file ? ` · ${file}` : ""}`), el("p", { class: "text" }, text)));
      found.push(el("section", { class: "card" }, el("h2", {}, words.mails), ...mails));
    }
    found.push(historyOf(module, record, place));
    return found;
  };
  const talk = (comments) => {
    const one = ([, , who, at, text]) => [el("p", {}, el("strong", {}, who), el("span", { class: "muted" }, ` ${at}`)), el("p", { class: "text" }, text)];
    const known = new Set(comments.map((comment) => comment[0]));
    const first = comments.filter((comment) => !known.has(comment[1]));
    return first.map((comment) => el("article", {}, ...one(comment), ...comments.filter((other) => other[1] === comment[0]).map((reply) => el("article", { class: "reply" }, ...one(reply)))));
  };
  const historyOf = (module, record, place) => {
    const body = el("div", {}, el("p", { class: "muted" }, words.unpack));
    const details = el("details", { class: "card", id: "history" }, el("summary", {}, words.history), body);
    details.addEventListener("toggle", async () => {
      if (!details.open || body.dataset.drawn) return;
      body.dataset.drawn = "1";
      try {
        const all = await load(`${module.k}/h${place}`);
        const acts = all.find((one) => one[0] === record.i)?.[1] ?? [];
        body.replaceChildren(...acts.map(([at, who, via, what, fields]) =>
          el("article", {}, el("p", {}, el("strong", {}, who), ` ${what} `, el("span", { class: "muted" }, `${at} · ${via}`)),
            fields.length ? el("ul", { class: "plain" }, ...fields.map(([label, before, after]) => el("li", {}, el("span", { class: "muted" }, `${label}: `), `${before || words.empty} → ${after || words.empty}`))) : null)));
      } catch (trouble) {
        body.replaceChildren(el("p", { class: "trouble" }, trouble.message));
      }
    });
    return details;
  };
  const nameRelated = async (mine, module, record) => {
    const home = document.getElementById("related");
    if (!home) return;
    for (const [relation, ids] of record.r) {
      const [to, label] = module.r[relation];
      const other = catalog.modules[to];
      const list = el("ul", { class: "plain" });
      const several = record.r.filter((one) => module.r[one[0]][0] === to).length > 1;
      const note = several ? `${fill(words.by, { field: label })} · ${count(ids.length)}` : count(ids.length);
      home.append(el("h3", {}, `${other.many} `, el("span", { class: "muted n" }, note)), list);
      const add = async (some) => {
        for (const id of some) {
          const row = await indexRow(other, id);
          if (mine !== asked) return;
          const title = row ? row[2] || row[1] || `#${id}` : `#${id}`;
          const number = row && row[1] && row[1] !== title ? el("span", { class: "muted" }, ` ${row[1]}`) : null;
          list.append(el("li", {}, el("a", { href: address(other, id) }, title), number));
        }
      };
      await add(ids.slice(0, MOST_RELATED));
      if (mine !== asked) return;
      if (ids.length > MOST_RELATED) {
        const more = el("button", { type: "button" }, fill(words.all, { n: count(ids.length) }));
        more.addEventListener("click", () => {
          more.remove();
          add(ids.slice(MOST_RELATED));
        });
        home.append(more);
      }
    }
  };
})();
