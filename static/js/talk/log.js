// The list of messages on the page: puts each one in its place once, and leaves the reader's be.

import { templateOf } from "../markup.js";
import { endOffers, offerChange } from "./changes.js";
import { _, clockOf, isEnglish, reword } from "../words.js";

const NEAR_END = 80;

export class Log {
  constructor(list) {
    this.list = list;
    this.viewer = list.dataset.viewer;
    this.person = list.dataset.person;
    this.pane = paneOf(list);
    this.unseen = 0;
    this.below = document.querySelector("[data-below]");
    this.below?.addEventListener("click", () => this.toEnd());
    const scrolled = this.pane === document.scrollingElement ? window : this.pane;
    nameToday(list);
    endOffers(list);
    this.followsEnd = false;
    scrolled.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    // A keyboard or a question that opens takes room, and what stands under a message comes after it,
    // as pictures do: who was at the end stays there.
    const room = new ResizeObserver(() => { if (this.followsEnd) this.toEnd(); });
    room.observe(list);
    if (scrolled !== window) room.observe(this.pane);
  }

  // A page that scrolls as a whole goes on below the messages: there the box to write in, which
  // sticks to the bottom, says where their end is.
  #hiddenByPage() {
    const box = [...document.querySelectorAll(".composer")].find((one) => one.checkVisibility());
    const bottom = box ? box.getBoundingClientRect().top : window.innerHeight;
    return this.list.getBoundingClientRect().bottom - bottom;
  }

  isAtEnd() {
    if (this.pane === document.scrollingElement) return this.#hiddenByPage() < NEAR_END;
    const { scrollTop, clientHeight, scrollHeight } = this.pane;
    return scrollHeight - clientHeight - scrollTop < NEAR_END;
  }

  toEnd() {
    if (this.pane === document.scrollingElement) this.pane.scrollTop += Math.max(0, this.#hiddenByPage() + NEAR_END / 2);
    else this.pane.scrollTop = this.pane.scrollHeight;
    this.followsEnd = true;
    this.clearBelow();
  }

  #scrolled() {
    this.followsEnd = this.isAtEnd();
    if (this.followsEnd) this.clearBelow();
  }

  clearBelow() {
    this.unseen = 0;
    if (this.below) this.below.hidden = true;
  }

  /** Puts in the fragment of one message; a second copy of the same one replaces the first. */
  insert(html) {
    const wasAtEnd = this.isAtEnd();
    const template = templateOf(html);
    reword(template.content, this.list.dataset.zone);
    const message = template.content.querySelector("[data-message]");
    if (!message) return null;
    this.#dropNamedDay(template.content);
    const isNew = !this.#replace(message) && this.#place(template.content, message);
    document.querySelector("[data-empty]")?.remove();
    nameToday(this.list);
    if (isNew && message.dataset.author === this.person) offerChange(this.list, message);
    if (wasAtEnd) this.toEnd();
    else if (isNew && message.dataset.author !== this.person) this.#countBelow();
    return message;
  }

  /** Several fragments one after the other; answers with their messages. */
  insertAll(html) {
    const template = templateOf(html);
    let before = "";
    return [...template.content.children].flatMap((part) => {
      before += part.outerHTML;
      if (!part.matches("[data-message]")) return [];
      const message = this.insert(before);
      before = "";
      return message ? [message] : [];
    });
  }

  /** What a message on this page says now, if that is newer than what stands here. */
  revise(frame) {
    const shown = document.getElementById(`m-${frame.id}`);
    if (!shown || Number(shown.dataset.revised ?? 0) >= frame.revised) return;
    const template = templateOf(frame.html);
    reword(template.content, this.list.dataset.zone);
    const message = template.content.querySelector("[data-message]");
    if (!message) return;
    shown.replaceWith(message);
    if (frame.withdrawn) this.list.querySelector(`[data-change="${frame.id}"]`)?.remove();
  }

  /** A copy of a message that is on its way. */
  addPending(item) {
    this.list.append(item);
    document.querySelector("[data-empty]")?.remove();
    this.toEnd();
  }

  /** Whether one's own message of this name stands here already. */
  has(clientId) {
    return Boolean(this.list.querySelector(`[data-message][data-client="${clientId}"][data-author="${this.person}"]`));
  }

  /** The last message of the other side in this conversation, by number. */
  lastOfOthers(conversation) {
    const all = this.#messagesOf(conversation).filter((message) => message.dataset.author !== this.person);
    return Number(all.at(-1)?.dataset.seq ?? 0);
  }

  /** That the other side has read, in words. */
  readWords(frame) {
    if (isEnglish) return frame.said;
    return _("Read %(at)s", { at: clockOf(new Date(frame.read_at), this.list.dataset.zone) });
  }

  /** What an open page asks for again says that our side was read: the word of it may have been missed.
   *  Today may have become yesterday, too. */
  askedAgain(content) {
    nameToday(this.list);
    const receipt = content.querySelector("[data-read]");
    if (receipt) this.showState(receipt.textContent, Number(receipt.dataset.read));
  }

  /** How far our side's last message has come, in words under it. */
  showState(words, seq = Infinity) {
    const ours = [...this.list.querySelectorAll(`[data-message].message--${this.viewer}`)].at(-1);
    if (!ours || Number(ours.dataset.seq) > seq) return;
    // A new one for a new "Sent": the old one may still carry the sign of a message that was read.
    const old = this.list.querySelector("[data-receipt]");
    const state = words === _("Sent") || !old ? copyOf("receipt") : old;
    if (state !== old) old?.remove();
    state.querySelector("span").textContent = words;
    if (words !== _("Sent")) state.querySelector("svg").replaceWith(copyOf("read"));
    ours.after(state);
  }

  // A note, a flag or a check-in of that day may have named it already.
  #dropNamedDay(fragment) {
    const fresh = fragment.querySelector(".log__day");
    if (fresh && dayOf(this.list, fresh)) fresh.remove();
    const note = fragment.querySelector(".note");
    if (note && dayOf(this.list, note)) note.querySelector("time").textContent = note.querySelector("time").textContent.split(", ").at(-1);
  }

  #messagesOf(conversation) {
    return [...this.list.querySelectorAll(`[data-message][data-conversation="${conversation}"]`)];
  }

  #replace(message) {
    const same = document.getElementById(message.id) ?? this.#pendingOf(message);
    const wasPending = same?.hasAttribute("data-pending");
    if (same && !wasPending) same.replaceWith(message);
    else same?.remove();
    return Boolean(same) && !wasPending;
  }

  #pendingOf(message) {
    if (message.dataset.author !== this.person) return null;
    return this.list.querySelector(`[data-pending="${message.dataset.client}"]`);
  }

  #place(fragment, message) {
    const seq = Number(message.dataset.seq);
    const later = this.#messagesOf(message.dataset.conversation).find((other) => Number(other.dataset.seq) > seq);
    this.list.insertBefore(fragment, later ?? this.list.querySelector("[data-pending]"));
    return true;
  }

  #countBelow() {
    if (!this.below) return;
    this.unseen += 1;
    this.below.hidden = false;
    const words = this.unseen === 1 ? _("1 new message below") : _("%(n)s new messages below", { n: this.unseen });
    this.below.querySelector("[data-words]").textContent = words;
  }
}

// On a narrow or low screen the thread is part of the page and scrolls with it.
function paneOf(list) {
  const own = list.closest(".pane__scroll, .page-main");
  return own && getComputedStyle(own).overflowY !== "visible" ? own : document.scrollingElement;
}

/** The page was written with dates, which stay true. A reader who looks today wants the word, and
 *  the clock of the phone may be wrong. */
export function nameToday(list) {
  list.dataset.ahead ??= Date.now() - Date.parse(list.dataset.now);
  const today = dayIn(list.dataset.zone, Date.now() - list.dataset.ahead);
  for (const time of list.querySelectorAll(".log__day time")) {
    time.dataset.words ??= time.textContent;
    const isToday = dayIn(list.dataset.zone, time.dateTime) === today;
    time.textContent = isToday ? _("Today") : time.dataset.words;
  }
}

/** The line that names the same day on this list, if there is one. */
export function dayOf(list, mark) {
  const day = (one) => dayIn(list.dataset.zone, one.querySelector("time").dateTime);
  return [...list.querySelectorAll(".log__day")].find((one) => day(one) === day(mark));
}

/** The day of a moment, on the clocks of a zone. */
function dayIn(timeZone, at) {
  return new Date(at).toLocaleDateString("en", { timeZone });
}

function copyOf(name) {
  return document.querySelector(`template[data-${name}-template]`).content.firstElementChild.cloneNode(true);
}
