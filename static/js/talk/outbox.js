// What one composer has sent and not yet seen arrive. In order, one at a time, each under a name of
// its own (client_id), so that sending it again can never say it twice.

import { live } from "../live.js";

const PATIENCE = 8000;
// Sent again these would be refused again: the words go back to where they can be changed.
const NEEDS_CHANGE = new Set(["empty", "too_long", "not_allowed", "closed"]);

export class Outbox {
  constructor(giveBack) {
    this.giveBack = giveBack;
    this.items = [];
    this.waiting = null;
    this.isBusy = false;
    live.onState((state) => { if (state === "live") this.flush(); });
  }

  /** The form and list on the page now; what is still on its way is shown there again. */
  attach(form, line, log) {
    this.form = form;
    this.line = line;
    this.log = log;
    for (const item of this.items) log.addPending(item.element);
  }

  add(clientId, body) {
    const item = { clientId, body, element: this.#copy(clientId, body) };
    this.items.push(item);
    this.log.addPending(item.element);
    this.flush();
  }

  /** The server's word on a message: `sent` or `refused`. */
  answer(frame) {
    if (this.waiting?.clientId === frame.client_id) this.waiting.resolve(frame);
  }

  arrived(clientId) {
    this.items = this.items.filter((item) => item.clientId !== clientId);
  }

  async flush() {
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      while (this.items.length && await this.#deliver(this.items[0])) this.items.shift();
    } finally {
      this.isBusy = false;
    }
  }

  async #deliver(item) {
    show(item, "Sending");
    const answer = (await this.#bySocket(item)) ?? (await this.#byForm(item));
    if (answer.type === "sent") return true;
    if (!NEEDS_CHANGE.has(answer.code)) {
      for (const left of this.items) show(left, answer.detail ?? "Not sent.", true, () => this.flush());
      return false;
    }
    item.element.remove();
    this.giveBack(item.body, answer.detail);
    return true;
  }

  #bySocket(item) {
    if (!this.line.send(item.clientId, item.body)) return null;
    return new Promise((resolve) => {
      const stop = live.onState((state) => { if (state !== "live") done(null); });
      const timer = setTimeout(() => done(null), PATIENCE);
      const done = (answer) => {
        clearTimeout(timer);
        queueMicrotask(() => stop());
        this.waiting = null;
        resolve(answer);
      };
      this.waiting = { clientId: item.clientId, resolve: done };
    });
  }

  async #byForm(item) {
    const fields = new URLSearchParams({ csrf: this.form.elements.csrf.value, client_id: item.clientId, body: item.body });
    const headers = { accept: "application/json, text/html", "hx-request": "true" };
    const answer = await fetch(this.form.action, { method: "POST", body: fields, headers }).catch(() => null);
    if (answer?.ok) {
      this.log.insert(await answer.text());
      this.log.showState("Sent");
      return { type: "sent" };
    }
    if (answer?.status === 401) return { detail: "Not sent. You were signed out." };
    const refusal = await answer?.json().catch(() => null);
    return { code: refusal?.code, detail: refusal ? `Not sent. ${refusal.detail}` : "Not sent." };
  }

  #copy(clientId, body) {
    const template = this.form.parentElement.querySelector("template[data-pending-template]");
    const element = template.content.firstElementChild.cloneNode(true);
    element.dataset.pending = clientId;
    element.querySelector("[data-body]").textContent = body;
    // Whoever asks whether this page holds words that are nowhere else looks at its text boxes.
    const kept = Object.assign(document.createElement("textarea"), { hidden: true });
    kept.value = body;
    element.append(kept);
    return element;
  }
}

function show(item, words, failed = false, again = null) {
  item.element.classList.toggle("message--failed", failed);
  item.element.querySelector("[data-words]").textContent = words;
  const button = item.element.querySelector("button");
  button.hidden = !failed;
  button.onclick = again;
}
