// The numbers beside the links stay true while a page is open, whatever page it is. Who works in the
// inbox sees what comes to triage; a new emergency is said there at once, and shown until it is taken.

import { announce } from "./announce.js";
import { live } from "./live.js";

const AT_MOST_EVERY = 5000;
const TOPICS = ["triage", "inbox"];

const nav = document.querySelector(".nav");
const place = (name) => nav.querySelector(`[data-count="${name}"]`);
const isTriage = document.getElementById("queue") !== null; // it says so itself, with name and reason
let emergencies = nav.dataset.emergencies.split(" "); // those that nobody took yet: one taken and one raised are not the same
let askedAt = -Infinity;
let timer = 0;

function hear() {
  timer ||= setTimeout(ask, Math.max(0, askedAt + AT_MOST_EVERY - Date.now()));
}

async function ask() {
  timer = 0;
  askedAt = Date.now();
  const answer = await fetch("/counts", { headers: { "x-background": "yes" } }).catch(() => null);
  if (answer?.ok && !answer.redirected) show(await answer.json());
}

function show(numbers) {
  for (const [name, number] of Object.entries(numbers)) {
    const count = place(name);
    if (!count) continue;
    count.textContent = number;
    count.hidden = !number;
  }
  place("triage")?.toggleAttribute("data-alarm", numbers.emergencies.length > 0);
  if (!isTriage && numbers.emergencies.some((each) => !emergencies.includes(each))) sound();
  if (!numbers.emergencies.length) document.querySelector("[data-emergency]")?.remove();
  emergencies = numbers.emergencies;
}

function sound() {
  announce("Emergency in triage.", { assertive: true });
  const box = document.createElement("div");
  box.className = "toast toast--emergency";
  box.dataset.emergency = "";
  box.append(Object.assign(document.createElement("a"), { href: "/triage", textContent: "Emergency in triage. Open it" }));
  document.getElementById("toast").replaceChildren(box);
}

for (const topic of TOPICS) if (place(topic)) live.followTopic(topic, hear);
