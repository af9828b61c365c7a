// The one live socket of a page. Says hello, follows, comes back by itself, and misses nothing:
// after a loss it asks for everything after the last message it has.
//
//   live.followTopic("triage", () => …)                fetch the page's part again
//   live.followConversation(id, after, { message, revised, read, typing, here, sent, refused, followed, fetched }, corrections)
//   live.onState((state, why) => …)                    "live" (maybe isDelayed), "lost", or "over": it will not come back

const SLOWEST = 15_000;
const PING_EVERY = 25_000;
const PATIENCE = 10_000;
const FETCH_EVERY = 15_000;
const OVER = { 4401: "signed_out", 4403: "not_allowed", 4408: "idle" };

const topics = new Map();
const conversations = new Map();
const listeners = new Set();
let socket = null;
let state = "lost";
let reason = null;
let delayed = false;
let attempts = 0;
let timer = 0;
let heartbeat = 0;
let heardAt = 0;
let fetching = 0;

function become(next, why = null) {
  if (next !== "lost") fetching = clearTimeout(fetching);
  if (state === next) return;
  state = next;
  reason = why;
  for (const listener of listeners) listener(state, reason);
}

function say(frame) {
  if (state !== "live") return false;
  socket.send(JSON.stringify(frame));
  return true;
}

function connect() {
  clearTimeout(timer);
  if (socket || state === "over" || navigator.onLine === false) return;
  fetching ||= setTimeout(fetchNews, FETCH_EVERY);
  const mine = new WebSocket(`${location.origin.replace(/^http/, "ws")}/live`);
  socket = mine;
  mine.addEventListener("message", (event) => { if (socket === mine) hear(JSON.parse(event.data)); });
  mine.addEventListener("close", (event) => { if (socket === mine) lose(event.code); });
  heardAt = Date.now();
  clearInterval(heartbeat);
  heartbeat = setInterval(() => beat(mine), PING_EVERY);
}

// A dead line does not always say so: whoever is silent for too long is let go.
function beat(mine) {
  if (Date.now() - heardAt > PING_EVERY + PATIENCE) drop(mine);
  else say({ type: "ping", t: 0 });
}

function drop(mine) {
  if (socket !== mine) return;
  mine.close();
  lose(1006);
}

function lose(code) {
  clearInterval(heartbeat);
  socket = null;
  if (code in OVER) return become("over", OVER[code]);
  become("lost");
  attempts += 1;
  timer = setTimeout(connect, wait(code));
  if (attempts > 2) askWhetherSignedIn();
}

// Everybody loses the line at the same moment when a server restarts: jitter spreads their return.
function wait(code) {
  const longest = code === 1012 ? 3000 : code === 1008 ? 30_000 : Math.min(SLOWEST, 500 * 2 ** attempts);
  return longest * (0.2 + 0.8 * Math.random());
}

// Some networks let no socket through: until there is one, what is new is fetched now and then.
async function fetchNews() {
  if (!document.hidden && navigator.onLine) {
    for (const topic of topics.keys()) tell(topic);
    await Promise.all([...conversations].map(([id, followed]) => fetchAfter(id, followed)));
  }
  if (state === "lost") fetching = setTimeout(fetchNews, FETCH_EVERY * (0.8 + 0.4 * Math.random()));
}

async function fetchAfter(id, followed) {
  const options = { redirect: "manual", headers: { "x-background": "yes" } };
  const answer = await fetch(`/conversations/${id}/messages?after=${followed.after}`, options).catch(() => null);
  if (!answer?.ok || state !== "lost") return;
  const last = followed.handlers.fetched?.(await answer.text()) ?? 0;
  followed.after = Math.max(followed.after, last);
}

// A socket that is refused does not say why. A page can.
async function askWhetherSignedIn() {
  const options = { method: "HEAD", redirect: "manual", headers: { "x-background": "yes" } };
  const answer = await fetch("/account", options).catch(() => null);
  if (answer?.type !== "opaqueredirect" && answer?.status !== 401) return;
  clearTimeout(timer);
  become("over", "signed_out");
}

function greet(frame) {
  const expected = document.querySelector("[data-person]")?.dataset.person;
  if (expected && expected !== frame.person.id) {
    become("over", "other_person");
    socket.close();
    return;
  }
  attempts = 0;
  delayed = false;
  become("live");
  for (const [id, followed] of conversations) followFrom(id, followed);
  for (const topic of topics.keys()) followAgain(topic);
}

function followFrom(id, { after, revised }) {
  say({ type: "follow", conversation: id, after, revised });
}

// What changed between the page and this moment was not heard: look once.
function followAgain(topic) {
  say({ type: "follow", topic });
  tell(topic);
}

function tell(topic) {
  for (const callback of topics.get(topic) ?? []) callback();
}

function hear(frame) {
  heardAt = Date.now();
  if (frame.type === "hello") return greet(frame);
  if (frame.type === "changed") return tell(frame.topic);
  if (frame.type === "refused") return refuse(frame);
  if (frame.type === "state") return showDelay(frame.delayed);
  const followed = conversations.get(frame.conversation);
  if (!followed) return;
  if (frame.type === "message") followed.after = Math.max(followed.after, frame.seq);
  if (frame.type === "revised") followed.revised = Math.max(followed.revised, frame.revised);
  followed.handlers[frame.type]?.(frame);
}

// A refusal names the message, not the conversation: whoever sent it knows it.
function refuse(frame) {
  for (const followed of conversations.values()) followed.handlers.refused?.(frame);
}

export const live = {
  get state() { return state; },
  get isDelayed() { return delayed; },

  followTopic(topic, callback) {
    const callbacks = topics.get(topic) ?? new Set();
    topics.set(topic, callbacks.add(callback));
    if (callbacks.size === 1) say({ type: "follow", topic });
    if (state === "live") callback(); // the line was there before this script: look once, too
    connect();
    return () => {
      callbacks.delete(callback);
      if (!callbacks.size && topics.delete(topic)) say({ type: "unfollow", topic });
    };
  },

  followConversation(id, after, handlers, revised = 0) {
    conversations.set(id, { after, revised, handlers });
    followFrom(id, conversations.get(id));
    connect();
    return {
      send: (clientId, body) => say({ type: "send", conversation: id, client_id: clientId, body }),
      read: (seq) => say({ type: "read", conversation: id, seq }),
      typing: () => say({ type: "typing", conversation: id }),
      leave() {
        conversations.delete(id);
        say({ type: "unfollow", conversation: id });
      },
    };
  },

  onState(listener) {
    listeners.add(listener);
    listener(state, reason);
    return () => listeners.delete(listener);
  },
};

// Signed in again in another tab, and the page kept its words for it.
document.addEventListener("session:back", () => {
  if (state !== "over") return;
  become("lost");
  connect();
});
window.addEventListener("online", connect);
window.addEventListener("offline", () => { if (socket) drop(socket); });
window.addEventListener("pagehide", () => { if (socket) drop(socket); clearTimeout(timer); });
window.addEventListener("pageshow", (event) => { if (event.persisted) connect(); });
document.addEventListener("visibilitychange", () => { if (!document.hidden && state === "lost" && listening()) connect(); });

function listening() {
  return topics.size + conversations.size > 0;
}

// The server is reached, but not by the others: what they say may come some seconds late.
function showDelay(is) {
  delayed = is;
  for (const listener of listeners) listener(state, reason);
}

const WORDS = { live: "Live", late: "Live, some seconds late", lost: "Not live", over: "Not live" };
function show(now) {
  for (const element of document.querySelectorAll("[data-live-state]")) {
    element.dataset.state = now === "live" ? "live" : "lost";
    const words = element.querySelector("[data-words]");
    if (words) words.textContent = WORDS[now === "live" && delayed ? "late" : now];
  }
}
live.onState(show);
