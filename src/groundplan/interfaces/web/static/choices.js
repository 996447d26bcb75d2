// One key answers the first thing that waits: a button says its key as data-press. Without this file
// the buttons do the same.
"use strict";
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.closest("input, textarea, select, dialog")) return;
  if (event.key.length !== 1) return;
  const button = document.querySelector(`[data-press="${CSS.escape(event.key)}"]`);
  if (!button || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  button.click();
  button.closest("ol, ul")?.querySelectorAll("[data-press]").forEach((other) => delete other.dataset.press);
});
