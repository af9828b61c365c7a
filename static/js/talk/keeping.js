// Where messages wait that could not be sent yet, so that a reload loses none of them.
//
// They are kept in this tab's session storage and nowhere else: it is no other tab's, no other
// site's, and gone when the tab is closed. Each is removed when it is sent; all of them when their
// writer signs out, and when somebody else signs in.

const KEY = "waiting-messages";
const STILL_NEWS = 6 * 60 * 60 * 1000;

function all() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

function put(kept) {
  try {
    if (Object.keys(kept.places).length) sessionStorage.setItem(KEY, JSON.stringify(kept));
    else sessionStorage.removeItem(KEY);
  } catch {
    // A browser that keeps nothing loses nothing but a reload: the page itself still has the words.
  }
}

function of(person) {
  const kept = all();
  return kept.person === person ? kept : { person, places: {} };
}

/** What this person wrote in this place and has not sent, in order; `at` is when. */
export function remembered(person, place) {
  return of(person).places[place] ?? [];
}

/** The messages that wait, place by place; a draft is none. */
export function waiting(person) {
  return Object.entries(of(person).places).filter(([place]) => !place.startsWith("draft:"));
}

/** What is older is not sent by itself: it may no longer be true. */
export function isNews(item) {
  return Date.now() - item.at <= STILL_NEWS;
}

export function remember(person, place, items) {
  const kept = of(person);
  const before = new Map((kept.places[place] ?? []).map((item) => [item.clientId, item.at]));
  kept.places[place] = items.map(({ clientId, body, seen, saved }) => ({ clientId, body, seen, saved, at: before.get(clientId) ?? Date.now() }));
  put(kept);
}

export function forget(person, place) {
  const kept = of(person);
  delete kept.places[place];
  put(kept);
}

export function forgetAll() {
  put({ places: {} });
}

/** Somebody else who signs in on this tab finds nothing of the person before. */
export function forgetOthers(person) {
  if (all().person !== person) forgetAll();
}
