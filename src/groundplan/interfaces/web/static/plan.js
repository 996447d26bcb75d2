// The plan on the page of timelines: rows are moved by keys or by pointer, and the server, asked with
// the form that stands there, says when each is done and who pays. Without this file buttons do.
"use strict";
(() => {
  const form = document.querySelector("#what-if"), rows = document.querySelector("#plan-rows");
  const says = document.querySelector("#plan-says"), keys = document.querySelector("#plan-keys");
  if (!form || !rows) return;
  let asked = null, moves = [];

  async function forecast(button) {
    const sent = new FormData(form, button);
    if (moves.length) sent.set("move", moves.join("\n"));
    sent.set("part", "plan");
    const words = new URLSearchParams(sent), posts = form.method === "post";
    const address = form.getAttribute("action").split("#")[0];
    asked?.abort();
    const mine = asked = new AbortController();
    try {
      const reply = await fetch(posts ? address : `${address}?${words}`, {
        method: form.method, body: posts ? words : undefined, signal: mine.signal,
      });
      show(new DOMParser().parseFromString(await reply.text(), "text/html"));
      if (!posts) history.replaceState(null, "", `${address}?${new URLSearchParams(new FormData(form))}`);
    } catch (error) {
      if (error.name !== "AbortError") says.textContent = "No answer came. Reload the page and try again.";
    }
  }

  function show(page) {
    const found = page.querySelector("#plan-rows"), said = page.querySelector("#plan-says");
    says.textContent = said?.textContent || "Nothing is left in the plan. Reload the page.";
    moves = [];
    if (!found) return;
    const held = document.activeElement, at = index(held.closest("#plan-rows tr"));
    const known = new Map([...rows.children].map((row) => [row.dataset.item, row]));
    const now = [...found.children].map((fresh) => update(known.get(fresh.dataset.item), fresh));
    for (const row of known.values()) if (!now.includes(row)) row.remove();
    now.forEach((row, nr) => { if (rows.children[nr] !== row) rows.insertBefore(row, rows.children[nr] || null); });
    for (const name of ["add", "remove", "order"]) form.elements[name].value = page.querySelector(`#w-${name}`).value;
    dress();
    if (held.isConnected && held !== document.activeElement) held.focus({ preventScroll: true });
    else if (!held.isConnected) rows.children[Math.min(at, now.length - 1)].querySelector("button").focus({ preventScroll: true });
  }

  // What stays the same is left alone: a whole new table would take longer to draw than to forecast.
  function update(row, fresh) {
    if (!row) return fresh;
    row.querySelector("[data-place]").textContent = fresh.querySelector("[data-place]").textContent;
    for (const nr of [1, 2, 3, 4]) {
      const cell = row.cells[nr], other = fresh.cells[nr];
      if (cell.textContent !== other.textContent) cell.replaceChildren(...other.childNodes);
    }
    const buttons = fresh.querySelectorAll("[form]");
    row.querySelectorAll("[form]").forEach((button, nr) => { button.value = buttons[nr].value; });
    return row;
  }

  const index = (row) => [...rows.children].indexOf(row);

  function dress() {
    for (const grip of rows.querySelectorAll("[data-grip]")) {
      grip.hidden = false;
      grip.style.cursor = "grab";
      grip.style.touchAction = "none";
    }
  }

  function place(row, to) {
    const others = [...rows.children].filter((each) => each !== row);
    rows.insertBefore(row, others[Math.min(Math.max(to, 0), others.length)] || null);
  }

  function settle(row) {
    moves.push(`${row.dataset.item}=${index(row) + 1}`);
    row.querySelector("[data-grip]").focus({ preventScroll: true });
    forecast();
  }

  rows.addEventListener("keydown", (event) => {
    const row = event.target.matches("[data-grip]") && event.target.closest("tr");
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = index(row), last = rows.children.length - 1;
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    if (to === at || to < 0 || to > last) return;
    place(row, to);
    settle(row);
    row.scrollIntoView({ block: "nearest" });
  });

  rows.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest("[data-grip]"), row = grip?.closest("tr");
    if (!row || event.button) return;
    event.preventDefault();
    rows.setPointerCapture(event.pointerId); // not the grip: it leaves the document with each step
    const from = index(row), over = new AbortController();
    const on = (name, act) => rows.addEventListener(name, act, { signal: over.signal });
    on("pointermove", (moved) => {
      const at = document.elementFromPoint(rows.getBoundingClientRect().left + 20, moved.clientY)?.closest("#plan-rows tr");
      if (at && at !== row) place(row, index(at));
    });
    on("pointercancel", () => { over.abort(); place(row, from); });
    on("pointerup", () => { over.abort(); if (index(row) !== from) settle(row); });
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    forecast(event.submitter);
  });
  keys.hidden = false;
  dress();
})();
