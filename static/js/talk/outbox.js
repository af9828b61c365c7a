// What one composer has sent and not yet seen arrive. In order, one at a time, each under a name of
// its own (client_id), so that sending it again can never say it twice.

import { toast } from "../announce.js";
import { live } from "../live.js";
import { forget, isNews, remember, remembered } from "./keeping.js";
import { _ } from "../words.js";

const PATIENCE = 8000;
const LONGEST_POST = 15_000;
const AGAIN_AFTER = 3000;
const AGAIN_AT_MOST = 30_000;
// Sent again these would be refused again: the words go back to where they can be changed.
const NEEDS_CHANGE = new Set(["empty", "too_long", "not_allowed", "closed", "meanwhile"]);
const WAITING = _("Waiting for connection");
// After a reload, what is no news any more goes back to the text box.
const OLD = _("This was not sent. Read it again, then send it.");

export class Outbox {
  constructor(giveBack) {
    this.giveBack = giveBack;
    this.items = null;
    this.waiting = null;
    this.isBusy = false;
    this.tries = 0;
    live.onState((state) => { if (state === "live") this.flush(); });
    window.addEventListener("online", () => this.flush());
    document.addEventListener("session:back", () => this.flush());
  }

  /** The form and list on the page now; what is still on its way is shown there again. */
  attach(form, line, log) {
    this.form = form;
    this.line = line;
    this.log = log;
    const place = form.dataset.composer;
    this.items ??= this.#comeBack(remembered(log.person, place));
    this.#keep();
    for (const item of this.items) {
      item.element ??= this.#copy(item.clientId, item.body);
      log.addPending(item.element);
    }
    this.flush();
  }

  /** Whether a message of this name waits here: then it is no draft any more. */
  holds(clientId) {
    return this.items.some((item) => item.clientId === clientId);
  }

  /** `seen`: the last message that its writer had on the page. A reply that had to wait goes with it,
   *  so that nobody answers what a colleague has answered meanwhile. */
  add(clientId, body, seen) {
    const item = { clientId, body, seen, element: this.#copy(clientId, body) };
    this.items.push(item);
    this.#keep();
    this.log.addPending(item.element);
    this.flush();
  }

  /** The server's word on a message: `sent` or `refused`. */
  answer(frame) {
    if (this.waiting?.clientId === frame.client_id) this.waiting.resolve(frame);
  }

  arrived(clientId) {
    this.#drop(clientId);
  }

  async flush() {
    if (this.isBusy || !this.items?.length) return;
    this.isBusy = true;
    clearTimeout(this.timer);
    const back = [];
    try {
      while (this.items.length && await this.#deliver(this.items[0], back)) this.tries = 0;
    } finally {
      this.isBusy = false;
      if (back.length) this.giveBack(back.map((item) => item.body).join("\n"), back.at(-1).why);
    }
    if (this.items.length && !this.items[0].isRefused) this.#tryLater();
  }

  async #deliver(item, back) {
    show(item, _("Sending"));
    const answer = (await this.#bySocket(item)) ?? (await this.#byForm(item));
    if (answer.type === "sent") {
      this.#drop(item.clientId);
      return true;
    }
    const isRefused = NEEDS_CHANGE.has(answer.code);
    if (!isRefused || !this.form.isConnected) {
      if (isRefused) this.#tellElsewhere(item, answer.detail);
      for (const left of this.items) {
        left.isLate = true;
        show(left, answer.detail, answer.detail !== WAITING, () => this.flush());
      }
      return false;
    }
    item.element.remove();
    this.#drop(item.clientId);
    back.push({ body: item.body, why: answer.detail });
    return true;
  }

  // Another thread is on the page: the words wait here, and are given back once theirs is shown again.
  #tellElsewhere(item, why) {
    if (!item.isRefused) toast(`${this.form.querySelector("label").textContent} was not sent. ${why}`);
    item.isRefused = true;
  }

  #comeBack(kept) {
    const left = kept.filter((item) => !this.log.has(item.clientId));
    const old = left.filter((item) => !isNews(item));
    if (old.length) this.giveBack(old.map((item) => item.body).join("\n"), OLD);
    return left.filter((item) => !old.includes(item)).map((item) => ({ ...item, isLate: true }));
  }

  // The line may be back before the page hears of it, and some networks let no socket through.
  #tryLater() {
    this.tries += 1;
    const longest = Math.min(AGAIN_AT_MOST, AGAIN_AFTER * 2 ** this.tries);
    this.timer = setTimeout(() => this.flush(), longest * (0.5 + 0.5 * Math.random()));
  }

  #drop(clientId) {
    this.items = this.items.filter((item) => item.clientId !== clientId);
    this.#keep();
  }

  #keep() {
    const place = this.form.dataset.composer;
    if (this.items.length) remember(this.log.person, place, this.items);
    else forget(this.log.person, place);
  }

  #bySocket(item) {
    if (item.isLate && item.seen !== undefined) return null;
    if (!this.line.send(item.clientId, item.body)) return null;
    return new Promise((resolve) => {
      const stop = live.onState((state) => { if (state !== "live") done(null); });
      const timer = setTimeout(() => done(null), PATIENCE);
      const done = (answer) => {
        clearTimeout(timer);
        queueMicrotask(() => stop());
        this.waiting = null;
        resolve(answer && (answer.type === "sent" ? answer : { ...answer, detail: notSent(answer) }));
      };
      this.waiting = { clientId: item.clientId, resolve: done };
    });
  }

  async #byForm(item) {
    const fields = new URLSearchParams({ csrf: document.querySelector("[name=csrf]").value, client_id: item.clientId, body: item.body });
    if (item.isLate && item.seen !== undefined) fields.append("seen", item.seen);
    const headers = { accept: "application/json, text/html", "hx-request": "true" };
    const options = { method: "POST", body: fields, headers, signal: AbortSignal.timeout(LONGEST_POST) };
    const answer = await fetch(`/conversations/${this.form.dataset.composer}/messages`, options).catch(() => null);
    if (!answer) return { detail: WAITING };
    if (answer.ok) {
      this.log.insert(await answer.text());
      this.log.showState(_("Sent"));
      return { type: "sent" };
    }
    if (answer.status === 401) return { detail: _("Not sent. You were signed out.") };
    const refusal = await answer.json().catch(() => null);
    return { code: refusal?.code, detail: notSent(refusal) };
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

// Words that go back to the text box bring only the reason; those that stay say what became of them.
function notSent(refusal) {
  if (!refusal?.detail) return _("Not sent.");
  return NEEDS_CHANGE.has(refusal.code) ? _(refusal.detail) : `${_("Not sent.")} ${_(refusal.detail)}`;
}

function show(item, words, failed = false, again = null) {
  item.element.classList.toggle("message--failed", failed);
  const place = item.element.querySelector("[data-words]");
  if (place.textContent !== words) place.textContent = words;
  const button = item.element.querySelector("button");
  button.hidden = !again;
  button.onclick = again;
}
