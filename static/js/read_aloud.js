// "Read it to me": the browser's own voice says the question and its answers. Where the browser has
// no voice for the page's language, the button is not there. It speaks only after a press, and stops
// at the next one and when the page is left.

import { _ } from "./words.js";

const box = document.querySelector("[data-read-aloud]");
const button = box?.querySelector("[data-read]");
const words = button?.querySelector("[data-words]");
const language = document.documentElement.lang;
const PARTS = "h1, .hint, .choice__name, .choice__second, .choices__or, .field__label, .field__error, .button [data-words]";

function toRead() {
  const form = document.querySelector("[data-question]");
  const shown = [...form.querySelectorAll(PARTS)].filter((part) => part.offsetParent !== null);
  return shown.map((part) => part.textContent.trim()).filter(Boolean);
}

const voice = () => speechSynthesis.getVoices().find((one) => one.lang.toLowerCase().startsWith(language));

function show(speaking) {
  button.setAttribute("aria-pressed", String(speaking));
  words.textContent = speaking ? _("Stop reading") : _("Read it to me");
}

function stop() {
  speechSynthesis.cancel();
  show(false);
}

function read() {
  speechSynthesis.cancel();
  const lines = toRead();
  // One line at a time: a voice pauses between them, and long texts are cut off by some browsers.
  for (const [place, line] of lines.entries()) {
    const said = new SpeechSynthesisUtterance(line);
    said.lang = language;
    said.voice = voice();
    said.rate = 0.9;
    if (place === lines.length - 1) said.addEventListener("end", () => show(false));
    said.addEventListener("error", () => show(false));
    speechSynthesis.speak(said);
  }
  show(true);
}

// Some browsers know their voices only after a while.
function offer() {
  box.hidden = !voice();
}

if (box && "speechSynthesis" in window) {
  stop();
  offer();
  speechSynthesis.addEventListener?.("voiceschanged", offer);
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-pressed") === "true") stop();
    else read();
  });
  addEventListener("pagehide", stop);
  document.addEventListener("visibilitychange", () => { if (document.hidden) stop(); });
}
