// The cells of a list as a grid: arrows move, Enter or F2 opens a cell, typing replaces it, Tab goes right, Esc gives up.
// A block copied from a spreadsheet is pasted from the chosen cell down and to the right.
{
  const headOf = (td) => td.closest("table").tHead.rows[0].cells[td.cellIndex];
  const editable = (td) => headOf(td)?.hasAttribute("data-edit");
  const address = (td) => `${td.closest("table").dataset.grid}${td.parentElement.dataset.row}/cell/${headOf(td).dataset.field}/`;
  const inGrid = (element) => element?.closest?.("table[data-grid] tbody td:not(.pick)");
  const cards = (td) => getComputedStyle(td.closest("table")).display === "block";

  const focus = (td) => {
    if (!td || td.matches(".pick")) return false;
    td.tabIndex = -1;
    td.focus({ preventScroll: true });
    td.scrollIntoView({ block: "nearest", inline: "nearest" });
    return true;
  };
  const below = (td, step) => {
    const row = step > 0 ? td.parentElement.nextElementSibling : td.parentElement.previousElementSibling;
    return row?.cells[td.cellIndex];
  };
  const beside = (td, step) => (step > 0 ? td.nextElementSibling : td.previousElementSibling);
  const nextEditable = (td, step) => {
    let cell = beside(td, step);
    while (cell && !editable(cell)) cell = beside(cell, step);
    return cell;
  };
  relasi.enterGrid = (row) => focus([...row.cells].find((td) => !td.matches(".pick")));

  // The editor stands inside the form of the list, so it cannot be a form of its own.
  const gather = (editor) => {
    const found = new URLSearchParams();
    for (const one of editor.querySelectorAll("[name]"))
      if (!one.disabled && (!one.matches("[type=checkbox], [type=radio]") || one.checked)) found.append(one.name, one.value);
    return found;
  };
  const values = (editor) => gather(editor).toString();
  const control = (editor) => editor.querySelector("input:not([type=hidden]), select, textarea");

  const drawn = (html, selector) => new DOMParser().parseFromString(html, "text/html").querySelector(selector);

  const open = async (td, text) => {
    if (!editable(td) || td.dataset.editing) return;
    td.dataset.editing = "1";
    td.typed = text;
    const answer = await fetch(address(td), { headers: { "HX-Request": "true" } });
    if (!answer.ok) {
      delete td.dataset.editing;
      return relasi.toast({ text: relasi.say(answer.status === 404 ? "forbidden" : "failed"), kind: "bad" });
    }
    const held = document.createDocumentFragment();
    held.append(...td.childNodes);
    td.held = held;
    td.replaceChildren(drawn(await answer.text(), "[data-cell-editor]"));
    htmx.process(td);
    const editor = td.firstElementChild;
    editor.dataset.start = values(editor);
    const input = control(editor);
    input?.focus();
    if (td.typed !== undefined && input?.matches("input:not([type=checkbox], [type=date], [type=datetime-local]), textarea")) {
      input.value = td.typed;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    } else input?.select?.();
  };

  const close = (td) => {
    if (!td.held) return;
    td.replaceChildren(td.held);
    td.held = null;
    delete td.dataset.editing;
  };

  // The row as the server has it now takes the place of the old one; the cell that was going to have the focus gets it.
  const putRow = (old, html, place) => {
    const fresh = drawn(`<table>${html}</table>`, "tr");
    if (!fresh) return old.remove();
    const box = old.querySelector("input[data-pick]");
    const freshBox = fresh.querySelector("input[data-pick]");
    if (box && freshBox) freshBox.checked = box.checked;
    old.replaceWith(fresh);
    htmx.process(fresh);
    fresh.dataset.changed = "";
    if (place !== undefined) focus(fresh.cells[place]);
  };

  const save = async (td, then) => {
    const editor = td.firstElementChild;
    if (!td.held || editor.dataset.sent) return;
    if (values(editor) === editor.dataset.start) {
      close(td);
      return then?.(td);
    }
    editor.dataset.sent = "1";
    const row = td.parentElement;
    const place = td.cellIndex;
    const label = headOf(td).textContent.trim();
    const list = td.closest("table").dataset.list;
    const answer = await fetch(`${address(td)}?${list}`, {
      method: "POST",
      body: gather(editor),
      headers: { "X-CSRFToken": relasi.token(), "HX-Request": "true" },
    });
    if (answer.ok && !answer.redirected) {
      putRow(row, await answer.text(), then ? place : undefined);
      const fresh = document.querySelector(`tr[data-row="${row.dataset.row}"]`);
      if (then && fresh) then(fresh.cells[place]);
      return;
    }
    const told = answer.headers.get("Content-Type")?.includes("json") ? (await answer.json()).message : relasi.say("refused");
    close(td);
    focus(td);
    td.dataset.refused = "";
    setTimeout(() => delete td.dataset.refused, 2000);
    relasi.toast({ text: `${label}: ${told}`, kind: "bad" });
  };

  const editorKey = (event, td) => {
    if (event.key === "Escape") {
      close(td);
      focus(td);
    } else if (event.key === "Enter" && !event.shiftKey) {
      save(td, (cell) => focus(below(cell, 1)) || focus(cell));
    } else if (event.key === "Tab") {
      const step = event.shiftKey ? -1 : 1;
      save(td, (cell) => focus(nextEditable(cell, step)) || focus(cell));
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const MOVES = { ArrowDown: [below, 1], ArrowUp: [below, -1], ArrowRight: [beside, 1], ArrowLeft: [beside, -1] };
  const cellKey = (event, td) => {
    const move = MOVES[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // What is typed while the input is still on its way goes into it.
    if (td.dataset.editing && td.typed !== undefined && event.key.length === 1) td.typed += event.key;
    else if (move) focus(move[0](td, move[1]));
    else if (event.key === "Enter" && !editable(td)) td.querySelector("a")?.click();
    else if (event.key === "Enter" || event.key === "F2") open(td);
    else if (event.key === "Tab") {
      if (!focus(nextEditable(td, event.shiftKey ? -1 : 1))) return;
    } else if (event.key === "Escape") {
      td.removeAttribute("tabindex");
      td.blur();
    } else if (event.key === " ") td.parentElement.querySelector("[data-peek]")?.click();
    else if (event.key === "Delete" || event.key === "Backspace") open(td, "");
    else if (event.key.length === 1 && editable(td)) open(td, event.key);
    else return;
    event.preventDefault();
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const td = inGrid(event.target);
    if (!td) return;
    if (event.target.closest("[data-cell-editor]")) editorKey(event, td);
    else if (event.target === td) cellKey(event, td);
  });

  relasi.on("click", "table[data-grid] tbody td", (event, td) => {
    if (event.target.closest("a, button, input, label, select, [data-cell-editor]") || td.matches(".pick") || cards(td)) return;
    if (String(getSelection())) return;
    document.activeElement === td ? open(td) : focus(td);
  });
  relasi.on("dblclick", "table[data-grid] tbody td", (event, td) => {
    if (!event.target.closest("a, [data-cell-editor]") && !cards(td)) open(td);
  });

  relasi.on("focusout", "[data-cell-editor]", (event, editor) => {
    if (editor.contains(event.relatedTarget) || !document.hasFocus()) return;
    setTimeout(() => {
      if (editor.isConnected && !editor.contains(document.activeElement)) save(editor.closest("td"));
    });
  });
  // What is found by looking it up is complete the moment it is chosen.
  relasi.on("relasi:chosen", "[data-cell-editor]", (_event, editor) => save(editor.closest("td"), (cell) => focus(cell)));

  // A spreadsheet puts cells with line breaks or tabs inside quotes.
  const block = (text) => {
    const rows = [[""]];
    let quoted = false;
    for (let at = 0; at < text.length; at++) {
      const sign = text[at];
      const row = rows.at(-1);
      if (quoted && sign === '"' && text[at + 1] === '"') row[row.length - 1] += text[at++];
      else if (sign === '"' && (quoted || row.at(-1) === "")) quoted = !quoted;
      else if (!quoted && sign === "\t") row.push("");
      else if (!quoted && sign === "\n") rows.push([""]);
      else if (sign !== "\r") row[row.length - 1] += sign;
    }
    if (rows.length > 1 && rows.at(-1).length === 1 && rows.at(-1)[0] === "") rows.pop();
    return rows;
  };

  const spread = (td, cells) => {
    const heads = [...td.closest("table").tHead.rows[0].cells];
    const found = [];
    let row = td.parentElement;
    for (const texts of cells) {
      if (!row) break;
      const pairs = texts.map((text, step) => [heads[td.cellIndex + step]?.dataset.field, text]).filter(([name]) => name);
      found.push({ id: +row.dataset.row, version: +row.dataset.version, values: Object.fromEntries(pairs) });
      row = row.nextElementSibling;
    }
    return found;
  };

  document.addEventListener("paste", async (event) => {
    const td = document.activeElement?.matches("td") ? inGrid(document.activeElement) : null;
    const text = event.clipboardData?.getData("text/plain");
    if (!td || !text) return;
    event.preventDefault();
    const cells = block(text);
    const rows = spread(td, cells);
    const { row } = td.parentElement.dataset;
    const place = td.cellIndex;
    const answer = await relasi.post(`${td.closest("table").dataset.grid}cells/`, { block: JSON.stringify({ rows }) });
    if (!answer.ok) return relasi.toast({ text: relasi.say("refused"), kind: "bad" });
    const told = await answer.json();
    told.toasts.forEach(relasi.toast);
    if (rows.length < cells.length) relasi.toast({ text: relasi.say("cut", { n: cells.length - rows.length }), kind: "info" });
    if (!told.done) return;
    await htmx.ajax("GET", location.href, { target: "#list", swap: "innerMorph" });
    focus(document.querySelector(`tr[data-row="${row}"]`)?.cells[place]);
  });
  document.addEventListener("copy", (event) => {
    const td = document.activeElement?.matches("td") ? inGrid(document.activeElement) : null;
    if (!td || String(getSelection())) return;
    event.clipboardData.setData("text/plain", td.innerText.trim());
    event.preventDefault();
  });
}
