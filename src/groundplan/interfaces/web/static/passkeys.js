// Passkeys: the browser makes or uses one, the server checks it. Without this file a password does.
"use strict";
(() => {
  const button = document.querySelector("[data-passkey]"), says = document.querySelector("[data-passkey-says]");
  if (!button || !window.PublicKeyCredential?.parseCreationOptionsFromJSON) return;
  const { passkey, offer, answer, onward } = button.dataset;

  async function run() {
    const reply = await fetch(offer, { method: "POST" });
    if (!reply.ok) throw new Error("offer");
    const options = await reply.json();
    const publicKey = passkey === "create"
      ? PublicKeyCredential.parseCreationOptionsFromJSON(options)
      : PublicKeyCredential.parseRequestOptionsFromJSON(options);
    const credential = JSON.stringify(await navigator.credentials[passkey]({ publicKey }));
    const done = await fetch(answer, { method: "POST", body: new URLSearchParams({ credential, onward: onward || "/" }) });
    if (!done.ok) throw new Error("answer");
    // the page that was led to is this one again if there is only something new to show
    if (new URL(done.url).pathname === location.pathname) location.reload(); else location.href = done.url;
  }

  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    says.hidden = true;
    try {
      await run();
    } catch (error) {
      says.textContent = error.name === "NotAllowedError" ? "Nothing was done: it was cancelled, or took too long." : "That did not work. Try again, or use your password.";
      says.hidden = false;
    }
    button.disabled = false;
  });
})();
