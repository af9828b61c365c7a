// Keeps one page, "I need help now", and what it looks like. Never a page with anybody's data.

const NAME = {{ ("portal-" ~ build)|tojson }};
const PAGE = "/offline";
const KEPT = {{ kept|tojson }};

self.addEventListener("install", (event) => {
  const page = new Request(PAGE, { credentials: "omit", cache: "reload" });
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll([page, ...KEPT])));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys().then((names) =>
      Promise.all(names.filter((name) => name !== NAME).map((name) => caches.delete(name)))),
  );
  self.clients.claim();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const path = new URL(request.url).pathname;
  if (KEPT.includes(path)) {
    event.respondWith(caches.match(path).then((kept) => kept ?? fetch(request)));
  } else if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(PAGE)));
  }
});

// A push message says only that something waits. What it is stays behind the sign-in.
self.addEventListener("push", (event) => {
  let said = {};
  try {
    said = event.data?.json() ?? {};
  } catch { /* no words of ours: the usual ones are shown */ }
  const title = said.title || "You have a message waiting";
  event.waitUntil(self.registration.showNotification(title, {
    body: said.body || "Sign in to read it.",
    tag: said.urgent ? "urgent" : "waiting", // a second one takes the first one's place
    renotify: Boolean(said.urgent),
    requireInteraction: Boolean(said.urgent),
  }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil((async () => {
    const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    return open[0] ? open[0].focus() : self.clients.openWindow("/notices");
  })());
});
