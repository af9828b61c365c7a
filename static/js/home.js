// The patient's home keeps itself fresh: when something changes, its parts are fetched again and
// only those that differ are replaced. Focus stays on the same thing, or nothing is touched.
import { live } from "./live.js";
import { pageFrom } from "./markup.js";

// The tabs are a part as well: they count the unread messages.
const PARTS = "[data-part], .tabs";

function sameThing(part, focused) {
  if (focused.id) return part.querySelector(`#${CSS.escape(focused.id)}`);
  const address = focused.getAttribute("href");
  return address && part.querySelector(`a[href="${CSS.escape(address)}"]`);
}

function replace(part, fresh) {
  const focused = part.contains(document.activeElement) ? document.activeElement : null;
  const again = focused && sameThing(fresh, focused);
  if (focused && !again) {
    // It is in somebody's hands, and what they hold would go: wait until they let it go.
    part.addEventListener("focusout", () => setTimeout(update), { once: true });
    return;
  }
  part.replaceChildren(...fresh.childNodes);
  if (again) again.focus({ preventScroll: true });
}

async function refresh() {
  const answer = await fetch(location.pathname, { headers: { "x-background": "yes" } });
  if (!answer.ok || answer.redirected) return;
  const page = pageFrom(await answer.text());
  for (const part of document.querySelectorAll(PARTS)) {
    const fresh = part.id ? page.getElementById(part.id) : page.querySelector(".tabs");
    if (fresh && fresh.innerHTML !== part.innerHTML) replace(part, document.adoptNode(fresh));
  }
}

function update() {
  refresh().catch(() => {}); // a page that could not be fetched stays as it is
}

live.followTopic("home", update);
