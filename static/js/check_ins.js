// A check-in without a network or with an ended session: what was written stays in this tab.
// Without this script every page is a plain form; only the offline banner is lost.

const PREFIX = "check-in:";
const WAIT_AT_MOST = 5000;
const key = (field) => `${PREFIX}${location.pathname}:${field.name}`;

function remember(form) {
  for (const field of form.querySelectorAll("[data-keep]")) {
    const kept = sessionStorage.getItem(key(field));
    if (kept && !field.value) {
      field.value = kept;
      field.closest("details")?.setAttribute("open", "");
    }
    field.addEventListener("input", () => sessionStorage.setItem(key(field), field.value));
  }
}

function forget() {
  for (const name of Object.keys(sessionStorage)) {
    if (name.startsWith(PREFIX)) sessionStorage.removeItem(name);
  }
}

// Whether we can be reached: a phone may think it is online where nothing gets through.
async function isReachable() {
  if (!navigator.onLine) return false;
  const asked = fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(WAIT_AT_MOST) });
  return asked.then((answer) => answer.ok, () => false);
}

// The tap is held, not lost, and shows on the page. "Send again" presses the same button, and so does
// the network's return.
function holdWhileOffline(form) {
  const banner = document.querySelector("[data-offline]");
  let held = null;
  let isAsking = false;
  let mayGo = false;
  const send = async (button) => {
    if (isAsking) return;
    isAsking = true;
    mayGo = await isReachable();
    isAsking = false;
    if (mayGo) form.requestSubmit(button);
    else hold(button);
  };
  const hold = (button) => {
    held = button;
    for (const choice of form.querySelectorAll("button.choice")) choice.classList.toggle("is-picked", choice === held);
    banner.hidden = false;
    banner.scrollIntoView({ block: "nearest" });
    banner.querySelector("[data-send-again]").focus();
  };
  const sendAgain = () => {
    if (held) send(held);
  };
  form.addEventListener("submit", (event) => {
    if (mayGo) {
      banner.hidden = true;
      return;
    }
    event.preventDefault();
    send(event.submitter);
  });
  banner.querySelector("[data-send-again]").addEventListener("click", sendAgain);
  window.addEventListener("online", sendAgain);
  // Back from the back-forward cache the page asks again.
  window.addEventListener("pageshow", () => { mayGo = false; });
}

const form = document.querySelector("[data-question]");
if (form) {
  remember(form);
  holdWhileOffline(form);
}
if (document.querySelector("[data-sent]")) forget();
