// Photos and files in a composer: chosen beside the words and sent with them, with how far it is and
// a way to stop. What could not be sent keeps its words and files; sent again it is said once.

import { announce } from "./announce.js";
import { live } from "./live.js";
import { _ } from "./words.js";

const MEGABYTE = 1 << 20;
// Sent again these would be refused again: they go back to where they can be changed.
const NEEDS_CHANGE = new Set([409, 413, 422]);
const baskets = new Map();

const formOf = (element) => element.closest("form[data-composer]");
const formFor = (id) => document.querySelector(`form[data-composer="${id}"]`);
const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
const sizeWords = (bytes) => (bytes < MEGABYTE ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / MEGABYTE).toFixed(1)} MB`);

// The same photo chosen twice: a picture on the clipboard has no name of its own, but a time.
const isSame = (one, other) => ["name", "size", "lastModified"].every((key) => one[key] === other[key]);

/** What was chosen for one conversation and not sent, and what is on its way there. */
class Basket {
  constructor(id) {
    this.id = id;
    this.files = [];
    this.parcels = [];
  }

  get form() {
    return formFor(this.id);
  }

  add(files) {
    const { most, megabytes } = this.form.querySelector("[data-attach]").dataset;
    const chosen = files.filter((file) => !this.files.some((other) => isSame(file, other)));
    const small = chosen.filter((file) => file.size <= megabytes * MEGABYTE);
    const room = Math.max(0, most - this.files.length);
    this.files.push(...small.slice(0, room));
    this.show();
    if (small.length < chosen.length) this.complain(_("This file is too big. Use one under %(most)s MB.", { most: megabytes }));
    else if (small.length > room) this.complain(_("Send %(most)s files or fewer at a time.", { most }));
    else this.complain("");
  }

  remove(file) {
    this.files = this.files.filter((other) => other !== file);
    this.show();
    (this.form.querySelector("[data-remove]") ?? this.form.querySelector("[data-attach]")).focus();
  }

  show() {
    const tray = this.form?.querySelector("[data-tray]");
    if (!tray) return;
    tray.replaceChildren(...this.files.map((file) => this.#row(file)));
    tray.hidden = !this.files.length;
  }

  complain(words) {
    const place = this.form?.querySelector("[data-complaint]");
    if (place) place.textContent = words;
    announce(words);
  }

  /** All that is in the basket, under the composer's words. */
  send() {
    const { body, client_id: name, seen } = this.form.elements;
    const said = { name: name.value, words: body.value.trim(), seen: seen?.value };
    const parcel = new Parcel(this, { ...said, files: this.files });
    name.value = crypto.randomUUID();
    body.value = "";
    this.files = [];
    this.show();
    this.complain("");
    body.focus();
    this.parcels.push(parcel);
    parcel.send();
  }

  /** Words and files stand where they were before they were sent. */
  takeBack(parcel, why = "") {
    this.settle(parcel);
    const body = this.form?.elements.body;
    if (body) body.value = body.value ? `${parcel.words}\n${body.value}`.trim() : parcel.words;
    this.files.unshift(...parcel.files);
    this.show();
    this.complain(why);
    body?.focus();
  }

  settle(parcel) {
    parcel.isOver = true;
    parcel.element.remove();
    this.parcels = this.parcels.filter((other) => other !== parcel);
  }

  #row(file) {
    const row = copyOf(this.form, "tray");
    row.querySelector("[data-name]").textContent = file.name;
    row.querySelector("[data-of]").textContent = ` ${file.name}`;
    row.querySelector("[data-size]").textContent = sizeWords(file.size);
    row.querySelector("[data-remove]").addEventListener("click", () => this.remove(file));
    return row;
  }
}

/** One message with files on its way. */
class Parcel {
  constructor(basket, { name, words, seen, files }) {
    Object.assign(this, { basket, name, words, seen, files, isOver: false, isStopped: false });
    this.address = `/conversations/${basket.id}/files`;
    this.element = this.#element(basket.form);
    this.bar = this.element.querySelector("progress");
  }

  send() {
    this.#say(_("Sending"));
    tell("files-pending", this.element);
    const request = new XMLHttpRequest();
    this.request = request;
    request.open("POST", this.address);
    request.setRequestHeader("accept", "application/json, text/html");
    request.setRequestHeader("hx-request", "true");
    request.upload.addEventListener("progress", (event) => this.#progress(event));
    request.addEventListener("load", () => this.#answered(request));
    request.addEventListener("error", () => this.#unreached());
    request.send(this.#fields());
  }

  cancel() {
    this.request.abort();
    this.basket.takeBack(this);
    announce(_("Stopped. Nothing was sent."));
  }

  #fields() {
    const fields = new FormData();
    const named = { csrf: document.querySelector("[name=csrf]").value, client_id: this.name, body: this.words };
    for (const [name, value] of Object.entries(named)) fields.append(name, value);
    if (this.seen !== undefined) fields.append("seen", this.seen);
    for (const file of this.files) fields.append("file", file);
    return fields;
  }

  #progress({ loaded, total, lengthComputable }) {
    if (!lengthComputable || this.isOver) return;
    this.bar.value = (100 * loaded) / total;
    // Everything is there, and the answer comes once it has been looked at.
    if (loaded === total) this.#say(_("Checking"));
  }

  #answered(request) {
    if (this.isOver) return;
    if (request.status === 200) {
      this.basket.settle(this);
      tell("files-sent", request.responseText);
      return;
    }
    const detail = request.status === 401 ? _("You were signed out.") : detailOf(request.responseText);
    if (NEEDS_CHANGE.has(request.status) && this.basket.form) this.basket.takeBack(this, detail);
    else this.#failed(`${_("Not sent.")} ${_(detail)}`.trim());
  }

  #unreached() {
    if (live.state === "live") this.#failed(_("Not sent. Your words and files are kept."));
    else this.#failed(_("Waiting for connection"), true);
  }

  #failed(words, onlyWaits = false) {
    if (this.isOver) return;
    this.#say(words, true);
    this.element.classList.toggle("message--failed", !onlyWaits);
    announce(words);
  }

  #say(words, isStopped = false) {
    this.isStopped = isStopped;
    this.element.classList.remove("message--failed");
    this.element.querySelector("[data-words]").textContent = words;
    this.again.hidden = !isStopped;
    this.bar.hidden = isStopped;
    if (words === _("Sending")) this.bar.value = 0;
  }

  #element(form) {
    const element = copyOf(form.parentElement, "pending");
    element.dataset.pending = this.name;
    const names = this.files.map((file) => file.name).join(", ");
    element.querySelector("[data-body]").textContent = this.words ? `${this.words}\n${names}` : names;
    this.again = element.querySelector("[data-words] ~ button");
    this.again.addEventListener("click", () => this.send());
    const progress = copyOf(form, "progress");
    progress.querySelector("[data-cancel]").addEventListener("click", () => this.cancel());
    // Whoever asks whether this page holds words that are nowhere else looks at its text boxes.
    const kept = Object.assign(document.createElement("textarea"), { hidden: true });
    kept.value = this.words || names;
    element.append(progress, kept);
    return element;
  }
}

function detailOf(text) {
  try {
    return JSON.parse(text).detail ?? "";
  } catch {
    return "";
  }
}

function copyOf(place, name) {
  return place.querySelector(`template[data-${name}-template]`).content.firstElementChild.cloneNode(true);
}

function basketOf(form) {
  const id = form.dataset.composer;
  if (!baskets.has(id)) baskets.set(id, new Basket(id));
  return baskets.get(id);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-attach]");
  if (!link) return;
  event.preventDefault();
  formOf(link).querySelector("[data-attach-input]").click();
});

document.addEventListener("change", (event) => {
  const input = event.target.closest?.("[data-attach-input]");
  if (!input) return;
  basketOf(formOf(input)).add([...input.files]);
  // The same photo may be chosen again after it was removed.
  input.value = "";
  formOf(input).elements.body.focus();
});

document.addEventListener("paste", (event) => {
  const form = event.target.closest?.("form[data-composer]");
  if (!form?.querySelector("[data-attach]") || !event.clipboardData?.files.length) return;
  event.preventDefault();
  basketOf(form).add([...event.clipboardData.files]);
});

// Before the page's own listeners: what has files goes another way.
document.addEventListener("submit", (event) => {
  const basket = baskets.get(event.target.dataset?.composer);
  if (!basket?.files.length || event.submitter?.hasAttribute("formaction")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  basket.send();
}, true);

// The message may come over the socket before its own answer, or without it.
document.addEventListener("message-arrived", ({ detail: { frame } }) => {
  const basket = baskets.get(frame.conversation);
  const parcel = basket?.parcels.find((one) => one.name === frame.client_id);
  if (parcel) basket.settle(parcel);
});

document.addEventListener("htmx:after:swap", () => setTimeout(() => {
  for (const basket of baskets.values()) {
    if (!basket.form) continue;
    basket.show();
    for (const parcel of basket.parcels) if (!parcel.element.isConnected) tell("files-pending", parcel.element);
  }
}));

// What had to wait goes by itself once the line, or the sign-in, is back.
function sendWaiting() {
  for (const basket of baskets.values()) {
    for (const parcel of basket.parcels) if (parcel.isStopped) parcel.send();
  }
}

live.onState((state) => { if (state === "live") sendWaiting(); });
window.addEventListener("online", sendWaiting);
document.addEventListener("session:back", sendWaiting);
