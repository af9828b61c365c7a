// The number beside the bell stays true while a page is open. The bell itself stays, so that focus
// does; what is inside it is put in anew. Without a live socket nothing is asked: the next page counts.
import { live } from "./live.js";
import { templateOf } from "./markup.js";

const bell = document.querySelector("[data-bell]");
let fetching = false;
let again = false;

async function update() {
  again = true;
  if (fetching || live.state !== "live") return;
  fetching = true;
  while (again) {
    again = false;
    await look().catch(() => {}); // what could not be fetched stays as it is
  }
  fetching = false;
}

async function look() {
  const answer = await fetch("/notices/bell", { headers: { "x-background": "yes" } });
  if (!answer.ok || answer.redirected) return;
  const fresh = templateOf(await answer.text()).content.querySelector("[data-bell]");
  if (!fresh || fresh.innerHTML === bell.innerHTML) return;
  const name = fresh.getAttribute("aria-label");
  if (name) bell.setAttribute("aria-label", name);
  bell.replaceChildren(...fresh.childNodes);
}

if (bell) live.followTopic("notices", update);
