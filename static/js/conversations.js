// A conversation on a page: messages come as they are said, and go without a page load. Without this
// module every form here still works as a plain one.

import { announce } from "./announce.js";
import "./attachments.js";
import { live } from "./live.js";
import { lookWhoAnswers } from "./talk/answering.js";
import "./talk/drafts.js";
import { Log } from "./talk/log.js";
import { Outbox } from "./talk/outbox.js";
import { _, isEnglish } from "./words.js";

const SHOW_TYPING = 5000;
const TELL_TYPING_EVERY = 1500;
const SAY_LOST_AFTER = 10_000;
const LOST = _("Messages may come late. You can still write: it is sent when the connection is back.");
const LATE = _("Messages may come some seconds late. You can write as always.");
const OVER = {
  signed_out: _("You are signed out. What you wrote is still here."),
  idle: _("You are signed out. What you wrote is still here."),
  not_allowed: _("You can no longer see this conversation."),
  other_person: _("Somebody else has signed in here. Load this page again."),
};

/** Follows one conversation and lets its composer, if there is one, send into it. What was written
 *  stays with it while another thread is on the page. */
class Talk {
  constructor(id) {
    this.id = id;
    this.draft = "";
  }

  show(after, log, form, revised) {
    this.isShown = true;
    this.log = log;
    this.form = form;
    // What another site's page led to was not marked as read on the way here.
    this.readSeq = log.list.hasAttribute("data-unmarked") ? 0 : log.lastOfOthers(this.id);
    this.line = live.followConversation(this.id, after, {
      message: (frame) => this.message(frame),
      fetched: (html) => this.fetched(html),
      sent: (frame) => this.outbox?.answer({ ...frame, type: "sent" }),
      refused: (frame) => this.outbox?.answer(frame),
      revised: (frame) => this.revised(frame),
      read: (frame) => this.read(frame),
      here: () => document.dispatchEvent(new CustomEvent("others-here")),
      typing: (frame) => this.typing(frame),
    }, revised);
    if (form) this.#compose();
  }

  /** Another thread is on the page; this one is followed on while something waits to be sent in it. */
  hide() {
    this.isShown = false;
    this.draft = this.form?.elements.body.value ?? "";
    if (!this.outbox?.items.length) this.line.leave();
  }

  message(frame) {
    const message = this.log.insert(frame.html);
    this.#seen(frame.seq);
    if (frame.author.id === this.log.person) this.#mine(message);
    else if (this.isShown) clearTyping();
    document.dispatchEvent(new CustomEvent("message-arrived", { detail: { frame, person: this.log.person } }));
    if (message.classList.contains(`message--${this.log.viewer}`)) this.log.showState(_("Sent"));
    lookWhoAnswers();
    this.markRead();
  }

  /** What came while there was no socket; says how far it goes. */
  fetched(html) {
    const messages = this.log.insertAll(html);
    for (const message of messages) if (message.dataset.author === this.log.person) this.#mine(message);
    if (messages.length) lookWhoAnswers();
    const last = Number(messages.at(-1)?.dataset.seq ?? 0);
    this.#seen(last);
    return last;
  }

  #seen(seq) {
    const seen = this.form?.elements.seen;
    if (seen) seen.value = Math.max(seen.value, seq);
  }

  typing(frame) {
    if (this.isShown) showTyping(isEnglish ? frame.said : _("%(name)s is writing", { name: frame.person.name }));
  }

  revised(frame) {
    this.log.revise(frame);
    lookWhoAnswers();
  }

  read(frame) {
    const isOtherSide = (frame.role === "patient") !== (this.log.viewer === "patient");
    if (isOtherSide && this.form?.dataset.kind !== "note") this.log.showState(this.log.readWords(frame), frame.seq);
  }

  /** Read means seen: the page is in front and its end is in sight. */
  markRead() {
    const seq = this.log.lastOfOthers(this.id);
    if (!this.isShown || document.hidden || seq <= this.readSeq || !this.log.isAtEnd()) return;
    if (this.line.read(seq)) this.readSeq = seq;
  }

  // The same draft is open on every device of its writer, under one name. Once it was sent from
  // another, what stands here beyond what was sent is a new message, which needs a name of its own.
  #mine(message) {
    const name = message.dataset.client;
    this.outbox?.arrived(name);
    const { body, client_id: own } = this.form?.elements ?? {};
    if (own?.value !== name) return;
    const sent = message.querySelector(".message__words, .note__words")?.textContent.trim();
    if (sent?.startsWith(body.value.trim())) body.value = "";
    own.value = crypto.randomUUID();
    this.form.dispatchEvent(new Event("renamed", { bubbles: true }));
  }

  #compose() {
    const body = this.form.elements.body;
    if (this.draft) body.value = this.draft;
    this.outbox ??= new Outbox((words, why) => this.#giveBack(words, why));
    this.outbox.attach(this.form, this.line, this.log);
    // The draft of a message that waits to be sent is that message: it is not written twice.
    if (this.outbox.holds(this.form.elements.client_id.value)) this.#clear(body);
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
      // A button with an address of its own does something else with the words.
      if (event.submitter?.hasAttribute("formaction")) return;
      event.preventDefault();
      this.#submit(body);
    });
  }

  #submit(body) {
    const words = body.value.trim();
    body.focus();
    if (!words) return;
    this.outbox.add(this.form.elements.client_id.value, words, this.form.elements.seen?.value);
    this.#clear(body);
  }

  /** One of the answers that can be pressed: it goes like words of one's own. */
  answer(name, words) {
    this.form.elements.body.focus();
    this.outbox.add(name, words);
  }

  #clear(body) {
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

const typingLine = () => document.querySelector("[data-typing]");
let typingTimer = 0;

function showTyping(words) {
  typingLine().textContent = words;
  clearTimeout(typingTimer);
  typingTimer = setTimeout(clearTyping, SHOW_TYPING);
}

function clearTyping() {
  typingLine().textContent = "";
}

let lostTimer = 0;
let saidLost = false;
let wasLive = false;

function showState(state, why) {
  clearTimeout(lostTimer);
  if (state === "live" && wasLive) lookWhoAnswers();
  wasLive ||= state === "live";
  if (state === "over") tellLost(OVER[why] ?? LOST);
  else if (state === "lost") lostTimer = setTimeout(() => tellLost(LOST), SAY_LOST_AFTER);
  else if (live.isDelayed) tellLost(LATE);
  else hideLost();
  if (state === "live") markAll();
}

function tellLost(words) {
  const banner = document.querySelector("[data-lost]");
  if (!banner) return;
  saidLost = true;
  banner.hidden = false;
  banner.querySelector("p").textContent = words;
  announce(words);
}

function hideLost() {
  for (const banner of document.querySelectorAll("[data-lost]")) banner.hidden = true;
  if (saidLost) announce(_("Connected again."));
  saidLost = false;
}

const talks = new Map();
let shown = [];
let list = null;

function talkOf(id) {
  if (!talks.has(id)) talks.set(id, new Talk(id));
  return talks.get(id);
}

function start() {
  const next = document.querySelector("[data-log]");
  if (next === list) return;
  for (const talk of shown) talk.hide();
  shown = [];
  list = next;
  if (!list || list.hasAttribute("data-past")) return;
  const log = new Log(list);
  const { conversation, after, revised, notes, notesAfter, notesRevised } = list.dataset;
  for (const [id, head, corrected] of [[conversation, after, revised], [notes, notesAfter, notesRevised]]) {
    if (!id) continue;
    const talk = talkOf(id);
    talk.show(Number(head), log, document.querySelector(`form[data-composer="${id}"]`), Number(corrected));
    shown.push(talk);
  }
  if (!location.hash) log.toEnd();
}

document.addEventListener("files-pending", ({ detail }) => shown[0]?.log.addPending(detail));
document.addEventListener("files-sent", ({ detail }) => {
  const message = shown[0]?.log.insert(detail);
  if (message?.classList.contains(`message--${shown[0].log.viewer}`)) shown[0].log.showState(_("Sent"));
});

document.addEventListener("submit", (event) => {
  const { elements } = event.target.closest("form[data-quick]") ?? {};
  if (!elements || !shown[0]?.outbox) return;
  event.preventDefault();
  shown[0].answer(elements.client_id.value, event.submitter.value);
  event.target.remove();
});

document.addEventListener("asked-again", ({ detail }) => shown[0]?.log.askedAgain(detail));

const markAll = () => shown.forEach((talk) => talk.markRead());
document.addEventListener("visibilitychange", markAll);
document.addEventListener("scroll", markAll, { capture: true, passive: true });
document.addEventListener("htmx:after:swap", start);
live.onState(showState);
start();
