// A conversation on a page: messages come as they are said, and go without a page load. Without this
// module every form here still works as a plain one.

import { announce } from "./announce.js";
import { live } from "./live.js";
import { Log } from "./talk/log.js";
import { Outbox } from "./talk/outbox.js";

const SHOW_TYPING = 5000;
const TELL_TYPING_EVERY = 1500;
const SAY_LOST_AFTER = 10_000;
const OVER = {
  signed_out: "You were signed out. What you wrote is still here.",
  idle: "You were signed out because nothing was written for a while. What you wrote is still here.",
  not_allowed: "You can no longer see this conversation.",
  other_person: "Somebody else has signed in here. Load this page again.",
};

/** Follows one conversation and lets its composer, if there is one, send into it. */
class Talk {
  constructor(id, after, log, form) {
    this.id = id;
    this.log = log;
    this.form = form;
    this.readSeq = log.lastOfOthers(id);
    this.line = live.followConversation(id, after, {
      message: (frame) => this.message(frame),
      sent: (frame) => this.outbox?.answer({ ...frame, type: "sent" }),
      refused: (frame) => this.outbox?.answer(frame),
      read: (frame) => this.read(frame),
      typing: (frame) => showTyping(frame.person.name),
    });
    if (form) this.#compose();
  }

  message(frame) {
    const message = this.log.insert(frame.html);
    if (frame.author.id === this.log.person) this.outbox?.arrived(frame.client_id);
    else clearTyping();
    if (message.classList.contains(`message--${this.log.viewer}`)) this.log.showState("Sent");
    this.markRead();
  }

  read(frame) {
    const isOtherSide = (frame.role === "patient") !== (this.log.viewer === "patient");
    if (isOtherSide && this.form?.dataset.kind !== "note") this.log.showState(frame.said, frame.seq);
  }

  /** Read means seen: the page is in front and its end is in sight. */
  markRead() {
    const seq = this.log.lastOfOthers(this.id);
    if (document.hidden || seq <= this.readSeq || !this.log.isAtEnd()) return;
    if (this.line.read(seq)) this.readSeq = seq;
  }

  #compose() {
    const body = this.form.elements.body;
    this.outbox = new Outbox(this.form, this.line, this.log, (words, why) => this.#giveBack(words, why));
    let toldAt = 0;
    body.addEventListener("input", () => {
      this.#complain("");
      if (Date.now() - toldAt < TELL_TYPING_EVERY || !body.value.trim()) return;
      toldAt = Date.now();
      this.line.typing();
    });
    body.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.form.requestSubmit();
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(body);
    });
  }

  #submit(body) {
    const words = body.value.trim();
    body.focus();
    if (!words) return;
    this.outbox.add(this.form.elements.client_id.value, words);
    this.form.elements.client_id.value = crypto.randomUUID();
    body.value = "";
  }

  #giveBack(words, why) {
    const body = this.form.elements.body;
    body.value = body.value ? `${words}\n${body.value}` : words;
    this.#complain(why);
    announce(why);
  }

  #complain(why) {
    const place = this.form.querySelector("[data-complaint]");
    if (place) place.textContent = why;
  }
}

const typing = document.querySelector("[data-typing]");
let typingTimer = 0;

function showTyping(name) {
  if (!typing) return;
  typing.textContent = `${name} is writing`;
  clearTimeout(typingTimer);
  typingTimer = setTimeout(clearTyping, SHOW_TYPING);
}

function clearTyping() {
  if (typing) typing.textContent = "";
}

const banner = document.querySelector("[data-lost]");
let lostTimer = 0;
let saidLost = false;

function showState(state, why) {
  clearTimeout(lostTimer);
  if (state === "over") tellLost(OVER[why], why !== "not_allowed");
  else if (state === "lost") lostTimer = setTimeout(() => tellLost(banner.dataset.words), SAY_LOST_AFTER);
  else hideLost();
}

function tellLost(words, canSignIn = false) {
  if (!banner) return;
  saidLost = true;
  banner.hidden = false;
  banner.querySelector("p").textContent = words;
  const link = banner.querySelector("a");
  if (link) link.hidden = !canSignIn;
  announce(words);
}

function hideLost() {
  if (!banner) return;
  banner.hidden = true;
  if (saidLost) announce("Connected again.");
  saidLost = false;
}

function start() {
  const list = document.querySelector("[data-log]");
  if (!list || list.hasAttribute("data-past")) return;
  const log = new Log(list);
  const { conversation, after, notes, notesAfter } = list.dataset;
  const composer = (id) => document.querySelector(`form[data-composer="${id}"]`);
  const talks = [new Talk(conversation, Number(after), log, composer(conversation))];
  if (notes) talks.push(new Talk(notes, Number(notesAfter), log, composer(notes)));
  const markAll = () => talks.forEach((talk) => talk.markRead());
  document.addEventListener("visibilitychange", markAll);
  document.addEventListener("scroll", markAll, { capture: true, passive: true });
  live.onState(showState);
  if (!location.hash) log.toEnd();
}

start();
