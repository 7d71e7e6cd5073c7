// Gets a form what it needs to be sent: a fresh token and, while it is under attack, a proof of work (ALTCHA, version 2).
// For pages of ours, and for the customer's site, where it is optional. No cookie, nothing from anybody else, nothing kept.
(() => {
  "use strict";
  const GOOD_FOR = 8 * 60e3; // a challenge lasts ten minutes
  const YOUNGEST = 2200; // a form sent sooner than a person could is shown again
  const jobs = new WeakMap();

  const bytes = (hex) => Uint8Array.from(hex.match(/../g), (two) => parseInt(two, 16));
  const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const sleep = (time) => new Promise((done) => setTimeout(done, time));

  async function solve(challenge) {
    const { nonce, salt, cost, keyLength, keyPrefix } = challenge.parameters;
    const start = bytes(nonce), end = start.length;
    const password = new Uint8Array(end + 4);
    password.set(start);
    const how = { name: "PBKDF2", hash: "SHA-256", salt: bytes(salt), iterations: cost };
    for (let counter = 0; counter < 1e6; counter++) {
      new DataView(password.buffer).setUint32(end, counter);
      const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
      const derivedKey = hex(await crypto.subtle.deriveBits(how, key, keyLength * 8));
      if (derivedKey.startsWith(keyPrefix)) return btoa(JSON.stringify({ challenge, solution: { counter, derivedKey } }));
    }
    throw new Error("not found");
  }

  function put(form, name, value) {
    let field = form.querySelector(`input[type="hidden"][name="${name}"]`);
    if (!field) {
      field = document.createElement("input");
      field.type = "hidden";
      field.name = name;
      form.append(field);
    }
    field.value = value;
  }

  const has = (form, name) => !!form.querySelector(`input[type="hidden"][name="${name}"]:not([value=""])`);

  function say(form, which) {
    const place = form.querySelector("[data-work]");
    if (place) place.textContent = which ? place.dataset[which] : "";
  }

  async function fetchNeeds(form) {
    const url = new URL(form.getAttribute("action"), document.baseURI);
    url.pathname += "/token";
    const answer = await fetch(url, { credentials: "omit", referrerPolicy: "origin" });
    if (!answer.ok) throw new Error(answer.status);
    const given = await answer.json();
    if (!has(form, "stamp")) put(form, "stamp", given.stamp);
    if (!has(form, "waiting")) put(form, "waiting", given.waiting);
    if (!given.challenge) return;
    say(form, "busy");
    put(form, "altcha", await solve(given.challenge));
    say(form, "done");
  }

  function prepare(form) {
    const job = jobs.get(form);
    if (job && performance.now() - job.began < GOOD_FOR) return job;
    // whatever fails, the form is sent without, and comes back filled in with another way to send it
    const fresh = { began: performance.now(), done: fetchNeeds(form).catch(() => say(form, "")) };
    jobs.set(form, fresh);
    return fresh;
  }

  async function send(form, button) {
    const job = prepare(form);
    await Promise.all([job.done, sleep(YOUNGEST - (performance.now() - job.began))]);
    form.dataset.ready = "yes";
    form.requestSubmit(button);
  }

  for (const form of document.querySelectorAll("form.nurture")) {
    form.addEventListener("focusin", () => prepare(form), { once: true });
    form.addEventListener("submit", (event) => {
      if (form.dataset.ready) {
        delete form.dataset.ready;
        return;
      }
      event.preventDefault();
      if (form.dataset.sending) return;
      form.dataset.sending = "yes";
      send(form, event.submitter).finally(() => delete form.dataset.sending);
    });
  }
  // back on the page: what was sent is used up, what was typed stays
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of document.querySelectorAll("form.nurture")) {
      jobs.delete(form);
      for (const name of ["stamp", "waiting", "altcha"]) if (has(form, name)) put(form, name, "");
      prepare(form);
    }
  });
})();
