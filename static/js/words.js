// The sentences of scripts in the page's language. They are written in English where they are said;
// the page carries the others (base.html), so that none is kept in a script.

const given = document.querySelector("meta[name=portal-words]");
const known = given ? JSON.parse(given.content) : {};
const language = document.documentElement.lang;

// _("Send %(most)s files.", { most: 3 })
export function _(sentence, values = {}) {
  const said = known[sentence] ?? sentence;
  return said.replace(/%\((\w+)\)s/g, (all, name) => values[name] ?? all);
}

// What comes from the server for everybody alike is in English: its own words are said in the page's
// language here. What people wrote (dir="auto") is left alone.
export function reword(element, zone) {
  if (!given) return;
  for (const time of element.querySelectorAll("time[datetime]")) retell(time, zone);
  for (const photo of element.querySelectorAll(".files__photo img")) photo.alt = _("Photo from %(name)s", { name: bylineOf(photo) });
  const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const said = known[text.data.trim()];
    if (said && !text.parentElement.closest('[dir="auto"]')) text.data = text.data.replace(text.data.trim(), said);
  }
}

const bylineOf = (photo) => photo.closest("[data-message]").querySelector(".message__author span").textContent;

function retell(time, zone) {
  const at = new Date(time.dateTime);
  const isDay = time.parentElement.classList.contains("log__day");
  time.textContent = isDay ? dayOf(at, zone) : clockOf(at, zone);
}

export function clockOf(at, zone) {
  const form = { hour: "numeric", minute: "2-digit", hour12: true, timeZone: zone };
  // Browsers differ in the spaces; the server writes "8:12 p. m.".
  return new Intl.DateTimeFormat("es-US", form).format(at).replace(/\s*([ap])\.\s*m\./, " $1. m.");
}

function dayOf(at, zone) {
  const parts = new Intl.DateTimeFormat(language, { weekday: "short", day: "numeric", month: "short", timeZone: zone }).formatToParts(at);
  const part = (type) => parts.find((each) => each.type === type).value.replace(".", "");
  return `${part("weekday")} ${part("day")} ${part("month")}`;
}

export const isEnglish = !given;

// They stand in what the server sends to everybody.
export const SHARED = [
  _("Corrected"), _("Withdrawn"), _("Message withdrawn"), _("This conversation is closed."),
];
