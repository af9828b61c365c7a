// Waiting times go on while the page is open, silently. The words are those of portal/triage/words.py.

const EVERY = 30_000;
const MINUTE = 60_000;
const DAY = 24 * 60;

let ahead = 0;

/** The server's clock tells, not the one of this machine. */
export function setClock(now) {
  ahead = Date.parse(now) - Date.now();
}

const serverTime = () => Date.now() + ahead;

function duration(span) {
  const minutes = Math.max(0, Math.floor(span / MINUTE));
  if (minutes < 60) return `${minutes} min`;
  if (minutes < DAY) {
    const rest = minutes % 60;
    return `${Math.floor(minutes / 60)} h${rest ? ` ${String(rest).padStart(2, "0")}` : ""}`;
  }
  const days = Math.floor(minutes / DAY);
  return days === 1 ? "1 day" : `${days} days`;
}

function write(element, words) {
  if (element && element.textContent !== words) element.textContent = words;
}

function count(wait, now) {
  const since = Date.parse(wait.dataset.since);
  write(wait.querySelector("b"), duration(now - since));
  if ("seen" in wait.dataset) return;
  const over = now - Date.parse(wait.dataset.due);
  write(wait.querySelector("small"), over > 0 ? `${duration(Math.max(over, MINUTE))} late` : wait.dataset.limit);
  wait.closest(".queue-row")?.classList.toggle("queue-row--late", over > 0);
  if (wait.matches(".wait-meter")) wait.classList.toggle("wait-meter--late", over > 0);
  const meter = wait.querySelector("meter");
  if (meter) meter.value = Math.floor((now - since) / MINUTE);
}

export function tick() {
  const now = serverTime();
  for (const wait of document.querySelectorAll("[data-since]")) count(wait, now);
}

/** "8:18 pm", in the zone of whoever is signed in. */
export function clockTime(zone) {
  const options = { hour: "numeric", minute: "2-digit", hour12: true, timeZone: zone };
  return new Intl.DateTimeFormat("en-US", options).format(serverTime()).replace(":00", "").toLowerCase();
}

setInterval(tick, EVERY);
