// Keys, palette and chart points. Every page works without this file.
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const palette = $("#palette"), keys = $("#keys");
  let places = null, pending = "", chosen = 0;

  async function openPalette() {
    if (!palette.open) palette.showModal();
    const input = $("input", palette);
    input.value = "";
    input.focus();
    if (!places) {
      const reply = await fetch("/find?format=json");
      places = reply.ok ? await reply.json() : [];
    }
    list(input.value); // somebody may have typed before the places came
  }

  function list(text) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (places || []).filter((p) => words.every((w) => p.name.toLowerCase().includes(w))).slice(0, 40);
    if (text.trim()) fits.push({ name: `Ask: ${text.trim()}`, kind: "people and documents", href: `/ask?q=${encodeURIComponent(text.trim())}` });
    const box = $("#palette-list");
    box.replaceChildren(...fits.map((place, nr) => {
      const item = document.createElement("li"), kind = document.createElement("span");
      item.id = `place-${nr}`;
      item.setAttribute("role", "option");
      item.dataset.href = place.href;
      item.append(place.name);
      kind.textContent = place.kind;
      item.append(kind);
      return item;
    }));
    box.hidden = !fits.length;
    $(".none", palette).hidden = fits.length > 0;
    mark(0);
  }

  function mark(nr) {
    const items = all("li", palette);
    chosen = items.length ? (nr + items.length) % items.length : 0;
    items.forEach((item, at) => item.setAttribute("aria-selected", String(at === chosen)));
    const input = $("input", palette);
    if (items.length) {
      input.setAttribute("aria-activedescendant", items[chosen].id);
      items[chosen].scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  }

  function go(item) { if (item) location.href = item.dataset.href; }

  palette.addEventListener("input", (event) => list(event.target.value));
  palette.addEventListener("submit", (event) => { event.preventDefault(); go(all("li", palette)[chosen]); });
  palette.addEventListener("click", (event) => {
    if (event.target === palette) palette.close();
    go(event.target.closest("li"));
  });
  palette.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) { event.preventDefault(); mark(chosen + step); }
  });
  document.addEventListener("click", (event) => {
    const menu = $(".menu[open]");
    if (menu && !menu.contains(event.target)) menu.open = false;
    const link = event.target.closest("[data-palette], [data-keys]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (link.matches("[data-palette]")) openPalette(); else keys.showModal();
  });

  function nextFinding(step) {
    const heads = all(".finding h2");
    if (!heads.length) return;
    const at = heads.indexOf(document.activeElement);
    const head = heads[at < 0 ? (step > 0 ? 0 : heads.length - 1) : Math.min(Math.max(at + step, 0), heads.length - 1)];
    head.focus({ preventScroll: true });
    head.closest(".finding").scrollIntoView({ block: "start" });
  }

  const doors = { t: "/", s: "/signals", a: "/areas", o: "/ownership", i: "/identities" };
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openPalette();
      return;
    }
    const menu = $(".menu[open]");
    if (menu && event.key === "Escape") { menu.open = false; $("summary", menu).focus(); }
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog")) return;
    const point = event.target.closest(".ch-point");
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (point && (step || event.key === "Home" || event.key === "End")) {
      const points = all(".ch-point", point.closest(".chart"));
      const to = event.key === "Home" ? 0 : event.key === "End" ? points.length - 1 : points.indexOf(point) + step;
      const next = points[Math.min(Math.max(to, 0), points.length - 1)];
      points.forEach((other) => other.setAttribute("tabindex", other === next ? "0" : "-1"));
      next.focus();
      event.preventDefault();
      return;
    }
    if (pending === "g" && doors[event.key]) location.href = doors[event.key];
    pending = event.key === "g" ? "g" : "";
    if (event.key === "?") keys.showModal();
    else if (event.key === "/") { event.preventDefault(); openPalette(); }
    else if (event.key === "j") nextFinding(1);
    else if (event.key === "k") nextFinding(-1);
  });

  // Tables with many columns are stacked on a phone; each cell then says what it is.
  for (const table of all("table.stack")) {
    const heads = all("thead th", table).map((head) => head.textContent);
    if (heads.length < 6) continue;
    for (const row of all("tbody tr", table)) all("td", row).forEach((cell) => { cell.dataset.label = heads[cell.cellIndex] || ""; });
  }

  function read(event) {
    const point = event.target.closest && event.target.closest(".ch-point");
    const out = point && $(".fig-readout", point.closest("figure"));
    if (out) out.textContent = point.getAttribute("aria-label");
  }
  document.addEventListener("focusin", read);
  document.addEventListener("pointerover", read);
})();
